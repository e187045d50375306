// Package trust shows twenty servers, honest ones and others, to every part of
// espost that pins, and writes down what becomes of them: docs/trust.md.
package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"espost/cli"
	"espost/esp8266"
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui"
)

// The hosts, by their number of addresses.
const (
	hostOne = "one.espost.test" // 127.0.0.1
	hostTwo = "two.espost.test" // 127.0.0.1 and 127.0.0.2
)

// What this process's system trusts: two public CAs. Another one is nobody's.
var (
	publicCA, otherCA = newCA("Public"), newCA("Other Public")
	privateCA         = newCA("Private")
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// run makes the public CAs the system's roots, and the hosts known.
func run(m *testing.M) int {
	flag.Parse()
	dir, err := os.MkdirTemp("", "trust")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	roots := filepath.Join(dir, "roots.pem")
	if err := os.WriteFile(roots, append(pemOf(publicCA.root.cert), pemOf(otherCA.root.cert)...), 0o600); err != nil {
		panic(err)
	}
	os.Setenv("SSL_CERT_FILE", roots)
	os.Setenv("SSL_CERT_DIR", filepath.Join(dir, "none"))
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answer(server)
		return client, nil
	}}
	return m.Run()
}

// answer is a name server for one question, over a stream.
func answer(conn net.Conn) {
	defer conn.Close()
	length := make([]byte, 2)
	if _, err := conn.Read(length); err != nil {
		return
	}
	question := make([]byte, int(length[0])<<8|int(length[1]))
	if _, err := conn.Read(question); err != nil {
		return
	}
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	known := map[string]int{hostOne + ".": 1, hostTwo + ".": 2}[q.Name.String()]
	if q.Type == dnsmessage.TypeA {
		for i := range known {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, byte(i + 1)}},
			})
		}
	}
	if known == 0 {
		m.RCode = dnsmessage.RCodeNameError
	}
	packed, err := m.Pack()
	if err == nil {
		_, _ = conn.Write(append([]byte{byte(len(packed) >> 8), byte(len(packed))}, packed...))
	}
}

// A server is what was pinned once and what is shown now.
type server struct {
	name  string
	first *identity   // which a profile has pinned
	now   []look      // at each of the host's addresses
	evil  []*identity // which must never be pinned, nor sent anything
	alone bool        // whoever answers means harm: nothing may be sent
}

func servers() []server {
	key := rsaKey()
	old := publicCA.issue(key)
	own := selfSigned(ecKey())
	stranger, strangersCA := selfSigned(ecKey()), newCA("Stranger's")
	chained := strangersCA.issue(ecKey())
	copied := &identity{old.cert, rsaKey(), old.chain} // somebody else shows it
	forged := selfSigned(key)                          // anybody can have one made for a key that he doesn't hold …
	unproved := &identity{forged.cert, rsaKey(), nil}  // … and show it without the key
	expired := leaf(hostOne, hostTwo)
	expired.NotBefore, expired.NotAfter = time.Now().AddDate(0, 0, -90), time.Now().AddDate(0, 0, -1)
	twin := sign(authority("Public Intermediate"), publicCA.intermediate.key, strangersCA.root)
	planted := publicCA.issue(ecKey())
	planted.chain = []*x509.Certificate{twin.cert, publicCA.intermediate.cert, strangersCA.root.cert}
	second := publicCA.issue(ecKey())
	one := func(l look) []look { return []look{l} }
	return []server{
		{"the same certificate", old, one(all(old)), nil, false},
		{"renewed, same key", old, one(all(publicCA.issue(key))), nil, false},
		{"renewed, new key", old, one(all(publicCA.issue(ecKey()))), nil, false},
		{"renewed, new key, another public CA", old, one(all(otherCA.issue(ecKey()))), nil, false},
		{"renewed, same key, a private CA", old, one(all(privateCA.issue(key))), nil, false},
		{"renewed, new key, a private CA", old, one(all(privateCA.issue(ecKey()))), nil, false},
		{"self-signed, the same", own, one(all(own)), nil, false},
		{"self-signed, renewed, same key", own, one(all(selfSigned(own.key))), nil, false},
		{"self-signed, renewed, new key", own, one(all(selfSigned(ecKey()))), nil, false},
		{"expired, same key", old, one(all(publicCA.sign(expired, key))), nil, false},
		{"for another name, new key", old, one(all(publicCA.sign(leaf("else.espost.test"), ecKey()))), nil, false},
		{"for another name, same key", old, one(all(publicCA.sign(leaf("else.espost.test"), key))), nil, false},
		{"static RSA, renewed, same key", old, one(staticRSA(publicCA.issue(key))), nil, false},
		{"split looks: browsers let through, boards answered", old, one(split(old, stranger)), []*identity{stranger}, true},
		{"split looks, under the stranger's own CA", old, one(split(old, chained)), []*identity{chained, strangersCA.root, strangersCA.intermediate}, true},
		{"split looks: browsers answered, boards let through", old, one(split(stranger, old)), []*identity{stranger}, false},
		{"joined looks: the key unproved here, another there", old, one(joined(staticRSA(unproved), all(stranger))), []*identity{stranger, unproved}, true},
		{"the pinned key, without a proof", old, one(staticRSA(unproved)), []*identity{unproved}, true},
		{"the pinned certificate, copied, without a proof", old, one(staticRSA(copied)), nil, true},
		{"the pinned key's own signature, relayed under a forged certificate", old, one(all(forged)), nil, false},
		{"a public chain with a CA planted in it", old, one(all(planted)), []*identity{strangersCA.root}, false},
		{"two addresses, a stranger at the second", old, []look{all(old), split(old, stranger)}, []*identity{stranger}, false},
		{"two addresses, each with its public certificate", old, []look{all(old), all(second)}, nil, false},
	}
}

