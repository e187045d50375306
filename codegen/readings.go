package codegen

import (
	"encoding/pem"
	"fmt"
	"math"
	"slices"
	"strconv"
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
	Keys         []string // public keys that the server may have
	CAs          string
	Authorities  []authority // the same, singly
	byName       bool        // they are found by their names, one at a time
	Headers      []headerRow
	ContentType  string   // empty when the user's own header sets it, or without a body
	Shared       []step   // readings that stand in several places, taken first
	Parts        []part   // the requests of a reading, one unless it is split
	Lines        [][]step // of the first of them
	MovingPath   bool     // the path is one of Lines
	FixedPath    string   // else, or for people: as the user wrote it
	HasValues    bool     // something is read on the board for it
	BulkFirst    []step   // what stands around several readings in one request
	BulkLast     []step
	BulkAround   int      // bytes of these
	BulkSizes    []string // C++ terms to add
	Readings     []string // functions of readings.h
	Devices      []device // sensors
	Includes     []string // for them
	Libraries    []library
	Contacts     []contact
	Figures      []figures
	Limits       []limit
	SettleMS     int64 // that the first reading waits for the sensors
	MaySkip      bool  // a value may be missing without which nothing is sent
	Secrets      []secret
	DigitalPins  []int
	BodyMax      int
	SecretSizes  []string // C++ terms to add to BodyMax
}

// A part is one request of a reading.
type part struct {
	Lines [][]step // the path and those headers that differ from request to request
	Rows  []step   // the body
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
	Call     string // the method of Form: text, form, path, json, inside, header, plain
	Literal  string
	Close    string // the sign to take away before it
	Macro    string // of arduino_secrets.h, instead of Literal
	Print    string // the C++ statement that gives the value, instead of Literal
	Variable string // that holds the value: "value", or one that is there already
	Title    string // of a reading

	Escape      request.Escape // of a value or a secret
	None        request.NoValue
	Lead, Trail string // around a value that may be left out
}

// A secret is one line of arduino_secrets.h.
type secret struct {
	Macro, Value, Placeholder string
}

// build works a valid project out.
func build(p Project) sketch {
	p.Fields = p.Active()
	s := sketch{Project: p, Buffers: p.Buffers.OrDefault(), Answer: p.Request.Answer.Filled()}
	if !p.Pin.Expires.IsZero() {
		s.Expires = p.Pin.Expires.UTC().Format("2006-01-02")
	}
	s.buildPin()
	s.buildSecrets()
	s.buildMessage()
	s.buildLibraries()
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
	for _, key := range pinned.Keys {
		s.Keys = append(s.Keys, asPEM("PUBLIC KEY", key.SPKI))
	}
	s.byName = pinned.OneCAAtATime()
	for _, der := range pinned.CAs {
		s.CAs += asPEM("CERTIFICATE", der)
		s.Authorities = append(s.Authorities, authority{esp8266.HashedName(der), der})
	}
}

// An authority is a CA's certificate, and the SHA-256 of its name, by which BearSSL asks for it.
type authority struct{ Name, DER []byte }

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
	if s.OTA {
		s.Secrets = append(s.Secrets, secret{esp8266.OTASecret, orElse(s.OTAPassword, esp8266.OTAPlaceholder), esp8266.OTAPlaceholder})
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
	messages := messagesOf(s.Request)
	values := s.values(messages)
	s.share(messages, values)
	paths := places(messages, func(m request.Message) []request.Piece { return m.Path })
	s.FixedPath, s.MovingPath = s.Target.Path, moving(paths)
	if !s.MovingPath {
		s.FixedPath = literals(paths[0])
	}
	for i := range s.Headers {
		h := &s.Headers[i]
		if h.Macro != "" {
			continue
		}
		header := places(messages, func(m request.Message) []request.Piece { return m.Headers[i] })
		if h.Moving = moving(header); !h.Moving {
			h.Value = literals(header[0])
		}
	}
	most := 0
	for _, m := range messages {
		s.BodyMax, s.SecretSizes = 0, nil // of secrets, all requests have the same
		s.Parts = append(s.Parts, s.part(m, values))
		most = max(most, s.BodyMax)
	}
	s.BodyMax, s.Lines = most, s.Parts[0].Lines
	s.buildBulk(messages[0], values)
}

