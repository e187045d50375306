package codegen_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/pinfile"
)

// The sketches of TestManyAuthorities.
const (
	fortyCAs = iota
	fortyOthers
	fingerprintAndOne
	fingerprintAndForty
	signedAndForty
	sleepyAndForty
	fewCAs
	authoritySketches
)

// Forty authorities are pinned, of which the board has one in memory at a time: the right one
// among them vouches for the server, also through an intermediate, and no other does, not even one
// of its name. It costs no more memory than one authority alone.
func TestManyAuthorities(t *testing.T) {
	t.Parallel()
	called := func(name string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: name} }
	}
	isCA := func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}
	root := rig.NewIdentity(t, "root", nil, called("R1")) // its name is shorter than a SHA-256
	twin := rig.NewIdentity(t, "twin", nil, called("R1"))
	between := rig.NewIdentity(t, "between", &root, isCA)
	var others []string
	for i := range 39 {
		others = append(others, rig.NewIdentity(t, fmt.Sprint("authority ", i), nil, nil).PEM())
	}
	alone := rig.NewIdentity(t, "alone", nil, nil) // vouches for nobody but itself
	forty := slices.Insert(slices.Clone(others), 23, root.PEM())
	pins := [authoritySketches][]string{
		fortyCAs: forty, fortyOthers: append(slices.Clone(others), alone.PEM()), signedAndForty: forty, sleepyAndForty: forty,
		fewCAs: {others[0], root.PEM(), alone.PEM()},
	}
	leaf := rig.NewIdentity(t, "by the root", &root, nil)
	below := rig.NewIdentity(t, "by the one between", &between, nil)
	below.TLS.Certificate = append(below.TLS.Certificate, between.Leaf.Raw)
	projects := make([]codegen.Project, authoritySketches)
	for i := range projects {
		p := everySecond(leaf)
		p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: pins[i]}
		projects[i] = p
	}
	for sketch, cas := range map[int][]string{fingerprintAndOne: {root.PEM()}, fingerprintAndForty: forty} {
		projects[sketch].Pin = esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{alone.SHA1()}, Backup: esp8266.PinCA, CAs: cas}
	}
	projects[signedAndForty].Owner = pinfile.Owner{Group: "porch", Key: pointOf(t, rig.NewKey(t, elliptic.P256(), "signer"))}
	projects[signedAndForty].Fetch.URLs = []string{"http://pins.example/porch.pins"}
	projects[sleepyAndForty].DeepSleep, projects[sleepyAndForty].Every = true, time.Minute
	program := rig.Sanitized.BuildJoined(t, projects)

	boot := func(sketch int, s *renewing, flash string) rig.Run {
		return rig.Boot(t, program, rig.Sketch(sketch), s.Port(), "RIG_MILLIS=40000", "RIG_FLASH="+flash)
	}
	for name, c := range map[string]struct {
		served rig.Identity
		by     []int // the sketches that take it
	}{
		"by the root":             {leaf, []int{fortyCAs, fingerprintAndOne, fingerprintAndForty, signedAndForty, sleepyAndForty, fewCAs}},
		"by an intermediate":      {below, []int{fortyCAs, fingerprintAndOne, fingerprintAndForty, signedAndForty, sleepyAndForty, fewCAs}},
		"by a namesake":           {rig.NewIdentity(t, "by the twin", &twin, nil), nil},
		"by itself, being pinned": {alone, []int{fortyOthers, fingerprintAndOne, fingerprintAndForty, fewCAs}},
	} {
		s := renewingServer(t, c.served, nil)
		for sketch := range authoritySketches {
			board, taken := boot(sketch, s, t.TempDir()), slices.Contains(c.by, sketch)
			if got := strings.Contains(board.Serial, "POST: 200"); got != taken {
				t.Errorf("%s: sketch %d delivers: %v\n%s", name, sketch, got, board.Serial)
			}
		}
		if requests, _, _ := s.Seen(); len(c.by) == 0 && len(requests) > 0 {
			t.Errorf("%s: a stranger got %q", name, requests[0])
		}
	}

	s, flash := renewingServer(t, leaf, nil), t.TempDir()
	one, many := heapOf(t, boot(fingerprintAndOne, s, t.TempDir())), heapOf(t, boot(fingerprintAndForty, s, t.TempDir()))
	t.Logf("heap: %d bytes at the peak and %d at the end with one CA, %d and %d with forty", one.peak, one.end, many.peak, many.end)
	if many.peak > one.peak+64 || many.end > one.end {
		t.Errorf("forty authorities take %d bytes at the peak and %d at the end, one takes %d and %d", many.peak, many.end, one.peak, one.end)
	}
	boot(sleepyAndForty, s, flash).Says(t, "POST: 200", "Sleeping")
	boot(sleepyAndForty, s, flash).Says(t, "POST: 200", "Sleeping")
}

