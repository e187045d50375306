package codegen

import (
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"espost/esp8266"
	"espost/request"
	"espost/sensors"
)

// Placeholders stand in arduino_secrets.h for what the project doesn't hold.
// The generated sketch says where they are and sends nothing while they stand.
const (
	PlaceholderSSID     = "YOUR_WIFI_NAME"
	PlaceholderPassword = "YOUR_WIFI_PASSWORD"
	PlaceholderSecret   = "YOUR_SECRET"
)

// A sketch is a valid Project, worked out for the templates. The embedded
// Project's strings reach them only through the functions lit and long.
type sketch struct {
	Project
	Buffers      esp8266.Buffers // with the default filled in
	Answer       request.Answer  // with what it means where it says nothing
	Expires      string          // a date, or ""
	Fingerprints []string
	Seen         []string // fingerprints of what was served when the pin was taken, in every mode
	PublicKey    string
	CAs          string
	Headers      []headerRow
	ContentType  string   // empty when the user's own header sets it, or without a body
	Shared       []step   // readings that stand in several places, taken first
	Lines        [][]step // the path and those headers that differ from reading to reading
	Rows         []step   // the body
	MovingPath   bool     // the path is one of Lines
	FixedPath    string   // else, or for people: as the user wrote it
	HasValues    bool     // something is read on the board for it
	Readings     []string // functions of readings.h
	Secrets      []secret
	DigitalPins  []int
	BodyMax      int
	SecretSizes  []string // C++ terms to add to BodyMax
}

// A headerRow is one added header.
type headerRow struct {
	Name, Value string
	Macro       string // of arduino_secrets.h, instead of Value
	Moving      bool   // its value is one of Lines
	Agent       bool   // it is User-Agent, which HTTPClient has a call of its own for
}

// A step writes one piece of a request: a literal, a secret, or what a statement
// prints.
type step struct {
	Call    string // the method of Form: text, form, path, json, inside, header, plain
	Literal string
	Macro   string // of arduino_secrets.h, instead of Literal
	Print   string // the C++ statement that prints the value, instead of Literal
	Title   string // of a reading
	Shared  string // the variable that holds the reading already, instead of Print
}

// A secret is one line of arduino_secrets.h.
type secret struct {
	Macro, Value, Placeholder string
}

// build works a valid project out.
func build(p Project) sketch {
	p.Fields = p.Active()
	s := sketch{Project: p, Buffers: buffers(p), Answer: p.Request.Answer.Filled()}
	if !p.Pin.Expires.IsZero() {
		s.Expires = p.Pin.Expires.UTC().Format("2006-01-02")
	}
	s.buildPin()
	s.buildSecrets()
	s.buildMessage()
	if _, own := p.Header("Content-Type"); !own {
		s.ContentType = p.Body.ContentType()
	}
	return s
}

// buildPin rewrites what is pinned, so that only hex digits and base64 are left.
func (s *sketch) buildPin() {
	pinned, _ := s.Pin.Read()
	s.Fingerprints = pinned.SHA1
	for _, text := range s.Pin.SHA1 {
		if digits, err := esp8266.ParseFingerprint(text); err == nil {
			s.Seen = append(s.Seen, digits)
		}
	}
	if pinned.SPKI != nil {
		s.PublicKey = asPEM("PUBLIC KEY", pinned.SPKI)
	}
	for _, der := range pinned.CAs {
		s.CAs += asPEM("CERTIFICATE", der)
	}
}

func asPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// buildSecrets gives every secret a macro.
func (s *sketch) buildSecrets() {
	password := s.Password
	if password == "" && s.SSID == "" {
		password = PlaceholderPassword
	}
	s.Secrets = []secret{
		{"SECRET_SSID", orElse(s.SSID, PlaceholderSSID), PlaceholderSSID},
		{"SECRET_PASS", password, PlaceholderPassword},
	}
	names := namer{prefix: "header_"}
	for i, h := range s.Project.Headers {
		row := headerRow{Name: h.Name, Agent: strings.EqualFold(h.Name, "User-Agent")}
		if h.Secret {
			row.Macro = s.addSecret(names.name(h.Name, i+1), h.Value)
		}
		s.Headers = append(s.Headers, row)
	}
}

