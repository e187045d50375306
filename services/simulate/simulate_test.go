package simulate_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/formpost"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
	"espost/services"
	"espost/services/simulate"
)

var update = flag.Bool("update", false, "write docs/services.md anew")

// readings is how many each service gets, from the test POST and from a board.
const readings = 5

// A bench is a service that is played by a simulator behind TLS, and the clock
// that it goes by.
type bench struct {
	t       *testing.T
	service services.Service
	sim     *simulate.Simulator
	server  *rig.Server
	pin     esp8266.Pin
	now     time.Time
	step    time.Duration       // that the clock goes on by before each request
	before  func(*http.Request) // sees each request first
}

func newBench(t *testing.T, s services.Service) *bench {
	t.Helper()
	b := &bench{t: t, service: s, now: time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)}
	sim, ok := simulate.New(s, func() time.Time { return b.now })
	if !ok {
		t.Fatal("it has no simulator")
	}
	id := rig.NewIdentity(t, "service", nil, nil)
	b.sim, b.pin = sim, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{id.SHA1()}}
	b.server = rig.Serve(t, rig.TLS12(id), func(int, string) string { return "" })
	b.server.Answer = b.answer
	return b
}

// answer has the simulator answer the n-th request.
func (b *bench) answer(n int, _ string) string {
	all, _, _ := b.server.Seen()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(all[n-1])))
	if err != nil {
		b.t.Error(err)
		return ""
	}
	b.now = b.now.Add(b.step)
	if b.before != nil {
		b.before(r)
	}
	w := httptest.NewRecorder()
	b.sim.ServeHTTP(w, r)
	answer := w.Result()
	answer.ContentLength = int64(w.Body.Len())
	var text strings.Builder
	if err := answer.Write(&text); err != nil {
		b.t.Error(err)
	}
	return text.String()
}

// requestOf is the service's, of its example values and others. What the board
// reads by itself is a counter, so that each reading is another.
func requestOf(t *testing.T, s services.Service, refusal simulate.Refusal) request.Request {
	t.Helper()
	values := s.Examples()
	for name, value := range refusal.Values {
		values[name] = value
	}
	r, problems := s.Request(values)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		switch {
		case f.Source == esp8266.SourceTime && f.Moment.Format != "": // by a clock that both have
			f.Source, f.Sample, f.Moment = esp8266.SourceCode, f.Sent(), request.Moment{}
		case !f.Source.Constant() && f.Source != esp8266.SourceCode:
			f.Source, f.Sample, f.None, f.Moment = esp8266.SourceCounter, "1", "", request.Moment{}
		}
	}
	if refusal.Change != nil {
		refusal.Change(&r)
	}
	return r
}

// reading is the n-th, from 1, as a board sends it but for its key.
func reading(r request.Request, n int) request.Request {
	r = codegen.Project{Request: r.Clone()}.Sent()
	for i := range r.Fields {
		if f := &r.Fields[i]; f.Source == esp8266.SourceCounter {
			f.Sample = strconv.Itoa(n)
		}
	}
	return r
}

// send is the test POST, to the simulator in the place of the service's host.
func (b *bench) send(r request.Request) (*formpost.Response, request.Outcome) {
	b.t.Helper()
	client := formpost.Client{
		Timeouts: formpost.Timeouts{TCP: time.Minute, Handshake: time.Minute, Response: time.Minute, Total: time.Minute}, // on a busy machine
		Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", b.server.PortNumber()))
		},
	}
	response, err := client.Send(b.t.Context(), r, b.pin)
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

// For every service: five readings are delivered by the test POST and by a board,
// byte for byte the same, and both tell each refusal from a delivery.
func TestServices(t *testing.T) {
	var all *boards
	if need.All() {
		all = buildBoards(t)
	}
	rows := make([]string, len(services.All()))
	t.Run("each", func(t *testing.T) {
		for i, s := range services.All() {
			t.Run(s.ID, func(t *testing.T) {
				t.Parallel()
				rows[i] = one(t, s, all)
			})
		}
	})
	if !t.Failed() && all != nil && !slices.Contains(rows, "") {
		document(t, rows)
	}
}

// one tries a service, without boards where all is nil, and returns its row in the
// document.
func one(t *testing.T, s services.Service, all *boards) string {
	b := newBench(t, s)
	good := requestOf(t, s, simulate.Refusal{})
	b.deliver(good)
	equal := ""
	if all != nil {
		equal = all.delivered(t, s)
	}
	var said []string
	for _, refusal := range b.sim.Refusals() {
		text := b.refuse(refusal)
		if all != nil {
			text += " → " + all.refused(t, s, refusal)
		}
		said = append(said, text)
	}
	return row(good, s, equal, said)
}

// deliver sends readings, which are all kept, once each and as they were sent.
func (b *bench) deliver(r request.Request) {
	b.t.Helper()
	var want []string
	for n := 1; n <= readings; n++ {
		for _, sent := range reading(r, n).Parts() {
			b.wait()
			response, outcome := b.send(sent)
			if !outcome.Done() {
				b.t.Errorf("reading %d: %s after %d %q", n, outcome, response.Status, response.Body)
			}
			want = append(want, kept(sent))
		}
	}
	if diff := cmp.Diff(want, b.sim.Taken()); diff != "" {
		b.t.Errorf("the service has kept (-sent +kept):\n%s", diff)
	}
}

// kept is what a service keeps of a request.
func kept(r request.Request) string {
	if body := r.BodyBytes(); len(body) > 0 {
		return string(body)
	}
	_, query, _ := strings.Cut(r.URL(false), "?")
	return query
}

// refuse provokes a refusal, which keeps nothing, and returns it as a sentence.
func (b *bench) refuse(refusal simulate.Refusal) string {
	b.t.Helper()
	good := reading(requestOf(b.t, b.service, simulate.Refusal{}), 1).Parts()[0]
	before := len(b.sim.Taken())
	b.wait()
	if refusal.Soon {
		b.send(good)
		before++
	}
	response, outcome := b.send(reading(requestOf(b.t, b.service, refusal), 1).Parts()[0])
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
		if response, outcome := b.send(good); !outcome.Done() {
			b.t.Errorf("afterwards: %s after %d %q", outcome, response.Status, response.Body)
		}
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
