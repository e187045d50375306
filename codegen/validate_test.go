package codegen_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/pinfile"
	"espost/request"
)

func TestInvalidProjects(t *testing.T) {
	field := func(source esp8266.Source, pin int) func(*codegen.Project) {
		return func(p *codegen.Project) {
			p.Fields = append(p.Fields, request.Field{Name: "f", Source: source, GPIO: pin})
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
	fetch := func(f codegen.Fetch, changes ...func(*codegen.Project)) func(*codegen.Project) {
		return all(goldens()["signed-pins"], func(p *codegen.Project) { p.Fetch = f }, all(changes...))
	}
	from := func(urls ...string) codegen.Fetch { return codegen.Fetch{URLs: urls} }
	const pins = "http://a.example/b"
	ca := func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA}} }
	for name, c := range map[string]struct {
		change func(*codegen.Project)
		where  string
	}{
		"name":              {func(p *codegen.Project) { p.Name = "a b" }, "firmware.name"},
		"no board":          {func(p *codegen.Project) { p.Board = esp8266.Board{} }, "firmware.board"},
		"another layout":    {func(p *codegen.Project) { p.Board.Layout = "4M3M" }, "firmware.board"},
		"method":            {func(p *codegen.Project) { p.Method = "BREW" }, "request.method"},
		"no host":           {func(p *codegen.Project) { p.Target.Host = "" }, "target"},
		"host with scheme":  {func(p *codegen.Project) { p.Target.Host = "https://x" }, "target"},
		"IPv6":              {func(p *codegen.Project) { p.Target.Host = "::1" }, "target"},
		"address with a CA": {all(ca, func(p *codegen.Project) { p.Target.Host = "10.0.0.1" }), "target"},
		"port":              {func(p *codegen.Project) { p.Target.Port = 65536 }, "target"},
		"path":              {func(p *codegen.Project) { p.Target.Path = "post" }, "target"},
		"path with a space": {func(p *codegen.Project) { p.Target.Path = "/a b" }, "target"},
		"header name":       {header("a b", "x"), "request.headers[1]"},
		"header line":       {header("A", "x\r\nB: y"), "request.headers[1]"},
		"dropped header":    {header("connection", "x"), "request.headers[1]"},
		"header twice":      {header("x-device", "x"), "request.headers[1]"},
		"cut header":        {header("Device", "x"), "request.headers[1]"},
		"cut by length":     {header("A", "Content-Length: 1"), "request.headers[1]"},
		"cut by type":       {header("A-Content-Type", "1"), "request.headers[1]"},
		"own key":           {header("idempotency-key", "1"), "request.headers[1]"},
		"source":            {field("moon", 0), "request.fields[2]"},
		"serial pin":        {field(esp8266.SourceDigital, 1), "request.fields[2]"},
		"flash pin":         {field(esp8266.SourceDigital, 6), "request.fields[2]"},
		"no pin":            {field(esp8266.SourceDigital, 17), "request.fields[2]"},
		"wake pin":          {all(field(esp8266.SourceDigital, 16), func(p *codegen.Project) { p.DeepSleep = true }), "request.fields[2]"},
		"LED pin":           {all(field(esp8266.SourceDigital, 2), func(p *codegen.Project) { p.LED = true }), "request.fields[2]"},
		"A0 twice":          {all(field(esp8266.SourceAnalog, 0), field(esp8266.SourceVCC, 0)), "request.fields[3]"},
		"A0 on the ESP-01":  {all(board("generic"), field("soil.moisture", 0)), "request.fields[2]"},
		"two on A0":         {all(field("soil.moisture", 0), field("mq.level", 0)), "request.fields[3]"},
		"pin of two":        {all(field("dht22.temperature", 4), field("reed.open", 4)), "request.fields[3]"},
		"pin of the bus":    {all(field("bme280.pressure", 0), field("reed.open", 4)), "request.fields[3]"},
		"address of two":    {all(field("bme280.pressure", 0), field("bmp280.pressure", 0)), "request.fields[3]"},
		"sensor on flash":   {field("dht22.temperature", 7), "request.fields[2]"},
		"pull-up on 16":     {field("reed.open", 16), "request.fields[2]"},
		"interrupt on 16":   {field("pulse.total", 16), "request.fields[2]"},
		"pull-up on 15":     {field("button.pressed", 15), "request.fields[2]"},
		"pin of the ESP-01": {all(board("generic"), field("dht22.temperature", 4)), "request.fields[2]"},
		"no bus":            {all(board("sonoff"), field("bme280.pressure", 0)), "request.fields[2]"},
		"ESP-01 asleep":     {all(board("generic"), func(p *codegen.Project) { p.DeepSleep = true }), "firmware.deep-sleep"},
		"no LED":            {all(board("shelly1"), func(p *codegen.Project) { p.LED = true }), "firmware.led"},
		"library":           {func(p *codegen.Project) { p.Libraries = []string{"DHT sensor library"} }, "firmware.libraries"},
		"library's lines":   {func(p *codegen.Project) { p.Libraries = []string{"A@1\nB"} }, "firmware.libraries"},
		"JSON name twice":   {func(p *codegen.Project) { p.Body, p.Fields[1].Name = request.JSON, "name1" }, "request.fields[1]"},
		"no fingerprint":    {func(p *codegen.Project) { p.Pin.SHA1 = nil }, "pin"},
		"SHA-256":           {func(p *codegen.Project) { p.Pin.SHA1 = []string{strings.Repeat("AB", 32)} }, "pin"},
		"nine fingerprints": {func(p *codegen.Project) {
			p.Pin.SHA1 = strings.Split(strings.Repeat(someFingerprint+" ", 9)[:368], " ")
		}, "pin"},
		"pin mode":            {func(p *codegen.Project) { p.Pin.Mode = "" }, "pin"},
		"key":                 {func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: goldenCA} }, "pin"},
		"no CA":               {func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinCA} }, "pin"},
		"two CAs in one":      {func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA + goldenCA}} }, "pin"},
		"backup of its own":   {func(p *codegen.Project) { p.Pin.Backup = esp8266.PinFingerprint }, "pin.backup"},
		"backup without a CA": {func(p *codegen.Project) { p.Pin.Backup = esp8266.PinCA }, "pin"},
		"no key in reserve":   {func(p *codegen.Project) { p.Pin.Reserve = []string{goldenKey, goldenCA} }, "pin.reserve[1]"},
		"nine ways": {func(p *codegen.Project) {
			for i := range 8 {
				p.Pin.SHA1 = append(p.Pin.SHA1[:i], fmt.Sprintf("%040X", i))
			}
			p.Pin.Reserve = []string{goldenKey}
		}, "pin"},
		"backup for an address": {func(p *codegen.Project) {
			p.Target.Host, p.Pin.Backup, p.Pin.CAs = "192.168.1.5", esp8266.PinCA, []string{goldenCA}
		}, "target"},
		"long Wi-Fi name":       {func(p *codegen.Project) { p.SSID = strings.Repeat("x", 33) }, "firmware.ssid"},
		"NUL in Wi-Fi name":     {func(p *codegen.Project) { p.SSID = "a\x00b" }, "firmware.ssid"},
		"short password":        {func(p *codegen.Project) { p.Password = "1234567" }, "firmware.password"},
		"long password":         {func(p *codegen.Project) { p.Password = strings.Repeat("x", 64) }, "firmware.password"},
		"half a static address": {func(p *codegen.Project) { p.Static.Address = netip.MustParseAddr("10.0.0.2") }, "firmware.static"},
		"too often":             {func(p *codegen.Project) { p.Every = time.Millisecond }, "firmware.every"},
		"too seldom":            {func(p *codegen.Project) { p.Every = 30 * 24 * time.Hour }, "firmware.every"},
		"LED on the serial":     {all(board("generic"), func(p *codegen.Project) { p.LED = true }), "firmware.led"},
		"signed by nobody":      {fetch(from(pins), func(p *codegen.Project) { p.Owner.Key = pinfile.Key{} }), "pins"},
		"signed for nobody":     {fetch(from(pins), func(p *codegen.Project) { p.Owner.Group = "a b" }), "pins.group"},
		"pins of no file":       {fetch(from("http://")), "pins.urls[0]"},
		"pins over TLS":         {fetch(from(pins, "https://a.example/b")), "pins.urls[1]"},
		"pins with a password":  {fetch(from("http://a:b@a.example/b")), "pins.urls[0]"},
		"pins with a line":      {fetch(from("http://a.example/b\r\nX: y")), "pins.urls[0]"},
		"pins with a quote":     {fetch(from("http://a.example/b c")), "pins.urls[0]"},
		"pins at IPv6":          {fetch(from("http://[::1]/b")), "pins.urls[0]"},
		"pins at no port":       {fetch(from("http://a.example:65536/b")), "pins.urls[0]"},
		"pins at length":        {fetch(from(pins + strings.Repeat("x", 200))), "pins.urls[0]"},
		"pins everywhere":       {fetch(from(pins, pins, pins, pins)), "pins.urls"},
		"pins too often":        {fetch(codegen.Fetch{URLs: []string{pins}, Refresh: time.Minute}), "pins.refresh"},
		"pins from nowhere":     {fetch(codegen.Fetch{Refresh: time.Hour}), "pins.refresh"},
		"pins for insecure":     {fetch(from(pins), func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinInsecure} }), "pins.urls"},
		"pins on little flash":  {fetch(from(pins), board("thing")), "pins.urls"},
		"form too long":         {func(p *codegen.Project) { p.Fields[0].Value = strings.Repeat("?", 10000) }, "firmware.buffers"},
		"form and big buffers":  {func(p *codegen.Project) { p.Buffers, p.Fields[0].Value = esp8266.Buffers{}, strings.Repeat("?", 4000) }, "firmware.buffers"},
	} {
		p := tutorial()
		c.change(&p)
		_, err := codegen.Generate(p)
		var invalid *problem.ListError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: Generate: %v, want a ListError", name, err)
			continue
		}
		for _, p := range invalid.Problems {
			if _, there := (problem.List{p}).At(c.where); !there || p.Message == "" || p.Fix == "" {
				t.Errorf("%s: %s: %s; want %s only", name, p.Where, p.Sentences(), c.where)
			}
		}
	}
}

