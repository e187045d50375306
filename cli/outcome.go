package cli

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tlsinspect"
)

// boardsError is a failed test POST in the words of the board.
func boardsError(e *formpost.Error) error {
	code := fmt.Sprintf("HTTPClient %d", e.HTTPClient)
	if e.BearSSL != 0 {
		code += fmt.Sprintf(", BearSSL %d", e.BearSSL)
	}
	return fmt.Errorf("the board would report %s: %s", code, sanitize.Line(problem.Sentences(e.Message, e.Fix)))
}

// shown returns text of an answer with its secrets masked, unless they are to be
// shown.
func shown(r *formpost.Response, showSecrets bool) func(string) string {
	if showSecrets {
		return func(s string) string { return s }
	}
	return r.Masked
}

// printResponse prints the body to stdout and what the board would make of the
// answer to stderr.
func (p *Program) printResponse(r *formpost.Response, rule request.Answer, mask func(string) string, raw bool) {
	c := newPalette()
	mark := c.good.Render("✓")
	if !r.Outcome.Done() {
		mark = c.bad.Render("✗")
	}
	fmt.Fprintf(p.paintErr, "%s %s in %s · the pin matched · %s\n",
		mark, c.strong.Render(sanitize.Line(fmt.Sprintf("%d %s", r.Status, mask(r.Reason)))), milliseconds(r.Phases.Total()), tlsTerms(r))
	fmt.Fprintf(p.paintErr, "  name lookup %s · TCP %s · TLS %s · first byte %s · body %s\n",
		milliseconds(r.Phases.DNS), milliseconds(r.Phases.TCP), milliseconds(r.Phases.TLS),
		milliseconds(r.Phases.FirstByte), milliseconds(r.Phases.Body))
	if !r.Outcome.Done() || !rule.Ordinary() {
		fmt.Fprintf(p.paintErr, "  this answer counts as: %s\n", r.Outcome.Text())
	}
	for _, n := range r.Notes {
		mark := c.dim.Render("·")
		if n.Severity == problem.Warning {
			mark = c.caution.Render("!")
		}
		fmt.Fprintf(p.paintErr, "%s %s\n", mark, sanitize.Line(n.Message))
		if n.Fix != "" {
			fmt.Fprintf(p.paintErr, "  %s\n", c.dim.Render(sanitize.Line(n.Fix)))
		}
	}
	if info, ok := esp8266.HTTPFailure(r.Status); ok && !r.Outcome.Done() {
		fmt.Fprintf(p.paintErr, "  %s %s\n", info.Meaning, info.Cure)
	}
	if raw {
		_, _ = p.out.Write(r.Body) // results notes what goes wrong
		return
	}
	body := sanitize.Text(mask(string(r.Body)))
	if body != "" && !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	fmt.Fprint(p.out, body)
}

func tlsTerms(r *formpost.Response) string {
	suite := tls.CipherSuiteName(r.Suite)
	if s, ok := esp8266.CipherSuiteByID(r.Suite); ok {
		suite = s.Name
	}
	return esp8266.VersionName(r.Version) + " · " + suite
}

func milliseconds(d time.Duration) string {
	switch ms := float64(d.Microseconds()) / 1000; {
	case ms >= 10:
		return fmt.Sprintf("%.0f ms", ms)
	default:
		return fmt.Sprintf("%.1f ms", ms)
	}
}