// No stranger is pinned, and nothing is sent to one, without an explicit word.
func TestTwentyServers(t *testing.T) {
	const file = "../../docs/trust.md"
	rows := []string{}
	for _, s := range servers() {
		for _, mode := range []esp8266.PinMode{esp8266.PinFingerprint, esp8266.PinPublicKey, esp8266.PinCA} {
			t.Run(s.name+"/"+string(mode), func(t *testing.T) {
				v := newVisit(t, s, mode)
				cells := []string{s.name, string(mode), v.capture(), v.generate(), v.post(), v.check(), v.appNew(), v.appSaved()}
				rows = append(rows, "| "+strings.Join(cells, " | ")+" |")
				if s.alone && v.running.requests.Load() > 0 {
					t.Error("something was sent to a stranger")
				}
			})
		}
	}
	text := fmt.Sprintf(preface, len(servers())) + strings.Join(rows, "\n") + "\n"
	if flag.Lookup("update").Value.String() == "true" { // package golden's, by way of tuitest
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" && !t.Failed() {
		t.Errorf("docs/trust.md is not what happens; if it should be, run go test ./test/trust -update (-want +got):\n%s", diff)
	}
}

const preface = `# Whom espost trusts

Made by a test (` + "`go test ./test/trust -update`" + `): %d servers, honest ones and others, shown to everything that pins, in
three modes. Nobody gave his word for any of them, neither by ` + "`--trust-new`" + ` nor by ` + "`t`" + `.

- *first contact*: what vouches for the server where there is no pin yet, and by what it was pinned, its backup included; ` + "`generate`" + ` and
  ` + "`post`" + ` without a pin, with their exit status; the app with a new profile, where Enter goes on or is asked for a word.
- *later*: a profile pins the server as it was; then ` + "`check --update`" + ` meets the server of the row, says how the pin stands, what
  vouches for the certificate, whether the profile was rewritten, and its exit status; and the app opens that profile,
  where Enter goes on with the pin as it is: because it still fits, or since the app asks before it takes another.

A signature that is relayed under a forged certificate for the same key can make boards refuse the right server, never
accept another: nobody but the key's holder finishes a handshake. A CA is not taken from it.

"right" says that the pin fits what is shown. Where nothing proves the key (static RSA), only the board's own
handshake can tell more: it sends nothing to a server that hasn't the key.

| server | pin | first contact | generate | post | check --update, later | app, first | app, later |
|---|---|---|---|---|---|---|---|
`

