// Package netdial gets a connection to a host as the board would, and says in
// one place what it means when that fails: the name isn't known, nothing
// listens, nobody answers, the answer isn't TLS. Looking at a server and sending
// it something both go through here, so that one dead server has one sentence.
package netdial

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"espost/internal/descriptors"
)

// A Dialer resolves names and connects. Its zero value uses the real network.
type Dialer struct {
	// Dial connects; network is "tcp" and address an IP address with a port.
	// nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Lookup finds a host's addresses; network is "ip". nil means
	// net.DefaultResolver.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// Hosts reads this computer's own table of names, in the form of /etc/hosts.
	// nil means the system's, or none where Lookup is another one.
	Hosts func() ([]byte, error)
}

// Connect dials address, which is an IP address with a port. Where the system has
// no descriptor left it waits for one. Callers that connect to many servers have
// taken theirs from package descriptors.
func (d Dialer) Connect(ctx context.Context, address string) (net.Conn, error) {
	const pause = 20 * time.Millisecond
	for {
		conn, err := d.dial(ctx, address)
		if !exhausted(err) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, err // the reason is not that the server is slow
		case <-time.After(pause):
		}
	}
}

func (d Dialer) dial(ctx context.Context, address string) (net.Conn, error) {
	if d.Dial != nil {
		return d.Dial(ctx, "tcp", address)
	}
	dialer := net.Dialer{KeepAlive: -1} // no connection here lives long enough
	return dialer.DialContext(ctx, "tcp", address)
}

// Addresses are what a host's name leads to, each once, in the resolver's order.
type Addresses struct{ V4, V6 []netip.Addr }

// Resolve looks the host up, for timeout at most; an IP address is its own
// answer. Without an error there is at least one address. The error is a
// *problem.Problem.
func (d Dialer) Resolve(ctx context.Context, host string, timeout time.Duration) (Addresses, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return sorted([]netip.Addr{ip}), nil
	}
	release, err := descriptors.Take(ctx, descriptors.Lookup)
	if err != nil {
		return Addresses{}, explainLookup(err, host, timeout)
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	lookup := d.Lookup
	if lookup == nil {
		lookup = net.DefaultResolver.LookupNetIP
	}
	ips, err := lookup(ctx, "ip", host)
	if ctx.Err() == context.Canceled { // the resolver may hide it
		err = ctx.Err()
	}
	if err != nil && ctx.Err() == nil && loopback(host) {
		return sorted([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}), nil
	}
	if err != nil {
		return Addresses{}, explainLookup(err, host, timeout)
	}
	found := sorted(ips)
	if len(found.V4)+len(found.V6) == 0 {
		return Addresses{}, explainLookup(&net.DNSError{Err: "no addresses", Name: host, IsNotFound: true}, host, timeout)
	}
	return found, nil
}

// loopback reports whether a name is this computer's own wherever it is asked for
// (RFC 6761 §6.3), also where there is neither a table of names nor a DNS, as in
// a new container.
func loopback(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// sorted parts IPv4 from IPv6 and drops what comes twice.
func sorted(ips []netip.Addr) Addresses {
	var a Addresses
	seen := make(map[netip.Addr]bool)
	for _, ip := range ips {
		if ip = ip.Unmap(); seen[ip] {
			continue
		}
		seen[ip] = true
		if ip.Is4() {
			a.V4 = append(a.V4, ip)
		} else {
			a.V6 = append(a.V6, ip)
		}
	}
	return a
}
