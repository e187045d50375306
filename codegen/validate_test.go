package codegen_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
)

func TestInvalidProjects(t *testing.T) {
	field := func(source esp8266.Source, pin int) func(*codegen.Project) {
		return func(p *codegen.Project) {
			p.Fields = append(p.Fields, request.Field{Name: "f", Source: source, Pin: pin})
		}
	}
	header := func(name, value string) func(*codegen.Project) {
		return func(p *codegen.Project) {
			p.Headers = append(p.Headers, request.Header{Name: name, Value: value})
		}
	}
	board := func(id string) func(*codegen.Project) {
		return func(p *codegen.Project) { p.Board, _ = esp8266.BoardByID(id) }
	}
	all := func(changes ...func(*codegen.Project)) func(*codegen.Project) {
		return func(p *codegen.Project) {
			for _, change := range changes {
				change(p)
			}
		}
	}
	ca := func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA}} }
	for name, c := range map[string]struct {
		change func(*codegen.Project)
		part   codegen.Part
		row    int
	}{
		"name":              {func(p *codegen.Project) { p.Name = "a b" }, codegen.PartName, -1},
		"no board":          {func(p *codegen.Project) { p.Board = esp8266.Board{} }, codegen.PartBoard, -1},
		"another layout":    {func(p *codegen.Project) { p.Board.Layout = "4M3M" }, codegen.PartBoard, -1},
		"method":            {func(p *codegen.Project) { p.Method = "GET" }, codegen.PartMethod, -1},
		"no host":           {func(p *codegen.Project) { p.Host = "" }, codegen.PartHost, -1},
		"host with scheme":  {func(p *codegen.Project) { p.Host = "https://x" }, codegen.PartHost, -1},
		"IPv6":              {func(p *codegen.Project) { p.Host = "::1" }, codegen.PartHost, -1},
		"address with a CA": {all(ca, func(p *codegen.Project) { p.Host = "10.0.0.1" }), codegen.PartHost, -1},
		"port":              {func(p *codegen.Project) { p.Port = 65536 }, codegen.PartPort, -1},
		"path":              {func(p *codegen.Project) { p.Path = "post" }, codegen.PartPath, -1},
		"path with a space": {func(p *codegen.Project) { p.Path = "/a b" }, codegen.PartPath, -1},
		"header name":       {header("a b", "x"), codegen.PartHeader, 1},
		"header line":       {header("A", "x\r\nB: y"), codegen.PartHeader, 1},
		"dropped header":    {header("user-agent", "x"), codegen.PartHeader, 1},
		"header twice":      {header("x-device", "x"), codegen.PartHeader, 1},
		"cut header":        {header("Device", "x"), codegen.PartHeader, 1},
		"cut by length":     {header("A", "Content-Length: 1"), codegen.PartHeader, 1},
		"cut by type":       {header("A-Content-Type", "1"), codegen.PartHeader, 1},
		"own key":           {header("idempotency-key", "1"), codegen.PartHeader, 1},
		"source":            {field("moon", 0), codegen.PartField, 2},
		"serial pin":        {field(esp8266.SourceDigital, 1), codegen.PartField, 2},
		"flash pin":         {field(esp8266.SourceDigital, 6), codegen.PartField, 2},
		"no pin":            {field(esp8266.SourceDigital, 17), codegen.PartField, 2},
		"wake pin":          {all(field(esp8266.SourceDigital, 16), func(p *codegen.Project) { p.DeepSleep = true }), codegen.PartField, 2},
		"LED pin":           {all(field(esp8266.SourceDigital, 2), func(p *codegen.Project) { p.LED = true }), codegen.PartField, 2},
		"A0 twice":          {all(field(esp8266.SourceAnalog, 0), field(esp8266.SourceVCC, 0)), codegen.PartField, 3},
		"JSON name twice":   {func(p *codegen.Project) { p.JSON, p.Fields[1].Name = true, "name1" }, codegen.PartField, 1},
		"no fingerprint":    {func(p *codegen.Project) { p.Pin.SHA1 = nil }, codegen.PartPin, -1},
		"SHA-256":           {func(p *codegen.Project) { p.Pin.SHA1 = []string{strings.Repeat("AB", 32)} }, codegen.PartPin, 0},
		"nine fingerprints": {func(p *codegen.Project) {
			p.Pin.SHA1 = strings.Split(strings.Repeat(someFingerprint+" ", 9)[:368], " ")
		}, codegen.PartPin, -1},
		"pin mode":              {func(p *codegen.Project) { p.Pin.Mode = "" }, codegen.PartPin, -1},
		"key":                   {func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: goldenCA} }, codegen.PartPin, -1},
		"no CA":                 {func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinCA} }, codegen.PartPin, -1},
		"two CAs in one":        {func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA + goldenCA}} }, codegen.PartPin, 0},
		"long Wi-Fi name":       {func(p *codegen.Project) { p.SSID = strings.Repeat("x", 33) }, codegen.PartSSID, -1},
		"NUL in Wi-Fi name":     {func(p *codegen.Project) { p.SSID = "a\x00b" }, codegen.PartSSID, -1},
		"short password":        {func(p *codegen.Project) { p.Password = "1234567" }, codegen.PartPassword, -1},
		"long password":         {func(p *codegen.Project) { p.Password = strings.Repeat("x", 64) }, codegen.PartPassword, -1},
		"half a static address": {func(p *codegen.Project) { p.Static.Address = netip.MustParseAddr("10.0.0.2") }, codegen.PartStatic, -1},
		"too often":             {func(p *codegen.Project) { p.Every = time.Millisecond }, codegen.PartEvery, -1},
		"too seldom":            {func(p *codegen.Project) { p.Every = 30 * 24 * time.Hour }, codegen.PartEvery, -1},
		"too long asleep":       {func(p *codegen.Project) { p.DeepSleep, p.Every = true, 4*time.Hour }, codegen.PartEvery, -1},
		"LED on the serial":     {all(board("generic"), func(p *codegen.Project) { p.LED = true }), codegen.PartLED, -1},
		"form too long":         {func(p *codegen.Project) { p.Fields[0].Value = strings.Repeat("?", 10000) }, codegen.PartMemory, -1},
		"form and big buffers":  {func(p *codegen.Project) { p.Buffers, p.Fields[0].Value = esp8266.Buffers{}, strings.Repeat("?", 4000) }, codegen.PartMemory, -1},
	} {
		p := tutorial()
		c.change(&p)
		_, err := codegen.Generate(p)
		var invalid *codegen.InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: Generate: %v, want an InvalidError", name, err)
			continue
		}
		for _, problem := range invalid.Problems {
			if problem.Part != c.part || problem.Row != c.row || problem.Message == "" || problem.Fix == "" {
				t.Errorf("%s: %s, row %d: %s, want %s, row %d only", name, problem.Part, problem.Row, problem, c.part, c.row)
			}
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := codegen.Generate(codegen.Project{})
	var invalid *codegen.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("Generate: %v", err)
	}
	parts := make(map[codegen.Part]bool)
	for _, problem := range invalid.Problems {
		parts[problem.Part] = true
	}
	for _, part := range []codegen.Part{codegen.PartName, codegen.PartBoard, codegen.PartMethod, codegen.PartHost, codegen.PartPort, codegen.PartPath, codegen.PartPin, codegen.PartEvery} {
		if !parts[part] {
			t.Errorf("nothing is said about the %s: %v", part, err)
		}
	}
}

