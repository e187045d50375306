package imports_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"espost/esp8266"
	"espost/imports"
)

const (
	printed = "40AF00112233445566778899AABBCCDDEEFF0102"
	renewed = "FEDCBA98765432100123456789ABCDEF0A0B0C0D"
)

// The idioms of tutorials' sketches, each with what is found in it.
func TestSketches(t *testing.T) {
	list := "{0x40, 0xaf, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x01, 0x02}"
	colons := "40:AF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:02"
	for name, tt := range map[string]struct{ sketch, line, body, pin string }{
		"HTTPClient, BearSSL":    {`#define KEY "k1"` + "\nconst char fp[] PROGMEM = \"" + strings.ReplaceAll(colons, ":", " ") + "\";\nvoid loop(){ client.setFingerprint(fp); http.begin(client, \"https://h.example/p\"); http.addHeader(\"Content-Type\", \"text/plain\"); http.POST(\"k=\" KEY); }", "", "", ""},
		"HTTPClient, old axTLS":  {"void loop(){ http.begin(\"https://h.example/p\", \"" + colons + "\"); int c = http.GET(); }", "GET h.example 443 /p", "", printed},
		"host, port, path":       {"const char* host = \"h.example\";\nvoid loop(){ http.begin(client, host, 8443, \"/p\"); http.PUT(\"on\"); }", "PUT h.example 8443 /p", "on", ""},
		"a list of bytes":        {"const uint8_t fp[20] = " + list + ";\nvoid loop(){ client.setFingerprint(fp); https.begin(*client, \"https://h.example/p\"); https.sendRequest(\"PATCH\", \"x\"); }", "PATCH h.example 443 /p", "x", printed},
		"a body of pieces":       {"void loop(){ String b = \"t=\" + String(temp, 1); b += \"&h=\" + String(hum); https.begin(client, \"https://h.example/p\"); https.POST(b); }", "POST h.example 443 /p", "t={{temp}}&h={{hum}}", ""},
		"JSON of pieces":         {"void loop(){ String b = \"{\\\"t\\\":\" + String(dht.readTemperature()) + \"}\"; https.begin(client, \"https://h.example/p\"); https.addHeader(\"Content-Type\", \"application/json\"); https.POST(b); }", "POST h.example 443 /p", "{\"t\":{{temperature}}}", ""},
		"printed line by line":   {"const char* host = \"h.example\";\nvoid loop(){ client.connect(host, 443); client.println(\"POST /p HTTP/1.1\"); client.print(\"Host: \"); client.println(host); client.println(\"X-A: b\"); client.println(); client.println(\"a=1\"); }", "POST h.example 443 /p", "a=1", ""},
		"a host in the network":  {"void loop(){ client.connect(\"raspi\", 8443); client.print(\"GET /u HTTP/1.1\\r\\nHost: raspi\\r\\n\\r\\n\"); }", "GET raspi 8443 /u", "", ""},
		"printed at once":        {"#define PORT 443\nvoid loop(){ client.connect(\"h.example\", PORT); String url = \"/u?t=\"; url += t; client.print(String(\"GET \") + url + \" HTTP/1.1\\r\\n\" + \"Host: h.example\\r\\n\\r\\n\"); }", "GET h.example 443 /u?t={{t}}", "", ""},
		"in comments is nothing": {"// http.begin(client, \"https://old.example/\");\n/* \"" + colons + "\" */\nvoid loop(){ http.begin(client, \"https://h.example/p\"); http.GET(); }", "GET h.example 443 /p", "", ""},
		"a literal in braces":    {"void loop(){ http.begin(client, F(\"https://h.example/p\")); http.POST(F(\"x\")); }", "POST h.example 443 /p", "x", ""},
		"a raw string":           {"const char body[] = R\"({\"a\": 1})\";\nvoid loop(){ http.begin(client, \"https://h.example/p\"); http.POST(body); }", "POST h.example 443 /p", "{\"a\":1}", ""},
	} {
		if tt.line == "" {
			tt.line, tt.body, tt.pin = "POST h.example 443 /p", "k=k1", printed
			tt.sketch = strings.ReplaceAll(tt.sketch, `"k=" KEY`, `"k=" + String(KEY)`)
		}
		t.Run(name, func(t *testing.T) {
			s, err := imports.ReadSketch([]byte(tt.sketch))
			if err != nil {
				t.Fatal(err)
			}
			r := s.Request
			target := r.Method + " " + r.Target.Host + " " + strings.TrimPrefix(r.Target.Addr(), r.Target.Host+":") + " " + r.Target.Path
			body := r.Template
			if body == "" {
				body = string(r.BodyBytes())
			}
			if target != tt.line || body != tt.body || strings.Join(s.Pin.SHA1, ",") != tt.pin {
				t.Errorf("%s %q %v, want %s %q %s", target, body, s.Pin.SHA1, tt.line, tt.body, tt.pin)
			}
		})
	}
}

