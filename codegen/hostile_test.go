package codegen_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
)

// hostile returns 300 different strings that have broken a generator before,
// alone and mixed, always the same ones.
func hostile() []string {
	nasty := []string{
		`"`, `'`, `\`, `\\`, `??/`, `??/"`, `???/`, `????`, `*/`, `/*`, `//\`, "//\\\n", "\n", "\r\n", "\r", "\t", "\v",
		"\x00", "a\x00b", "\x01A", "\x017", "\x7f", "\x1b[2J", `R"(`, `)"`, `R"x(a)x"`, `%s%n%d`, `%00`, `{{.Name}}`, `{{end}}`,
		"🚪", "Grüße", "世界", "\u202eevil\u202c", "\u200e", "\ufeff", "\u2028", "\xff\xfe", "\xc0\x80", "\xed\xa0\x80", "e\u0301",
		`";system("reboot");//`, `#define X`, "#include <x>", `__DATE__`, `\u0041`, `\x41`, `\101`, `$(reboot)`, "`reboot`",
		`'; DROP TABLE x;--`, `a=b&c=d`, `a+b c`, `</textarea>`, `YOUR_SECRET`, ` lead`, `trail `, ``, ` `, `\0`, `LITERAL`, `0x`, `u8""`,
		strings.Repeat("x", 4096), strings.Repeat(`"`, 4096), strings.Repeat(`??/`, 1300), strings.Repeat("\\", 4000), strings.Repeat("\n", 300),
	}
	random := rand.New(rand.NewPCG(1, 2))
	all := slices.Clone(nasty)
	for len(all) < 300 {
		var s strings.Builder
		for range 1 + random.IntN(4) {
			if random.IntN(3) == 0 {
				for range random.IntN(9) {
					s.WriteByte(byte(random.IntN(256)))
				}
			} else {
				s.WriteString(nasty[random.IntN(len(nasty)-5)])
			}
		}
		if !slices.Contains(all, s.String()) {
			all = append(all, s.String())
		}
	}
	return all
}

// hostileSketch puts hostile strings into every place of a form that takes them,
// as many as one sketch has room for, and returns the rest. One place is the
// name of a row whose code or macro gets its identifier from it.
func hostileSketch(t *testing.T, p codegen.Project, left []string) (codegen.Project, []string) {
	t.Helper()
	p.Fields, p.Headers = nil, nil
	weight := 8
	if p.Body == request.JSON {
		weight = 16
	}
	for size := 0; len(left) > 0 && (size == 0 || size+len(left[0])*weight < 8000); left = left[1:] {
		text := left[0]
		size += len(text)*weight + 100
		n := fmt.Sprint(len(p.Fields))
		p.Fields = append(p.Fields, request.Field{Name: n, Source: esp8266.SourceText, Value: text})
		if len(text) < 1000 {
			p.Fields = append(p.Fields,
				request.Field{Name: text + "|" + n, Source: esp8266.SourceText},
				request.Field{Name: text + "||" + n, Source: esp8266.SourceText, Value: text + "!", Secret: true},
				request.Field{Name: "raw " + n, Source: esp8266.SourceJSON, Value: asJSON(t, text)})
		}
		if len(text) < 100 {
			p.Fields = append(p.Fields, request.Field{Name: text + "|||" + n, Source: esp8266.SourceCode})
		}
		secret := len(p.Headers)%2 == 1 && text != "" && text != codegen.PlaceholderSecret
		p = withHeader(p, request.Header{Name: fmt.Sprintf("H-%d-", len(p.Headers)), Value: text, Secret: secret})
		p = withHeader(p, request.Header{Name: text, Value: n, Secret: !secret})
	}
	return p, left
}

// withHeader adds a header to p if HTTP and the board allow it.
func withHeader(p codegen.Project, h request.Header) codegen.Project {
	q := p
	q.Headers = append(slices.Clone(p.Headers), h)
	if _, err := codegen.Generate(q); err != nil {
		return p
	}
	return q
}

