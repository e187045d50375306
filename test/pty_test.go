//go:build unix

package test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"espost/demo"
	"espost/internal/testkit/hostile"
	"espost/internal/testkit/need"
)

// console is the real binary on a pseudo-terminal of 80×24, its screen kept by
// an emulator.
type console struct {
	t    *testing.T
	file *os.File
	cmd  *exec.Cmd

	mu     sync.Mutex
	screen *vt.Emulator
	drawn  bytes.Buffer  // everything that the program has written
	change chan struct{} // something was drawn since it was last drained
	ended  chan struct{}
}

func startConsole(t *testing.T, dir string, binary string, args ...string) *console {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "HOME="+dir, "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, file: file, cmd: cmd, screen: vt.NewEmulator(80, 24), change: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.answer()
	go c.draw()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // if it still runs
		for _, pid := range inSession(cmd.Process.Pid) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // a shell's children hold the terminal, too
		}
		<-c.ended
		file.Close()
		_ = c.screen.Close() // ends answer
	})
	return c
}

// inSession is the processes of the session that leader leads, where there is a /proc.
func inSession(leader int) (all []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, _ := os.ReadFile(path)                      // it may have ended
		_, behindName, _ := bytes.Cut(stat, []byte(") ")) // state, parent, group, session
		if of := bytes.Fields(behindName); len(of) > 3 && string(of[3]) == strconv.Itoa(leader) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			all = append(all, pid)
		}
	}
	return all
}

// answer sends the terminal's replies to queries back to the program.
func (c *console) answer() { _, _ = io.Copy(c.file, c.screen) }

func (c *console) draw() {
	defer close(c.ended)
	buffer := make([]byte, 4096)
	for {
		n, err := c.file.Read(buffer)
		c.mu.Lock()
		_, _ = c.screen.Write(buffer[:n])
		c.drawn.Write(buffer[:n])
		c.mu.Unlock()
		select {
		case c.change <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.screen.String()
}

// written is everything that the program has written so far.
func (c *console) written() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drawn.String()
}

// wait returns when text is on the screen.
func (c *console) wait(text string) {
	c.t.Helper()
	c.waitUntil(fmt.Sprintf("%q is on the screen", text), func(screen string) bool { return strings.Contains(screen, text) })
}

// find returns what matches as soon as it is on the screen. A pattern goes on to what
// stands behind the thing that it looks for: the screen may be drawn as far as that.
func (c *console) find(pattern string) (found string) {
	c.t.Helper()
	c.waitUntil(pattern+" is on the screen", func(screen string) bool {
		found = regexp.MustCompile(pattern).FindString(screen)
		return found != ""
	})
	return found
}

// waitUntil returns when the screen is as wanted, which what says.
func (c *console) waitUntil(what string, wanted func(screen string) bool) {
	c.t.Helper()
	deadline := time.After(2 * time.Minute)
	for !wanted(c.text()) {
		select {
		case <-c.change:
		case <-deadline:
			c.t.Fatalf("waited in vain until %s:\n%s", what, c.text())
		}
	}
}

func (c *console) press(key string) {
	c.t.Helper()
	if _, err := io.WriteString(c.file, key); err != nil {
		c.t.Fatal(err)
	}
}

func builtBinary(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "espost")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "espost").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// A report on a terminal breaks its lines between words, and what goes on
// stays under where it began: no line starts in the middle of a sentence.
func TestReportOnATerminal(t *testing.T) {
	server, err := demo.Start(demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	c := startConsole(t, t.TempDir(), linkToSelf(t), "inspect", server.URL())
	<-c.ended
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("espost ended with %v", err)
	}
	if !strings.Contains(c.text(), "Build with all SSL ciphers") {
		t.Errorf("the report's end is missing:\n%s", c.text())
	}
	for line := range strings.Lines(c.text()) {
		if regexp.MustCompile(`^[a-z0-9,.:;(]`).MatchString(line) {
			t.Errorf("a line begins in the middle: %q\n%s", line, c.text())
		}
	}
}

