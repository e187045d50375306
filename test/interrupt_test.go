//go:build unix

package test

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
	espost := linkToSelf(t)
	for _, args := range []string{
		"inspect --timeout 9h URL", "inspect --timeout 9h --json -j 3 URL URL URL", "inspect --timeout 9h --fingerprint URL URL URL",
		"post --timeout 9h URL a=b", "post --timeout 9h --json URL a=b --pin insecure",
		"generate --timeout 9h --target URL -o DIR/sketch", "generate --timeout 9h -p PROFILE --pin ca -o DIR/sketch",
		"check --timeout 9h PROFILE", "check --timeout 9h --update -v --json PROFILE", "--accessible URL",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			url := "https://" + listener.Addr().String() + "/post"
			dir := t.TempDir()
			profile := dir + "/espost.yaml"
			saved := "espost: 1\ntarget: " + url + "\npin: {sha1: [" + strings.Repeat("AB", 20) + "]}\n"
			if err := os.WriteFile(profile, []byte(saved), 0o600); err != nil {
				t.Fatal(err)
			}
			line := strings.NewReplacer("URL", url, "DIR", dir, "PROFILE", profile).Replace(args)
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
			checkInterrupted(t, cmd)
			accessible := strings.HasPrefix(args, "--accessible")
			if !accessible && stdout.Len() > 0 || accessible && strings.Contains(stdout.String(), "said nothing") {
				t.Errorf("stdout: %s", stdout.Bytes())
			}
		})
	}
}

// checkInterrupted waits for the end of a command that was told to end.
func checkInterrupted(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	timer := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }) // it never ends
	defer timer.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusInterrupted {
		t.Errorf("it ended with %v", err)
	}
}

// A Ctrl-C ends a command that waits for its standard input, which nothing can
// call off.
func TestInterruptWhileReading(t *testing.T) {
	espost := linkToSelf(t)
	for _, args := range []string{"inspect -f -", "explain", "check /dev/stdin"} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), espost, strings.Fields(args)...)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// More than a pipe holds: when all is written, the command reads.
			if _, err := in.Write(bytes.Repeat([]byte("# nothing yet\n"), 6_000)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			checkInterrupted(t, cmd)
		})
	}
}

// statusInterrupted is what a shell gives a process that Ctrl-C ended.
const statusInterrupted = 130
