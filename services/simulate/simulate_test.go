package simulate_test

import (
	"flag"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/demo"
	"espost/esp8266"
	"espost/formpost"
	"espost/request"
	"espost/services"
	"espost/services/simulate"
)

var update = flag.Bool("update", false, "write docs/services.md anew")

// A bench is a service that is played by a simulator behind TLS, and the clock
// that it goes by.
type bench struct {
	t       *testing.T
	service services.Service
	sim     *simulate.Simulator
	server  *demo.Server
	now     time.Time
}

func newBench(t *testing.T, s services.Service) *bench {
	t.Helper()
	b := &bench{t: t, service: s, now: time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)}
	sim, ok := simulate.New(s, func() time.Time { return b.now })
	if !ok {
		t.Fatal("it has no simulator")
	}
	server, err := demo.Start(demo.Options{Handler: sim})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	b.sim, b.server = sim, server
	return b
}

// request is the service's, of its example values and others, sent to the
// simulator.
func (b *bench) request(others map[string]string) request.Request {
	b.t.Helper()
	values := b.service.Examples()
	for name, value := range others {
		values[name] = value
	}
	r, problems := b.service.Request(values)
	if len(problems) > 0 {
		b.t.Fatal(problems)
	}
	host, port, err := net.SplitHostPort(b.server.Addr())
	if err != nil {
		b.t.Fatal(err)
	}
	r.Target.Host = host
	r.Target.Port, _ = strconv.Atoi(port)
	return r
}

// reading is r with the n-th values of what the board reads.
func reading(r request.Request, n int) request.Request {
	r = r.Clone()
	for i := range r.Fields {
		if f := &r.Fields[i]; f.Source == esp8266.SourceRSSI || f.Source == esp8266.SourceUptime {
			f.Sample = strconv.Itoa(n - 70)
		}
	}
	return r
}

func (b *bench) send(r request.Request) (*formpost.Response, request.Outcome) {
	b.t.Helper()
	var client formpost.Client
	response, err := client.Send(b.t.Context(), r, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{b.server.Fingerprint()}})
	if err != nil {
		b.t.Fatal(err)
	}
	if string(response.Request) != string(r.Bytes()) {
		b.t.Fatalf("sent %q, meant %q", response.Request, r.Bytes())
	}
	return response, response.Outcome
}

// wait lets the service's pace pass.
func (b *bench) wait() { b.now = b.now.Add(b.service.Every + time.Second) }

// For every service: five readings are delivered, and each refusal is
// told from a delivery.
func TestServices(t *testing.T) {
	var rows []string
	for _, s := range services.All() {
		t.Run(s.ID, func(t *testing.T) {
			b := newBench(t, s)
			b.deliver(5)
			var said []string
			for _, refusal := range b.sim.Refusals() {
				said = append(said, b.refuse(refusal))
			}
			rows = append(rows, row(b.request(nil), s, said))
		})
	}
	if t.Failed() || len(rows) != len(services.All()) {
		return
	}
	document(t, rows)
}

// deliver sends n readings, which are all kept, once each and as they were sent.
func (b *bench) deliver(n int) {
	b.t.Helper()
	var want []string
	for i := range n {
		b.wait()
		r := reading(b.request(nil), i)
		response, outcome := b.send(r)
		if outcome != request.Delivered {
			b.t.Errorf("reading %d: %s after %d %q", i+1, outcome, response.Status, response.Body)
		}
		kept := string(r.BodyBytes())
		if kept == "" {
			_, kept, _ = strings.Cut(r.URL(false), "?")
		}
		want = append(want, kept)
	}
	if diff := cmp.Diff(want, b.sim.Taken()); diff != "" {
		b.t.Errorf("the service has kept (-sent +kept):\n%s", diff)
	}
}

// refuse provokes a refusal, which keeps nothing, and returns it as a sentence.
func (b *bench) refuse(refusal simulate.Refusal) string {
	b.t.Helper()
	before := len(b.sim.Taken())
	b.wait()
	if refusal.Soon {
		b.send(b.request(nil))
		before++
	}
	r := b.request(refusal.Values)
	if refusal.Change != nil {
		refusal.Change(&r)
	}
	response, outcome := b.send(r)
	if response.Status != refusal.Status {
		b.t.Errorf("%s: %d %q, want %d", refusal.Name, response.Status, response.Body, refusal.Status)
	}
	if n := len(b.sim.Taken()); n != before {
		b.t.Errorf("%s: the service has kept %d readings, want %d", refusal.Name, n, before)
	}
	if want := expected(refusal); outcome != want {
		b.t.Errorf("%s: %d %q counts as %s, want %s", refusal.Name, response.Status, response.Body, outcome, want)
	}
	if refusal.Again { // the next one is taken
		b.wait()
		b.deliverOne()
	}
	what := strconv.Itoa(response.Status)
	if text := strings.TrimSpace(string(response.Body)); response.Status == 200 && text != "" && len(text) < 40 {
		what += " `" + text + "`"
	}
	means := outcome.Text()
	if refusal.Silent {
		means += " (nobody is told that it isn't)"
	}
	return fmt.Sprintf("%s: %s, %s", refusal.Name, what, means)
}

func (b *bench) deliverOne() {
	b.t.Helper()
	if response, outcome := b.send(b.request(nil)); outcome != request.Delivered {
		b.t.Errorf("afterwards: %s after %d %q", outcome, response.Status, response.Body)
	}
}
