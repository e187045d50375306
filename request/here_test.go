package request_test

import (
	"net/netip"
	"strings"
	"testing"

	"espost/request"
)

func TestOnlyHere(t *testing.T) {
	for address, want := range map[string]bool{
		"localhost": true, "LOCALHOST.:8443": true, "demo.localhost": true, "127.0.0.1": true, "127.1.2.3:8443": true,
		"0.0.0.0": true, "[::1]:8443": true, "[::]": true, "[::ffff:127.0.0.1]": true,
		"192.168.1.20": false, "porch.local": false, "localhost.example": false, "notlocalhost": false, "128.0.0.1": false, "[fe80::1]": false,
	} {
		target, err := request.ParseTarget(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := target.OnlyHere(); got != want {
			t.Errorf("OnlyHere of %s is %v", address, got)
		}
	}
}

func TestOnlyThisComputerNamesTheCure(t *testing.T) {
	target := request.Target{Host: "localhost", Port: 443, Path: "/"}
	for own, says := range map[netip.Addr]string{
		{}:                                  "has in your network, and",
		netip.MustParseAddr("192.168.1.20"): "has in your network, 192.168.1.20, and",
	} {
		if p := target.OnlyThisComputer(own); !strings.Contains(p.Fix, says) || !strings.Contains(p.Fix, "espost --demo --lan") {
			t.Errorf("the cure is %q, want %q", p.Fix, says)
		}
	}
}