func TestNames(t *testing.T) {
	for name, valid := range map[string]bool{
		"porch_post": true, "a": true, "_x": true, "0": true, "a.b-c": true, strings.Repeat("x", 63): true,
		"": false, strings.Repeat("x", 64): false, ".a": false, "-a": false, "a.": false, "a b": false, "a/b": false,
		"con": false, "COM1": false, "aux.x": false, "über": false, "a\n": false,
	} {
		err := codegen.ValidName(name)
		if (err == nil) != valid || (err != nil && !errors.Is(err, codegen.ErrName)) {
			t.Errorf("ValidName(%q) = %v", name, err)
		}
	}
	for text, want := range map[string]string{
		"postman-echo.com": "postman_echo_com", "": "https_post", "日本": "https_post", "con": "con_post",
		"  a  b  ": "a_b", strings.Repeat("xy.", 40): strings.TrimSuffix(strings.Repeat("xy_", 21), "_"),
	} {
		if got := codegen.ProposeName(text); got != want {
			t.Errorf("ProposeName(%q) = %q, want %q", text, got, want)
		}
	}
	for _, s := range hostile() {
		if err := codegen.ValidName(codegen.ProposeName(s)); err != nil {
			t.Errorf("ProposeName(%q): %v", s, err)
		}
	}
}

func TestCommandsQuoteTheFolder(t *testing.T) {
	for dir, want := range map[string]string{
		"porch_post": " porch_post", "-x": " ./-x", "a b": " 'a b'", "it's": ` 'it'\''s'`, "$(x)": " '$(x)'", "": " ''",
	} {
		line := codegen.Commands(tutorial(), dir)[0].Line
		if !strings.HasSuffix(line, want) || !strings.HasPrefix(line, "arduino-cli compile --profile nodemcuv2 -u -p ") {
			t.Errorf("for %q the command is %s", dir, line)
		}
	}
}