// A bundle of CAs in a file becomes the pin, or the backup of one, for which it then vouches.
func TestCAsFromAFile(t *testing.T) {
	root := rig.NewIdentity(t, "root", nil, nil)
	leaf, stranger := rig.NewIdentity(t, "leaf", &root, nil), rig.NewIdentity(t, "stranger", nil, nil)
	twin := rig.Certify(t, rig.NewKey(t, elliptic.P256(), "another key"), "root", nil, nil)
	target := fmt.Sprintf("https://localhost:%d/", renewingServer(t, leaf, nil).PortNumber())
	bundle := "# CAs\n" + root.PEM() + root.PEM()
	var many string
	for i := range 40 {
		many += rig.NewIdentity(t, fmt.Sprint("authority ", i), nil, nil).PEM()
	}
	for name, c := range map[string]struct {
		bundle string
		flags  []string
		status int
		says   string // of generate, or of check -v after it
	}{
		"the pin":                {bundle + many[:len(many)/40*20], nil, 0, "right"},
		"the pin, named":         {bundle, []string{"--pin", "ca"}, 0, "right"},
		"the backup":             {bundle, []string{"--pin", "fingerprint", "--backup", "ca"}, 0, "right"},
		"the backup, not theirs": {stranger.PEM(), []string{"--pin", "fingerprint", "--backup", "ca"}, 1, "nothing vouches"},
		"neither":                {bundle, []string{"--pin", "fingerprint"}, 2, "goes with --pin ca"},
		"none":                   {leaf.PublicKey(t), nil, 2, "holds no certificate in PEM"},
		"too many":               {bundle + many, nil, 2, "Keep at most 40"},
		"namesakes":              {bundle + twin.PEM() + many[:len(many)/40*8], nil, 2, "have the same name"},
		"few namesakes":          {bundle + twin.PEM() + stranger.PEM(), nil, 0, "right"},
		"namesakes in a list":    {bundle + twin.PEM(), nil, 0, "right"},
	} {
		dir := t.TempDir()
		file, cas := filepath.Join(dir, "porch.yaml"), filepath.Join(dir, "cas.pem")
		if err := os.WriteFile(cas, []byte(c.bundle), 0o600); err != nil {
			t.Fatal(err)
		}
		args := append([]string{"generate", "--target", target, "--field", "a=b", "-o", filepath.Join(dir, "porch"), "--save", file, "--ca", cas}, c.flags...)
		status, stdout, stderr := espost(t, args...)
		if status == 0 {
			var checked string
			status, checked, _ = espost(t, "check", "-v", file)
			stdout += checked
		}
		if status != c.status || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%s: status %d\n%s%s", name, status, stdout, stderr)
		}
	}
}

// The server goes from one of three pinned CAs to another one, which the user vouches for by the digits that check
// names. Boards of one CA have other code: the profile is updated, the folder isn't, and check says so until it is.
func TestThreeCAsToOne(t *testing.T) {
	root, next := rig.NewIdentity(t, "root", nil, nil), rig.NewIdentity(t, "next", nil, nil)
	by := func(ca rig.Identity) rig.Identity {
		leaf := rig.NewIdentity(t, "leaf", &ca, nil)
		leaf.TLS.Certificate = append(leaf.TLS.Certificate, ca.Leaf.Raw)
		return leaf
	}
	first, second := by(root), by(next)
	s, dir := renewingServer(t, first, nil), t.TempDir()
	file, cas := filepath.Join(dir, "porch.yaml"), filepath.Join(dir, "cas.pem")
	bundle := root.PEM() + rig.NewIdentity(t, "second", nil, nil).PEM() + rig.NewIdentity(t, "third", nil, nil).PEM()
	if err := os.WriteFile(cas, []byte(bundle), 0o600); err != nil {
		t.Fatal(err)
	}
	says := func(status int, what string, args ...string) string {
		t.Helper()
		got, stdout, stderr := espost(t, args...)
		if got != status || !strings.Contains(stdout+stderr, what) {
			t.Fatalf("%q: status %d\n%s%s", args, got, stdout, stderr)
		}
		return stdout
	}
	target := fmt.Sprintf("https://localhost:%d/", s.PortNumber())
	says(0, "porch", "generate", "--target", target, "a=b", "--ca", cas, "-o", filepath.Join(dir, "porch"), "--save", file)
	s.shown.Store(&second)
	_, digits, _ := strings.Cut(says(1, "nothing vouches", "check", file), "--trust-new ")
	says(1, "authorities.h", "check", "--update", "--trust-new", strings.TrimRight(digits, ".\n"), file)
	says(1, "pins.h holds another pin", "check", file)
	pins := filepath.Join(dir, "porch", "pins.h")
	old, err := os.ReadFile(pins)
	if err != nil {
		t.Fatal(err)
	}
	says(0, "1 removed", "generate", "-p", file)
	says(0, "right", "check", "-v", file)

	// An edited pins.h is searched for what it pins.
	for text, c := range map[string]struct {
		status int
		stale  string
	}{
		string(old) + "// mine\n":                               {1, `"stale":true`},
		strings.Replace(next.PEM(), "\n", " ", 3) + "// mine\n": {0, `"stale":false`},
	} {
		if err := os.WriteFile(pins, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		says(c.status, c.stale, "check", "--json", file)
	}
}
