package tlsinspect_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"espost/internal/problem"
	"espost/request"
	"espost/tlsinspect"
)

// An address that leads to this computer alone is said to be one, also where no
// server answers.
func TestOnlyThisComputer(t *testing.T) {
	tests := []struct{ host, leads, says string }{
		{"localhost", "127.0.0.1", "Only this computer knows localhost"},
		{"127.0.0.1", "", "Only this computer knows 127.0.0.1"},
		{"porch.example", "127.0.1.1", "Only this computer knows porch.example"},
		{"porch.example", "::1", "Only this computer knows porch.example"},
		{"shed", "192.0.2.5", "shed stands in this computer's own table of names"},
		{"porch.example", "192.0.2.5", ""},
		{"porch.local", "127.0.1.1", ""},
		{"shed.local", "192.0.2.5", ""},
	}
	for _, tt := range tests {
		c := &tlsinspect.Client{
			Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr(tt.leads)}, nil
			},
			Dial:  func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network") },
			Hosts: func() ([]byte, error) { return []byte("192.0.2.5 shed shed.local\n"), nil },
			Own:   func() (netip.Addr, bool) { return netip.MustParseAddr("192.168.1.20"), true },
		}
		report, err := c.Inspect(t.Context(), request.Target{Host: tt.host, Port: 443, Path: "/"})
		if err == nil {
			t.Fatal("there is a network")
		}
		var found []problem.Problem
		for _, f := range report.Findings {
			if f.Code == tlsinspect.CodeOnlyThisComputer {
				found = append(found, f)
			}
		}
		switch {
		case tt.says == "" && len(found) > 0:
			t.Errorf("%s at %s: %+v", tt.host, tt.leads, found)
		case tt.says != "" && (len(found) != 1 || !strings.HasPrefix(found[0].Message, tt.says) || found[0].Severity != problem.Warning):
			t.Errorf("%s at %s: %+v, want %q", tt.host, tt.leads, found, tt.says)
		case strings.HasPrefix(tt.says, "only") && !strings.Contains(found[0].Fix, "192.168.1.20"):
			t.Errorf("the cure names no address: %q", found[0].Fix)
		}
	}
}
