package tlsinspect

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/request"
)

// An inspection is everything that was seen of a target, before it is evaluated.
type inspection struct {
	client *Client
	target request.Target
	now    time.Time

	addresses     netdial.Addresses
	inHosts       bool          // the name stands in this computer's own table
	probes        []probe       // as the board, one for each address dialled, in their order
	chosen        int           // the probe that the verdict is about
	mfln          map[int]probe // by max_fragment_length; 0 is without the extension
	withoutSNI    probe         // without server_name
	basic         probe         // with the suites of a basic-ciphers build
	certAlert     int           // the alert of a server that lets nobody in without a client certificate
	extendedOffer probe         // offering much that the board doesn't, to tell what the server wants
	browser       *Browser

	roots    []*Certificate // that the chain's paths lead to, as pins found them
	rootsErr error          // why there are none
}

// Inspect looks at a target in every way that matters to the board, all at
// once. The Report is never nil: with an error it holds what was seen until
// then, the error among its findings. The error is a *problem.Problem. A server
// that speaks TLS but refuses the board is no error: see Report.Board.
func (c *Client) Inspect(ctx context.Context, t request.Target) (*Report, error) {
	in := &inspection{client: c, target: t, now: c.now()}
	started := time.Now()
	err := in.run(ctx)
	report := in.report(err)
	report.Elapsed = time.Since(started)
	if err != nil {
		return report, err
	}
	return report, nil
}

// run fills the inspection. The probes run side by side; each has its own time
// limit, and none can fail another.
func (in *inspection) run(ctx context.Context) error {
	lookup := in.client.startPart(PartLookup)
	found, err := in.client.dialer().Resolve(ctx, in.target.Host, in.client.timeout())
	if err != nil {
		lookup.end(netdial.Explain(err, in.target.Host, netdial.Dialling, in.client.timeout()), "")
		return err
	}
	in.addresses, in.inHosts = found, in.client.dialer().InHosts(in.target.Host)
	ips := addressesToDial(found)
	lookup.titled(fmt.Sprintf("found %s", count(len(ips), "address", "addresses")), Done, "")

	in.probes = make([]probe, len(ips))
	in.probeAll(ctx, ips[0], false)
	in.chosen = max(slices.IndexFunc(in.probes, probe.answered), 0)
	if in.chosen != 0 { // the first address is down: ask another one all the rest
		in.probeAll(ctx, ips[in.chosen], true)
	}
	p := in.probes[in.chosen]
	if !in.speaksTLS(p) {
		return p.err
	}
	if p.flight != nil && p.flight.complete && p.flight.request != nil {
		in.client.one(ctx, func() attempt {
			in.certAlert = in.clientCertAlert(ctx, p)
			return attempt{}
		})
	}
	return nil
}

// speaksTLS reports whether there is something to evaluate: the board's hello got
// an answer, or another hello did, so that the server hangs up on the board's
// only.
func (in *inspection) speaksTLS(p probe) bool {
	return p.answered() || in.extendedOffer.answered() || in.browser != nil && in.browser.Fingerprint != ""
}

// probeAll probes ip in every way, and the other addresses as the board; again
// says that the board's probes are there already.
func (in *inspection) probeAll(ctx context.Context, ip netip.Addr, again bool) {
	c, t := in.client, in.target
	as := func(ip netip.Addr, o offer, keep func(probe)) func() attempt {
		return func() attempt {
			p := c.probe(ctx, t, ip, o)
			// A refusal of the board is believed only of a look that was made alone.
			doubtful := p.crowded() || p.refused() && o == boardOffer(t)
			return attempt{p.answered(), doubtful, func() { keep(p) }}
		}
	}
	lengths, own := in.probeMFLN(ip, as)
	var all []func() attempt
	if again {
		own(in.probes[in.chosen])
	} else {
		progress := c.startPart(PartBoard)
		all = append(all, as(ip, boardOffer(t), func(p probe) {
			in.probes[0] = p
			progress.end(p.err, p.describe())
			own(p)
		}))
		for i, other := range addressesToDial(in.addresses)[1:] {
			all = append(all, as(other, boardOffer(t), func(p probe) { in.probes[i+1] = p }))
		}
	}
	board := esp8266.DefaultBuffers()
	all = append(all, lengths...)
	all = append(all, in.probeAsBrowser(ctx, ip),
		as(ip, offer{buffers: board}, func(p probe) { in.withoutSNI = p }),
		as(ip, offer{serverName: t.Host, buffers: board, basic: true}, func(p probe) { in.basic = p }),
		as(ip, offer{serverName: t.Host, extended: true}, func(p probe) { in.extendedOffer = p }))
	c.attempt(ctx, all, c.loadRoots)
}

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
