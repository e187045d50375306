//go:build unix

package test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"espost/internal/testkit/hostile"
)

// The planted secrets. They are short, so that no screen breaks them in two.
const (
	plantedPassword = "pl4nted-wifi"
	plantedToken    = `pl4nted"t<&`
	plantedUser     = "planted:b4sic"
	plantedBearer   = "pl4nted-bearer"
)

// spelled are the forms in which a secret is looked for.
func spelled(secret string) []string {
	return []string{
		secret, url.QueryEscape(secret), strings.ReplaceAll(secret, `"`, `\"`), hex.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte(secret[:len(secret)/3*3])), // what follows may change the rest
	}
}

// A hunt looks for planted secrets wherever a run of espost leaves something.
type hunt struct {
	t      *testing.T
	dir    string // where espost runs, and its home
	espost string
	env    []string
	seen   int // bytes that were searched
}

func newHunt(t *testing.T) *hunt {
	t.Helper()
	h := &hunt{t: t, dir: t.TempDir(), espost: linkToSelf(t)}
	if err := os.Mkdir(filepath.Join(h.dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"HOME": h.dir, "TMPDIR": filepath.Join(h.dir, "tmp"), "XDG_STATE_HOME": filepath.Join(h.dir, "state"),
		"XDG_CONFIG_HOME": filepath.Join(h.dir, "config"), "XDG_CACHE_HOME": filepath.Join(h.dir, "cache"),
	} {
		h.env = append(h.env, name+"="+value)
	}
	h.env = append(os.Environ(), h.env...)
	return h
}

// search fails the test for each secret in data.
func (h *hunt) search(where, data string) {
	h.t.Helper()
	h.seen += len(data)
	for _, secret := range []string{plantedPassword, plantedToken, plantedUser, plantedBearer, plantedUser[len("planted:"):]} {
		for _, form := range spelled(secret) {
			if i := strings.Index(data, form); i >= 0 {
				h.t.Errorf("%s holds the secret %q as %q: …%q…", where, secret, form, data[max(0, i-60):min(len(data), i+60)])
			}
		}
	}
}

// searchFiles looks into every file that is there and at every name, but for
// those that are the secrets' own place; these nobody else may read.
func (h *hunt) searchFiles() {
	h.t.Helper()
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		h.search("the name "+path, d.Name())
		if strings.HasPrefix(d.Name(), "core") {
			h.t.Errorf("there is a core file: %s", path)
		}
		if d.Name() == "arduino_secrets.h" {
			if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
				h.t.Errorf("%s has mode %v (%v), want 0600", path, info.Mode(), err)
			}
			return nil
		}
		data, err := os.ReadFile(path)
		h.search(path, string(data))
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
}

// searchProcesses looks at the command line of that process and of all that it has
// started, where there is a /proc, and at its environment. It leads a session of its
// own: others may test the same on this computer, or look for these very words.
func (h *hunt) searchProcesses(pid int) {
	h.t.Helper()
	all := inSession(pid)
	if _, err := os.Stat("/proc/self/stat"); err == nil && !slices.Contains(all, pid) {
		h.t.Error("the process isn't found")
	}
	for _, of := range all {
		path := fmt.Sprintf("/proc/%d/cmdline", of)
		if line, err := os.ReadFile(path); err == nil { // others end meanwhile
			h.search(path, string(line))
		}
	}
	path := fmt.Sprintf("/proc/%d/environ", pid)
	if environ, err := os.ReadFile(path); err == nil {
		h.search(path, string(environ))
	}
}

