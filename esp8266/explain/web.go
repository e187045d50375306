package explain

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"espost/esp8266"
	"espost/internal/lazyregexp"
)

// The board's tables, looked up once: a monitor asks for each line.
var (
	clientErrors  = sync.OnceValue(esp8266.HTTPClientErrors)
	bearSSLErrors = sync.OnceValue(esp8266.SSLErrors)
	alerts        = sync.OnceValue(esp8266.Alerts)
	bearSSLTexts  = sync.OnceValue(func() []string { // as they are looked for in a line
		var texts []string
		for _, e := range bearSSLErrors() {
			texts = append(texts, strings.ToLower(strings.TrimSuffix(e.Text, ".")))
		}
		return texts
	})
)

// bareNumber returns what a number without a name can mean.
func bareNumber(n int) []Explanation {
	var found findings
	found.addError(esp8266.HTTPClientError(n))
	found.addError(esp8266.HTTPStatus(n))
	switch {
	case n >= int(esp8266.AlertReceived):
		if alert := n % 256; n < int(esp8266.AlertSent)+256 && esp8266.AlertName(alert) != "unassigned" {
			found.addError(esp8266.SSLError(n).Info())
		}
	case n != 0:
		found.addError(esp8266.SSLError(n).Info())
		if n > 0 && esp8266.AlertName(n) != "unassigned" { // the core takes the 256 away
			found.addError((esp8266.AlertReceived + esp8266.SSLError(n)).Info())
		}
	}
	return found
}

// bareText finds texts that are too short to be looked for in a log.
func bareText(seen string) []Explanation {
	for _, e := range clientErrors() {
		if strings.EqualFold(e.Text, strings.TrimSuffix(seen, ".")) {
			return []Explanation{ofBoard(e)}
		}
	}
	if code, ok := oldTexts[strings.ToLower(strings.TrimSuffix(seen, "."))]; ok {
		e, _ := esp8266.HTTPClientError(code)
		return []Explanation{ofBoard(e)}
	}
	for _, e := range alerts() {
		if strings.EqualFold(e.Text, strings.ReplaceAll(seen, " ", "_")) {
			return []Explanation{ofBoard(e)}
		}
	}
	return nil
}

// oldTexts are HTTPClient's of cores before 3.0 (ESP8266HTTPClient.cpp, errorToString).
var oldTexts = map[string]int{"connection refused": -1, "too less ram": -8}

// Where an HTTPClient number stands. It is one only where the line names
// HTTPClient or a request, or is nothing but a name and the number, and where no
// unit or fraction follows that would make a reading of it.
var (
	clientNumber = lazyregexp.New(`(?i)\bhttpclient\b[ :=(]{1,3}(-\d{1,2})\b`)
	coreNumber   = lazyregexp.New(`(?i)\[returnError\] error\((-\d{1,2})\)`)
	webNumber    = lazyregexp.New(`(?i)\b(?:https?[ _]?(?:response|status|return|get|post|request|error|result)?[ _]?(?:code|error|result|status|fail(?:ed)?)|(?:get|post|put|patch)\b.{0,48}?\b(?:code|error|failed|returned?|status|result))\b(?: is| was)?[ :=(,]{1,4}(-\d{1,2})\)?(?:$|[ .,;:!]*(?:$|[(a-z]))`)
	aloneNumber  = lazyregexp.New(`(?i)^\W*(?:error|error code|error on (?:sending )?(?:get|post|put)|code|http ?code|response code|return(?:ed)? code)\W{0,4}(-\d{1,2})\W{0,3}$`)
	updateNumber = lazyregexp.New(`(?i)HTTP_UPDATE_FAI\w+ Error \((-\d{1,2})\)`)

	notUnits = lazyregexp.New(`^-\d+\)?\s*(?:dbm?|%|°|c\b|f\b|v\b|ms\b|s\b|[.,]\d)`)

	clientName = lazyregexp.New(`\bHTTPC_ERROR_[A-Z_]+\b`)
	clientText = lazyregexp.New(`(?i)(?:\b(?:https?|get|post|put|patch)\b.*|^)\berror:? (?:\(-?\d+\):? )?(.+?)[ .!]*$`)

	statusNumber = lazyregexp.New(`(?i)(?:\bhttp[ _]?(?:response|status|error|result)?[ _]?(?:code|status|error)?\b[ :=(]{1,3}|\bhttp/1\.[01] |\bhttp error:? |\b(?:get|post|put|patch|delete)\b(?:[ .:]+| ?request .*?)(?:response )?(?:code|status|returned|failed|error)?[ :=,]{0,3}|^\W*(?:response code|status|status code|code|server (?:responded|answered|returned)(?: with)?)[ :=]{1,3})([1-5]\d\d)(?:$|[ ,.;:)!])`)

	bearSSLNumber = lazyregexp.New(`(?i)(?:\bbearssl\b|\bssl[ _-]?err(?:or)?\b|lastsslerror\b)(?:\W| error| code| is| was){0,6}?(-?\d{1,4})(?:$|[^\d.%])`)
	alertNumber   = lazyregexp.New(`(?i)\balert(?: number| code)?[ :=#(]{1,3}(\d{1,3})\b`)
	firstNumber   = lazyregexp.New(`^\D{0,24}(\d{1,3})\b`)
)

