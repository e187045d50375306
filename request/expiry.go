package request

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"espost/internal/problem"
)

// ExpiryLead is how long before a secret ends people are warned.
const ExpiryLead = 30 * 24 * time.Hour

// CodeSecretEnds is the code of the warning about a secret's end.
const CodeSecretEnds = "secret-ends"

// An Expiry is when a secret ends: as the user says, or as the token itself does.
type Expiry struct {
	Name  string // of the header or field
	Where string
	At    time.Time
}

// Expiries returns the ends of r's secrets that are known.
func (r Request) Expiries() []Expiry {
	var all []Expiry
	add := func(name, where string, secret bool, said time.Time, value string) {
		if told, ok := TokenEnd(value); secret && said.IsZero() && ok {
			said = told
		}
		if secret && !said.IsZero() {
			all = append(all, Expiry{name, where, said})
		}
	}
	for i, h := range r.Headers {
		add(h.Name, fmt.Sprintf("request.headers[%d]", i), h.Secret, h.Expires, h.Value)
	}
	for i, f := range r.Fields {
		add(f.Name, fmt.Sprintf("request.fields[%d]", i), f.HoldsSecret() && !f.Off, f.Expires, f.Value)
	}
	return all
}

// FirstExpiry is the first of r's secrets to end; the zero value where none is
// known to.
func (r Request) FirstExpiry() Expiry {
	var first Expiry
	for _, e := range r.Expiries() {
		if first.At.IsZero() || e.At.Before(first.At) {
			first = e
		}
	}
	return first
}

// ExpiryNotes warns of secrets that have ended, or do within ExpiryLead.
func (r Request) ExpiryNotes(now time.Time) problem.List {
	var l problem.List
	for _, e := range r.Expiries() {
		if e.At.Sub(now) > ExpiryLead {
			continue
		}
		l = append(l, problem.Problem{Severity: problem.Warning, Code: CodeSecretEnds, Where: e.Where, Message: e.Text(now), Fix: e.Fix()})
	}
	return l
}

// Text says when the secret ends.
func (e Expiry) Text(now time.Time) string {
	verb := "ends"
	if !now.Before(e.At) {
		verb = "ended"
	}
	return fmt.Sprintf("the secret %s %s on %s", shown(e.Name), verb, e.At.UTC().Format("2 Jan 2006, 15:04 UTC"))
}

// Fix says what to do about it.
func (e Expiry) Fix() string {
	return "get a new one from the service, put it into the boards' arduino_secrets.h and flash them"
}

// TokenEnd returns the end that a token tells of itself: a JSON Web Token's exp
// (RFC 7519 section 4.1.4), which nobody verifies here, or the se of a shared access
// signature (Azure). A scheme such as Bearer may stand before it.
func TokenEnd(value string) (time.Time, bool) {
	scheme, token, found := strings.Cut(strings.TrimSpace(value), " ")
	if !found {
		token = scheme
	}
	if query, err := url.ParseQuery(token); scheme == "SharedAccessSignature" && err == nil {
		seconds, err := strconv.ParseInt(query.Get("se"), 10, 64)
		return unix(float64(seconds), err == nil)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		Exp *float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Exp == nil {
		return time.Time{}, false
	}
	return unix(*claims.Exp, true)
}

// unix is a time in this era; anything else is none.
func unix(seconds float64, ok bool) (time.Time, bool) {
	const latest = 253402300799 // the end of the year 9999
	if !ok || seconds < 1 || seconds > latest {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true
}