// messagesOf are the requests of a reading.
func messagesOf(r request.Request) []request.Message {
	var all []request.Message
	for _, part := range r.Parts() {
		all = append(all, part.Message())
	}
	return all
}

// places are the same place in each message.
func places(messages []request.Message, of func(request.Message) []request.Piece) [][]request.Piece {
	var all [][]request.Piece
	for _, m := range messages {
		all = append(all, of(m))
	}
	return all
}

// moving reports whether the texts at a place differ from request to request.
func moving(at [][]request.Piece) bool {
	return slices.ContainsFunc(at, func(pieces []request.Piece) bool {
		return !request.Constant(pieces) || literals(pieces) != literals(at[0])
	})
}

// part works one request of a reading out.
func (s *sketch) part(m request.Message, values []step) part {
	var p part
	if s.MovingPath {
		p.Lines = append(p.Lines, s.steps(m.Path, values))
	}
	for i, h := range s.Headers {
		if h.Moving {
			p.Lines = append(p.Lines, s.steps(m.Headers[i], values))
		}
	}
	s.BodyMax += len(p.Lines) // each ends with a line feed
	p.Rows = s.steps(m.Body, values)
	return p
}

// buildBulk works out what stands around several readings.
func (s *sketch) buildBulk(m request.Message, values []step) {
	s.Request.Bulk = s.Request.Bulk.Filled(s.Body)
	size, sizes := s.BodyMax, s.SecretSizes
	s.BodyMax, s.SecretSizes = 0, nil
	s.BulkFirst, s.BulkLast = s.steps(m.First, values), s.steps(m.Last, values)
	s.BulkAround, s.BulkSizes = s.BodyMax, s.SecretSizes
	s.BodyMax, s.SecretSizes = size, sizes
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
func (s *sketch) values(messages []request.Message) []step {
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
		v.Title, v.Variable = info.Title, "value"
		switch _, _, sensor := sensors.Find(f.Source); {
		case sensor:
			variable := s.addSensor(f)
			v.Print = number(s.watch(f, strings.TrimPrefix(variable, "sensors::"), variable), f.Shape, info)
		case f.Source == esp8266.SourceCode:
			function := readings.name(f.Name, i+1)
			s.Readings = append(s.Readings, function)
			good, kind := s.acceptable(messages, i)
			v.Print = fmt.Sprintf("%s(value);\n  check(value, F(%s), %s, F(%q));", function, literal(function), good, kind)
		case f.Source == esp8266.SourceDigital:
			if !slices.Contains(s.DigitalPins, f.GPIO) {
				s.DigitalPins = append(s.DigitalPins, f.GPIO)
			}
			read := s.told(fmt.Sprintf("digitalRead(%d)", f.GPIO))
			v.Print = number(s.watch(f, fmt.Sprintf("gpio%d", f.GPIO), read), f.Shape, info)
			v.Title = fmt.Sprintf("GPIO %d", f.GPIO)
		case info.Number:
			v.Print = number(s.watch(f, strings.ReplaceAll(string(f.Source), "-", "_"), numbers[f.Source]), f.Shape, info)
		case f.Moment != (request.Moment{}):
			v.Print = moment(f.Moment)
		default:
			v.Print = texts[f.Source]
		}
	}
	return values
}

// acceptable is the C++ condition for a value of readings.h to be sent where a
// field stands, and what it is to be otherwise.
func (s *sketch) acceptable(messages []request.Message, row int) (condition, kind string) {
	f := s.Fields[row]
	inJSON := slices.ContainsFunc(allPieces(messages), func(p request.Piece) bool {
		return p.Field != nil && p.Row == row && p.As == request.Plain && s.Body == request.JSON
	})
	switch kind := f.Kind(); {
	case kind == request.NumberKind && inJSON:
		return "value.isNumber()", "number"
	case kind == request.NumberKind:
		return "!value.isNan()", "number"
	case kind == request.BoolKind && inJSON:
		return "value.isFlag()", "true or false"
	}
	return "true", "text"
}

