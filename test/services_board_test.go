package test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/demo"
	"espost/esp8266"
	"espost/formpost"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
	"espost/services"
	"espost/services/simulate"
)

// A seen request is all that a service can see of it, in order where order means
// something.
type seen struct {
	Method, URI, Host, Body string
	Header                  http.Header
}

// A recorder remembers what comes to a simulator, whose clock goes on by the
// service's interval with each request.
type recorder struct {
	sim *simulate.Simulator

	mu   sync.Mutex
	seen []seen
}

func record(t *testing.T, s services.Service) *recorder {
	t.Helper()
	r := new(recorder)
	sim, ok := simulate.New(s, func() time.Time {
		return time.Unix(0, 0).Add(time.Duration(len(r.seen)) * (s.Interval() + time.Second))
	})
	if !ok {
		t.Fatalf("%s has no simulator", s.ID)
	}
	r.sim = sim
	return r
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, "torn", http.StatusBadRequest)
		return
	}
	header := req.Header.Clone()
	header.Del(request.KeyHeader) // each reading has its own
	r.seen = append(r.seen, seen{req.Method, req.RequestURI, req.Host, string(body), header})
	req.Body = io.NopCloser(strings.NewReader(string(body)))
	r.sim.ServeHTTP(w, req)
}

// A board with a service's firmware delivers five readings to it, each of which is
// the request that the test POST sends.
func TestBoardsAndServices(t *testing.T) {
	need.Long(t)
	for _, id := range []string{"thingspeak", "thingspeak-get", "telegram", "influxdb2", "home-assistant", "openhab", "domoticz"} {
		t.Run(id, func(t *testing.T) {
			s, ok := services.Exact(id)
			if !ok {
				t.Fatal("there is no such service")
			}
			r := record(t, s)
			server, err := demo.Start(demo.Options{Handler: r, Names: []string{"*.example.com"}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { server.Close() })
			p := boardOf(t, s, server)
			posted := testPost(t, p, server)
			if posted != request.Delivered {
				t.Fatalf("the test POST counts as %s", posted)
			}
			_, port, _ := net.SplitHostPort(server.Addr())
			board := rig.Boot(t, rig.Plain.Build(t, p), "RIG_PORT="+port, "RIG_MILLIS=270000")
			if n := len(r.sim.Taken()); n != 1+5 {
				t.Errorf("the service has kept %d readings, want 6; the board says:\n%s", n, board.Serial)
			}
			for i := 1; i < len(r.seen); i++ {
				if diff := cmp.Diff(r.seen[0], r.seen[i]); diff != "" {
					t.Errorf("reading %d (-test POST +board):\n%s", i, diff)
				}
			}
		})
	}
}

// boardOf is a board that posts to the service every minute; all that it reads is
// the same each time.
func boardOf(t *testing.T, s services.Service, server *demo.Server) codegen.Project {
	t.Helper()
	r, problems := s.Request(s.Examples())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; !f.Source.Constant() {
			f.Source, f.Sample = esp8266.SourceRSSI, "-61" // as the rig's Wi-Fi
		}
	}
	board, _ := esp8266.BoardByID("nodemcuv2")
	return codegen.Project{
		Request:  r,
		Pin:      esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{server.Fingerprint()}},
		Firmware: codegen.Firmware{Name: "porch", Board: board, SSID: "home", Password: "correct horse", Every: time.Minute},
	}
}

// testPost sends the project's request to the server, whatever its host is.
func testPost(t *testing.T, p codegen.Project, server *demo.Server) request.Outcome {
	t.Helper()
	client := formpost.Client{
		Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Addr())
		},
	}
	sent := p.Sent()
	response, err := client.Send(t.Context(), sent, p.Pin)
	if err != nil {
		t.Fatal(err)
	}
	if string(response.Request) != string(sent.Bytes()) {
		t.Fatalf("sent %q, meant %q", response.Request, sent.Bytes())
	}
	return response.Outcome
}
