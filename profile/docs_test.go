package profile_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

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
	full := exampleProfile() // with every key that there is
	full.Owner = pinfile.Owner{Group: "g", Key: pinfile.Key{4}, Next: pinfile.Key{4}, Recovery: pinfile.Key{4}, Epoch: 1, Serial: 1}
	full.Fetch = codegen.Fetch{URLs: []string{"http://example.org/g.pins"}, Refresh: time.Hour}
	full.Pin.PublicKey, full.Pin.CAs = "key", []string{"ca"}
	full.Request.Fields = append(full.Request.Fields,
		request.Field{Name: "a", Source: "hcsr04.distance", GPIO: 5, Wires: request.Wires{GPIO2: 4}, None: request.Skip},
		request.Field{Name: "b", Source: "ds18b20.temperature", Wires: request.Wires{Index: 2}, Shape: request.Shape{Scale: 1.8, Offset: 32, Decimals: request.Places(1)}},
		request.Field{Name: "c", Source: "bme280.pressure", Wires: request.Wires{Address: 0x77},
			Statistic: request.Mean, Trigger: request.Trigger{When: request.Above, At: 30}},
		request.Field{Name: "d", Source: esp8266.SourceTime, Moment: request.Moment{Format: "ms", Zone: "Asia/Tokyo"}, Quoted: true})
	full.Request.Fields = append(full.Request.Fields, request.Field{Name: "s", Secret: true, Expires: time.Unix(2e9, 0)})
	full.Answer.Duplicates, full.Answer.RetryAfter = request.Harmless, "retry_after"
	full.Answer.Accepted.Statuses, full.Answer.Already = request.Statuses{{From: 202, To: 202}}, request.Sign{Statuses: request.Statuses{{From: 409, To: 409}}, Contains: "duplicate"}
	full.Answer.Locked = request.Lockout{Sign: full.Answer.Already, For: time.Minute}
	full.Request.Bulk = request.Bulk{Most: 2, Bytes: 3, First: "[", Between: ",", Last: "]"}
	full.Split = true
	full.Answer.JSON = []string{"ok is true"}
	f := &full.Firmware
	f.SampleEvery, f.MinGap = time.Second, time.Second
	f.Buffers, f.DeepSleep, f.LED, f.Battery, f.Libraries, f.Static = esp8266.DefaultBuffers(), true, true, 2500, []string{"A@1"}, fixed(t, "10.1.2.3/24,10.1.2.1")
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
