package services

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"espost/internal/duration"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// A Service is a place to post to. In its texts [name] stands for what the user
// gives once (a Blank) and {{name}} for a field's value, as in request.Request.
type Service struct {
	ID      string // "thingspeak"
	Title   string // "ThingSpeak"
	About   string // what becomes of a reading there; no full stop
	Outline Outline
	Blanks  []Blank

	Every  time.Duration // the shortest time between two requests; 0 where none is documented
	Daily  int           // requests a day that an account without a bill has; 0 where no number is documented
	Size   int           // bytes of a body that are taken; 0 where no limit is documented
	Trap   string        // what bites boards there, in sentences
	Cannot string        // what a board can't do there, in sentences; empty for nothing known
	Docs   string        // the page to open
	Facts  []Source      // where all this is from
}

// An Outline is a request.Request with blanks.
type Outline struct {
	Method   string // empty for POST
	Address  string // an https URL
	Body     request.Body
	Template string
	Bulk     request.Bulk // how waiting readings are joined; its texts may have blanks
	Split    bool         // a request takes one field
	Headers  []request.Header
	// Basic names the two blanks that make up an Authorization header, the user's
	// name and the password (RFC 7617); empty for no such header.
	Basic  [2]string
	Fields []request.Field // without those of secret blanks
	Answer request.Answer
}

// A Blank is what only the user knows: a channel, a key.
type Blank struct {
	Name    string // in [name], or of the field that a secret one becomes
	Title   string // "write API key"
	Where   string // where the user finds it; no full stop
	Example string // as the service's own documents write one, or of its kind
	Kind    Kind
}

// A Kind is what a blank holds, and so where its value may stand.
type Kind int

// The kinds.
const (
	Word   Kind = iota // letters, digits and -._~+/:@ : it may stand anywhere
	Host               // a host, or host:port, in the address
	Text               // anything, as a field's value
	Secret             // anything, as a secret field's value: {{name}}
)

// A Source is a page that facts are from.
type Source struct {
	About string // "request", "answers", "pace"
	URL   string
	Read  string // the day, as 2026-11-25; empty for what is told from memory
}

// Secrets returns the names of the blanks that are secret.
func (s Service) Secrets() []string {
	var names []string
	for _, b := range s.Blanks {
		if b.Kind == Secret {
			names = append(names, b.Name)
		}
	}
	return names
}

// Interval is the shortest time between two readings at which the service takes
// every one of them, for days: a tenth longer than Pace where a day's number is
// what counts, so that readings that waited find their turn.
func (s Service) Interval() time.Duration {
	if pace := s.Pace(); pace > ceil(s.Every) {
		return ceil(pace + pace/10)
	}
	return ceil(s.Every)
}

// Pace is the time between two requests at which no backlog, whatever its size,
// makes more of them in a day than the service takes. A new reading waits for its
// turn like any other, so that both together keep to it.
func (s Service) Pace() time.Duration {
	every := s.Every
	if s.Daily > 0 {
		every = max(every, 24*time.Hour/time.Duration(s.Daily))
	}
	return ceil(every)
}

// For returns s with its pace as that of whole readings of r, which may be several
// requests each.
func (s Service) For(r request.Request) Service {
	n := max(1, len(r.Parts()))
	s.Every *= time.Duration(n)
	if s.Daily > 0 {
		s.Daily = max(1, s.Daily/n)
	}
	return s
}

// ForExample is For its own example.
func (s Service) ForExample() Service {
	r, _ := s.Request(s.Examples())
	return s.For(r)
}

// At reports whether a host may be the service's.
func (s Service) At(host string) bool {
	_, rest, _ := strings.Cut(s.Outline.Address, "://")
	own, _, _ := strings.Cut(rest, "/")
	return strings.HasPrefix(own, "[") || strings.EqualFold(own, host)
}

