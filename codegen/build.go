package codegen

import (
	"encoding/pem"
	"fmt"
	"strings"

	"espost/esp8266"
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
	Expires      string          // a date, or ""
	Fingerprints []string
	PublicKey    string
	CAs          string
	Headers      []headerRow
	ContentType  string // empty when the user's own header sets it
	Rows         []formRow
	Readings     []string // functions of readings.h
	Secrets      []secret
	DigitalPins  []int
	BodyMax      int
	SecretSizes  []string // C++ terms to add to BodyMax
}

type headerRow struct {
	Name, Value string
	Macro       string // of arduino_secrets.h, instead of Value
}

// A formRow is a constant, or the C++ statement that prints a value.
type formRow struct {
	Name, Value string
	Macro       string
	Title       string
	Number      bool
	Print       string
}

// A secret is one line of arduino_secrets.h.
type secret struct {
	Macro, Value, Placeholder string
}

// build works a valid project out.
func build(p Project) sketch {
	p.Fields = p.Active()
	s := sketch{Project: p, Buffers: buffers(p)}
	if !p.Pin.Expires.IsZero() {
		s.Expires = p.Pin.Expires.UTC().Format("2006-01-02")
	}
	s.buildPin()
	s.buildSecrets()
	s.buildForm()
	if _, own := p.Header("Content-Type"); !own {
		s.ContentType = p.Body.ContentType()
	}
	return s
}

// buildPin rewrites what is pinned, so that only hex digits and base64 are left.
func (s *sketch) buildPin() {
	pinned, _ := s.Pin.Read()
	s.Fingerprints = pinned.SHA1
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
		row := headerRow{Name: h.Name, Value: h.Value}
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

// buildForm works out the rows of the form and the room that they take.
func (s *sketch) buildForm() {
	readings := namer{prefix: "read_"}
	secrets := namer{prefix: "field_"}
	pins := make(map[int]bool)
	s.BodyMax = len("{}")
	for i, f := range s.Fields {
		row := formRow{Name: f.Name, Value: f.Value}
		s.BodyMax += rowBytes(f, s.JSON())
		if f.Source.Constant() {
			row.Number = f.Source == esp8266.SourceJSON
			if f.Secret {
				row.Macro = s.addSecret(secrets.name(f.Name, i+1), f.Value)
				s.SecretSizes = append(s.SecretSizes, fmt.Sprintf("%d * sizeof(%s)", widest(s.JSON()), row.Macro))
			}
			s.Rows = append(s.Rows, row)
			continue
		}
		info, _ := f.Source.Info()
		row.Title, row.Number, row.Print = info.Title, info.Number, statements[f.Source]
		switch f.Source {
		case esp8266.SourceCode:
			function := readings.name(f.Name, i+1)
			s.Readings = append(s.Readings, function)
			row.Print = function + "(out);"
		case esp8266.SourceDigital:
			if !pins[f.GPIO] {
				pins[f.GPIO] = true
				s.DigitalPins = append(s.DigitalPins, f.GPIO)
			}
			row.Print = fmt.Sprintf("out.print(digitalRead(%d));", f.GPIO)
			row.Title = fmt.Sprintf("GPIO %d", f.GPIO)
		}
		s.Rows = append(s.Rows, row)
	}
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