// clientNames are the core's (ESP8266HTTPClient.h), old ones included.
var clientNames = map[string]int{
	"CONNECTION_REFUSED": -1, "CONNECTION_FAILED": -1, "SEND_HEADER_FAILED": -2, "SEND_PAYLOAD_FAILED": -3, "NOT_CONNECTED": -4,
	"CONNECTION_LOST": -5, "NO_STREAM": -6, "NO_HTTP_SERVER": -7, "TOO_LESS_RAM": -8, "ENCODING": -9, "STREAM_WRITE": -10, "READ_TIMEOUT": -11,
}

// The core's words (WiFiClientSecureBearSSL.cpp): its debug line on another
// fingerprint (insecure_end_chain), in lower case, and what stands before an
// alert's text (getLastSSLError).
const (
	fingerprintDiffers = "received cert fp doesn't match"
	alertPrefix        = "SSL received fatal alert"
)

// web explains requests and TLS.
func (t text) web() []Explanation {
	var found findings
	if n, ok := t.client(); ok {
		found.addError(esp8266.HTTPClientError(n))
	}
	if t.has("http", "get", "post", "put", "patch", "delete", "code", "status", "server") && !t.has("mqtt") {
		if m := statusNumber.Get().FindStringSubmatch(t.line); m != nil {
			found.addError(esp8266.HTTPStatus(number(m, 1)))
		}
	}
	if t.has(strings.ToLower(alertPrefix)) {
		found.add(strippedAlerts(t.line)...)
		return found
	}
	found.add(t.tls()...)
	return found
}

// client returns HTTPClient's number that a line tells, by number, name or text.
func (t text) client() (int, bool) {
	if !t.has("http", "get", "post", "put", "patch", "error", "code") || t.has("mqtt", "rssi", "pubsub") {
		return 0, false
	}
	for _, p := range []*lazyregexp.Regexp{clientNumber, coreNumber, updateNumber, webNumber, aloneNumber} {
		if m := p.Get().FindStringSubmatchIndex(t.line); m != nil && !notUnits.Get().MatchString(t.lower[m[2]:]) {
			n, err := strconv.Atoi(t.line[m[2]:m[3]])
			return n, err == nil
		}
	}
	if name := clientName.Get().FindString(t.line); name != "" {
		n, ok := clientNames[strings.TrimPrefix(name, "HTTPC_ERROR_")]
		return n, ok
	}
	m := clientText.Get().FindStringSubmatch(t.line)
	if m == nil {
		return 0, false
	}
	if n, ok := oldTexts[strings.ToLower(m[1])]; ok {
		return n, true
	}
	i := slices.IndexFunc(clientErrors(), func(e esp8266.ErrorInfo) bool { return strings.EqualFold(e.Text, m[1]) })
	if i < 0 {
		return 0, false
	}
	return clientErrors()[i].Code, true
}

// tls explains BearSSL's errors and alerts, by number or by the core's words.
func (t text) tls() []Explanation {
	var found findings
	if t.has(fingerprintDiffers) {
		found.addError(esp8266.X509NotTrusted.Info())
	}
	if t.has("ssl") {
		for _, m := range bearSSLNumber.Get().FindAllStringSubmatch(t.line, -1) {
			if n := number(m, 1); n != 0 {
				found.addError(esp8266.SSLError(n).Info())
			}
		}
	}
	aboutTLS := t.has("tls", "ssl", "fatal alert", "handshake", "from the server") ||
		t.has("alert") && alertNumber.Get().FindString(t.line) == strings.TrimRight(t.line, " .!)") || t.line == t.lower && !strings.ContainsAny(t.line, " {\":=,")
	if aboutTLS {
		for _, m := range alertNumber.Get().FindAllStringSubmatch(t.line, -1) {
			if n := number(m, 1); n < 256 {
				found.add(ofBoard(esp8266.Alert(n)))
			}
		}
	}
	for i, e := range bearSSLErrors() {
		if e.Code != 0 && strings.Contains(t.lower, bearSSLTexts()[i]) {
			found.add(ofBoard(e))
		}
	}
	if aboutTLS {
		found.add(t.namedAlerts()...)
	}
	return found
}

// namedAlerts finds alerts by their names in the RFCs.
func (t text) namedAlerts() []Explanation {
	var found findings
	for _, e := range alerts() {
		if strings.Contains(e.Text, "_") && (t.has(e.Text) || t.has("alert") && t.has(strings.ReplaceAll(e.Text, "_", " "))) &&
			!t.has("alert "+strconv.Itoa(e.Code)) {
			found.add(ofBoard(e))
		}
	}
	return found
}

// strippedAlerts explains a received alert after the core took the 256 away:
// by the number that stands beside it, or by the text of the error that has the
// same number. Alerts without such a text share one: the likely ones are listed.
func strippedAlerts(line string) []Explanation {
	var found findings
	before, after, _ := strings.Cut(line, alertPrefix)
	for _, m := range [][]string{bearSSLNumber.Get().FindStringSubmatch(before), firstNumber.Get().FindStringSubmatch(before)} {
		if n := number(m, 1); n > 0 {
			found.addError((esp8266.AlertReceived + esp8266.SSLError(n%256)).Info())
			return found
		}
	}
	lower := strings.ToLower(after)
	for _, e := range bearSSLErrors() {
		if e.Code > 0 && strings.Contains(lower, strings.ToLower(e.Text)) {
			found.addError((esp8266.AlertReceived + esp8266.SSLError(e.Code)).Info())
		}
	}
	if len(found) == 0 {
		for _, n := range []int{70, 80, 112} {
			found.addError((esp8266.AlertReceived + esp8266.SSLError(n)).Info())
		}
	}
	return found
}
