package profile_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/profile"
	"espost/request"
)

const sha1 = "E952BE7D4BB1A92DF4126E8EE80FF132E491248D"

// example is the file of the design, with every kind of row.
const example = `espost: 2                                  # version of this format
target: https://postman-echo.com/post
pin:
  mode: fingerprint                        # fingerprint | public-key | ca | insecure
  sha1: [E952BE7D4BB1A92DF4126E8EE80FF132E491248D]      # one or more candidates
  # public-key: PEM    ·    ca: list of PEM
  expires: 2027-02-21T10:00:00Z            # of what is pinned, as captured
request:
  method: POST
  body: form                               # form | json
  headers:
    - {name: X-Device, value: porch}
  fields:
    - {name: name1, value: value1}
    # the signal
    - {name: rssi, source: rssi, sample: "-61"}   # in dBm
    - {name: note, value: text, off: true}
    - {name: token, secret: true}          # the value is never written here
firmware:
  name: porch_post
  board: nodemcuv2
  every: 60s
  keep: failed
  folder: porch_post                       # where it was written last, relative to this file
`

func parse(t *testing.T, text string) *profile.Profile {
	t.Helper()
	p, err := profile.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func exampleProfile() *profile.Profile {
	board, _ := esp8266.BoardByID("nodemcuv2")
	return &profile.Profile{
		Project: codegen.Project{
			Request: request.Request{
				Method:  "POST",
				Target:  target("https://postman-echo.com/post"),
				Body:    request.Form,
				Headers: []request.Header{{Name: "X-Device", Value: "porch"}},
				Fields: []request.Field{
					{Name: "name1", Value: "value1"},
					{Name: "rssi", Source: esp8266.SourceRSSI, Sample: "-61"},
					{Name: "note", Value: "text", Off: true},
					{Name: "token", Secret: true},
				},
			},
			Pin: esp8266.Pin{
				Mode: esp8266.PinFingerprint, SHA1: []string{sha1},
				Expires: time.Date(2027, 2, 21, 10, 0, 0, 0, time.UTC),
			},
			Firmware: codegen.Firmware{Name: "porch_post", Board: board, Every: time.Minute, Keep: codegen.KeepFailed},
		},
		Folder: "porch_post",
	}
}

// target is an address that is one.
func target(url string) request.Target {
	t, err := request.ParseURL(url)
	if err != nil {
		panic(err)
	}
	return t
}

func TestParseExample(t *testing.T) {
	if diff := cmp.Diff(exampleProfile(), parse(t, example)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A file of two lines means what New means.
func TestParseMinimal(t *testing.T) {
	got := parse(t, "espost: 2\ntarget: postman-echo.com/post\n")
	if diff := cmp.Diff(profile.New(target("https://postman-echo.com/post")), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Firmware.Name != "postman_echo_com" || got.Firmware.Every != time.Minute || got.Firmware.Keep != codegen.KeepFailed || got.Firmware.Board.ID != "nodemcuv2" {
		t.Errorf("defaults: %+v", got.Firmware)
	}
	if len(got.Request.Fields) != 2 || got.Request.Fields[1].Value != "value2" || got.Request.Method != "POST" {
		t.Errorf("defaults: %+v", got.Request)
	}
}

// Scalars need no quotes to be texts.
func TestParseScalars(t *testing.T) {
	p := parse(t, `espost: 2
target: example.com
pin: {sha1: ["e9:52:be:7d:4b:b1:a9:2d:f4:12:6e:8e:e8:0f:f1:32:e4:91:24:8d"]}
request:
  fields:
    - {name: a, value: 1.50}
    - {name: b, value: yes}
    - {name: c, value: 0x1F}
    - {name: d, value: ~}
    - {name: e, value: true}
    - {name: f, value: "1: 2 # 3"}
    - name: g
      value: |
        two
        lines
    - {name: pin, source: digital, gpio: 5}
firmware:
  buffers: {rx: 1024, tx: 512}
  deep-sleep: true
  led: true
  outbox: false
  static: {address: 192.168.1.57, gateway: "192.168.1.1", mask: 255.255.255.0, dns: 9.9.9.9}
`)
	var values []string
	for _, f := range p.Request.Fields {
		values = append(values, f.Value)
	}
	want := []string{"1.50", "yes", "0x1F", "", "true", "1: 2 # 3", "two\nlines\n", ""}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if p.Request.Fields[7].GPIO != 5 || p.Pin.SHA1[0] != sha1 {
		t.Errorf("gpio %d, sha1 %q", p.Request.Fields[7].GPIO, p.Pin.SHA1)
	}
	f := p.Firmware
	if f.Buffers != (esp8266.Buffers{RX: 1024, TX: 512}) || !f.DeepSleep || !f.LED || f.Keep != codegen.KeepOff || f.Static != fixed(t, "192.168.1.57/24,192.168.1.1,9.9.9.9") {
		t.Errorf("firmware %+v", f)
	}
}

func fixed(t *testing.T, s string) codegen.Static {
	t.Helper()
	static, err := codegen.ParseStatic(s)
	if err != nil {
		t.Fatal(err)
	}
	return static
}

func TestParseStatic(t *testing.T) {
	got := fixed(t, " 10.1.2.3/20, 10.1.0.1 ")
	want := codegen.Static{Address: addr("10.1.2.3"), Gateway: addr("10.1.0.1"), Mask: addr("255.255.240.0"), DNS: addr("10.1.0.1")}
	if got != want {
		t.Errorf("%v, want %v", got, want)
	}
	for in, says := range map[string]string{
		"":                          "is no fixed address; write ADDRESS/BITS,GATEWAY",
		"10.1.2.3":                  "is no fixed address",
		"10.1.2.3,10.1.2.1":         `"10.1.2.3" is no IPv4 address with the bits`,
		"10.1.2.3/33,10.1.2.1":      "bits of its network",
		"fe80::1/64,fe80::2":        "bits of its network",
		"10.1.2.3/24,router":        `"router" is no IPv4 address`,
		"10.1.2.3/24,10.1.2.1,::1":  `"::1" is no IPv4 address`,
		"10.1.2.3/24,1.1.1.1,2,3.4": "is no fixed address",
	} {
		if got, err := codegen.ParseStatic(in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v; want %q", in, got, err, says)
		}
	}
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestParseErrors(t *testing.T) {
	const head = "espost: 2\ntarget: example.com\n"
	tests := []struct{ name, text, want string }{
		{"nothing", "", "This is no profile of espost"},
		{"another file", "services:\n  web: {}\n", "This is no profile of espost"},
		{"a list", "- 1\n", "This is no profile of espost"},
		{"newer", "espost: 3\nfuture: {}\n", "format 3 and this espost knows formats up to 2. Install a newer"},
		{"odd version", "espost: one\ntarget: x\n", "1:9: The format's version is a whole number"},
		{"no target", "espost: 2\n", "The key target is missing"},
		{"bad target", "espost: 2\ntarget: ftp://x\n", `2:9: "ftp" is no scheme`},
		{"unknown key", head + "pni: {}\n", `3:1: There is no key "pni" here`},
		{"unknown nested key", head + "firmware:\n  bord: generic\n", "4:3: There is no key \"bord\" here. Correct its spelling or remove it.\n    4 |   bord: …\n      |   ^"},
		{"twice", head + "target: y\n", "a second time"},
		{"two documents", head + "---\n" + head, "several documents"},
		{"keep", head + "firmware: {keep: some}\n", "Use failed, all or off"},
		{"outbox", head + "firmware: {outbox: maybe}\n", "no key \"outbox\""},
		{"status", head + "answer: {delivered: [2yy]}\n", "Write 302, 2xx or 200-299"},
		{"tries", head + "answer: {refused: {tries: 1000}}\n", "Give 1 to 100"},
		{"wrong type", head + "firmware: {led: maybe}\n", "True or false belongs here"},
		{"list for text", head + "request: {method: [POST]}\n", "A text belongs here, not a list"},
		{"mapping for list", head + "request: {fields: {name: a}}\n", "A list belongs here"},
		{"duration", head + "firmware:\n  every: 60\n", "4:10: \"60\" is no duration. Write it with a unit"},
		{"time", head + "pin:\n  expires: soon\n", "4:12: \"soon\" is no time"},
		{"sha256", head + "pin:\n  sha1: [" + sha1 + sha1[:24] + "]\n", "4:10: Not a SHA-1 fingerprint: 64 digits are a SHA-256"},
		{"mode", head + "pin:\n  mode: hope\n", `4:9: There is no pin mode "hope"`},
		{"source", head + "request:\n  fields:\n    - {name: a, source: gps}\n", `5:25: Row 1 (a) has the source "gps"`},
		{"board", head + "firmware:\n  board: esp32\n", `4:10: There is no board "esp32". Use one of nodemcuv2`},
		{"name", head + "firmware:\n  name: a b\n", `4:9: A sketch can't have that name`},
		{"gpio", head + "request:\n  fields:\n    - {name: a, source: digital, gpio: 17}\n", "GPIO 17, which doesn't exist"},
		{"every", head + "firmware:\n  every: 1ms\n", "shorter than a second"},
		{"buffers", head + "firmware:\n  buffers: {rx: 100, tx: 512}\n", "out of range"},
		{"static address", head + "firmware:\n  static: {address: 192.168.1.300}\n", `4:21: "192.168.1.300" is no IPv4 address. Write it as 192.168.1.57`},
		{"static IPv6", head + "firmware:\n  static: {address: \"fe80::1\"}\n", `4:21: "fe80::1" is no IPv4 address`},
		{"static mapping", head + "firmware:\n  static: 192.168.1.57\n", "4:11: A mapping of keys to values belongs here"},
		{"static gap", head + "firmware:\n  static: {address: 10.1.2.3, gateway: 10.1.2.1, mask: 255.255.255.0}\n", "4:11: The IPv4 address dns is missing"},
		{"static mask", head + "firmware:\n  static: {address: 10.1.2.3, gateway: 10.1.2.1, mask: 255.0.255.0, dns: 10.1.2.1}\n", "4:56: 255.0.255.0 is no network mask"},
		{"static network", head + "firmware:\n  static: {address: 10.1.2.3, gateway: 10.1.3.1, mask: 255.255.255.0, dns: 10.1.2.1}\n", "4:40: The gateway 10.1.3.1 is outside of the board's network 10.1.2.0/24"},
		{"static twin", head + "firmware:\n  static: {address: 10.1.2.1, gateway: 10.1.2.1, mask: 255.255.255.0, dns: 10.1.2.1}\n", "4:21: 10.1.2.1 is the gateway's own"},
		{"static broadcast", head + "firmware:\n  static: {address: 10.1.2.255, gateway: 10.1.2.1, mask: 255.255.255.0, dns: 10.1.2.1}\n", "4:21: 10.1.2.255 is no host's address"},
		{"static key", head + "firmware:\n  static: {router: 10.1.2.1}\n", `4:12: There is no key "router" here`},
		{"secret value", head + "request:\n  fields:\n    - {name: token, secret: true, value: hunter2}\n", "A secret's value must not stand in this file"},
		{"live value", head + "request:\n  fields:\n    - {name: a, source: rssi, value: x}\n", "is called sample"},
		{"comma", head + "answer: {contains: \"a\" not: b}\n", "3:24: A , or a } is missing before this. Write it"},
		{"syntax", head + "request: {fields: [\n", ":"},
		{"escape", head + "\"\x1b[2J\": 1\n", "There is no key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := profile.Parse([]byte(tt.text))
			if err == nil {
				t.Fatalf("no error: %+v", p)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got:\n%s\nwant it to contain:\n%s", err, tt.want)
			}
			if strings.Contains(err.Error(), "\x1b") || strings.Contains(err.Error(), "Go struct") {
				t.Errorf("not fit for a terminal: %q", err)
			}
		})
	}
}

// Everything that is wrong is said at once.
func TestParseSeveralErrors(t *testing.T) {
	_, err := profile.Parse([]byte("espost: 2\ntarget: x.example\npin:\n  mode: a\nfirmware:\n  board: b\n"))
	if err == nil || !strings.Contains(err.Error(), "4:9: There") || !strings.Contains(err.Error(), "6:10: There") {
		t.Error(err)
	}
}

// What is tried is what the firmware sends: a reading's key is in it, rows that are
// off aren't.
func TestSent(t *testing.T) {
	p := exampleProfile()
	p.Request.Fields = append(p.Request.Fields, request.Field{Name: "heap", Source: esp8266.SourceFreeHeap})
	p.Request.Fields[3].Value = "hunter2"
	if got, want := string(p.Sent().BodyBytes()), "name1=value1&rssi=-61&token=hunter2&heap=38112"; got != want {
		t.Errorf("the body is %s, want %s", got, want)
	}
	if line := request.KeyHeader + ": " + codegen.SampleKey + "\r\n"; !strings.Contains(string(p.Sent().Bytes()), line) {
		t.Errorf("%q isn't sent", line)
	}
}

// The rule for answers is read, and written as it was.
func TestAnswer(t *testing.T) {
	const head = "espost: 2\ntarget: https://h.example/\n"
	p := parse(t, head+`answer:
  delivered: [2xx, 302, 500-503]
  contains: '^"ok":true'
  not: ^0$
  equals: OK
  refused: {statuses: [409], tries: 5}
  timeout: 10s
  pause: 15s
  follow: true
`)
	want := request.Answer{
		Delivered: request.Statuses{{From: 200, To: 299}, {From: 302, To: 302}, {From: 500, To: 503}},
		Contains:  `^"ok":true`, Not: "^0$", Equals: "OK",
		Refused: request.Statuses{{From: 409, To: 409}}, Tries: 5,
		Timeout: 10 * time.Second, Pause: 15 * time.Second, Follow: true,
	}
	if diff := cmp.Diff(want, p.Answer); diff != "" {
		t.Errorf("the rule (-want +got):\n%s", diff)
	}
	again := parse(t, string(p.Bytes()))
	if diff := cmp.Diff(want, again.Answer); diff != "" {
		t.Errorf("written and read (-want +got):\n%s", diff)
	}
	if plain := parse(t, head); !plain.Answer.Ordinary() || strings.Contains(string(plain.Bytes()), "answer") {
		t.Errorf("without the key: %+v", plain.Answer)
	}
}

// What "outbox" meant is kept.
func TestOutboxBecomesKeep(t *testing.T) {
	for text, want := range map[string]codegen.Keep{
		"espost: 1\ntarget: h.example\nfirmware:\n  outbox: true # yes\n":                  codegen.KeepFailed,
		"espost: 2\ntarget: h.example\nfirmware: {outbox: false, led: true}\n":             codegen.KeepOff,
		"espost: 2\ntarget: h.example\nfirmware: {keep: all}\n":                            codegen.KeepAll,
		"espost: 2\ntarget: h.example\nfirmware: {keep: off}\n":                            codegen.KeepOff,
		"espost: 1\ntarget: h.example\nform: {encoding: json}\nfirmware: {outbox: true}\n": codegen.KeepFailed,
		"espost: 2\ntarget: h.example\n":                                                   codegen.KeepFailed,
		"espost: 2\ntarget: h.example\nfirmware: {board: nodemcuv2}\n":                     codegen.KeepFailed,
	} {
		if p := parse(t, text); p.Firmware.Keep != want {
			t.Errorf("%q keeps %q, want %q", text, p.Firmware.Keep, want)
		}
	}
}

// A copy shares nothing with what it was taken from.
func TestClone(t *testing.T) {
	p := exampleProfile()
	p.Pin.CAs = []string{"ca"}
	c := p.Clone()
	c.Request.Fields[0].Value, c.Request.Headers[0].Value, c.Pin.SHA1[0], c.Pin.CAs[0] = "x", "x", "x", "x"
	want := exampleProfile()
	want.Pin.CAs = []string{"ca"}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFillSecrets(t *testing.T) {
	p := exampleProfile()
	p.Request.Headers = append(p.Request.Headers, request.Header{Name: "X-Api-Key", Secret: true})
	env := map[string]string{"ESPOST_SECRET_X_API_KEY": "k", "ESPOST_WIFI_SSID": "home", "ESPOST_WIFI_PASSWORD": "pw"}
	missing := p.FillSecrets(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if diff := cmp.Diff([]string{"ESPOST_SECRET_TOKEN"}, missing); diff != "" {
		t.Error(diff)
	}
	if p.Request.Headers[1].Value != "k" || p.Firmware.SSID != "home" || p.Firmware.Password != "pw" {
		t.Errorf("%+v %+v", p.Request.Headers, p.Firmware)
	}
}

// A sensor's row comes back as it was, whatever it needs.
func TestSensorsInTheFile(t *testing.T) {
	p := exampleProfile()
	p.Request.Fields = []request.Field{
		{Name: "t", Source: "dht22.temperature", GPIO: 4, Shape: request.Shape{Scale: 1.8, Offset: 32, Decimals: request.Places(0)}, None: request.Null},
		{Name: "d", Source: "hcsr04.distance", GPIO: 5, Wires: request.Wires{GPIO2: 4}, None: request.Skip},
		{Name: "w", Source: "ds18b20.temperature", GPIO: 2, Wires: request.Wires{Index: 2}},
		{Name: "p", Source: "bme280.pressure", Wires: request.Wires{Address: 0x77}},
		{Name: "at", Source: esp8266.SourceTime, Moment: request.Moment{Format: "%H:%M", Zone: "CET-1CEST,M3.5.0,M10.5.0/3"}, None: request.Wait},
		{Name: "n", Source: esp8266.SourceRSSI, Quoted: true},
	}
	back, err := profile.Parse(p.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.Request.Fields, back.Request.Fields); diff != "" {
		t.Errorf("(-saved +read):\n%s", diff)
	}
	typed := strings.Replace(string(p.Bytes()), `none: "null"`, "none: null", 1)
	if back, err = profile.Parse([]byte(typed)); err != nil || back.Request.Fields[0].None != request.Null || !strings.Contains(typed, "none: null") {
		t.Errorf("none: null is read as %+v, %v", back, err)
	}
}

// The service that a request came from is kept while the address is its own; one
// that isn't known is a warning.
func TestServiceIsRemembered(t *testing.T) {
	p := parse(t, "espost: 2\ntarget: https://api.thingspeak.com/update\nservice: thingspeak\n")
	if s, ok := p.AtService(); !ok || s.ID != "thingspeak" || len(p.Warnings) > 0 {
		t.Errorf("%v, %v", s.ID, p.Warnings)
	}
	if back := parse(t, string(p.Bytes())); back.Service != "thingspeak" {
		t.Errorf("saved, it is %q", back.Service)
	}
	s := &profile.Session{Profile: p}
	s.Follow(target("https://api.thingspeak.com/other"))
	if s.Service != "thingspeak" {
		t.Error("the same host lost it")
	}
	s.Follow(target("https://h.example/"))
	if s.Service != "" {
		t.Errorf("another host is still %s", s.Service)
	}
	p = parse(t, "espost: 2\ntarget: h.example\nservice: thing\\x1b\n")
	if _, known := p.AtService(); known || len(p.Warnings) != 1 || p.Warnings[0].Where != "service" || !strings.Contains(p.Warnings[0].Sentences(), "There is no service") {
		t.Errorf("%v", p.Warnings)
	}
	if back := parse(t, string(p.Bytes())); back.Service != p.Service {
		t.Errorf("saved, %q is %q", p.Service, back.Service)
	}
}