func allPieces(messages []request.Message) []request.Piece {
	var all []request.Piece
	for _, m := range messages {
		all = append(all, slices.Concat(append([][]request.Piece{m.Path, m.Body, m.First, m.Last}, m.Headers...)...)...)
	}
	return all
}

// moment is the C++ statement that prints the time.
func moment(m request.Moment) string {
	if digits, epoch := m.EpochDigits(); epoch {
		return fmt.Sprintf("moment::epoch(value, %d);", digits)
	}
	zone, _ := request.ParseZone(m.Zone) // Validate has read it
	return fmt.Sprintf("moment::print(value, PSTR(%s), %t);", literal(m.Pattern()), zone != request.UTC)
}

// number is the C++ statement that gives a number as a field wants it.
func number(expression string, shape request.Shape, info esp8266.SourceInfo) string {
	digits := shape.Digits(info)
	if shape == (request.Shape{}) && digits == 0 && !strings.HasPrefix(expression, "sensors::") && !strings.HasPrefix(expression, "samples::") {
		return "value.number(" + expression + ");"
	}
	return fmt.Sprintf("value.number(%s, %d);", scaled(expression, shape), digits)
}

func scaled(expression string, shape request.Shape) string {
	if shape.Factor() != 1 {
		expression += " * " + cNumber(shape.Factor())
	}
	if shape.Offset != 0 {
		expression += " + " + cNumber(shape.Offset)
	}
	return expression
}

// cNumber is a number as a C++ double; a negative one in brackets. Without a
// point it has an exponent.
func cNumber(x float64) string {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		text = strconv.FormatFloat(x, 'f', 1, 64)
	}
	if x < 0 {
		text = "(" + text + ")"
	}
	return text
}

// share lets a reading that stands in several places be taken once.
func (s *sketch) share(messages []request.Message, values []step) {
	uses := make([]int, len(values))
	for _, p := range allPieces(messages) {
		if p.Field != nil && p.Row >= 0 {
			uses[p.Row]++
		}
	}
	for i, n := range uses {
		if n > 1 && values[i].Print != "" {
			values[i].Variable = fmt.Sprintf("reading%d", i+1)
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
			out = append(out, step{Call: "text", Literal: p.Literal, Close: p.Close})
			continue
		}
		v := values[p.Row]
		v.Call, v.None, v.Lead, v.Trail = calls[p.As], p.None, p.Lead, p.Trail
		v.Escape = p.Escape
		s.MaySkip = s.MaySkip || p.None == request.Skip
		s.BodyMax += len(p.Lead) + frame(p.As) + len(p.Trail)
		if v.Macro != "" {
			s.SecretSizes = append(s.SecretSizes, fmt.Sprintf("%d * sizeof(%s)", p.Widest(), v.Macro))
		} else {
			s.BodyMax += longest(*p.Field) * p.Widest()
			s.HasValues = true
		}
		out = append(out, v)
	}
	return out
}

// numbers are C++ expressions for the board's own sources that are numbers, in
// the form of their samples in package esp8266.
var numbers = map[esp8266.Source]string{
	esp8266.SourceCounter:  "counter::count()",
	esp8266.SourceUptime:   "static_cast<unsigned long>(micros64() / 1000000)",
	esp8266.SourceRSSI:     "static_cast<int>(WiFi.RSSI())",
	esp8266.SourceFreeHeap: "static_cast<unsigned long>(ESP.getFreeHeap())",
	esp8266.SourceVCC:      "ESP.getVcc() / 1000.0", // read once: each call measures anew
	esp8266.SourceAnalog:   "analogRead(A0)",
}

// texts are C++ statements that print the others.
var texts = map[esp8266.Source]string{
	esp8266.SourceChipID: `value.printf_P(PSTR("%06lx"), static_cast<unsigned long>(ESP.getChipId()));`,
	esp8266.SourceMAC:    "printMac(value);",
	esp8266.SourceIP:     "value.print(WiFi.localIP());",
	esp8266.SourceTime:   "clock_ntp::print(value);",
}
