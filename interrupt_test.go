//go:build unix

package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Ctrl-C while the server says nothing ends each command soon, with the
// status of an interruption, and without a word that looks like a result.
func TestInterrupt(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	espost := t.TempDir() + "/espost"
	if err := os.Symlink(self, espost); err != nil { // TestMain goes by the name
		t.Fatal(err)
	}
	for _, args := range []string{"inspect URL", "inspect --fingerprint URL URL URL", "post URL a=b", "generate --target URL -o DIR/sketch", "--accessible URL"} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			url := "https://" + listener.Addr().String() + "/post"
			line := strings.NewReplacer("URL", url, "DIR", t.TempDir()).Replace(args)
			cmd := exec.CommandContext(t.Context(), espost, strings.Fields(line)...)
			var stdout bytes.Buffer
			cmd.Stdout = &stdout
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(args, "--accessible") {
				_, _ = in.Write([]byte("\n"))
			}
			conn, err := listener.Accept() // now it waits for the server
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(8*time.Second, func() { _ = cmd.Process.Kill() }) // the server's own time limit is 10 s
			defer timer.Stop()
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusInterrupted {
				t.Errorf("it ended with %v", err)
			}
			if !strings.HasPrefix(args, "--accessible") && stdout.Len() > 0 {
				t.Errorf("stdout: %s", stdout.Bytes())
			}
		})
	}
}

// statusInterrupted is what a shell gives a process that Ctrl-C ended.
const statusInterrupted = 130
