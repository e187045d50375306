//go:build unix

package test

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espost/demo"
	"espost/pinfile"
)

// The manual's hook for certbot, run as certbot runs it after a renewal that nothing
// but the signature vouches for.
func TestDeployHook(t *testing.T) {
	text, err := os.ReadFile("../docs/pins.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```sh\n")
	hook, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/pins.md has no hook")
	}
	server, err := demo.Start(demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	dir, bin := t.TempDir(), filepath.Dir(linkToSelf(t))
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, "hook"), hook)
	write(filepath.Join(bin, "systemctl"), "#!/bin/sh\n")
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "XDG_DATA_HOME="+filepath.Join(dir, "data"),
			"SSL_CERT_FILE=/none", "SSL_CERT_DIR=/none", "RENEWED_LINEAGE="+dir, "ESPOST_BOARDS="+dir, "ESPOST_WEB="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	run("espost", "generate", "--target", server.URL(), "--field", "a=b", "-o", "porch", "--save", "porch.yaml", "--trust-new", server.Fingerprint())
	run("espost", "pins", "init", "porch.yaml")
	for serial := uint32(1); serial <= 2; serial++ {
		if err := server.Renew("new-root"); err != nil {
			t.Fatal(err)
		}
		served := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Leaf().Raw})
		write(filepath.Join(dir, "cert.pem"), string(served))
		if out := run("./hook"); !strings.Contains(out, "updated: the certificate was renewed") {
			t.Errorf("the hook says\n%s", out)
		}
		signed, err := os.ReadFile(filepath.Join(dir, "porch.pins"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := pinfile.Parse(signed)
		if err != nil || f.Serial != serial || len(f.Pins) != 2 {
			t.Fatalf("%v\n%s", err, signed)
		}
		if out := run("espost", "check", "-v", "porch.yaml"); !strings.Contains(out, "right") {
			t.Errorf("after the hook: %s", out)
		}
	}
}

// On a terminal, sign shows what it would sign and asks; only yes signs.
func TestSigningAsks(t *testing.T) {
	server, err := demo.Start(demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	dir, binary := t.TempDir(), linkToSelf(t)
	t.Setenv("XDG_DATA_HOME", filepath.Join(dir, "data"))
	for _, args := range [][]string{
		{"generate", "--target", server.URL(), "--field", "a=b", "-o", "porch", "--save", "espost.yaml", "--trust-new", server.Fingerprint()},
		{"pins", "init"},
	} {
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	for _, c := range []struct {
		typed  string
		signed bool
	}{{"\r", false}, {"n\r", false}, {"\x03", false}, {"y\r", true}} {
		console := startConsole(t, dir, binary, "pins", "sign")
		console.wait("Sign this? [y/N]")
		console.press(c.typed)
		<-console.ended
		if _, err := os.Stat(filepath.Join(dir, "porch.pins")); (err == nil) != c.signed {
			t.Errorf("%q: signed: %v", c.typed, err)
		}
	}
	tellsExpired(t, dir, binary)
}

// tellsExpired signs a file whose time is over, and sees that show, and so check, refuse it.
func tellsExpired(t *testing.T, dir, binary string) {
	key, _, err := pinfile.ReadKey(filepath.Join(dir, "data", "espost", "keys", "porch.pem"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "porch.pins"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := pinfile.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	f.Until = f.Signed.Add(-time.Second)
	if f, err = f.Sign(key); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "porch.pins"), f.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "pins", "show", "porch.pins")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "were to be used until") {
		t.Errorf("%v\n%s", err, out)
	}
}