// What a sketch tells beside its request.
func TestSketchTells(t *testing.T) {
	s, err := imports.ReadSketch([]byte(`const char ca[] PROGMEM = R"EOF(
-----BEGIN CERTIFICATE-----
QUJD
-----END CERTIFICATE-----
)EOF";
void setup() { WiFi.begin("net", "hunter2"); }
void loop() {
  http.begin(client, "https://h.example/p");
  http.addHeader("X-Sum", String(a * b));
  http.POST("r=" + String(WiFi.RSSI()));
  delay(500); delay(30000);
}`))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(s.Warnings, "\n")
	if s.Pin.Mode != esp8266.PinCA || len(s.Pin.CAs) != 1 || s.Every != 30*time.Second || !strings.Contains(said, "Wi-Fi") || strings.Contains(said, "hunter2") {
		t.Errorf("%+v %v %q", s.Pin, s.Every, said)
	}
	if f := s.Request.Fields; len(f) != 1 || f[0].Source != esp8266.SourceRSSI {
		t.Errorf("fields %+v", f)
	}
	if !strings.Contains(said, "line 9 of the sketch") {
		t.Errorf("what isn't understood is not named: %q", said)
	}
}

// Only the digits are replaced, in their notation and case.
func TestDigitsReplace(t *testing.T) {
	for before, want := range map[string]string{
		`"40:AF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:02"`: `"FE:DC:BA:98:76:54:32:10:01:23:45:67:89:AB:CD:EF:0A:0B:0C:0D"`,
		`"40 af 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 01 02"`: `"fe dc ba 98 76 54 32 10 01 23 45 67 89 ab cd ef 0a 0b 0c 0d"`,
		`"` + printed + `"`: `"` + renewed + `"`,
		"{0x40,0xaf,0x00,0x11,0x22,0x33,0x44,0x55,0x66,0x77,\n  0x88,0x99,0xaa,0xbb,0xcc,0xdd,0xee,0xff,0x01,0x02}": "{0xfe,0xdc,0xba,0x98,0x76,0x54,0x32,0x10,0x01,0x23,\n  0x45,0x67,0x89,0xab,0xcd,0xef,0x0a,0x0b,0x0c,0x0d}",
	} {
		text := "http.begin(c, \"https://h.example/\"); http.GET();\r\nx = " + before + "; // é\r\n"
		s, err := imports.ReadSketch([]byte(text))
		if err != nil || len(s.Fingerprints) != 1 || s.Fingerprints[0].Line != 2 {
			t.Errorf("%s: %+v, %v", before, s.Fingerprints, err)
			continue
		}
		got := s.Fingerprints[0].Replace(text, renewed)
		if diff := cmp.Diff(strings.Replace(text, before, want, 1), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// FuzzSketch: no panic, and the digits that are found can be replaced.
func FuzzSketch(f *testing.F) {
	files, _ := filepath.Glob("../codegen/testdata/*/*.ino")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(text)
		}
	}
	f.Add([]byte(`http.begin(c, "https://h.example/"); http.POST("a=" + String(x)); s = "` + printed + `";`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 32<<10 {
			return
		}
		s, err := imports.ReadSketch(text)
		if err != nil {
			return
		}
		for _, d := range s.Fingerprints {
			if back := d.Replace(d.Replace(string(text), renewed), d.SHA1); !strings.EqualFold(back, string(text)) {
				t.Fatalf("%q became %q", text, back)
			}
		}
	})
}

// The idioms of forty tutorials' sketches, cited in each file's first line and
// written anew: what is found in each, and what isn't.
func TestTutorials(t *testing.T) {
	files, err := filepath.Glob("testdata/sketches/*.txtar")
	if err != nil || len(files) < 40 {
		t.Errorf("%d sketches, want 40 and more (%v)", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil || !strings.HasPrefix(string(archive.Comment), "https://") {
				t.Fatalf("nothing is cited (%v)", err)
			}
			s, err := imports.ReadSketch(archive.Files[0].Data)
			got := describe([]imports.Import{s.Import}, err)
			for _, d := range s.Fingerprints {
				got += fmt.Sprintf("fingerprint in line %d\n", d.Line)
			}
			if err == nil {
				got += fmt.Sprintf("pin %s, every %v\n", s.Pin.Mode, s.Every)
			}
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "found", Data: []byte(got)})
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
