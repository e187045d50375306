package tlsinspect

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
)

// errChainSeen ends a browser's handshake as soon as everything is known.
var errChainSeen = errors.New("seen enough")

// probeAsBrowser looks as a modern browser does: TLS up to 1.3, the system's
// roots. It costs no more round trips than a flight: where the server chooses
// TLS 1.2, the handshake ends at the certificate.
func (in *inspection) probeAsBrowser(ctx context.Context, ip netip.Addr) func() attempt {
	progress := in.client.startPart(PartBrowser)
	return func() attempt {
		b := new(Browser)
		timeout := in.client.timeoutWithin(ctx)
		served, err := in.browserHandshake(ctx, ip, b)
		if len(served) == 0 {
			reason := netdial.Explain(err, shownAddr(in.target, ip), netdial.Handshaking, timeout)
			b.Err = reason
			return attempt{doubtful: crowded(reason), keep: func() {
				in.browser = b
				progress.tell(Failed, reason.Message)
			}}
		}
		b.Fingerprint = fingerprint(served[0])
		_, b.Err = in.client.trusted(served, in.target.Host, in.now)
		b.Trusted = b.Err == nil
		trust := "not trusted"
		if b.Trusted {
			trust = "trusted"
		}
		return attempt{answered: true, keep: func() {
			in.browser = b
			progress.tell(Done, esp8266.VersionName(b.Version)+" · "+trust)
		}}
	}
}

// browserHandshake returns the chain that a browser is served, as DER, and sets
// the version.
func (in *inspection) browserHandshake(ctx context.Context, ip netip.Addr, b *Browser) (served [][]byte, err error) {
	c := in.client
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	conn, err := c.dial(ctx, in.target, ip)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer closeOnCancel(ctx, conn)()
	client := tls.Client(conn, &tls.Config{
		ServerName:         in.target.Host,
		NextProtos:         []string{"h2", "http/1.1"},
		InsecureSkipVerify: true, // decided by trusted, so that the chain is known when it is not trusted
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			served = raw
			return nil
		},
		VerifyConnection: func(s tls.ConnectionState) error {
			if b.Version = s.Version; s.Version < tls.VersionTLS13 {
				return errChainSeen
			}
			return nil
		},
	})
	if err = client.HandshakeContext(ctx); err == nil {
		client.Close()
	}
	return served, err
}

// loadRoots has package x509 read the system's roots, once in a process. That
// takes tens of milliseconds, as long as a round trip or two; begun when all
// connections are on their way, it is over when Verify, which waits for it, needs them.
func (c *Client) loadRoots() {
	if c.Roots == nil {
		_, _ = x509.SystemCertPool() // Verify says what is wrong with them
	}
}

// trusted returns the ways from the leaf to a root by which a browser would trust
// the chain, or why it wouldn't. It takes any chain that leads to a root, in any
// order.
func (c *Client) trusted(chain [][]byte, host string, at time.Time) ([][]*x509.Certificate, error) {
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, err
	}
	return leaf.Verify(x509.VerifyOptions{
		// mutant TestTrust: DNSName: host => DNSName: ""
		DNSName: host, Intermediates: pool(chain[1:]), Roots: c.Roots, CurrentTime: at,
	})
}

// anchors returns the roots that paths from the chain end at, whatever the leaf
// is called and meant for.
func (c *Client) anchors(chain []*Certificate, at time.Time) (roots []*Certificate, err error) {
	leaf := chain[0].X509
	if leaf == nil {
		return nil, chain[0].ParseErr
	}
	var rest [][]byte
	for _, c := range chain[1:] {
		rest = append(rest, c.Raw)
	}
	paths, err := leaf.Verify(x509.VerifyOptions{
		Intermediates: pool(rest), Roots: c.Roots, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	for _, path := range paths {
		if root := path[len(path)-1]; !seen[string(root.Raw)] {
			seen[string(root.Raw)] = true
			roots = append(roots, NewCertificate(root.Raw))
		}
	}
	return roots, nil
}

// pool holds those certificates that can be parsed, and whose keys don't take
// long to check a signature with (package x509 has no limit).
func pool(certificates [][]byte) *x509.CertPool {
	p := x509.NewCertPool()
	namesakes := make(map[string]int)
	for _, der := range certificates {
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		if namesakes[string(parsed.RawSubject)]++; namesakes[string(parsed.RawSubject)] > maxNamesakes {
			continue
		}
		// mutant TestLimitOfIssuerKeys: key.N.BitLen() <= maxIssuerBits => key.N != nil
		if key, ok := parsed.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() <= maxIssuerBits {
			p.AddCert(parsed)
		}
	}
	return p
}
