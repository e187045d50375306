package hostile_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/testkit/hostile"
	"espost/request"
	"espost/tlsinspect"
)

// An outcome is what one visit to a hostile server came to.
type outcome struct {
	told  string   // what the user reads first
	fix   string   // what to do about it; "" when nothing is wrong
	texts []string // everything that may be shown as it is
	// connects says that the outcome promises a board's success.
	connects bool
	err      error
}

// A way is one way in: something of the product that talks to servers.
type way struct {
	name   string
	visits func(b hostile.Behaviour) bool // which behaviours it can meet
	visit  func(ctx context.Context, t testing.TB, s *hostile.Server, patience time.Duration) outcome
}

func ways() []way {
	beforeHTTP := func(b hostile.Behaviour) bool { return b.Layer != hostile.HTTP }
	always := func(hostile.Behaviour) bool { return true }
	return []way{
		{"fingerprint", beforeHTTP, fingerprint},
		{"inspect", beforeHTTP, inspect},
		{"test POST", always, send(esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{hostile.LeafSHA1()}})},
		{"test POST, key pin", beforeHTTP, send(esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: hostile.KeyPEM()})},
		{"test POST, CA pin", beforeHTTP, send(esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{hostile.LeafPEM()}})},
		{"test POST, no pin", beforeHTTP, send(esp8266.Pin{Mode: esp8266.PinInsecure})},
	}
}

// Patience with servers that wait for it to end, and with all others: there the
// machine may be as slow as it likes.
const (
	short = 250 * time.Millisecond
	long  = hang
)

func patience(b hostile.Behaviour) time.Duration {
	if b.Waits {
		return short
	}
	return long
}

func target(t testing.TB, s *hostile.Server) request.Target {
	t.Helper()
	parsed, err := request.ParseTarget(fmt.Sprintf("https://localhost:%d/post", s.Port()))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Names lead to the server alone, whatever this computer's own are.
func loopback() []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1")} }

func inspector(patience time.Duration) *tlsinspect.Client {
	return &tlsinspect.Client{
		Timeout: patience,
		Lookup:  func(context.Context, string, string) ([]netip.Addr, error) { return loopback(), nil },
		Now:     func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) },
	}
}

func fingerprint(ctx context.Context, t testing.TB, s *hostile.Server, patience time.Duration) outcome {
	sha1, err := inspector(patience).Fingerprint(ctx, target(t, s))
	if err == nil {
		return outcome{told: "a fingerprint: " + sha1, texts: []string{sha1}}
	}
	return failed(t, err)
}

func inspect(ctx context.Context, t testing.TB, s *hostile.Server, patience time.Duration) outcome {
	c := inspector(patience)
	var mu sync.Mutex
	var events []string
	c.Progress = func(e tlsinspect.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e.Title, e.Detail)
	}
	report, err := c.Inspect(ctx, target(t, s))
	if report == nil {
		t.Fatal("Inspect returned no report")
	}
	var out outcome
	switch {
	case err != nil:
		out = failed(t, err)
	case report.Board.Connects:
		out = outcome{told: "the board can connect", connects: true}
	default:
		out = outcome{told: "the board can't connect"}
		if len(report.Findings) == 0 || report.Findings[0].Severity != problem.Fatal {
			t.Errorf("no finding tells why the board can't connect: %+v", report.Findings)
		} else {
			out.told += ": " + report.Findings[0].Message
			out.fix = report.Findings[0].Fix
		}
	}
	if report.Board.Connects != out.connects {
		t.Error("a report with an error says that the board connects")
	}
	out.texts = append(out.texts, events...)
	out.texts = append(out.texts, reportTexts(t, report)...)
	return out
}