// run runs a command with the secrets in the environment, where the user may put
// them, and searches what it prints.
func (h *hunt) run(stdin string, args ...string) (status int) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), h.espost, args...)
	cmd.Dir = h.dir
	cmd.Env = slices.Concat(h.env, []string{
		"ESPOST_WIFI_SSID=home", "ESPOST_WIFI_PASSWORD=" + plantedPassword, "ESPOST_SECRET_TOKEN=" + plantedToken,
		"ESPOST_SECRET_AUTHORIZATION=Basic " + base64.StdEncoding.EncodeToString([]byte(plantedUser)),
		"ESPOST_SECRET_X_KEY=Bearer " + plantedBearer,
	})
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() > 1 || len(out) == 0 && args[0] != "check" {
		h.t.Errorf("espost %q ended with %v and said:\n%s", args, err, out)
	}
	h.search("the output of espost "+strings.Join(args, " "), string(out))
	return cmd.ProcessState.ExitCode()
}

// slip runs a command that is wrong, and searches what it says.
func (h *hunt) slip(args ...string) (status int) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), h.espost, args...)
	cmd.Dir, cmd.Env = h.dir, h.env
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) || len(out) == 0 {
		h.t.Fatalf("espost %q: %v, and it says nothing", args, err)
	}
	h.search("what was said of a slip", string(out))
	return cmd.ProcessState.ExitCode()
}

// searchLogs looks into the log.
func (h *hunt) searchLogs() {
	h.t.Helper()
	log, err := os.ReadFile(filepath.Join(h.dir, "work.log"))
	if err != nil || len(log) == 0 {
		h.t.Fatalf("there is no log: %v", err)
	}
	h.search("the log", string(log))
}

