package services_test

import (
	"strings"
	"testing"
	"time"

	"espost/request"
	"espost/services"
)

// Every entry is whole, and its example is a request that can be sent.
func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range services.All() {
		t.Run(s.ID, func(t *testing.T) {
			if seen[s.ID] || s.ID != strings.ToLower(s.ID) || strings.ContainsAny(s.ID, " ._") {
				t.Errorf("%q is no id of its own", s.ID)
			}
			seen[s.ID] = true
			for what, text := range map[string]string{"title": s.Title, "about": s.About, "trap": s.Trap, "docs": s.Docs} {
				if text == "" {
					t.Errorf("it has no %s", what)
				}
			}
			if len(s.Facts) == 0 {
				t.Error("it names no sources")
			}
			r, problems := s.Request(s.Examples())
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			for _, p := range append(r.Validate(), r.Notes()...) {
				t.Errorf("%s: %s", p.Where, p.Sentences())
			}
			if text := string(r.Bytes()); strings.Contains(text, "{{") || len(s.Blanks) > 0 && strings.Contains(text, "["+s.Blanks[0].Name+"]") {
				t.Errorf("a blank is left:\n%s", text)
			}
			if s.Size > 0 && len(r.BodyBytes()) > s.Size {
				t.Errorf("the example has %d bytes, and the service takes %d", len(r.BodyBytes()), s.Size)
			}
		})
	}
	if len(seen) < 30 {
		t.Errorf("there are %d services", len(seen))
	}
}

// A secret is shown nowhere, and stays out of what is saved.
func TestSecretsAreMasked(t *testing.T) {
	for _, s := range services.All() {
		values := s.Examples()
		for i, name := range s.Secrets() {
			values[name] = strings.Repeat("hidden", i+2)
		}
		r, problems := s.Request(values)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		head, body := r.Preview()
		if len(s.Secrets()) > 0 && !strings.Contains(head+body, request.Mask) || strings.Contains(head+body, "hidden") {
			t.Errorf("%s:\n%s%s", s.ID, head, body)
		}
	}
}

// What is missing is said by name; a missing secret doesn't keep from going on.
func TestRequestSaysWhatIsMissing(t *testing.T) {
	s, err := services.Named("adafruit-io")
	if err != nil {
		t.Fatal(err)
	}
	_, l := s.Request(nil)
	if p, ok := l.At("blank.username"); !ok || !strings.Contains(p.Sentences(), "The user name (username) is missing.") {
		t.Errorf("the user name: %v", l)
	}
	r, l := s.Request(map[string]string{"username": "me"})
	if l.Err() != nil || len(l) != 1 || l[0].Where != "blank.key" {
		t.Errorf("without the secret: %v", l)
	}
	if f := r.Fields[0]; f.Name != "key" || !f.Secret || f.Value != "" {
		t.Errorf("the secret's field: %+v", f)
	}
	for name, value := range map[string]string{"username": "a\nb", "nope": "x"} {
		values := s.Examples()
		values[name] = value
		if _, l := s.Request(values); l.Err() == nil {
			t.Errorf("%s=%q is taken", name, value)
		}
	}
}

// A word that stands in an address holds no blank.
func TestWord(t *testing.T) {
	s, _ := services.Exact("airtable")
	values := s.Examples()
	values["table"] = "my table"
	if _, l := s.Request(values); l.Err() == nil {
		t.Error("a blank within a word is taken")
	}
}

// Where a request takes one field, a reading of several needs more of the pace.
func TestPaceOfSplitReadings(t *testing.T) {
	s, _ := services.Exact("adafruit-io")
	r, _ := s.Request(s.Examples())
	own := s.With(r, append(r.Fields, request.Field{Name: "c", Value: "1"}, request.Field{Name: "d", Value: "2"}))
	if n := len(own.Parts()); n != 4 {
		t.Fatalf("%d requests", n)
	}
	if got := s.For(own).Interval(); got != 4*s.Interval() || own.Answer.Pause != 2*time.Second {
		t.Errorf("a reading of four every %s, a request every %s", got, own.Answer.Pause)
	}
	s.Daily = 10
	if got := s.For(own).Daily; got != 2 {
		t.Errorf("of 10 requests a day %d readings", got)
	}
}