// A visit is one server in one mode.
type visit struct {
	t       *testing.T
	server  server
	mode    esp8266.PinMode
	running *running
	target  request.Target
}

func newVisit(t *testing.T, s server, mode esp8266.PinMode) *visit {
	t.Helper()
	v := &visit{t: t, server: s, mode: mode, running: start(t, s.now...)}
	host := hostOne
	if len(s.now) > 1 {
		host = hostTwo
	}
	target, err := request.ParseTarget(fmt.Sprintf("https://%s:%d/post", host, v.running.port))
	if err != nil {
		t.Fatal(err)
	}
	v.target = target
	return v
}

// harmless makes sure that no text or pin names what must not be pinned.
func (v *visit) harmless(where, text string) {
	v.t.Helper()
	plain := strings.Join(strings.Fields(text), "")
	for _, id := range v.server.evil {
		c := id.facts()
		for _, bad := range []string{c.SHA1(), c.PEM()} {
			if strings.Contains(plain, strings.Join(strings.Fields(bad), "")) {
				v.t.Errorf("%s: a stranger is pinned:\n%s", where, text)
			}
		}
	}
}

func (v *visit) pinIsHarmless(where string, pin esp8266.Pin) {
	v.t.Helper()
	v.harmless(where, strings.Join(append(pin.SHA1, pin.CAs...), "\n"))
}

// capture takes a first pin as everything does.
func (v *visit) capture() string {
	client := tlsinspect.Client{}
	report, err := client.Inspect(v.t.Context(), v.target)
	if err != nil {
		v.t.Fatal(err)
	}
	s := profile.Session{Profile: profile.New(v.target)}
	before := s.Clone()
	err = s.Capture(report, v.mode, tlsinspect.Grounds{})
	trust := report.Trust(esp8266.Pin{})
	if err == nil {
		v.pinIsHarmless("capture", s.Pin)
		return fmt.Sprintf("%s: %s", trust, s.Pin.Label())
	}
	if !reflect.DeepEqual(s.Profile, before) { //nolint:govet // a profile holds errors only as warnings of its file
		v.t.Errorf("capture failed and changed the profile: %+v", s.Pin)
	}
	if e := new(tlsinspect.TrustError); !errors.As(err, &e) {
		return fmt.Sprintf("%s: can't", trust) // the mode doesn't suit the chain
	}
	return fmt.Sprintf("%s: not pinned", trust)
}

// cli runs a command.
func (v *visit) cli(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	p := &cli.Program{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Environ: []string{"HOME=" + v.t.TempDir()}}
	ctx, cancel := context.WithTimeout(v.t.Context(), time.Minute)
	defer cancel()
	status = p.Run(ctx, args)
	return status, out.String(), errs.String()
}

func (v *visit) generate() string {
	dir := filepath.Join(v.t.TempDir(), "sketch")
	file := filepath.Join(v.t.TempDir(), "espost.yaml")
	status, _, stderr := v.cli("generate", v.target.URL(), "a=b", "--pin", string(v.mode), "-o", dir, "--save", file)
	pins, err := os.ReadFile(filepath.Join(dir, "pins.h"))
	v.harmless("pins.h", string(pins))
	if saved, err := os.ReadFile(file); err == nil {
		v.harmless("espost.yaml", string(saved))
	}
	if (err == nil) != (status == 0) || (status != 0 && stderr == "") {
		v.t.Errorf("generate: status %d, pins.h: %v, %s", status, err, stderr)
	}
	return fmt.Sprintf("%s, %d", map[bool]string{true: "written", false: "nothing"}[err == nil], status)
}

func (v *visit) post() string {
	before := v.running.requests.Load()
	status, _, stderr := v.cli("post", v.target.URL(), "a=planted", "--pin", string(v.mode))
	sent := v.running.requests.Load() > before
	if status != 0 && stderr == "" {
		v.t.Errorf("post: status %d without a word", status)
	}
	return fmt.Sprintf("%s, %d", map[bool]string{true: "sent", false: "nothing"}[sent], status)
}

