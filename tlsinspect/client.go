package tlsinspect

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"espost/internal/descriptors"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/request"
)

// A Client looks at servers. Its zero value is ready to use and dials the real
// network; a Client must not be changed or copied after its first use. Its
// methods may be called from several goroutines at once.
type Client struct {
	// Dial connects; network is "tcp" and address an IP address with a port.
	// nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Lookup finds a host's addresses; network is "ip". nil means
	// net.DefaultResolver.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// Hosts and Own tell what only this computer knows: its own table of names
	// (see netdial.Dialer), and its address in the network. nil means the real
	// ones.
	Hosts func() ([]byte, error)
	Own   func() (netip.Addr, bool)
	// Now is the time that certificates are held against. nil means time.Now.
	Now func() time.Time
	// Rand feeds the hellos' randoms and must be safe for concurrent use. nil
	// means crypto/rand.Reader.
	Rand io.Reader
	// Roots are what a browser trusts, and the CAs that a pin may name. nil
	// means the system's.
	Roots *x509.CertPool
	// Timeout bounds each connection from dialling to its end, and the name
	// lookup. 0 means 10 seconds.
	Timeout time.Duration
	// Progress is told of the parts of an Inspect as they start and end, one
	// call at a time. nil means that nobody listens.
	Progress func(Event)

	progress sync.Mutex
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return defaultTimeout
}

// timeoutWithin is how long one connection may take: c's timeout, or what ctx leaves
// of it.
func (c *Client) timeoutWithin(ctx context.Context) time.Duration {
	limit := c.timeout()
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline).Round(10*time.Millisecond))
	}
	return limit
}

func (c *Client) rand() io.Reader {
	if c.Rand != nil {
		return c.Rand
	}
	return rand.Reader
}

func (c *Client) dialer() netdial.Dialer {
	return netdial.Dialer{Dial: c.Dial, Lookup: c.Lookup, Hosts: c.Hosts}
}

// dial connects to one of the target's addresses.
func (c *Client) dial(ctx context.Context, t request.Target, ip netip.Addr) (net.Conn, error) {
	return c.dialer().Connect(ctx, net.JoinHostPort(ip.String(), strconv.Itoa(t.Port)))
}

// addressesToDial are those to look at: the board speaks IPv4 only, so the
// others matter only when there is nothing else.
func addressesToDial(a netdial.Addresses) []netip.Addr {
	list := a.V4
	if len(list) == 0 {
		list = a.V6
	}
	return list[:min(len(list), maxAddresses)] // mutant TestLimitsOfConnections: list[:min(len(list), maxAddresses)] => list
}

// Fingerprint returns the SHA-1 fingerprint of the certificate that the board
// is served: 40 upper-case hex digits. It opens one connection and reads one
// flight; where the host's first address doesn't answer it goes on to others,
// for three times Timeout at most. An error is a *problem.Problem.
func (c *Client) Fingerprint(ctx context.Context, t request.Target) (string, error) {
	found, err := c.dialer().Resolve(ctx, t.Host, c.timeout())
	if err != nil {
		return "", err
	}
	release, err := descriptors.Take(ctx, descriptors.Connection)
	if err != nil {
		return "", netdial.Explain(err, t.Addr(), netdial.Dialling, c.timeout())
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, addressesWaitedFor*c.timeout())
	defer cancel()
	var first *problem.Problem
	for _, ip := range addressesToDial(found) {
		p := c.probe(ctx, t, ip, boardOffer(t))
		if p.flight != nil && p.flight.chain != nil {
			return fingerprint(p.flight.chain[0]), nil
		}
		if p.refused() {
			return "", p.refusal()
		}
		if first == nil || p.err.Code == netdial.CodeCanceled {
			first = p.err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return "", first
}
