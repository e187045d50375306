package test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"espost/cli"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
)

// TestMain lets the test binary be espost itself when a script calls it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"espost": cli.Main, "espost-lan": lanMain})
}

// lanMain is espost on a computer whose address in the network is 127.0.0.2, so
// that a script's boards reach it without leaving this one.
func lanMain() {
	p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Own: func() (netip.Addr, bool) { return netip.MustParseAddr("127.0.0.2"), true }}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := p.Run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// linkToSelf returns a path under which this test binary is espost itself:
// TestMain goes by the name.
func linkToSelf(t testing.TB) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	espost := filepath.Join(t.TempDir(), "espost")
	if err := os.Symlink(self, espost); err != nil {
		t.Fatal(err)
	}
	return espost
}

// The commands through the front door: testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	board := "" // compiled; what needs it asks for [all]
	if need.All() {
		board = rig.Board(t)
	}
	docs, err := filepath.Abs("../docs")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Values[hostKey{}] = new(host)
			env.Values[demoKey{}] = new(*bufio.Reader)
			env.Values[webServerKey{}] = new(webServer)
			env.Values[pageKey{}] = new(page)
			env.Setenv("RIG", board)
			env.Setenv("DOCS", docs)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    exits,
			"demo":     startDemo,
			"arrives":  arrives,
			"openssl":  startOpenSSL,
			"nginx":    startNginx,
			"renginx":  renewNginx,
			"gnutls":   startGnuTLS,
			"serve":    serve,
			"host":     startHost,
			"renew":    renewHost,
			"mode":     checkMode,
			"schema":   checkSchema,
			"board":    startBoard,
			"sketches": writeSketches,
			"otaboard": startOTABoard,
			"page":     openPage,
			"console":  follow,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "all" { // what takes long
				return need.All(), nil
			}
			program, ok := strings.CutPrefix(cond, "have:")
			if !ok {
				return false, errors.New("unknown condition")
			}
			_, err := exec.LookPath(program)
			if err != nil && os.Getenv("ESPOST_TEST_ALL") != "" {
				return false, fmt.Errorf("%s is missing: install it", program)
			}
			return err == nil, nil
		},
	})
}

// exits STATUS COMMAND ARG...: runs a command and wants that very exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// mode OCTAL FILE: wants these permissions.
func checkMode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL FILE")
	}
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := info.Mode().Perm(); got != os.FileMode(want) {
		ts.Fatalf("%s has mode %o, want %o", args[1], got, want)
	}
}
