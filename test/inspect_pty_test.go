//go:build unix

package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"espost/demo"
)

// Many servers on a terminal: each is shown when it is there, below all a line
// tells how many are, and neither one that says nothing nor one that isn't
// there keeps the others waiting.
func TestInspectManyOnATerminal(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	held := make(chan net.Conn, 100)
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				close(held)
				return
			}
			held <- conn
		}
	}()
	server, err := demo.Start(demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	dir := t.TempDir()
	list := fmt.Sprintf("# three\n%s\n%s\nlocalhost:1\n", server.URL(), silent.Addr())
	if err := os.WriteFile(filepath.Join(dir, "list"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	c := startConsole(t, dir, linkToSelf(t), "inspect", "--timeout", "60s", "-f", "list")
	c.wait("Build with all SSL ciphers")
	c.wait("2 of 3") // while the second says nothing
	if screen := c.text(); !strings.Contains(screen, "▓░") || !strings.Contains(screen, "Build with all SSL ciphers") {
		t.Errorf("no bar, or no report above it:\n%s", screen)
	}
	silent.Close()
	for conn := range held {
		conn.Close()
	}
	<-c.ended
	if exit, ok := c.cmd.Wait().(*exec.ExitError); !ok || exit.ExitCode() != 1 { //nolint:errorlint // Wait returns it as it is
		t.Errorf("it ended with %v", exit)
	}
	if screen := c.text(); strings.Contains(screen, " of 3") || strings.Contains(screen, "▓░") {
		t.Errorf("the bar is still there:\n%s", screen)
	}
}
