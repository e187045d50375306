package esp8266

import (
	"regexp"
	"strconv"
	"strings"
)

// A Mention is a line of text that speaks of errors.
type Mention struct {
	Line   int    // from 1
	Text   string // the line as it stands
	Errors []ErrorInfo
}

// ExplainLog finds the errors in a serial log, in every form that the core,
// common sketches and espost's firmware print them: numbers after their names,
// the core's texts, and alerts in the clothes of certificate errors.
func ExplainLog(log string) []Mention {
	var mentions []Mention
	n := 0
	for line := range strings.Lines(log) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if found := explainLine(line); len(found) > 0 {
			mentions = append(mentions, Mention{Line: n, Text: line, Errors: found})
		}
	}
	return mentions
}

// Explain explains one number or text that somebody has seen. A bare number
// can mean several things: it returns all of them, the likeliest first.
func Explain(seen string) []ErrorInfo {
	seen = strings.TrimSpace(seen)
	if n, err := strconv.Atoi(seen); err == nil {
		return explainNumber(n)
	}
	if found := explainLine(seen); len(found) > 0 {
		return found
	}
	for _, e := range HTTPClientErrors() { // too short to be looked for in a log
		if strings.EqualFold(e.Text, strings.TrimSuffix(seen, ".")) {
			return []ErrorInfo{e}
		}
	}
	for _, e := range Alerts() {
		if strings.EqualFold(e.Text, strings.ReplaceAll(seen, " ", "_")) {
			return []ErrorInfo{e}
		}
	}
	return nil
}

// explainNumber returns what a number without a name can mean.
func explainNumber(n int) []ErrorInfo {
	var found findings
	found.add(HTTPClientError(n))
	found.add(HTTPStatus(n))
	switch {
	case SSLError(n) >= AlertReceived:
		if base := n % 256; SSLError(n) < AlertSent+256 && AlertName(base) != "unassigned" {
			found.add(SSLError(n).Info())
		}
	case n != 0:
		found.add(SSLError(n).Info())
		if n > 0 && AlertName(n) != "unassigned" { // the core takes the 256 away
			found.add((AlertReceived + SSLError(n)).Info())
		}
	}
	return found
}

// findings are errors, each once.
type findings []ErrorInfo

func (f *findings) add(e ErrorInfo, ok bool) {
	if !ok {
		return
	}
	for _, known := range *f {
		if known.Name == e.Name {
			return
		}
	}
	*f = append(*f, e)
}

// How numbers are named in logs. A number after "BearSSL" or "SSL error" is
// BearSSL's, a negative one after "HTTP", "error" or "code" is HTTPClient's.
var (
	bearSSLNumber    = regexp.MustCompile(`(?i)(?:\bbearssl\b|\bssl[ _-]?err(?:or)?\b|lastsslerror\b)[^-\d\n]{0,16}(-?\d{1,4})\b`)
	alertNumber      = regexp.MustCompile(`(?i)\balert(?: number)?[ :=#(]*(\d{1,3})\b`)
	httpClientNumber = regexp.MustCompile(`(?i)(?:httpclient|http|error|code|failed|returned)\b[^-\d\n]{0,24}(-\d{1,2})\b`)
	statusNumber     = regexp.MustCompile(`(?i)\b(?:http[ _]?code|http status|response code|status|code|http/1\.[01])[ :=]{1,3}([1-5]\d\d)\b`)
	firstNumber      = regexp.MustCompile(`^\D{0,24}(\d{1,3})\b`)

	// fingerprintDiffers is the core's debug line (WiFiClientSecureBearSSL.cpp,
	// insecure_end_chain).
	fingerprintDiffers = "received cert fp doesn't match"
)

func explainLine(line string) []ErrorInfo {
	var found findings
	lower := strings.ToLower(line)
	for _, m := range httpClientNumber.FindAllStringSubmatch(line, -1) {
		found.add(HTTPClientError(number(m)))
	}
	if m := statusNumber.FindStringSubmatch(line); m != nil {
		found.add(HTTPStatus(number(m)))
	}
	switch {
	case strings.Contains(lower, strings.ToLower(strings.TrimSuffix(prefixReceived, "- "))):
		found = append(found, strippedAlerts(line)...)
		return found
	case strings.Contains(lower, fingerprintDiffers):
		found.add(X509NotTrusted.Info())
	}
	for _, m := range bearSSLNumber.FindAllStringSubmatch(line, -1) {
		if n := number(m); n != 0 {
			found.add(SSLError(n).Info())
		}
	}
	for _, m := range alertNumber.FindAllStringSubmatch(line, -1) {
		found.add(Alert(number(m)), number(m) < 256)
	}
	for _, e := range SSLErrors() {
		if e.Code != 0 && strings.Contains(lower, strings.ToLower(strings.TrimSuffix(e.Text, "."))) {
			found.add(e, true)
		}
	}
	found = append(found, named(line, lower)...)
	return found
}

// named finds alerts by their names, and HTTPClient's texts where the line says
// that it is about an error.
func named(line, lower string) findings {
	var found findings
	for _, e := range Alerts() {
		if strings.Contains(e.Text, "_") && (strings.Contains(lower, e.Text) ||
			strings.Contains(lower, "alert") && strings.Contains(lower, strings.ReplaceAll(e.Text, "_", " "))) {
			found.add(e, !strings.Contains(lower, "alert "+strconv.Itoa(e.Code)))
		}
	}
	if strings.Contains(lower, "error: ") && httpClientNumber.FindString(line) == "" {
		for _, e := range HTTPClientErrors() {
			if strings.HasSuffix(strings.TrimRight(lower, " .!"), "error: "+strings.ToLower(e.Text)) {
				found.add(e, true)
			}
		}
	}
	return found
}

// strippedAlerts explains a received alert after the core took the 256 away:
// by the number that stands beside it, or by the text of the error that has the
// same number. Alerts without such a text share one: the likely ones are listed.
func strippedAlerts(line string) findings {
	var found findings
	before, after, _ := strings.Cut(line, strings.TrimSuffix(prefixReceived, "- "))
	for _, m := range [][]string{bearSSLNumber.FindStringSubmatch(before), firstNumber.FindStringSubmatch(before)} {
		if n := number(m); n > 0 {
			found.add((AlertReceived + SSLError(n)%AlertReceived).Info())
			return found
		}
	}
	lower := strings.ToLower(after)
	for _, e := range SSLErrors() {
		if e.Code > 0 && strings.Contains(lower, strings.ToLower(e.Text)) {
			found.add((AlertReceived + SSLError(e.Code)).Info())
		}
	}
	if len(found) == 0 {
		for _, n := range []SSLError{70, 80, 112} {
			found.add((AlertReceived + n).Info())
		}
	}
	return found
}

// number is a pattern's first group as a number, 0 without a match.
func number(match []string) int {
	if len(match) < 2 {
		return 0
	}
	n, err := strconv.Atoi(match[1])
	if err != nil {
		return 0
	}
	return n
}