// Notes are what whoever posts there, a reading every so often and others at least
// gap apart that something causes (zero for none), should know: a pace that is too
// fast is a warning, the trap a note.
func (s Service) Notes(every, gap time.Duration) problem.List {
	var l problem.List
	if pace := s.Pace(); s.Daily > 0 && gap > 0 && gap < pace {
		l = append(l, problem.Problem{
			Severity: problem.Warning, Where: "firmware.min-gap",
			Message: fmt.Sprintf("%s takes %d readings a day, and the board may send one every %s when something causes it", s.Title, s.Daily, duration.Format(gap)),
			Fix:     "let more time lie between two (min-gap); at " + duration.Format(pace) + " the day's number always suffices",
		})
	}
	if interval := s.Interval(); every < interval {
		l = append(l, problem.Problem{
			Severity: problem.Warning, Where: "firmware.every",
			Message: fmt.Sprintf("%s takes a reading every %s, and the board would send one every %s", s.Title, duration.Format(interval), duration.Format(every)),
			Fix:     "choose a longer time between two readings",
		})
	}
	trap := strings.TrimSuffix(strings.TrimSpace(s.Trap+" "+s.Cannot), ".")
	return append(l, problem.Problem{Severity: problem.Note, Where: "service", Message: "about " + s.Title + ": " + trap})
}

// With returns r, the service's request, with the user's own fields: each takes
// the place of the one of its name. Where no template decides what is sent, the
// example's readings go, since they only stood for the user's.
func (s Service) With(r request.Request, own []request.Field) request.Request {
	r = r.Clone()
	if len(own) == 0 {
		return r
	}
	named := func(fields []request.Field, name string) int {
		return slices.IndexFunc(fields, func(f request.Field) bool { return f.Name == name })
	}
	r.Fields = slices.DeleteFunc(r.Fields, func(f request.Field) bool {
		return named(own, f.Name) < 0 && !f.Source.Constant() && !s.places(f.Name)
	})
	for _, f := range own {
		if i := named(r.Fields, f.Name); i >= 0 {
			r.Fields[i] = f
		} else {
			r.Fields = append(r.Fields, f)
		}
	}
	return r
}

// places reports whether the outline names a field in its address, headers or
// template.
func (s Service) places(name string) bool {
	texts := []string{s.Outline.Address, s.Outline.Template, s.Outline.Bulk.First, s.Outline.Bulk.Last}
	for _, h := range s.Outline.Headers {
		texts = append(texts, h.Value)
	}
	return strings.Contains(strings.Join(texts, " "), "{{"+name+"}}")
}

// Examples returns a value for each blank, as the service's documents write them.
func (s Service) Examples() map[string]string {
	values := make(map[string]string)
	for _, b := range s.Blanks {
		values[b.Name] = b.Example
	}
	return values
}

// Asks reports whether the service has a blank of that name.
func (s Service) Asks(name string) bool {
	return slices.ContainsFunc(s.Blanks, func(b Blank) bool { return b.Name == name })
}

// Request returns the service's request with values in its blanks. What is missing,
// and what can't stand in its place, is in the list under "blank.NAME"; secrets
// may be missing, and are then warnings: they are given later, in the
// environment or on the board. Values without a blank are refused.
func (s Service) Request(values map[string]string) (request.Request, problem.List) {
	l := s.check(values)
	if l.Err() != nil {
		return request.Request{}, l
	}
	q := s.Outline
	r := request.Request{Method: q.HTTPMethod(), Body: q.Body, Answer: q.Answer}
	fill := s.replacer(values)
	target, err := request.ParseTarget(fill.Replace(q.Address))
	if err != nil {
		l.Add(problem.At("blank", "with these values the address can't be sent to", "correct the host").Because(err))
		return request.Request{}, l
	}
	r.Target = target
	r.Template, r.Bulk, r.Split = fill.Replace(q.Template), q.Bulk, q.Split
	r.Bulk.First, r.Bulk.Last = fill.Replace(q.Bulk.First), fill.Replace(q.Bulk.Last)
	for _, h := range q.Headers {
		h.Value = fill.Replace(h.Value)
		r.Headers = append(r.Headers, h)
	}
	if q.Basic[0] != "" {
		r.Headers = append(r.Headers, basic(values[q.Basic[0]], values[q.Basic[1]]))
	}
	r.Fields = s.secretFields(values)
	for _, f := range q.Fields {
		f.Value, f.Moment.Zone = fill.Replace(f.Value), fill.Replace(f.Moment.Zone)
		r.Fields = append(r.Fields, f)
	}
	r.Answer.Pause = min(s.Pace(), time.Hour) // no longer pause can be asked for
	return r, l
}