// What works, but not always, is a warning: the sketch is made all the same.
func TestWarnings(t *testing.T) {
	for says, change := range map[string]func(*codegen.Project){
		"D3 (GPIO 0): the board starts only while it is not low": func(p *codegen.Project) { p.Fields[0] = request.Field{Name: "f", Source: "reed.open", GPIO: 0} },
		"D8 (GPIO 15): the board starts only while it is low":    func(p *codegen.Project) { p.Fields[0] = request.Field{Name: "f", Source: "pir.motion", GPIO: 15} },
		"counts nothing while the board sleeps": func(p *codegen.Project) {
			p.DeepSleep, p.Fields[0] = true, request.Field{Name: "f", Source: "pulse.total", GPIO: 4}
		},
		"no value in the first 3m0s": func(p *codegen.Project) {
			p.DeepSleep, p.Fields[0] = true, request.Field{Name: "f", Source: "mhz19.co2", GPIO: 4, Wires: request.Wires{GPIO2: 5}}
		},
	} {
		p := tutorial()
		change(&p)
		if found, ok := p.Validate().At("request.fields[0]"); !ok || found.Severity != problem.Warning || !strings.Contains(found.Message, says) {
			t.Errorf("%+v, want …%s…", found, says)
		}
		if _, err := codegen.Generate(p); err != nil {
			t.Errorf("%s: %v", says, err)
		}
	}
	p := tutorial() // one device, read twice, on the bus's own pins
	p.Fields = []request.Field{{Name: "t", Source: "dht22.temperature", GPIO: 14}, {Name: "h", Source: "dht22.humidity", GPIO: 14}, {Name: "p", Source: "bme280.pressure"}, {Name: "q", Source: "bmp280.pressure", Wires: request.Wires{Address: 0x77}}}
	if l := p.Validate(); len(l) > 0 {
		t.Errorf("%v", l)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := codegen.Generate(codegen.Project{})
	var invalid *problem.ListError
	if !errors.As(err, &invalid) {
		t.Fatalf("Generate: %v", err)
	}
	for _, part := range []string{"request.method", "target", "request.body", "pin", "firmware.name", "firmware.board", "firmware.every"} {
		if _, said := invalid.Problems.At(part); !said {
			t.Errorf("nothing is said about %s: %v", part, err)
		}
	}
}

func TestNames(t *testing.T) {
	for name, valid := range map[string]bool{
		"porch_post": true, "a": true, "_x": true, "0": true, "a.b-c": true, strings.Repeat("x", 63): true,
		"": false, strings.Repeat("x", 64): false, ".a": false, "-a": false, "a.": false, "a b": false, "a/b": false,
		"con": false, "COM1": false, "aux.x": false, "über": false, "a\n": false,
	} {
		err := codegen.CheckName(name)
		if (err == nil) != valid || (err != nil && !errors.Is(err, codegen.ErrName)) {
			t.Errorf("CheckName(%q) = %v", name, err)
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
		if err := codegen.CheckName(codegen.ProposeName(s)); err != nil {
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
