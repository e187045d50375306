package netdial_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"espost/internal/netdial"
)

func addrs(list ...string) (all []netip.Addr) {
	for _, s := range list {
		all = append(all, netip.MustParseAddr(s))
	}
	return all
}

func TestFirstPrivate(t *testing.T) {
	tests := map[string][]netdial.Interface{
		"":             {{Up: true, Addrs: addrs("127.0.0.1", "203.0.113.7", "fd00::1", "169.254.3.4")}},
		"192.168.1.20": {{Up: false, Addrs: addrs("10.0.0.1")}, {Up: true, Addrs: addrs("fe80::1", "192.168.1.20")}, {Up: true, Addrs: addrs("172.17.0.1")}},
		"172.16.0.9":   {{Up: true, Addrs: addrs("172.32.0.1")}, {Up: true, Addrs: addrs("::ffff:172.16.0.9")}},
	}
	for want, all := range tests {
		ip, ok := netdial.FirstPrivate(all)
		if ok != (want != "") || ok && ip.String() != want {
			t.Errorf("%v has %v, %v; want %q", all, ip, ok, want)
		}
	}
}

func TestInHosts(t *testing.T) {
	d := netdial.Dialer{Hosts: func() ([]byte, error) {
		return []byte("127.0.0.1 localhost\n# 10.0.0.1 commented\n192.168.1.5\tporch Garden.Example. # the shed\r\nbare\n"), nil
	}}
	for host, want := range map[string]bool{"porch": true, "garden.example": true, "commented": false, "shed": false, "192.168.1.5": false, "bare": false} {
		if got := d.InHosts(host); got != want {
			t.Errorf("InHosts(%q) is %v", host, got)
		}
	}
	d.Hosts = func() ([]byte, error) { return nil, errors.New("no such file") }
	if d.InHosts("porch") {
		t.Error("a table that can't be read holds a name")
	}
	elsewhere := netdial.Dialer{Lookup: func(context.Context, string, string) ([]netip.Addr, error) { return nil, nil }}
	if elsewhere.InHosts("localhost") {
		t.Error("another resolver has this computer's table")
	}
}

// Where nothing knows any name, localhost is still this computer.
func TestLocalhostNeedsNobody(t *testing.T) {
	d := netdial.Dialer{Lookup: func(context.Context, string, string) ([]netip.Addr, error) { return nil, errors.New("no DNS") }}
	for host, want := range map[string]bool{"localhost": true, "LocalHost.": true, "porch.localhost": true, "porch": false, "localhost.example": false} {
		found, err := d.Resolve(t.Context(), host, time.Second)
		if known := err == nil && len(found.V4) == 1 && len(found.V6) == 1 && found.OnlyHere(); known != want {
			t.Errorf("%s leads to %v, %v", host, found, err)
		}
	}
	none, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Resolve(none, "localhost", time.Second); err == nil {
		t.Error("a lookup that was called off has a result")
	}
}
