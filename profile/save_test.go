package profile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/profile"
	"espost/request"
)

func load(t *testing.T, path string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "espost.yaml")
	p := exampleProfile()
	p.Pin.SHA1 = append(p.Pin.SHA1, strings.Repeat("A", 40))
	p.Pin.PublicKey = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
	p.Pin.CAs = []string{"-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nCC\n-----END CERTIFICATE-----"}
	p.Firmware.Buffers = esp8266.Buffers{RX: 512, TX: 512}
	p.Firmware.LED = true
	p.Firmware.Static = fixed(t, "192.168.1.57/24,192.168.1.1")
	p.Firmware.Every = 90 * time.Second
	for _, value := range []string{
		"", " ", "1", "1.50", "yes", "null", "~", "- a", "a: b", "#", "a #b", "'", `"`, `\`, "{", "[x]", "&a", "*a", "!t", "|", ">", "%", "@", "`",
		"line\nline\n", "tab\t", "\r", "\x00\x1b\x7f", "ä€😀", "\u202e\u200b\ufeff\u2028", "2027-02-21", "12:30", "0x1F", "1e3", ".inf", strings.Repeat("x", 5000),
	} {
		p.Request.Fields = append(p.Request.Fields, request.Field{Name: "n" + value, Source: esp8266.SourceText, Value: value})
	}
	if err := p.Save(path); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, load(t, path)); diff != "" {
		t.Errorf("(-saved +loaded):\n%s", diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("litter: %v", entries)
	}
}

