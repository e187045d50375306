package tlsinspect

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/request"
)

// An inspection is everything that was seen of a target, before it is judged.
type inspection struct {
	client *Client
	target request.Target
	now    time.Time

	addresses  netdial.Addresses
	looks      []look       // as the board, one for each address dialled, in their order
	chosen     int          // the look that the verdict is about
	ladder     map[int]look // by max_fragment_length; 0 is without the extension
	nameless   look         // without server_name
	basic      look         // with the suites of a basic-ciphers build
	insistence int          // the alert of a server that lets nobody in without a client certificate
	wide       look         // offering much that the board doesn't, to tell what the server wants
	browser    *Browser
}

// Inspect looks at a target in every way that matters to the board, all at
// once. The Report is never nil: with an error it holds what was seen until
// then, the error among its findings. The error is a *problem.Problem. A server that
// speaks TLS but refuses the board is no error: see Report.Board.
func (c *Client) Inspect(ctx context.Context, t request.Target) (*Report, error) {
	in := &inspection{client: c, target: t, now: c.now()}
	started := time.Now()
	err := in.see(ctx)
	report := in.report(err)
	report.Elapsed = time.Since(started)
	if err != nil {
		return report, err
	}
	return report, nil
}

// see fills the inspection. The probes run side by side; each has its own time
// limit, and none can fail another.
func (in *inspection) see(ctx context.Context) error {
	lookup := in.client.startPart(PartLookup)
	found, err := in.client.dialer().Resolve(ctx, in.target.Host, in.client.timeout())
	if err != nil {
		lookup.end(netdial.Explain(err, in.target.Host, netdial.Dialling, in.client.timeout()), "")
		return err
	}
	in.addresses = found
	ips := addressesToDial(found)
	lookup.titled(fmt.Sprintf("found %s", count(len(ips), "address", "addresses")), Done, "")

	in.looks = make([]look, len(ips))
	in.probe(ctx, ips[0], false)
	in.chosen = max(slices.IndexFunc(in.looks, look.answered), 0)
	if in.chosen != 0 { // the first address is down: ask another one all the rest
		in.probe(ctx, ips[in.chosen], true)
	}
	l := in.looks[in.chosen]
	if !in.speaksTLS(l) {
		return l.err
	}
	if l.flight != nil && l.flight.complete && l.flight.request != nil {
		in.insistence = in.insist(ctx, l)
	}
	return nil
}

// answered reports that a flight came, or a refusal.
func (l look) answered() bool { return l.served() != "" || l.refused() }

// speaksTLS reports whether there is something to judge: the board's look got
// an answer, or another hello did, so that the server hangs up on the board's
// only.
func (in *inspection) speaksTLS(l look) bool {
	return l.answered() || in.wide.answered() || in.browser != nil && in.browser.Fingerprint != ""
}

// probe looks at ip in every way, and at the other addresses as the board; again
// says that the board's looks are there already.
func (in *inspection) probe(ctx context.Context, ip netip.Addr, again bool) {
	c, t := in.client, in.target
	var group errgroup.Group
	group.SetLimit(maxProbes)
	run := func(f func()) { group.Go(func() error { f(); return nil }) }

	own := in.climb(ctx, ip, run)
	if again {
		own(in.looks[in.chosen])
	} else {
		p := c.startPart(PartBoard)
		run(func() {
			in.looks[0] = c.look(ctx, t, ip, boardOffer(t))
			p.end(in.looks[0].err, in.looks[0].describe())
			own(in.looks[0])
		})
		for i, other := range addressesToDial(in.addresses)[1:] {
			run(func() { in.looks[i+1] = c.look(ctx, t, other, boardOffer(t)) })
		}
	}
	run(func() { in.seeAsBrowser(ctx, ip) })
	run(func() { in.nameless = c.look(ctx, t, ip, offer{buffers: esp8266.DefaultBuffers()}) })
	run(func() {
		in.basic = c.look(ctx, t, ip, offer{serverName: t.Host, buffers: esp8266.DefaultBuffers(), basic: true})
	})
	run(func() { in.wide = c.look(ctx, t, ip, offer{serverName: t.Host, wide: true}) })
	_ = group.Wait() // the functions return no errors
}

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