// addSecret adds one line to arduino_secrets.h and returns its macro.
func (s *sketch) addSecret(name, value string) string {
	macro := "SECRET_" + strings.ToUpper(name)
	s.Secrets = append(s.Secrets, secret{macro, orElse(value, PlaceholderSecret), PlaceholderSecret})
	return macro
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// buildMessage works out what is written for each reading, and the room that it
// takes.
func (s *sketch) buildMessage() {
	m := s.Request.Message()
	values := s.values()
	s.share(m, values)
	s.FixedPath = s.Target.Path
	if request.Constant(m.Path) {
		s.FixedPath = literals(m.Path)
	} else {
		s.MovingPath = true
		s.Lines = append(s.Lines, s.steps(m.Path, values))
	}
	for i, pieces := range m.Headers {
		h := &s.Headers[i]
		switch {
		case h.Macro != "":
		case request.Constant(pieces):
			h.Value = literals(pieces)
		default:
			h.Moving = true
			s.Lines = append(s.Lines, s.steps(pieces, values))
		}
	}
	s.BodyMax += len(s.Lines) // each ends with a line feed
	s.Rows = s.steps(m.Body, values)
}

func literals(pieces []request.Piece) string {
	var out strings.Builder
	for _, p := range pieces {
		out.WriteString(p.Literal)
	}
	return out.String()
}

// values works out how each field that isn't a plain constant gets its value, by
// row: the secrets' macros and the readings' statements.
func (s *sketch) values() []step {
	readings := namer{prefix: "read_"}
	secrets := namer{prefix: "field_"}
	values := make([]step, len(s.Fields))
	for i, f := range s.Fields {
		v := &values[i]
		if f.Source.Constant() {
			if f.Secret {
				v.Macro = s.addSecret(secrets.name(f.Name, i+1), f.Value)
			}
			continue
		}
		info, _ := sensors.Info(f.Source)
		v.Title, v.Print = info.Title, statements[f.Source]
		switch f.Source {
		case esp8266.SourceCode:
			function := readings.name(f.Name, i+1)
			s.Readings = append(s.Readings, function)
			v.Print = function + "(out);"
		case esp8266.SourceDigital:
			if !slices.Contains(s.DigitalPins, f.GPIO) {
				s.DigitalPins = append(s.DigitalPins, f.GPIO)
			}
			v.Print = fmt.Sprintf("out.print(digitalRead(%d));", f.GPIO)
			v.Title = fmt.Sprintf("GPIO %d", f.GPIO)
		}
	}
	return values
}

// share lets a reading that stands in several places be taken once.
func (s *sketch) share(m request.Message, values []step) {
	uses := make([]int, len(values))
	for _, pieces := range append(append([][]request.Piece{m.Path}, m.Headers...), m.Body) {
		for _, p := range pieces {
			if p.Field != nil && p.Row >= 0 {
				uses[p.Row]++
			}
		}
	}
	for i, n := range uses {
		if n > 1 && values[i].Print != "" {
			values[i].Shared = fmt.Sprintf("reading%d", i+1)
			s.Shared = append(s.Shared, values[i])
		}
	}
}

// calls are the methods of the sketch's Form that write a value, by encoding.
var calls = map[request.Encoding]string{
	request.Plain: "plain", request.FormValue: "form", request.PathValue: "path",
	request.JSONValue: "json", request.JSONInside: "inside", request.HeaderValue: "header",
}

// steps are the pieces as the sketch writes them. It adds the room that they take.
func (s *sketch) steps(pieces []request.Piece, values []step) []step {
	var out []step
	for _, p := range pieces {
		if p.Field == nil {
			s.BodyMax += len(p.Literal)
			out = append(out, step{Call: "text", Literal: p.Literal})
			continue
		}
		v := values[p.Row]
		v.Call = calls[p.As]
		s.BodyMax += frame(p.As)
		if v.Macro != "" {
			s.SecretSizes = append(s.SecretSizes, fmt.Sprintf("%d * sizeof(%s)", p.As.Widest(), v.Macro))
		} else {
			s.BodyMax += longest(p.Field.Source) * p.As.Widest()
			s.HasValues = true
		}
		out = append(out, v)
	}
	return out
}

// statements print a source's value, in the form of its sample in package esp8266.
var statements = map[esp8266.Source]string{
	esp8266.SourceCounter:  "counter::print(out);",
	esp8266.SourceUptime:   "out.print(static_cast<unsigned long>(micros64() / 1000000));",
	esp8266.SourceRSSI:     "out.print(WiFi.RSSI());",
	esp8266.SourceChipID:   `out.printf_P(PSTR("%06lx"), static_cast<unsigned long>(ESP.getChipId()));`,
	esp8266.SourceMAC:      "printMac(out);",
	esp8266.SourceIP:       "out.print(WiFi.localIP());",
	esp8266.SourceFreeHeap: "out.print(static_cast<unsigned long>(ESP.getFreeHeap()));",
	esp8266.SourceVCC:      `out.printf_P(PSTR("%d.%03d"), ESP.getVcc() / 1000, ESP.getVcc() % 1000);`,
	esp8266.SourceAnalog:   "out.print(analogRead(A0));",
	esp8266.SourceTime:     "clock_ntp::print(out);",
}