func TestBasic(t *testing.T) {
	s, _ := services.Exact("twilio")
	values := s.Examples()
	values["account"], values["token"] = "AC1", "t"
	r, _ := s.Request(values)
	if h, ok := r.Header("Authorization"); !ok || h.Value != "Basic QUMxOnQ=" || !h.Secret {
		t.Errorf("%+v", h)
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]string{
		"thingspeak": "thingspeak", "ThingSpeak": "thingspeak", " Home Assistant ": "home-assistant", "homeassistant": "home-assistant",
		"emon": "emoncms", "InfluxDB 2": "influxdb2", "influxdb2": "influxdb2", "sensor.community": "sensor-community",
	} {
		if s, err := services.Named(name); err != nil || s.ID != want {
			t.Errorf("%q is %q, %v; want %s", name, s.ID, err, want)
		}
	}
	for name, want := range map[string]string{
		"influx":     `"influx" may be several services. Choose one of influxdb1, influxdb2.`,
		"thingspeek": `There is no service "thingspeek". Did you mean thingspeak?`,
		"x-files":    `There is no service "x-files". The command espost services lists them.`,
		"\x1b[2Jq":   "There is no service \"\ufffd[2Jq\". The command espost services lists them.",
	} {
		if _, err := services.Named(name); err == nil || err.Error() != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// The user's own fields take the place of the example's readings, and never of
// the secrets or of what a template needs.
func TestWith(t *testing.T) {
	names := func(r request.Request) string {
		var all []string
		for _, f := range r.Fields {
			all = append(all, f.Name)
		}
		return strings.Join(all, " ")
	}
	for id, want := range map[string]string{"thingspeak": "api_key field3", "datacake": "endpoint device field3", "telegram": "token rssi uptime field3"} {
		s, _ := services.Exact(id)
		r, _ := s.Request(s.Examples())
		if got := names(s.With(r, []request.Field{{Name: "field3", Value: "1"}})); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
		if got := names(s.With(r, nil)); got != names(r) {
			t.Errorf("%s without own fields: %s", id, got)
		}
	}
}

// A day of a backlog without end has no more requests than the service takes, and
// a board at the service's interval works it off.
func TestPaceKeepsToTheDay(t *testing.T) {
	daily := 0
	for _, s := range services.All() {
		r, _ := s.Request(s.Examples())
		if r.Answer.Pause < s.Every {
			t.Errorf("%s: a pause of %s, and it takes a request every %s", s.ID, r.Answer.Pause, s.Every)
		}
		if s.Daily == 0 {
			continue
		}
		daily++
		if n := int(24 * time.Hour / r.Answer.Pause); n > s.Daily || s.Interval() <= r.Answer.Pause {
			t.Errorf("%s: %d requests a day at a pause of %s, and it takes %d; a reading every %s", s.ID, n, r.Answer.Pause, s.Daily, s.Interval())
		}
	}
	if daily < 4 {
		t.Errorf("only %d services count by the day", daily)
	}
}

func TestInterval(t *testing.T) {
	for id, want := range map[string]time.Duration{"thingspeak": 15 * time.Second, "ntfy": 381 * time.Second, "ubidots": time.Second, "n8n": 0} {
		s, _ := services.Exact(id)
		if got := s.Interval(); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// An address as the service's own pages give it holds the blanks' values, for
// every service with blanks in its path: filled in and read back they are the same.
func TestRead(t *testing.T) {
	for _, s := range services.All() {
		r, _ := s.Request(s.Examples())
		values, ok := s.Read(r.URL(false))
		if want := strings.ContainsAny(strings.SplitN(s.Outline.Address, "?", 2)[0], "[{"); ok != want {
			t.Errorf("%s: %s is read: %v", s.ID, r.URL(false), ok)
		}
		for name, value := range values {
			if want := s.Examples()[name]; value != want {
				t.Errorf("%s: %s is %q, want %q", s.ID, name, value, want)
			}
		}
	}
	s, _ := services.Exact("slack")
	for _, other := range []string{"https://hooks.slack.com/services/T/B", "https://example.com/services/T/B/x", "T", "https://hooks.slack.com/services/T/B/%zz"} {
		if values, ok := s.Read(other); ok {
			t.Errorf("%s holds %v", other, values)
		}
	}
}
