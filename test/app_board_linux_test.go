package test

import (
	"crypto/tls"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"espost/demo"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
)

// From the files to a board that runs, in the app, without a board: the stand-in
// tool chain of the scripts compiles the sketch for this computer and starts it
// with its serial port on a pseudo-terminal. The step ends with the delivery, and
// the server has the reading.
func TestAppDeliversThroughABoard(t *testing.T) {
	need.Program(t, "g++")
	if !need.All() {
		t.Skip("SKIPPED: compiling takes some seconds; ESPOST_TEST_ALL=1 runs it")
	}
	for name, tt := range map[string]struct {
		wifi, pin string
		ends      string
	}{
		"delivered":      {"up", "", "The board has delivered its first reading."},
		"wrong password": {"refused", "", "The Wi-Fi refuses the board."},
		"changed pin":    {"up", "0123456789abcdef0123456789abcdef01234567", "The server shows another certificate or key than the pinned one."},
	} {
		t.Run(name, func(t *testing.T) {
			arrived := make(chan demo.Entry, 100)
			server, err := demo.Start(demo.Options{Log: func(e demo.Entry) {
				if e.Failure == "" {
					arrived <- e
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			if tt.pin == "" {
				tt.pin = server.Fingerprint()
			}
			dir, binary := t.TempDir(), linkToSelf(t)
			standInTools(t, dir, server, tt.wifi)
			generateSketch(t, dir, binary, server.URL(), tt.pin)
			startScriptBoard(t, dir, "run program")
			c := flashInTheApp(t, dir, binary)
			c.wait(tt.ends)
			if name == "delivered" {
				if e := <-arrived; len(e.Fields) != 1 || e.Fields[0] != (demo.Pair{Name: "name1", Value: "value1"}) || e.Status != 200 {
					t.Errorf("the server got %+v", e)
				}
			}
			c.press("\x03")
			<-c.ended
			if err := c.cmd.Wait(); err != nil {
				t.Errorf("espost ended with %v", err)
			}
		})
	}
}

// A sketch that crashes is said to, by a tool that is a process and a port that is
// a terminal; the tool's failure is said, too, with its cure.
func TestAppExplainsABoard(t *testing.T) {
	for name, tt := range map[string]struct {
		tool, ends string
		says       []string
	}{
		"crash":       {"echo yes > uploaded", "The sketch crashed: the program read from", []string{"say Exception (28):"}},
		"wrong mode":  {"echo 'A fatal error occurred: Failed to connect to ESP8266: Timed out waiting for packet header'; exit 1", "RESET", nil},
		"not its own": {"echo yes > uploaded", "hello from somebody else", []string{"say hello from somebody else"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, espost := t.TempDir(), linkToSelf(t)
			generateSketch(t, dir, espost, "https://porch.example.com/post", "0123456789abcdef0123456789abcdef01234567")
			if err := os.WriteFile(filepath.Join(filepath.Dir(espost), "arduino-cli"), []byte("#!/bin/sh\n"+tt.tool+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", filepath.Dir(espost)+":"+os.Getenv("PATH"))
			startScriptBoard(t, dir, tt.says...)
			c := flashInTheApp(t, dir, espost)
			c.wait(tt.ends)
			c.press("\x03")
			<-c.ended
			if err := c.cmd.Wait(); err != nil {
				t.Errorf("espost ended with %v", err)
			}
		})
	}
}

func generateSketch(t *testing.T, dir, espost, url, pin string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), espost, "generate", "--target", url, "--pin", pin, "--field", "name1=value1", "-o", "porch_post", "--save", "espost.yaml")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("generate: %v\n%s", err, out)
	}
}

// flashInTheApp opens the profile in dir and flashes what was written from it.
func flashInTheApp(t *testing.T, dir, espost string) *console {
	t.Helper()
	c := startConsole(t, dir, espost, "--port", "port")
	c.waitUntil("the look at the server is over", func(screen string) bool {
		return strings.Contains(screen, "espost.yaml") && !strings.Contains(screen, "esc cancel")
	})
	c.press("\x1b6") // alt+6
	c.wait("enter flash")
	c.press("\r")
	return c
}

// standInTools puts the arduino-cli of flash_rig.txtar on PATH.
func standInTools(t *testing.T, dir string, server *demo.Server, wifi string) {
	t.Helper()
	script, err := txtar.ParseFile("testdata/script/flash_rig.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"bin", "flash"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range script.Files {
		if f.Name == "arduino-cli" {
			if err := os.WriteFile(filepath.Join(dir, "bin", f.Name), f.Data, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	port := server.Addr()[strings.LastIndex(server.Addr(), ":")+1:]
	for name, value := range map[string]string{
		"PATH": filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "WORK": dir, "RIG": rig.Board(t),
		"RIG_PORT": port, "RIG_WIFI": wifi, "RIG_FLASH": filepath.Join(dir, "flash"), "RIG_PACE": "1000",
		"ESPOST_WIFI_SSID": "home", "ESPOST_WIFI_PASSWORD": "secret-password",
	} {
		t.Setenv(name, value)
	}
}

// startScriptBoard plugs a board in that does these things once a program is
// uploaded; see startBoard.
func startScriptBoard(t *testing.T, dir string, lines ...string) {
	t.Helper()
	b := &scriptBoard{link: filepath.Join(dir, "port"), dir: dir, env: os.Environ(), done: make(chan struct{})}
	if err := b.plug(); err != nil {
		t.Fatal(err)
	}
	played := make(chan struct{})
	go func() {
		defer close(played)
		for _, line := range append([]string{"after uploaded yes"}, lines...) {
			if !b.play(line) {
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(b.done)
		b.master.Close() // ends a write that nobody reads
		<-played
		b.slave.Close()
	})
}

// With --demo --lan the app stands on the address in the network, and tells of a
// POST that came from there while another step is in front.
func TestAppShowsWhatBoardsPost(t *testing.T) {
	espost := linkToSelf(t)
	lan := filepath.Join(filepath.Dir(espost), "espost-lan")
	if err := os.Rename(espost, lan); err != nil {
		t.Fatal(err)
	}
	c := startConsole(t, t.TempDir(), lan, "--demo", "--lan")
	c.wait("Where will the board send its data?")
	url := c.find(`https://127\.0\.0\.2:\d+/post`)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	response, err := client.PostForm(url, map[string][]string{"temp": {"21.5"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	c.wait("the demo server got POST /post 200 temp=21.5; ")
	c.press("\r")
	c.wait("An ESP8266 can connect")
	c.press("\x03")
	<-c.ended
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("espost ended with %v", err)
	}
}