// The real binary, started as README says, on a real terminal: Enter alone ends
// with firmware on disk that pins what openssl says of the demo server.
func TestEnterAloneOnATerminal(t *testing.T) {
	openssl := need.Program(t, "openssl")
	dir := t.TempDir()
	c := startConsole(t, dir, builtBinary(t), "--demo", "--log", "app.log")
	const enter = "\r"
	c.wait("Where will the board send its data?")
	address := strings.TrimSuffix(c.find(`localhost:\d+/post`), "/post")
	c.press(enter)
	c.wait("An ESP8266 can connect")
	c.press(enter)
	c.wait("name1=value1&name2=value2")
	c.press(enter)
	c.wait("Ready to send")
	c.press(enter)
	c.wait("200 OK")
	c.press(enter)
	c.wait("Write the files")
	c.press(enter)
	c.wait("arduino-cli compile")
	want := fingerprintOf(t, openssl, address)
	c.press("\x03") // ctrl+c
	<-c.ended
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("espost ended with %v", err)
	}
	pins, err := os.ReadFile(filepath.Join(dir, "localhost", "pins.h"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(pins, []byte(want)) {
		t.Errorf("pins.h lacks %s:\n%s", want, pins)
	}
	log, err := os.ReadFile(filepath.Join(dir, "app.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{`"msg":"started"`, `"fingerprint":"` + want, `"http_status":200`, `"msg":"generated"`, `"msg":"ended"`} {
		if !bytes.Contains(log, []byte(event)) {
			t.Errorf("the log lacks %s:\n%s", event, log)
		}
	}
	if bytes.Contains(log, []byte("value1")) {
		t.Errorf("the log holds the form:\n%s", log)
	}
}

// However the app is told to end while it looks at a server that says nothing,
// it ends soon and gives the terminal back.
func TestAppEndsAtOnce(t *testing.T) {
	heedHangups(t)
	silence, _ := hostile.Named("silence")
	for name, end := range map[string]func(c *console){
		"ctrl+c":  func(c *console) { c.press("\x03") },
		"SIGINT":  func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGINT) },
		"SIGTERM": func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			s := hostile.Start(t, silence, hostile.Options{})
			h := newHunt(t)
			c := startConsole(t, h.dir, h.espost, fmt.Sprintf("https://localhost:%d/post", s.Port()))
			c.wait("Where will the board send its data?")
			c.press("\r")
			<-s.Asked()
			c.wait("esc cancel")
			end(c)
			select {
			case <-c.ended:
			case <-time.After(2 * time.Minute):
				t.Fatalf("it still runs:\n%s", c.text())
			}
			drawn := c.written()
			if strings.Contains(drawn, "said nothing") {
				t.Error("it waited for the server's time to pass")
			}
			for _, mode := range []string{"1049", "2004"} { // the other screen, and bracketed paste
				if on, off := strings.LastIndex(drawn, "\x1b[?"+mode+"h"), strings.LastIndex(drawn, "\x1b[?"+mode+"l"); on < 0 || off < on {
					t.Errorf("the terminal isn't given back: mode %s is on at %d, off at %d", mode, on, off)
				}
			}
			if !strings.Contains(drawn[strings.LastIndex(drawn, "\x1b[?25l"):], "\x1b[?25h") {
				t.Error("the cursor stays hidden")
			}
		})
	}
}

// fingerprintOf is what the tutorial has people do by hand: openssl's SHA-1 line,
// colons removed.
func fingerprintOf(t *testing.T, openssl, address string) string {
	t.Helper()
	client := exec.CommandContext(t.Context(), openssl, "s_client", "-connect", address)
	pem, err := client.Output()
	if err != nil {
		t.Fatal(err)
	}
	x509 := exec.CommandContext(t.Context(), openssl, "x509", "-noout", "-fingerprint", "-sha1")
	x509.Stdin = bytes.NewReader(pem)
	line, err := x509.Output()
	if err != nil {
		t.Fatal(err)
	}
	_, digits, _ := strings.Cut(strings.TrimSpace(string(line)), "=")
	return strings.ReplaceAll(digits, ":", "")
}

// The request of --dry-run ends its line on a terminal; elsewhere it is the bytes alone.
func TestDryRunOnATerminal(t *testing.T) {
	c := startConsole(t, t.TempDir(), linkToSelf(t), "post", "--dry-run", "https://example.test/post", "a=b")
	<-c.ended
	if got := c.drawn.String(); !strings.HasSuffix(got, "\na=b\r\n") {
		t.Errorf("it ends with %q", got[max(0, len(got)-20):])
	}
}