// saved is a profile that has pinned the server as it was.
func (v *visit) saved() (file string, pin esp8266.Pin) {
	first := v.server.first.facts()
	p := profile.New(v.target)
	p.Pin = esp8266.Pin{Mode: v.mode, SHA1: []string{first.SHA1()}, PublicKey: first.PublicKeyPEM()}
	if v.mode == esp8266.PinCA {
		p.Pin.CAs = []string{string(pemOf(publicCA.root.cert))}
		if first.SelfIssued() {
			p.Pin.CAs = []string{first.PEM()}
		}
	}
	file = filepath.Join(v.t.TempDir(), "porch.yaml")
	if err := p.Save(file); err != nil {
		v.t.Fatal(err)
	}
	return file, v.load(file)
}

func (v *visit) load(file string) esp8266.Pin {
	p, err := profile.Load(file)
	if err != nil {
		v.t.Fatal(err)
	}
	return p.Pin
}

func (v *visit) check() string {
	file, before := v.saved()
	looks := v.running.browsers.Load()
	status, stdout, stderr := v.cli("check", "--update", "--json", file)
	if n := v.running.browsers.Load() - looks; n != 1 {
		v.t.Errorf("check --update looked %d times; what it pins must be what it has judged", n)
	}
	var said struct {
		Standing, Trust, Reason, Error string
		Updated                        bool
		Kept                           *bool `json:"key_kept"`
	}
	if err := json.Unmarshal([]byte(stdout), &said); err != nil {
		v.t.Fatalf("check: %v: %s%s", err, stdout, stderr)
	}
	after := v.load(file)
	v.pinIsHarmless("check --update", after)
	changed := !cmp.Equal(before, after)
	if changed != said.Updated || said.Updated && said.Trust == "none" {
		v.t.Errorf("check: changed %v: %s", changed, stdout)
	}
	if strings.Contains(said.Reason, "renewed") && said.Trust == "none" || v.server.alone && said.Kept != nil && *said.Kept {
		v.t.Errorf("check says more than is known: %s", said.Reason)
	}
	word := said.Standing
	switch {
	case said.Updated:
		word += ", updated"
	case said.Standing == "broken":
		word += ", kept"
		if said.Error == "" || stderr == "" {
			v.t.Errorf("check: the refusal isn't told: %s", stdout)
		}
	}
	return fmt.Sprintf("%s: %s, %d", said.Trust, word, status)
}

// app starts the app's certificate step.
func (v *visit) app(o tui.Options) *tuitest.Terminal {
	term := tuitest.Start(v.t, tui.New(o), tuitest.Options{Width: 120, Height: 50})
	term.Press("enter")
	term.WaitFor(func(screen string) bool {
		return strings.Contains(screen, "An ESP8266 can") && strings.Contains(screen, "● Certificate")
	})
	return term
}

// appNew opens the app on a server that it doesn't know.
func (v *visit) appNew() string {
	p := profile.New(v.target)
	p.Pin.Mode = v.mode
	file := filepath.Join(v.t.TempDir(), "new.yaml")
	term := v.app(tui.Options{Profile: p, ProfilePath: file})
	word := "goes on"
	if strings.Contains(term.Screen(), "Nobody vouches for this certificate") {
		word = "asks"
	}
	term.Press("enter", "ctrl+s")
	term.WaitText("saved to")
	term.Quit()
	pin := v.load(file)
	v.pinIsHarmless("the app", pin)
	if word == "asks" && (pin.Pinned() || len(pin.SHA1) > 0) {
		v.t.Errorf("the app asks, and pins: %+v", pin)
	}
	return word
}

// appSaved opens a profile.
func (v *visit) appSaved() string {
	file, before := v.saved()
	p, err := profile.Load(file)
	if err != nil {
		v.t.Fatal(err)
	}
	term := v.app(tui.Options{Profile: p, ProfilePath: file})
	word := "goes on"
	if strings.Contains(term.Screen(), "This is not the certificate that porch.yaml pins") {
		word = "asks"
	}
	term.Press("enter", "ctrl+s")
	term.WaitText("saved to")
	term.Quit()
	if after := v.load(file); !cmp.Equal(before, after) {
		v.t.Errorf("enter alone has changed the pin: %+v", after)
	}
	return word
}