// The shape of post's JSON. Its keys are a promise to scripts.
type (
	outcomeJSON struct {
		Request     string     `json:"request"` // with secrets masked, unless asked otherwise
		Error       *errorJSON `json:"error"`   // null when an answer came
		Status      int        `json:"status"`
		Reason      string     `json:"reason"`
		BoardStatus int        `json:"board_status"`
		Outcome     string     `json:"outcome"` // of request.Outcome
		Head        string     `json:"head"`
		Body        string     `json:"body"`
		BodyBase64  string     `json:"body_base64"` // in place of body where that isn't text
		Truncated   bool       `json:"truncated"`
		Address     string     `json:"address"`
		Fingerprint string     `json:"fingerprint"`
		Trust       string     `json:"trust"` // what vouches for the server: same-key, public, pinned-ca or none
		TLSVersion  string     `json:"tls_version"`
		CipherSuite string     `json:"cipher_suite"`
		Reusable    bool       `json:"reusable"`
		PhasesMS    phasesJSON `json:"phases_ms"`
		Notes       []noteJSON `json:"notes"`
		Parts       []partJSON `json:"parts"` // of a reading that is split: what came of each request
	}
	partJSON struct {
		Field   string `json:"field"`
		Status  int    `json:"status"`
		Outcome string `json:"outcome"`
	}
	errorJSON struct {
		HTTPClient int              `json:"httpclient"`
		BearSSL    esp8266.SSLError `json:"bearssl"`
		Message    string           `json:"message"`
		Fix        string           `json:"fix"`
	}
	phasesJSON struct {
		DNS       float64 `json:"dns"`
		TCP       float64 `json:"tcp"`
		TLS       float64 `json:"tls"`
		FirstByte float64 `json:"first_byte"`
		Body      float64 `json:"body"`
		Total     float64 `json:"total"`
	}
	noteJSON struct {
		Code    string `json:"code"`
		Warning bool   `json:"warning"`
		Message string `json:"message"`
		Fix     string `json:"fix"`
	}
)

func (p *Program) printOutcomeJSON(sent request.Request, r *formpost.Response, failed *formpost.Error, trust tlsinspect.Trust, showSecrets bool) {
	out := outcomeJSON{Request: sent.Text(!showSecrets), Trust: string(trust), Notes: []noteJSON{}, Parts: []partJSON{}, Outcome: string(request.TryAgain)}
	if failed != nil {
		out.Error = &errorJSON{failed.HTTPClient, failed.BearSSL, sanitize.Line(failed.Message), sanitize.Line(failed.Fix)}
	}
	if r != nil && failed == nil {
		out.fill(r, shown(r, showSecrets))
	}
	p.printJSON(out)
}

// printJSON prints an object on a line of its own, safe to show.
func (p *Program) printJSON(object any) {
	_, _ = p.out.Write(encodeJSON(object)) // results notes what goes wrong
}

// encodeJSON is an object as a line that is safe to show.
func encodeJSON(object any) []byte {
	encoded, err := json.Marshal(object)
	if err != nil {
		encoded = []byte("null") // nothing in any of them can fail
	}
	// mutant TestCommands/post_--json/doctored_headers in ./internal/testkit/hostile: sanitize.JSON(encoded) => encoded
	return append(sanitize.JSON(encoded), '\n')
}

func (o *outcomeJSON) fill(r *formpost.Response, mask func(string) string) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	o.Status, o.Reason, o.BoardStatus = r.Status, sanitize.Line(mask(r.Reason)), r.BoardStatus
	o.Outcome = string(r.Outcome)
	o.Head, o.Truncated = sanitize.Text(mask(string(r.HeadRaw))), r.Truncated
	o.Address, o.Fingerprint, o.Reusable = r.Address, r.LeafSHA1, r.Reusable
	o.TLSVersion, o.CipherSuite = esp8266.VersionName(r.Version), tls.CipherSuiteName(r.Suite)
	if s, ok := esp8266.CipherSuiteByID(r.Suite); ok {
		o.CipherSuite = s.Name
	}
	o.PhasesMS = phasesJSON{ms(r.Phases.DNS), ms(r.Phases.TCP), ms(r.Phases.TLS), ms(r.Phases.FirstByte), ms(r.Phases.Body), ms(r.Phases.Total())}
	if body := mask(string(r.Body)); utf8.ValidString(body) {
		o.Body = body // what a terminal must not see gets escaped
	} else {
		o.BodyBase64 = base64.StdEncoding.EncodeToString([]byte(body))
	}
	for _, one := range r.Parts {
		o.Parts = append(o.Parts, partJSON{one.Sent.PartName(), one.Status, string(one.Outcome)})
	}
	for _, n := range r.Notes {
		o.Notes = append(o.Notes, noteJSON{n.Code, n.Severity == problem.Warning, sanitize.Line(n.Message), sanitize.Line(n.Fix)})
	}
}
