//go:build unix

package test

import (
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"espost/demo"
	"espost/esp8266"
	"espost/profile"
)

// Two espost at a time, both killed at a random moment of saving, generating or
// checking: each file is the old one or the new one, never another, and the next
// run completes the work. ESPOST_TEST_KILLS=1000 kills so many by each signal.
func TestKilledAtAnyMoment(t *testing.T) {
	most := 6
	if n, err := strconv.Atoi(os.Getenv("ESPOST_TEST_KILLS")); err == nil {
		most = n
	}
	heedHangups(t)
	k := newKilling(t)
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP, "SIGKILL": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			killed, rounds := 0, 0
			for ; killed < most && rounds < 20*most; rounds++ {
				killed += k.round(t, signal)
			}
			if killed < most {
				t.Errorf("only %d were killed in %d rounds", killed, rounds)
			}
			t.Logf("%d killed in %d rounds", killed, rounds)
		})
	}
	k.run(t, k.commands[0])
	if folder := k.sketch(t); !maps.Equal(folder, k.folders[0]) {
		t.Error("the run after all of them doesn't complete the sketch")
	}
}

// heedHangups has processes that the test starts die of SIGHUP, also where nohup
// started the test: its children would ignore the signal as it does.
func heedHangups(t *testing.T) {
	t.Helper()
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangups) })
}

// A killing is a folder in which processes are killed, and what may be found in it.
type killing struct {
	espost   string
	dir      string
	commands [][]string          // generating the one and the other, and checking
	folders  []map[string]string // the sketch's files, of the first two commands
	profiles []string            // what they save
	checked  []string            // the profile that is checked, before and after
	takes    time.Duration
}

func newKilling(t *testing.T) *killing {
	t.Helper()
	server, err := demo.Start(demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	k := &killing{espost: linkToSelf(t), dir: t.TempDir()}
	generate := []string{"generate", "--target", server.URL(), "a=b", "-o", "porch", "--save", "first.yaml", "--pin", "public-key", "--trust-new", server.Fingerprint()}
	k.run(t, generate)
	first := k.load(t, "first.yaml")
	first.Folder, first.Firmware.Name = "", "porch"
	second := first.Clone()
	second.Firmware.LED, second.Request.Fields[0].Value = !second.Firmware.LED, strings.Repeat("long ", 500)
	old := first.Clone()
	old.Pin.Mode, old.Pin.SHA1 = esp8266.PinFingerprint, []string{strings.Repeat("AB", 20)} // before a renewal that kept the key
	for file, p := range map[string]*profile.Profile{"first.yaml": first, "second.yaml": second, "checked.yaml": old} {
		if err := p.Save(filepath.Join(k.dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"first.yaml", "second.yaml"} {
		command := []string{"generate", "-p", file, "-o", "porch", "--save", "saved.yaml"}
		started := time.Now()
		k.run(t, command)
		k.takes = max(k.takes, time.Since(started))
		k.commands = append(k.commands, command)
		k.folders = append(k.folders, k.sketch(t))
		k.profiles = append(k.profiles, string(k.load(t, "saved.yaml").Bytes()))
	}
	check := []string{"check", "--update", "checked.yaml"}
	k.commands = append(k.commands, check)
	k.checked = append(k.checked, string(k.load(t, "checked.yaml").Bytes()))
	_ = k.start(t, check).Wait() // a certificate that changed is status 1
	k.checked = append(k.checked, string(k.load(t, "checked.yaml").Bytes()))
	if k.checked[0] == k.checked[1] || k.profiles[0] == k.profiles[1] {
		t.Fatal("the commands change nothing")
	}
	return k
}

func (k *killing) start(t *testing.T, args []string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), k.espost, args...)
	cmd.Dir = k.dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func (k *killing) run(t *testing.T, args []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), k.espost, args...)
	cmd.Dir = k.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

func (k *killing) load(t *testing.T, file string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(filepath.Join(k.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sketch returns the files of the sketch that are no temporary ones, nor the
// manifest, which may know more than is there.
func (k *killing) sketch(t *testing.T) map[string]string {
	t.Helper()
	files := make(map[string]string)
	entries, err := os.ReadDir(filepath.Join(k.dir, "porch"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(k.dir, "porch", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(content)
	}
	return files
}

// round starts two commands, kills both and looks at what is left. It reports how
// many were still at work.
func (k *killing) round(t *testing.T, signal syscall.Signal) (killed int) {
	t.Helper()
	if string(k.load(t, "checked.yaml").Bytes()) != k.checked[0] {
		if err := os.WriteFile(filepath.Join(k.dir, "checked.yaml"), []byte(k.checked[0]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var cmds [2]*exec.Cmd
	for i := range cmds {
		cmds[i] = k.start(t, k.commands[rand.IntN(len(k.commands))])
	}
	time.Sleep(rand.N(2 * k.takes)) // the moment is the point
	for _, cmd := range cmds {
		_ = cmd.Process.Signal(signal)
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 1 {
			killed++
		}
	}
	switch killed { // how long they take depends on what else the computer does
	case 0:
		k.takes -= k.takes / 4
	case len(cmds):
		k.takes += k.takes / 4
	}
	if saved := string(k.load(t, "saved.yaml").Bytes()); !slices.Contains(k.profiles, saved) {
		t.Errorf("the saved profile is neither:\n%s", saved)
	}
	if checked := string(k.load(t, "checked.yaml").Bytes()); !slices.Contains(k.checked, checked) {
		t.Errorf("the checked profile is neither:\n%s", checked)
	}
	for name, content := range k.sketch(t) {
		if content != k.folders[0][name] && content != k.folders[1][name] {
			t.Errorf("%s is neither the old nor the new one:\n%s", name, content)
		}
	}
	return killed
}