// reportTexts are the texts of a report that may be shown as they are: those of
// its findings, of its JSON, and what certificates are called.
func reportTexts(t testing.TB, r *tlsinspect.Report) []string {
	t.Helper()
	var texts []string
	for _, f := range r.Findings {
		texts = append(texts, f.Code, f.Message, f.Fix)
		checkSentence(t, f.Message, false)
	}
	for _, c := range r.Chain {
		texts = append(texts, c.Name(), c.String(), c.Key, c.Serial, c.SignatureAlgorithm, c.SHA1(), c.SHA256(), c.SPKISHA256())
		texts = append(texts, strings.Fields(c.PEM()+c.PublicKeyPEM())...)
	}
	encoded, err := json.Marshal(r)
	if err != nil {
		t.Fatalf("the report has no JSON: %v", err)
	}
	var decoded any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatalf("the report's JSON is none: %v", err)
	}
	return appendStrings(texts, decoded)
}

// appendStrings appends every string of decoded JSON, keys too.
func appendStrings(texts []string, value any) []string {
	switch v := value.(type) {
	case string:
		if block, rest := pem.Decode([]byte(v)); block != nil && len(rest) == 0 && string(pem.EncodeToMemory(block)) == v {
			return append(texts, strings.Fields(v)...) // its lines end with line feeds, as they must
		}
		texts = append(texts, v)
	case []any:
		for _, x := range v {
			texts = appendStrings(texts, x)
		}
	case map[string]any:
		for k, x := range v {
			texts = appendStrings(append(texts, k), x)
		}
	}
	return texts
}

// failed is the outcome of an error, which must be one for people.
func failed(t testing.TB, err error) outcome {
	t.Helper()
	out := outcome{err: err, texts: []string{err.Error()}}
	depth := 0
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		if depth++; depth > 32 {
			t.Errorf("the causes of %q go round in a circle", err)
			return out
		}
	}
	var looking *problem.Problem
	var posting *formpost.Error
	switch {
	case errors.As(err, &looking):
		out.told, out.fix = looking.Message, looking.Fix
		out.texts = append(out.texts, looking.Message, looking.Fix)
		checkSentence(t, looking.Message, false)
		checkSentence(t, looking.Fix, false)
	case errors.As(err, &posting):
		out.told, out.fix = posting.Message, posting.Fix
		out.texts = append(out.texts, posting.Message, posting.Fix)
		checkSentence(t, posting.Message, false)
		checkSentence(t, posting.Fix, false)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		out.told, out.fix = err.Error(), "–"
		return out
	default:
		t.Errorf("the error %q (%T) is not one for people", err, err)
		return out
	}
	return out
}

func poster(patience time.Duration) *formpost.Client {
	return &formpost.Client{
		Lookup:   func(context.Context, string, string) ([]netip.Addr, error) { return loopback(), nil },
		Now:      inspector(patience).Now,
		Timeouts: formpost.Timeouts{DNS: patience, TCP: patience, Handshake: patience, Response: patience, Total: 2 * patience},
		MaxBody:  256 << 10,
	}
}

// send is the test POST with a pin.
func send(pin esp8266.Pin) func(context.Context, testing.TB, *hostile.Server, time.Duration) outcome {
	return func(ctx context.Context, t testing.TB, s *hostile.Server, patience time.Duration) outcome {
		c := poster(patience)
		resp, err := c.Send(ctx, request.Request{
			Method: "POST", Target: request.Target{Host: "localhost", Port: s.Port(), Path: "/post"}, Body: request.Form,
			Fields: []request.Field{{Name: "name1", Value: "value1"}},
		}, pin)
		if err != nil {
			return failed(t, err)
		}
		out := outcome{told: fmt.Sprintf("an answer: %d, of which the board sees %d", resp.Status, resp.BoardStatus), connects: true}
		if len(resp.Body) > c.MaxBody {
			t.Errorf("the body has %d bytes, more than MaxBody", len(resp.Body))
		}
		for _, n := range resp.Notes {
			out.told += "; " + n.Code
			out.texts = append(out.texts, n.Code, n.Message, n.Fix)
			checkSentence(t, n.Message, false)
			checkSentence(t, strings.TrimSuffix(n.Fix, "."), false) // some end in an address
		}
		return out
	}
}
