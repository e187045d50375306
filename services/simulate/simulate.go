// Package simulate plays the services of package services: it keeps the rules
// that their documents state about who may post, what, and how often, and says
// no as they do. Tests post to it, and espost demo --as.
package simulate

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"espost/request"
	"espost/services"
)

// A Simulator plays one service to whoever has its example values
// (services.Service.Examples). It is an http.Handler.
type Simulator struct {
	service services.Service
	rules   rules
	sample  request.Request // the service's, of its example values
	now     func() time.Time

	mu    sync.Mutex
	last  time.Time // when a reading was taken
	taken []string
}

// New returns the simulator of a service. now tells the time, for the pace; nil
// means time.Now.
func New(s services.Service, now func() time.Time) (*Simulator, bool) {
	rules, ok := all()[s.ID]
	sample, problems := s.Request(s.Examples())
	if !ok || problems.Err() != nil {
		return nil, false
	}
	if now == nil {
		now = time.Now
	}
	return &Simulator{service: s, rules: rules, sample: sample, now: now}, true
}

// Taken returns the readings that the service has kept: their bodies, or their
// queries where there is no body.
func (s *Simulator) Taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.taken...)
}

// A Refusal is one way in which the service says no, and how to provoke it.
type Refusal struct {
	Name   string                 // "a wrong key"
	Values map[string]string      // blanks that are filled in otherwise
	Change func(*request.Request) // what else is otherwise
	Soon   bool                   // the reading comes right after another

	Status int
	Again  bool // it passes: the same reading is taken later
	Silent bool // the service says yes all the same, and nobody can tell
}

// Refusals returns the ways in which the service says no.
func (s *Simulator) Refusals() []Refusal { return s.rules.refusals }

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// ServeHTTP implements http.Handler.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body can't be read", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Request: r, body: body, sim: s, gap: s.now().Sub(s.last)}
	a := s.rules.answer(c)
	if a.taken {
		s.last = s.now()
		s.taken = append(s.taken, c.reading())
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	kind := "text/plain; charset=utf-8"
	if strings.HasPrefix(a.body, "{") || strings.HasPrefix(a.body, "[") {
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(a.status)
	if a.status != http.StatusNoContent {
		_, _ = io.WriteString(w, a.body) // who hung up isn't told
	}
}

// rules are how a service behaves.
type rules struct {
	answer   func(*call) answer
	refusals []Refusal
}

// An answer is what a service says, and whether it has taken the reading.
type answer struct {
	status int
	body   string
	header map[string]string
	taken  bool
}

func yes(status int, body string) answer { return answer{status: status, body: body, taken: true} }
func no(status int, body string) answer  { return answer{status: status, body: body} }

// with adds a header.
func (a answer) with(name, value string) answer {
	a.header = map[string]string{name: value}
	return a
}

// A call is one request, as a service looks at it.
type call struct {
	*http.Request
	body []byte
	sim  *Simulator
	gap  time.Duration // since a reading was taken
}

// reading is what is kept of a call.
func (c *call) reading() string {
	if len(c.body) == 0 {
		return c.URL.RawQuery
	}
	return string(c.body)
}

// blank is the example value of a blank.
func (c *call) blank(name string) string { return c.sim.service.Examples()[name] }

// here reports whether method and path are the service's.
func (c *call) here() bool {
	return c.Method == c.sim.sample.Method && c.like(func(want *url.URL) bool { return c.URL.Path == want.Path })
}

// like reports whether the address is one of the example's.
func (c *call) like(want func(*url.URL) bool) bool {
	for _, part := range c.sim.sample.Parts() {
		if u, err := url.Parse(part.URL(false)); err == nil && want(u) {
			return true
		}
	}
	return false
}

// posted reports whether it is the method alone.
func (c *call) posted() bool { return c.Method == c.sim.sample.Method }

// header reports whether a header is as in the example.
func (c *call) header(name string) bool {
	want := ""
	for _, h := range c.sim.sample.Added(false) {
		if strings.EqualFold(h.Name, name) {
			want = h.Value
		}
	}
	return c.Header.Get(name) == want
}

// query reports whether a value in the query is as in the example.
func (c *call) query(name string) bool {
	return c.like(func(want *url.URL) bool { return c.URL.Query().Get(name) == want.Query().Get(name) })
}

// form returns a value of the form in the body.
func (c *call) form(name string) string {
	values, err := url.ParseQuery(string(c.body))
	if err != nil || !strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return ""
	}
	return values.Get(name)
}

// json returns a value in the body, named by its path, "properties.RSSI.number";
// nil for none.
func (c *call) json(path string) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(c.body))
	if !strings.HasPrefix(c.Header.Get("Content-Type"), "application/json") || d.Decode(&v) != nil {
		return nil
	}
	for name := range strings.SplitSeq(path, ".") {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// number reports whether the value at path is one.
func (c *call) number(path string) bool {
	_, ok := c.json(path).(float64)
	return ok
}

// object reports whether the body is an object with something in it, whatever its
// names.
func (c *call) object() bool {
	var o map[string]any
	return strings.HasPrefix(c.Header.Get("Content-Type"), "application/json") && json.Unmarshal(c.body, &o) == nil && len(o) > 0
}

// text reports whether the value at path is a text with something in it.
func (c *call) text(path string) bool {
	s, ok := c.json(path).(string)
	return ok && s != ""
}

// lines reports whether the body is line protocol with a number in it.
func (c *call) lines() bool {
	_, fields, ok := strings.Cut(string(c.body), " ")
	name, value, both := strings.Cut(strings.Split(fields, ",")[0], "=")
	return ok && both && name != "" && json.Valid([]byte(value))
}