// A new file reads like the design's.
func TestSaveFresh(t *testing.T) {
	path := filepath.Join(t.TempDir(), "espost.yaml")
	if err := exampleProfile().Save(path); err != nil {
		t.Fatal(err)
	}
	const want = `# espost's profile of one device. Edit it freely; espost keeps comments and order.
espost: 2
target: https://postman-echo.com/post
pin:
  mode: fingerprint
  sha1: [E952BE7D4BB1A92DF4126E8EE80FF132E491248D]
  expires: 2027-02-21T10:00:00Z
request:
  method: POST
  body: form
  headers:
    - {name: X-Device, value: porch}
  fields:
    - {name: name1, value: value1}
    - {name: rssi, source: rssi, sample: "-61"}
    - {name: note, value: text, off: true}
    - {name: token, secret: true}
firmware:
  name: porch_post
  board: nodemcuv2
  every: 60s
  keep: failed
  folder: porch_post
`
	if diff := cmp.Diff(want, content(t, path)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSaveKeepsTheFilesOwnForm(t *testing.T) {
	const other = "0123456789ABCDEF0123456789ABCDEF01234567"
	tests := []struct {
		name   string
		change func(*profile.Profile)
		edits  []string // pairs: what becomes what
	}{
		{"nothing", func(*profile.Profile) {}, nil},
		{"secrets only", func(p *profile.Profile) {
			p.Request.Fields[3].Value, p.Firmware.SSID, p.Firmware.Password = "hunter2", "home", "pw"
		}, nil},
		{"pin", func(p *profile.Profile) {
			p.Pin.SHA1 = []string{other}
			p.Pin.Expires = p.Pin.Expires.AddDate(0, 3, 0)
		}, []string{sha1, other, "2027-02-21", "2027-05-21"}},
		{"pin mode and key", func(p *profile.Profile) {
			p.Pin.Mode = esp8266.PinPublicKey
			p.Pin.PublicKey = "-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----\n"
		}, []string{
			"mode: fingerprint                        #", "mode: public-key                         #",
			"as captured\n", "as captured\n  public-key: |\n    -----BEGIN PUBLIC KEY-----\n    AA\n    -----END PUBLIC KEY-----\n",
		}},
		{"no expiry", func(p *profile.Profile) { p.Pin.Expires = time.Time{} }, []string{
			"  expires: 2027-02-21T10:00:00Z            # of what is pinned, as captured\n", ""}},
		{"row edited", func(p *profile.Profile) { p.Request.Fields[1].Sample = "-70" }, []string{`"-61"`, `"-70"`}},
		{"row added", func(p *profile.Profile) {
			p.Request.Fields = append(p.Request.Fields, request.Field{Name: "mac", Source: esp8266.SourceMAC})
		}, []string{"never written here\n", "never written here\n    - {name: mac, source: mac}\n"}},
		{"row deleted", func(p *profile.Profile) { p.Request.Fields = append(p.Request.Fields[:2:2], p.Request.Fields[3]) }, []string{
			"    - {name: note, value: text, off: true}\n", ""}},
		{"row moved with its comment", func(p *profile.Profile) {
			f := p.Request.Fields
			f[0], f[1] = f[1], f[0]
		}, []string{
			"    - {name: name1, value: value1}\n", "",
			"# in dBm\n", "# in dBm\n    - {name: name1, value: value1}\n",
		}},
		{"all rows deleted", func(p *profile.Profile) { p.Request.Headers = nil }, []string{
			"  headers:\n    - {name: X-Device, value: porch}\n", ""}},
		{"options", func(p *profile.Profile) {
			p.Firmware.LED = true
			p.Firmware.Board, _ = esp8266.BoardByID("d1_mini")
		}, []string{
			"nodemcuv2", "d1_mini",
			"relative to this file\n", "relative to this file\n  led: true\n"}},
		{"a fixed address", func(p *profile.Profile) { p.Firmware.Static = fixed(t, "10.1.2.3/24,10.1.2.1,9.9.9.9") }, []string{
			"relative to this file\n",
			"relative to this file\n  static: {address: 10.1.2.3, gateway: 10.1.2.1, mask: 255.255.255.0, dns: 9.9.9.9}\n"}},
	}
	for _, ending := range []string{"\n", "\r\n"} {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "espost.yaml")
				text := strings.ReplaceAll(example, "\n", ending)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				p := load(t, path)
				tt.change(p)
				if err := p.Save(path); err != nil {
					t.Fatal(err)
				}
				want := strings.ReplaceAll(strings.NewReplacer(tt.edits...).Replace(example), "\n", ending)
				if diff := cmp.Diff(want, content(t, path)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Layouts that people write, and a change in each.
func TestSaveInOtherLayouts(t *testing.T) {
	for name, text := range map[string]string{
		"minimal":          "espost: 2\ntarget: example.com\n",
		"no newline":       "espost: 2\ntarget: example.com",
		"flow":             "{espost: 1, target: example.com, firmware: {every: 5m}}\n",
		"flow section":     "espost: 2\ntarget: example.com\npin: {mode: ca} # mine\nfirmware: {name: x}\n",
		"deep indentation": "espost: 2\ntarget: example.com\nrequest:\n        fields:\n                - name: a\n                  value: b # c\n\n                - {name: d}\n# end\n",
		"flush dashes":     "espost: 2\ntarget: example.com\nrequest:\n  fields:\n  - name: a\n  # second\n  - name: b\n    value: |\n      x\n      # y\n  method: PUT\n",
		"anchors":          "espost: 2\ntarget: &t example.com\nfirmware:\n  folder: *t\n",
		"quotes":           "\"espost\": 1\n'target': 'example.com' # 'x'\npin:\n  'mode': \"fingerprint\"   # \"y\"\n",
		"document marker":  "---\nespost: 1\ntarget: example.com\n...\n",
		"null section":     "espost: 2\ntarget: example.com\npin:\nrequest:\nfirmware:\n",
		"order":            "firmware:\n  name: z\n\n\ntarget: example.com\n\nespost: 1 # last\n",
		"multi-line flow":  "espost: 2\ntarget: example.com\npin:\n  sha1: [\n    " + sha1 + ",\n    " + sha1 + "\n  ]\n  mode: fingerprint\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "espost.yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			p := load(t, path)
			p.Pin.Mode = esp8266.PinInsecure
			p.Pin.SHA1 = []string{strings.Repeat("B", 40)}
			p.Request.Fields = append(p.Request.Fields, request.Field{Name: "new", Source: esp8266.SourceUptime})
			p.Folder = "x"
			if err := p.Save(path); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, load(t, path)); diff != "" {
				t.Errorf("(-saved +loaded):\n%s\n%s", diff, content(t, path))
			}
			if strings.Contains(text, "# ") && !strings.Contains(content(t, path), "# ") {
				t.Errorf("comments are gone:\n%s", content(t, path))
			}
		})
	}
}

func TestSecretsAreNeverWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "espost.yaml")
	p := exampleProfile()
	p.Request.Fields[3].Value = "planted-1"
	p.Request.Fields = append(p.Request.Fields, request.Field{Name: "s", Source: esp8266.SourceMAC, Sample: "planted-2", Secret: true})
	p.Request.Headers = append(p.Request.Headers, request.Header{Name: "Authorization", Value: "planted-3", Secret: true})
	p.Firmware.SSID, p.Firmware.Password = "planted-4", "planted-5"
	for range 2 { // a new file, then an update of it
		if err := p.Save(path); err != nil {
			t.Fatal(err)
		}
		if text := content(t, path); strings.Contains(text, "planted") {
			t.Fatal(text)
		}
		p.Request.Fields[0].Value = "changed"
	}
}