// HTTPMethod is the method, POST where none is named.
func (o Outline) HTTPMethod() string {
	if o.Method == "" {
		return "POST"
	}
	return o.Method
}

// basic is the header of RFC 7617, empty where a part of it is missing.
func basic(user, password string) request.Header {
	h := request.Header{Name: "Authorization", Secret: true}
	if user != "" && password != "" {
		h.Value = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	return h
}

// secretFields are the fields of the secret blanks that don't go into a Basic
// header, in order.
func (s Service) secretFields(values map[string]string) []request.Field {
	var fields []request.Field
	for _, b := range s.Blanks {
		if b.Kind == Secret && b.Name != s.Outline.Basic[1] {
			fields = append(fields, request.Field{Name: b.Name, Value: values[b.Name], Secret: true})
		}
	}
	return fields
}

func (s Service) replacer(values map[string]string) *strings.Replacer {
	var pairs []string
	for _, b := range s.Blanks {
		pairs = append(pairs, "["+b.Name+"]", values[b.Name])
	}
	return strings.NewReplacer(pairs...)
}

// check holds values against the blanks.
func (s Service) check(values map[string]string) problem.List {
	var l problem.List
	for _, b := range s.Blanks {
		l.Add(b.check(values[b.Name]))
	}
	for name := range values {
		if !s.Asks(name) {
			l.Add(problem.At("blank."+sanitize.Clip(name, maxShown), fmt.Sprintf("%s asks for no %q", s.Title, sanitize.Clip(name, maxShown)), "it asks for "+s.asks()))
		}
	}
	return l
}

// maxShown is how much of what the user gave is quoted, in characters.
const maxShown = 40

// asks lists the blanks' names.
func (s Service) asks() string {
	if len(s.Blanks) == 0 {
		return "nothing"
	}
	names := make([]string, len(s.Blanks))
	for i, b := range s.Blanks {
		names[i] = b.Name
	}
	return strings.Join(names, ", ")
}

// check returns why value can't be the blank's, nil when it can.
func (b Blank) check(value string) *problem.Problem {
	where := "blank." + b.Name
	switch {
	case value == "" && b.Kind == Secret:
		return &problem.Problem{Severity: problem.Warning, Where: where, Message: fmt.Sprintf("the %s (%s) isn't given", b.Title, b.Name), Fix: b.Where}
	case value == "":
		return problem.At(where, fmt.Sprintf("the %s (%s) is missing", b.Title, b.Name), b.Where)
	case strings.ContainsFunc(value, unicode.IsControl):
		return problem.At(where, fmt.Sprintf("the %s holds a control character", b.Title), "remove it")
	case b.Kind == Host:
		if t, err := request.ParseTarget(value); err != nil || t.Path != "/" {
			return problem.At(where, fmt.Sprintf("the %s %q is no host", b.Title, sanitize.Clip(value, maxShown)), "give a host such as "+b.Example)
		}
	case b.Kind == Word && strings.ContainsFunc(value, notInWord):
		return problem.At(where, fmt.Sprintf("the %s %q can't stand in an address", b.Title, sanitize.Clip(value, maxShown)), "give it as in "+b.Example)
	}
	return nil
}

func notInWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._~+/:@", r)
}
