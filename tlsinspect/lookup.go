package tlsinspect

import (
	"context"
	"net"
	"net/netip"
)

// addresses are what a host's name leads to, in the resolver's order.
type addresses struct{ v4, v6 []netip.Addr }

// dialled returns the addresses to look at: the board speaks IPv4 only, so the
// others matter only when there is nothing else.
func (a addresses) dialled() []netip.Addr {
	list := a.v4
	if len(list) == 0 {
		list = a.v6
	}
	return list[:min(len(list), maxAddresses)]
}

// v6Only reports that the board has no way to the host.
func (a addresses) v6Only() bool { return len(a.v4) == 0 }

// resolve looks the target's host up. The error is an *Error; without one there
// is at least one address.
func (c *Client) resolve(ctx context.Context, t Target) (addresses, error) {
	if ip, err := netip.ParseAddr(t.Host); err == nil {
		return sortAddresses([]netip.Addr{ip}), nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	lookup := c.Lookup
	if lookup == nil {
		lookup = net.DefaultResolver.LookupNetIP
	}
	ips, err := lookup(ctx, "ip", t.Host)
	if ctx.Err() == context.Canceled { // the resolver may hide it
		err = ctx.Err()
	}
	if err != nil {
		return addresses{}, lookupError(err, t.Host, c.timeout())
	}
	found := sortAddresses(ips)
	if len(found.dialled()) == 0 {
		return addresses{}, lookupError(&net.DNSError{Err: "no addresses", Name: t.Host, IsNotFound: true}, t.Host, c.timeout())
	}
	return found, nil
}

// sortAddresses parts IPv4 from IPv6 and drops what comes twice.
func sortAddresses(ips []netip.Addr) addresses {
	var a addresses
	seen := make(map[netip.Addr]bool)
	for _, ip := range ips {
		if ip = ip.Unmap(); seen[ip] {
			continue
		}
		seen[ip] = true
		if ip.Is4() {
			a.v4 = append(a.v4, ip)
		} else {
			a.v6 = append(a.v6, ip)
		}
	}
	return a
}