func TestSaveRefuses(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "docker-compose.yaml")
	if err := os.WriteFile(foreign, []byte("services: {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.yaml")
	if err := os.WriteFile(newer, []byte("espost: 3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := exampleProfile()
	broken.Firmware.Board.ID = "esp32"
	latin1 := exampleProfile()
	latin1.Request.Fields[0].Value = "\xe4"
	tests := []struct {
		name, path, says string
		p                *profile.Profile
	}{
		{"foreign", foreign, "was not overwritten", exampleProfile()},
		{"newer", newer, "nstall a newer espost", exampleProfile()},
		{"invalid", filepath.Join(dir, "a.yaml"), "esp32", broken},
		{"not UTF-8", filepath.Join(dir, "a.yaml"), "UTF-8", latin1},
		{"no folder", filepath.Join(dir, "no", "a.yaml"), "saving the profile", exampleProfile()},
		{"a folder", dir, "", exampleProfile()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, _ := os.ReadFile(tt.path)
			err := tt.p.Save(tt.path)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
			if after, _ := os.ReadFile(tt.path); string(after) != string(before) {
				t.Errorf("the file has changed: %q", after)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "a.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused profile left a file")
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := profile.Load(filepath.Join(dir, "none.yaml")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "there is no profile") {
		t.Error(err)
	}
	path := filepath.Join(dir, "espost.yaml")
	for text, want := range map[string]string{
		"espost: 2\ntarget: x\nnope: 1\n":        path + ":3:1: There is no key",
		"espost: 2\ntarget: x\npin: {mode: a}\n": path + ":3:",
		strings.Repeat("#", profile.MaxFile+1):   "longer than",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := profile.Load(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Whatever parses can be written and means the same again, and an update of it
// changes the text only where it must.
func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Add("espost: 2\ntarget: x\n")
	f.Add("espost: 2\nrequest:\n  headers: ! ") // the YAML library dereferences nil
	f.Add("espost: 2\ntarget: A0\rpin:")        // CR alone ends a line
	f.Add("espost: 2\ntarget: x\nform: {fields: [{name: \"\\x00\", value: |\n a\n}]}")
	f.Add("espost: 2\ntarget: &a x\npin: {ca: [*a, *a]}\n<<: {form: }\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := profile.Parse([]byte(text))
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\x00\r") {
				t.Fatalf("not fit for a terminal: %q", err)
			}
			return
		}
		again, err := profile.Parse(p.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, p.Bytes())
		}
		if diff := cmp.Diff(string(p.Bytes()), string(again.Bytes())); diff != "" {
			t.Fatal(diff)
		}
		if same, err := p.Update([]byte(text)); err != nil || string(same) != text {
			t.Fatalf("an update that changes nothing: %v\n%s", err, same)
		}
		p.Pin.Mode = esp8266.PinCA
		p.Request.Fields = append(p.Request.Fields, request.Field{Name: "new", Source: esp8266.SourceText})
		updated, err := p.Update([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		again, err = profile.Parse(updated)
		if err != nil || string(again.Bytes()) != string(p.Bytes()) {
			t.Fatalf("%v\n%s", err, updated)
		}
	})
}

// Two espost on one profile: the second to save is told, and takes nothing back.
// Comments that were added meanwhile are no matter.
func TestSaveNoticesAnotherEspost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "espost.yaml")
	if err := exampleProfile().Save(path); err != nil {
		t.Fatal(err)
	}
	var sessions [2]*profile.Session
	for i := range sessions {
		s, err := profile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		sessions[i] = s
	}
	first, second := sessions[0], sessions[1]
	if err := os.WriteFile(path, []byte(content(t, path)+"# mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	first.Firmware.Every = 5 * time.Minute
	second.Firmware.LED = true
	for range 2 { // what it wrote itself doesn't surprise it
		if err := first.Save(); err != nil {
			t.Fatal(err)
		}
	}
	var p *problem.Problem
	if err := second.Save(); !errors.As(err, &p) || p.Code != profile.CodeChanged {
		t.Errorf("the second save says %v", err)
	}
	if now := load(t, path); now.Firmware.Every != 5*time.Minute || now.Firmware.LED || !strings.Contains(content(t, path), "# mine") {
		t.Errorf("the file says %s", content(t, path))
	}
	second.Saved = nil // its user's word
	if err := second.Save(); err != nil || !load(t, path).Firmware.LED {
		t.Errorf("saving over it: %v", err)
	}
}
