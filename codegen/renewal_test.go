package codegen_test

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/cli"
	"espost/codegen"
	"espost/demo"
	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/profile"
)

// espost runs a command in dir and returns its exit status and what it printed.
func espost(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	program := cli.Program{
		Stdin:   strings.NewReader(""),
		Stdout:  &out,
		Stderr:  &errs,
		Environ: []string{profile.EnvSSID + "=home", profile.EnvPassword + "=correct horse"},
	}
	status = program.Run(t.Context(), args)
	return status, out.String(), errs.String()
}

// The day the certificate is renewed, by every kind of renewal and for every
// pin: what check says of the pin is what a board with it meets, check --update
// rewrites pins.h alone, and a board with that one connects.
func TestRenewal(t *testing.T) {
	need.Long(t)
	renewals := []demo.Renewal{demo.SameKey, demo.NewKey, demo.NewIntermediate, demo.NewRoot}
	tests := []struct {
		name   string
		mode   esp8266.PinMode
		root   bool   // the root is pinned, which the demo server doesn't send
		backup string // "none", or "" for what a new pin gets: the intermediate
		after  [4]string
	}{
		{"fingerprint", esp8266.PinFingerprint, false, "none", [4]string{broken, broken, broken, broken}},
		{"public-key", esp8266.PinPublicKey, false, "none", [4]string{right, broken, broken, broken}},
		{"intermediate", esp8266.PinCA, false, "none", [4]string{right, right, broken, broken}},
		{"root", esp8266.PinCA, true, "none", [4]string{right, right, right, broken}},
		{"fingerprint and its backup", esp8266.PinFingerprint, false, "", [4]string{onBackup, onBackup, broken, broken}},
		{"public-key and its backup", esp8266.PinPublicKey, false, "", [4]string{right, onBackup, broken, broken}},
		{"insecure", esp8266.PinInsecure, false, "none", [4]string{right, right, right, right}},
	}
	fleets, folders := make([]fleet, len(tests)), make([]codegen.Folder, len(tests))
	for i, tt := range tests {
		server, err := demo.Start(demo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		f := fleet{dir: t.TempDir(), server: server, chosen: rig.Sketch(i)}
		f.generate(t, tt.mode, tt.backup)
		if tt.root {
			f.pin(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Root().Raw})))
		}
		fleets[i], folders[i] = f, rig.Files(t, f.sketch())
	}
	program, err := rig.Plain.CompileJoined(folders) // at once: no two runs have the same pins, so that nothing can be kept
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range tests {
		f := fleets[i]
		f.board = program
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f.posts(t, true)
			for i, renewal := range renewals {
				if err := f.server.Renew(renewal); err != nil {
					t.Fatal(err)
				}
				f.posts(t, tt.after[i] != broken)
				f.check(t, renewal, tt.after[i])
				if tt.after[i] != right {
					f.update(t, renewal)
				}
				if last := i == len(renewals)-1; tt.after[i] != right && (last || need.Often(0, 1) > 0) {
					f.flash(t) // a second for the compiler; without it a board stays as broken as it is
					f.posts(t, true)
				}
			}
		})
	}
}

// What check says of a pin.
const (
	right    = ""
	onBackup = " on its backup: "
	broken   = " broken: "
)

// A fleet is a profile with its firmware's folder, and the board that was
// flashed with it last.
type fleet struct {
	dir    string
	board  string // the compiled sketch
	chosen string // names it, among those that were compiled with it
	// server is the one that the boards post to; the fleet's owner has seen its
	// certificates.
	server *demo.Server
}

func (f *fleet) profile() string { return filepath.Join(f.dir, "espost.yaml") }
func (f *fleet) sketch() string  { return filepath.Join(f.dir, "porch") }

func (f *fleet) generate(t *testing.T, mode esp8266.PinMode, backup string) {
	t.Helper()
	args := []string{"generate", "--target", f.server.URL(), "--pin", string(mode), "-o", f.sketch(), "--save", f.profile()}
	if mode != esp8266.PinInsecure {
		args = append(args, "--trust-new", f.known())
	}
	if backup != "" {
		args = append(args, "--backup", backup)
	}
	if status, _, stderr := espost(t, args...); status != 0 {
		t.Fatalf("generate: status %d: %s", status, stderr)
	}
}

// known is what the owner vouches for.
func (f *fleet) known() string { return strings.Join(f.server.Fingerprints(), ",") }

// pin has the profile and the firmware trust another CA.
func (f *fleet) pin(t *testing.T, ca string) {
	t.Helper()
	p, err := profile.Load(f.profile())
	if err != nil {
		t.Fatal(err)
	}
	p.Pin.CAs = []string{ca}
	if err := p.Save(f.profile()); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := espost(t, "generate", "-p", f.profile()); status != 0 {
		t.Fatalf("generate: status %d: %s", status, stderr)
	}
}

// flash compiles what stands in the folder.
func (f *fleet) flash(t *testing.T) {
	t.Helper()
	var err error
	if f.board, err = rig.Plain.Compile(t, rig.Files(t, f.sketch())); err != nil {
		t.Fatal(err)
	}
}

// posts boots the board and wants it to succeed, or to refuse the server.
func (f *fleet) posts(t *testing.T, want bool) {
	t.Helper()
	board := rig.Boot(t, f.board, f.chosen, "RIG_MILLIS=4000")
	if want {
		board.Says(t, "POST: 200")
		board.Never(t, "FAILED")
		return
	}
	board.Says(t, "FAILED")
	board.Never(t, "POST: 200")
}

// check wants the command's answer to be the board's.
func (f *fleet) check(t *testing.T, renewal demo.Renewal, says string) {
	t.Helper()
	status, stdout, stderr := espost(t, "check", f.profile())
	switch {
	case stderr != "":
		t.Errorf("%s: check: %s", renewal, stderr)
	case says == right && (status != 0 || stdout != ""), says != right && (status != 1 || !strings.Contains(stdout, says)):
		t.Errorf("%s: check says with status %d: %s; want %q", renewal, status, stdout, says)
	}
}

// update wants the command to mend the profile and pins.h, and beside it only the
// README, which shows the fingerprint.
func (f *fleet) update(t *testing.T, renewal demo.Renewal) {
	t.Helper()
	contents := func() map[string]string {
		all := make(map[string]string)
		entries, err := os.ReadDir(f.sketch())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			data, err := os.ReadFile(filepath.Join(f.sketch(), e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			all[e.Name()] = string(data)
		}
		return all
	}
	before := contents()
	if status, stdout, stderr := espost(t, "check", "--update", "--trust-new", f.known(), f.profile()); status != 0 || !strings.Contains(stdout, "pins.h was rewritten") {
		t.Fatalf("%s: check --update: status %d: %s%s", renewal, status, stdout, stderr)
	}
	for name, now := range contents() {
		changes := name == "pins.h" || name == "README.md" || name == ".espost" // the manifest
		if (before[name] != now) != changes {
			t.Errorf("%s: %s changed: %v, want %v", renewal, name, !changes, changes)
		}
	}
	if status, stdout, stderr := espost(t, "check", f.profile()); status != 0 || stdout != "" {
		t.Errorf("%s: check after the update: status %d: %s%s", renewal, status, stdout, stderr)
	}
}