func (h *hunt) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// Every command, against a server that sends everything back that it gets: no
// secret is in any output, file, or the list of processes, but in the one file
// that is for them.
func TestPlantedSecretsInCommands(t *testing.T) {
	parrot, _ := hostile.Named("parrot")
	h := newHunt(t)
	for v := range parrot.Count() {
		s := hostile.Start(t, parrot, hostile.Options{Variant: v})
		for _, encoding := range []string{"form", "json"} {
			h.write("espost.yaml", fmt.Sprintf(`espost: 1
target: https://localhost:%d/post
pin:
  mode: fingerprint
  sha1: [%s]
form:
  encoding: %s
  headers:
    - {name: Authorization, secret: true}
    - {name: X-Key, secret: true}
  fields:
    - {name: open, value: to-be-seen}
    - {name: token, secret: true}
`, s.Port(), hostile.LeafSHA1(), encoding))
			h.run("", "post", "--log", "work.log")
			h.run("", "post", "--json", "--log", "work.log")
		}
	}
	h.run("", "post", "--dry-run", "--log", "work.log")
	h.run("", "post", "--pin", strings.Repeat("AB", 20), "--log", "work.log")
	h.run("", "generate", "-o", "sketch", "--save", "saved.yaml", "--log", "work.log")
	secrets, err := os.ReadFile(filepath.Join(h.dir, "sketch", "arduino_secrets.h"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(secrets, []byte(plantedPassword)) || !bytes.Contains(secrets, []byte(plantedBearer)) {
		t.Errorf("arduino_secrets.h lacks what it is for:\n%s", secrets)
	}
	h.write("sketch/arduino_secrets.h", strings.ReplaceAll(string(secrets), "pl4nted", "pl4nted-before"))
	h.run("", "generate", "-o", "sketch", "--diff", "--log", "work.log")
	if h.run("", "generate", "-o", "sketch", "--log", "work.log") != 1 {
		t.Error("a secret was replaced without force")
	}
	h.run("", "generate", "-o", "sketch", "--force", "--log", "work.log")
	h.run("", "check", "-v", "saved.yaml", "--log", "work.log")
	h.run("", "check", "--json", "saved.yaml", "--log", "work.log")
	h.run("", "inspect", "--json", "--log", "work.log", "localhost:1")
	h.run("\n\n"+plantedUser+"\n"+plantedBearer+"\n"+plantedToken+"\n\n\n\n1\nhome\n"+plantedPassword+"\n5m\nno\n\n\nspoken\n\nno\n", "--accessible", "espost.yaml")
	h.searchFiles()
	if h.seen < 50_000 {
		t.Errorf("only %d bytes were searched", h.seen)
	}
}

// Slips are where a secret may stand in what espost says of them, and in what it
// writes for others to read.
func TestPlantedSecretsInSlips(t *testing.T) {
	const head = "espost: 2\ntarget: https://localhost:1/post\npin: {mode: insecure}\n"
	profiles := map[string]string{
		"beside secret":   head + "request:\n  headers:\n    - {name: X-Key, secret: true, value: " + plantedBearer + "}\n",
		"in a block":      head + "request:\n  fields:\n    - name: token\n      secret: true\n      value: " + plantedBearer + "\n",
		"unknown key":     head + "password: " + plantedBearer + "\n",
		"for true":        head + "request:\n  headers:\n    - {name: X-Key, secret: \"" + plantedBearer + "\"}\n",
		"behind a comma":  head + "request:\n  headers:\n    - {name: X-Key, value: ab," + plantedBearer + "}\n",
		"no closing sign": head + "request:\n  headers:\n    - {name: X-Key, value: \"" + plantedBearer + "}\n",
		"an alias":        head + "request:\n  headers:\n    - {name: X-Key, value: *" + plantedBearer + "}\n",
		"user":            "espost: 2\ntarget: https://" + plantedUser + "@localhost/post\n",
		"user and slash":  "espost: 2\ntarget: https://planted:" + plantedBearer + "/x@localhost/post\n",
	}
	h := newHunt(t)
	for name, text := range profiles {
		h.write("slip.yaml", text)
		for _, command := range [][]string{{"post", "-p"}, {"generate", "-o", "sketch", "-p"}, {"check", "-p"}, {"--accessible"}} {
			if status := h.slip(append(command, "slip.yaml", "--log", "work.log")...); status == 0 {
				t.Errorf("%s: espost %q is content", name, command)
			}
		}
	}
	for _, args := range [][]string{
		{"post", "https://" + plantedUser + "@localhost/post"}, {"inspect", plantedUser + "@localhost", "localhost:1"},
		{"inspect", "https://planted:" + plantedBearer + "/x@localhost/"}, {"https://" + plantedUser + "@localhost/"},
		{"generate", "--field", "Authorization: Bearer " + plantedBearer, "localhost:1"}, {"generate", "--header", "Authorization Bearer " + plantedBearer, "localhost:1"},
		{"generate", "--field", "password!" + plantedBearer, "localhost:1"}, {"post", "localhost:1", "password:=" + plantedBearer},
		{"post", "localhost:1", "password@" + plantedBearer}, {"post", "-x" + plantedBearer}, {"explain", "--password=" + plantedBearer},
		{"demo", "Authorization: " + plantedBearer}, {"Authorization: " + plantedBearer, "x"}, {"post", "localhost:1/?api_key=" + plantedBearer, "a@"},
		{"inspect", "--log", "work.log", "localhost:1/?api_key=" + plantedBearer, "localhost:2/bot1:" + plantedBearer + "/x"},
	} {
		h.slip(append([]string{"--log", "work.log"}, args...)...)
	}
	h.searchLogs()
}

// What is a credential by its name is masked, and kept, as one that was marked.
func TestPlantedSecretsThatNobodyMarked(t *testing.T) {
	parrot, _ := hostile.Named("parrot")
	s := hostile.Start(t, parrot, hostile.Options{Variant: 0})
	h := newHunt(t)
	unmarked := fmt.Sprintf(`espost: 2
target: https://localhost:%d/post?api_key=%s
pin:
  mode: fingerprint
  sha1: [%s]
request:
  headers:
    - {name: Authorization, value: Bearer %s}
  fields:
    - {name: token, value: '%s'}
`, s.Port(), plantedBearer, hostile.LeafSHA1(), plantedBearer, plantedToken)
	h.write("espost.yaml", unmarked)
	h.run("", "post", "--log", "work.log")
	h.run("", "post", "--json", "--log", "work.log")
	h.run("", "post", "--dry-run")
	h.write("espost.yaml", strings.ReplaceAll(unmarked, "?api_key="+plantedBearer, "")) // placeholders in an address come later
	h.run("", "generate", "-o", "sketch", "--save", "espost.yaml", "--log", "work.log")
	h.searchFiles()
}

// The app, from the address to the firmware, with the secrets typed in: the
// server sends the form back, and nobody sees them.
func TestPlantedSecretsInTheApp(t *testing.T) {
	parrot, _ := hostile.Named("parrot")
	s := hostile.Start(t, parrot, hostile.Options{Variant: 0})
	h := newHunt(t)
	for _, variable := range h.env[len(os.Environ()):] {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	c := startConsole(t, h.dir, h.espost, "--log", "app.log", fmt.Sprintf("https://localhost:%d/post", s.Port()))
	const enter, tab, backTab, right, up, end = "\r", "\t", "\x1b[Z", "\x1b[C", "\x1b[A", "\x1b[F"
	look := func(text string) {
		t.Helper()
		c.wait(text)
		h.search("the screen", c.text())
	}
	look("Where will the board send its data?")
	c.press(enter)
	look("Nobody vouches for this certificate")
	c.press("t")
	look("trusted by you, and pinned")
	c.press(enter)
	look("name1=value1&name2=value2")
	c.press("a")
	for _, key := range append(strings.Split("token", ""), tab, tab, tab, right, backTab, plantedToken) {
		c.press(key)
	}
	c.press(enter)
	look("value2&token=")
	c.press("y") // what is copied is written to the terminal, too
	look("secrets masked, copied")
	c.press("n")
	look("Ready to send")
	c.press("Y")
	look("secrets masked, copied")
	c.press(enter)
	look("200 OK")
	c.press(end)
	look("name2=value2&token=•••") // in what was received too
	c.press("v")
	look("Content-Length: ")
	h.searchProcesses(c.cmd.Process.Pid)
	c.press(enter)
	look("Write the files")
	for range 8 { // to the password
		c.press(up)
	}
	look("enter edit")
	c.press(enter)
	c.press(plantedPassword)
	c.press(enter)
	look("••••••••")
	for range 12 { // through all files, arduino_secrets.h among them
		c.press("]")
		c.press("Y")
	}
	c.press("w")
	look("arduino-cli compile")
	c.press("\x13")    // ctrl+s
	look("✓ saved to") // the path is on a line of its own where it is long
	h.searchProcesses(c.cmd.Process.Pid)
	c.press("\x03") // ctrl+c
	<-c.ended
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("espost ended with %v", err)
	}
	h.search("what was drawn", c.written())
	secrets, err := os.ReadFile(filepath.Join(h.dir, "localhost", "arduino_secrets.h"))
	if err != nil || !bytes.Contains(secrets, []byte(plantedPassword)) {
		t.Errorf("arduino_secrets.h lacks the password: %v\n%s", err, secrets)
	}
	h.searchFiles()
}

// A crash leaves no memory behind, neither in a core file nor in what is printed.
func TestPlantedSecretsInACrash(t *testing.T) {
	silence, _ := hostile.Named("no answer") // it has the form by then
	s := hostile.Start(t, silence, hostile.Options{})
	h := newHunt(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -c unlimited 2>/dev/null; exec "$0" "$@"`, h.espost,
		"post", fmt.Sprintf("https://localhost:%d/post", s.Port()), "token=", "--secret", "token", "--pin", hostile.LeafSHA1())
	cmd.Dir = h.dir
	cmd.Env = slices.Concat(h.env, []string{"ESPOST_SECRET_TOKEN=" + plantedToken, "GOTRACEBACK=crash"})
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-s.Asked()
	if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err == nil || !strings.Contains(out.String(), "SIGQUIT") {
		t.Fatalf("it didn't crash: %v\n%s", err, out.Bytes())
	}
	h.search("the trace", out.String())
	h.searchFiles()
}
