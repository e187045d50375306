package request

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/sensors"
)

// A Body is how a request's fields become its body.
type Body string

// The bodies.
const (
	Form Body = "form" // application/x-www-form-urlencoded
	JSON Body = "json" // application/json: one object, a member a field; or the template
	Text Body = "text" // any text: the template
	None Body = "none" // no body: the fields stand in the query
)

// Bodies returns the bodies in the order that they are offered.
func Bodies() []Body { return []Body{Form, JSON, Text, None} }

// ContentType returns the media type of such a body, "" for none.
func (b Body) ContentType() string {
	switch b {
	case JSON:
		return "application/json"
	case Text:
		return "text/plain"
	case None:
		return ""
	}
	return "application/x-www-form-urlencoded"
}

// Methods returns the methods, the usual one first.
func Methods() []string { return []string{"POST", "PUT", "PATCH", "GET", "DELETE"} }

// Bodiless reports whether a request of that method has no body (RFC 9110 §9.3).
func Bodiless(method string) bool { return method == "GET" || method == "DELETE" }

// A Request is everything that decides which bytes the board sends, and what it
// takes for success.
type Request struct {
	Method string // one of Methods
	Target Target
	Body   Body
	// Template is the body where it isn't made of the fields alone: any text, or
	// JSON, in which {{name}} is the value of the field of that name. A field may
	// stand in the target's path and in a header's value in the same way.
	Template string
	Bulk     Bulk // several readings as one request
	// Split sends one reading as several requests (Parts): one for each field, whose
	// name is {{field}} and whose value is {{value}} there.
	Split   bool
	Part    int      // of a split reading: its request of this number, from 1; 0 for the whole
	Headers []Header // added to those that HTTPClient sends, in order
	Fields  []Field
	Key     string // the Idempotency-Key of one reading, behind Headers; empty for none
	Answer  Answer
}

// A Header is one header that is added.
type Header struct {
	Name  string
	Value string
	// Expires is when a secret ends; zero where nobody says so. A token may tell of
	// itself (TokenEnd).
	Expires time.Time
	Secret  bool // masked wherever it is shown, never saved, in arduino_secrets.h on the board
}

// A Field is one name with a value: a row of the form.
type Field struct {
	Name   string
	Source esp8266.Source // where the value comes from; the zero value is a constant text
	Value  string         // of a constant
	Sample string         // of the other sources: what the test sends in place of a reading; empty for the source's own
	GPIO   int            // for sources that read a pin
	Wires  Wires          // what else a sensor's wiring needs
	Shape  Shape          // how a number that is read becomes the one that is sent
	Moment Moment         // how the source time is written
	Quoted bool           // a number is a text in JSON
	None   NoValue        // what is done when the source has no value
	Off    bool           // kept, and not sent
	Secret bool           // as of a Header; constant texts only

	Statistic Statistic // what is made of the numbers between two readings
	Trigger   Trigger   // when it is sent at once
	Expires   time.Time // as of a Header
}

// Sent returns the value that is sent from this computer: what only the board
// can read is replaced by a sample, and a number becomes what the board would
// make of it.
func (f Field) Sent() string {
	if f.Source.Constant() {
		return f.Value
	}
	sample := f.Sample
	info, ok := sensors.Info(f.Source)
	if ok && sample == "" {
		sample = info.Sample
	}
	if at, ok := Instant(sample); ok && f.Source == esp8266.SourceTime && f.Moment != (Moment{}) {
		return f.Moment.text(at)
	}
	return f.Shape.apply(sample, info)
}

// HoldsSecret reports whether f's value is typed in and must not be shown.
func (f Field) HoldsSecret() bool { return f.Secret && f.Source.Constant() }

// Equal reports whether o is the same request.
func (r Request) Equal(o Request) bool {
	if !slices.Equal(r.Fields, o.Fields) || !slices.Equal(r.Headers, o.Headers) {
		return false
	}
	r.Fields, r.Headers, o.Fields, o.Headers = nil, nil, nil, nil
	return reflect.DeepEqual(r, o)
}

// Ungiven returns what the first secret that is sent is called whose value isn't
// known yet, and where it belongs; nil where all are: a profile doesn't keep them.
func (r *Request) Ungiven() (what string, value *string) {
	for i := range r.Headers {
		if h := &r.Headers[i]; h.Secret && h.Value == "" {
			return "header " + h.Name, &h.Value
		}
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; f.HoldsSecret() && !f.Off && f.Value == "" {
			return "field " + f.Name, &f.Value
		}
	}
	return "", nil
}

// Clone returns a copy that shares nothing with r.
func (r Request) Clone() Request {
	r.Headers = slices.Clone(r.Headers)
	r.Fields = slices.Clone(r.Fields)
	r.Answer = r.Answer.clone()
	return r
}

// Active returns the fields that are on. Where all are, they are r's own, and not to
// be changed.
func (r Request) Active() []Field {
	off := func(f Field) bool { return f.Off }
	if !slices.ContainsFunc(r.Fields, off) {
		return r.Fields
	}
	return slices.DeleteFunc(slices.Clone(r.Fields), off)
}

// Header returns the first added header with that name, in any case.
func (r Request) Header(name string) (Header, bool) {
	i := slices.IndexFunc(r.Headers, func(h Header) bool { return strings.EqualFold(h.Name, name) })
	if i < 0 {
		return Header{}, false
	}
	return r.Headers[i], true
}
