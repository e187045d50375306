package netdial

import (
	"net"
	"net/netip"
	"os"
	"strings"

	"espost/internal/platform"
)

// An Interface is one of this computer's network interfaces.
type Interface struct {
	Up    bool // it is up, has a carrier, and isn't the loopback
	Addrs []netip.Addr
}

// OwnAddress is where boards in the user's network find this computer: the first
// private IPv4 address (RFC 1918) of an interface that is up. It is not ok where
// there is none.
func OwnAddress() (ip netip.Addr, ok bool) { return FirstPrivate(interfaces()) }

// FirstPrivate is OwnAddress among these interfaces.
func FirstPrivate(all []Interface) (ip netip.Addr, ok bool) {
	for _, i := range all {
		for _, a := range i.Addrs {
			if a = a.Unmap(); i.Up && a.Is4() && a.IsPrivate() {
				return a, true
			}
		}
	}
	return netip.Addr{}, false
}

// interfaces lists this computer's; none if they can't be had.
func interfaces() []Interface {
	found, _ := net.Interfaces()
	var all []Interface
	for _, f := range found {
		const wanted, unwanted = net.FlagUp | net.FlagRunning, net.FlagLoopback | net.FlagPointToPoint
		i := Interface{Up: f.Flags&wanted == wanted && f.Flags&unwanted == 0}
		addrs, _ := f.Addrs()
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				i.Addrs = append(i.Addrs, prefix.Addr())
			}
		}
		all = append(all, i)
	}
	return all
}

// InHosts reports whether a host's name stands in this computer's own table of
// names, which no board reads. A table that can't be read holds none; one whose
// resolver was replaced is asked only if the table was replaced, too.
func (d Dialer) InHosts(host string) bool {
	read := d.Hosts
	if read == nil {
		if d.Lookup != nil {
			return false
		}
		read = func() ([]byte, error) { return os.ReadFile(platform.Here.HostsFile(os.Getenv)) }
	}
	table, _ := read()
	for line := range strings.Lines(string(table)) {
		line, _, _ = strings.Cut(line, "#")
		for i, name := range strings.Fields(line) {
			if i > 0 && strings.EqualFold(strings.TrimSuffix(name, "."), host) {
				return true
			}
		}
	}
	return false
}

// OnlyHere reports whether these addresses lead every computer to itself.
func (a Addresses) OnlyHere() bool {
	for _, ip := range append(append([]netip.Addr(nil), a.V4...), a.V6...) {
		if !ip.IsLoopback() && !ip.IsUnspecified() {
			return false
		}
	}
	return len(a.V4)+len(a.V6) > 0
}
