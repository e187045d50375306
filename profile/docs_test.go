package profile_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/pinfile"
	"espost/profile"
	"espost/request"
)

// The manual's example is a profile, and says everything that can be said.
func TestManual(t *testing.T) {
	text, err := os.ReadFile("../docs/profile.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	yaml, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/profile.md has no example")
	}
	p, err := profile.Parse([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`(?m)(?:^ *-? *|[{,] *)([a-z][a-z0-9-]*):`)
	keys := func(text string) map[string]bool {
		all := make(map[string]bool)
		for _, m := range key.FindAllStringSubmatch(text, -1) {
			all[m[1]] = true
		}
		return all
	}
	full := everyKey(t)
	documented := keys(yaml)
	for k := range keys(string(full.Bytes())) {
		if !documented[k] {
			t.Errorf("the example lacks %s", k)
		}
	}
	for _, info := range esp8266.Sources() {
		if !strings.Contains(string(text), "`"+info.Source.String()+"`") {
			t.Errorf("the manual lacks the source %s", info.Source)
		}
	}
	if p.Firmware.Static != fixed(t, "192.168.1.57/24,192.168.1.1") || len(p.Request.Fields) != 15 {
		t.Errorf("%+v", p)
	}
}

// everyKey is a profile with every key that there is.
func everyKey(t *testing.T) *profile.Profile {
	full := exampleProfile()
	full.Owner = pinfile.Owner{Group: "g", Key: pinfile.Key{4}, Next: pinfile.Key{4}, Recovery: pinfile.Key{4}, Epoch: 1, Serial: 1}
	full.Fetch = codegen.Fetch{URLs: []string{"http://example.org/g.pins"}, Refresh: time.Hour}
	full.Pin.PublicKey, full.Pin.CAs = "key", []string{"ca"}
	full.Request.Fields = append(full.Request.Fields,
		request.Field{Name: "a", Source: "hcsr04.distance", GPIO: 5, Wires: request.Wires{GPIO2: 4}, None: request.Skip},
		request.Field{Name: "b", Source: "ds18b20.temperature", Wires: request.Wires{Index: 2}, Shape: request.Shape{Scale: 1.8, Offset: 32, Decimals: request.Places(1)}},
		request.Field{Name: "c", Source: "bme280.pressure", Wires: request.Wires{Address: 0x77},
			Statistic: request.Mean, Trigger: request.Trigger{When: request.Above, At: 30}},
		request.Field{Name: "d", Source: esp8266.SourceTime, Moment: request.Moment{Format: "ms", Zone: "Asia/Tokyo"}, Quoted: true})
	full.Request.Fields = append(full.Request.Fields, request.Field{Name: "s", Secret: true, Expires: time.Unix(2e9, 0).UTC()})
	full.Answer.Duplicates, full.Answer.RetryAfter = request.Harmless, "retry_after"
	full.Answer.Accepted.Statuses, full.Answer.Already = request.Statuses{{From: 202, To: 202}}, request.Sign{Statuses: request.Statuses{{From: 409, To: 409}}, Contains: "duplicate"}
	full.Answer.Locked = request.Lockout{Sign: full.Answer.Already, For: time.Minute}
	full.Request.Bulk = request.Bulk{Most: 2, Bytes: 3, First: "[", Between: ",", Last: "]"}
	full.Split = true
	full.Answer.JSON = []string{"ok is true"}
	f := &full.Firmware
	f.SampleEvery, f.MinGap = time.Second, time.Second
	f.Buffers, f.DeepSleep, f.LED, f.Battery, f.Libraries, f.Static = esp8266.DefaultBuffers(), true, true, 2500, []string{"A@1"}, fixed(t, "10.1.2.3/24,10.1.2.1")
	return full
}

// A request is read back as its text says it, at its own target and with its secrets;
// a slip is told with its line.
func TestRequestAsText(t *testing.T) {
	full := everyKey(t)
	full.Request.Headers = append(full.Request.Headers, request.Header{Name: "Authorization", Value: "Bearer abc", Secret: true})
	for i := range full.Request.Fields {
		if f := &full.Request.Fields[i]; f.Secret {
			f.Value = "hidden " + f.Name
		}
	}
	text := full.RequestText()
	for _, never := range []string{"hidden", "abc", "postman", "firmware"} {
		if strings.Contains(text, never) {
			t.Errorf("the text tells %q:\n%s", never, text)
		}
	}
	got, err := full.ReadRequestText(text)
	if err != nil || !got.Equal(full.Request) {
		t.Errorf("%v\n%s", err, cmp.Diff(full.Request, got))
	}
	_, err = full.ReadRequestText("request:\n  fields: []\n  bulk: {mist: 2}\n")
	var slip *profile.SyntaxError
	if !errors.As(err, &slip) || slip.Line != 3 {
		t.Errorf("a slip in line 3 is told as %v", err)
	}
}

// What isn't part of the request is refused instead of being lost.
func TestRequestTextRefusesTheRest(t *testing.T) {
	p := profile.New(target("https://example.com/a"))
	for _, more := range []string{"firmware: {every: 5m}", "pin: {mode: insecure}", "service: telegram", "target: https://example.com", "espost: 1"} {
		if _, err := p.ReadRequestText(p.RequestText() + more + "\n"); err == nil {
			t.Errorf("%s is lost without a word", more)
		}
	}
}

// Each line that the text offers as a comment can be taken, alone and beside all others,
// and changes the request.
func TestRequestTextOffers(t *testing.T) {
	p := profile.New(target("https://example.com/a"))
	p.Request.Fields, p.Request.Body = nil, request.JSON
	text := p.RequestText()
	var offered int
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		offered++
		got, err := p.ReadRequestText(strings.Replace(text, line, line[1:], 1))
		if err != nil || got.Equal(p.Request) {
			t.Errorf("%s: %v", line, err)
			continue
		}
		q := *p
		q.Request = got
		if more := q.RequestText(); strings.Count(more, "\n#") != strings.Count(text, "\n#")-1 {
			t.Errorf("what was taken is offered again:\n%s", more)
		}
	}
	if _, err := p.ReadRequestText(strings.ReplaceAll(text, "\n#", "\n")); offered == 0 || err != nil {
		t.Errorf("%d offers; all of them: %v", offered, err)
	}
}