func asJSON(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// Every hostile string arrives as a row's name and value, as a secret, as JSON,
// and as a header's name and value where HTTP allows it: the compiler has
// nothing to say, and the bytes are formpost's. The strings go in as few
// sketches as their length allows.
func TestHostileStringsArrive(t *testing.T) {
	id := anIdentity(t)
	if n := len(hostile()); n != 300 {
		t.Fatalf("%d strings", n)
	}
	var projects []codegen.Project
	for _, inJSON := range []bool{false, true} {
		for left := hostile(); len(left) > 0; {
			p := tutorial()
			p.Body, p.Pin.SHA1 = bodyOf(inJSON), []string{id.SHA1()}
			p, left = hostileSketch(t, p, left)
			projects = append(projects, p)
		}
	}
	program := rig.Plain.BuildJoined(t, projects)
	for i, p := range projects {
		t.Run(fmt.Sprintf("%s/%d", p.Body, i), func(t *testing.T) {
			t.Parallel()
			s := rig.Serve(t, rig.TLS12(id), nil)
			board := rig.Boot(t, program, rig.Sketch(i), s.Port(), "RIG_MILLIS=4000")
			requests, _, _ := s.Seen()
			if diff := cmp.Diff([]string{string(sent(p, boardSamples()).Bytes())}, sampled(requests)); diff != "" {
				t.Errorf("formpost would send (-), the board sent (+):\n%s\n%s", diff, board.Serial)
			}
		})
	}
}

// Whatever the form holds, the source is text that looks like what it is: no
// control, bidirectional or invisible character in code, comments or README.
func TestSourceIsTame(t *testing.T) {
	t.Parallel()
	generated := 0
	for _, s := range hostile() {
		p := tutorial()
		p.Headers = []request.Header{{Name: "X-Foreign", Value: s}, {Name: "X-Secret", Value: s, Secret: true}}
		p.Fields = []request.Field{
			{Name: s, Source: esp8266.SourceText, Value: s}, {Name: s + "!", Source: esp8266.SourceText, Value: s, Secret: true},
			{Name: s + "?", Source: "rssi"},
		}
		folder, err := codegen.Generate(p)
		if err != nil { // HTTP doesn't allow the header
			p.Headers = nil
			folder, err = codegen.Generate(p)
		}
		if err != nil {
			continue
		}
		generated++
		for _, file := range folder {
			for i, r := range string(file.Data) {
				if r == utf8.RuneError || r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) {
					t.Fatalf("%s holds %U at %q", file.Path, r, file.Data[max(0, i-30):min(len(file.Data), i+30)])
				}
			}
		}
	}
	if generated < 200 {
		t.Errorf("only %d of the strings were taken", generated)
	}
}

// What reaches the sketch as a literal holds exactly its bytes; what can't be
// used is refused with a reason, and nothing panics.
func TestHostileStringsElsewhere(t *testing.T) {
	t.Parallel()
	need.Program(t, "g++")
	inputs := map[string]func(*codegen.Project, string){
		"name":     func(p *codegen.Project, s string) { p.Name = s },
		"board":    func(p *codegen.Project, s string) { p.Board.ID = s },
		"layout":   func(p *codegen.Project, s string) { p.Board.Layout = s },
		"method":   func(p *codegen.Project, s string) { p.Method = s },
		"host":     func(p *codegen.Project, s string) { p.Target.Host = s },
		"path":     func(p *codegen.Project, s string) { p.Target.Path = "/" + s },
		"header":   func(p *codegen.Project, s string) { p.Headers[0].Name = s },
		"source":   func(p *codegen.Project, s string) { p.Fields[0].Source = esp8266.Source(s) },
		"sha1":     func(p *codegen.Project, s string) { p.Pin.SHA1[0] = s },
		"ssid":     func(p *codegen.Project, s string) { p.SSID = s },
		"password": func(p *codegen.Project, s string) { p.Password = s },
		"key": func(p *codegen.Project, s string) {
			p.Pin = esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: s}
		},
		"ca": func(p *codegen.Project, s string) { p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{s}} },
	}
	find := map[string]*regexp.Regexp{
		"ssid":     regexp.MustCompile(`(?m)^#define SECRET_SSID (.*)$`),
		"password": regexp.MustCompile(`(?m)^#define SECRET_PASS (.*)$`),
		"path":     regexp.MustCompile(`(?s)SERVER_PATH\[\] = (.*?);\nconstexpr char SERVER_METHOD`),
		"host":     regexp.MustCompile(`(?s)SERVER_HOST\[\] = (.*?);\nconstexpr`),
		"name":     regexp.MustCompile(`SKETCH\[\] = (.*?);\n`),
	}
	var want, literals []string
	for input, set := range inputs {
		for _, s := range hostile() {
			p := tutorial()
			set(&p, s)
			folder, err := codegen.Generate(p)
			var invalid *problem.ListError
			if err != nil && !errors.As(err, &invalid) {
				t.Fatalf("%s %q: %v", input, s, err)
			}
			if err != nil || find[input] == nil || (s == "" && input == "ssid") {
				continue
			}
			for _, file := range folder {
				if m := find[input].FindSubmatch(file.Data); m != nil {
					literals = append(literals, string(m[1]))
					want = append(want, hex.EncodeToString([]byte(map[bool]string{true: "/"}[input == "path"]+s)))
				}
			}
		}
	}
	if len(literals) < 100 {
		t.Fatalf("only %d of the strings were taken", len(literals))
	}
	dir := t.TempDir()
	source := []byte("#include <cstdio>\nstatic void show(const char *s, unsigned long n) { while (n-- > 1) printf(\"%02x\", (unsigned char)*s++); puts(\"\"); }\n" +
		"int main() {\n  show(" + strings.Join(slices.Collect(func(yield func(string) bool) {
		for _, l := range literals {
			if !yield(l + ", sizeof(" + l + ")") {
				return
			}
		}
	}), ");\n  show(") + ");\n}\n")
	if err := os.WriteFile(filepath.Join(dir, "all.cpp"), source, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := rig.Compiler(dir, append(rig.Strict(), "all.cpp", "-o", "all")...); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(filepath.Join(dir, "all")).Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")); diff != "" {
		t.Errorf("the literals hold (-want +got):\n%s", diff)
	}
}
