package tuitest_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"espost/internal/testkit/tuitest"
)

// startServer starts a server that says one line to each caller, and returns a command that asks it.
func startServer(t *testing.T) tea.Cmd {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		listener.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			fmt.Fprintln(conn, "hello from the server")
			conn.Close()
		}
	}()
	return func() tea.Msg {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return note(err.Error())
		}
		defer conn.Close()
		line, err := bufio.NewReader(conn).ReadString('\n')
		return note(strings.TrimSpace(line) + fmt.Sprint(errors.Join(err)))
	}
}

// A command may talk to a real server that stands outside of the bubble; fake time stands still.
func TestRealServerFromInsideABubble(t *testing.T) {
	ask := startServer(t)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		term := tuitest.Start(t, notebook{init: ask}, tuitest.Options{})
		term.WaitText("hello from the server")
		if passed := time.Since(began); passed > 200*time.Millisecond {
			t.Errorf("%v of fake time have passed, want a few frames", passed)
		}
	})
}

func TestRealServer(t *testing.T) {
	ask := startServer(t)
	before := goleak.IgnoreCurrent()
	term := tuitest.Start(t, notebook{init: ask, mouse: tea.MouseModeCellMotion}, tuitest.Options{})
	term.WaitText("hello from the server")
	term.Press("esc", "a", "alt+1")
	term.Type("ü")
	term.Paste("pasted")
	term.Click(2, 3)
	term.Resize(50, 10)
	term.WaitText("50×10", "click left 2,3")
	want := []string{
		"hello from the server<nil>", "key esc", "key a", "key alt+1", "key ü", `paste "pasted"`, "click left 2,3",
	}
	if diff := cmp.Diff(want, lines(t, term.Quit())); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// A test that fails does so with a sentence and the screen.
func TestFailures(t *testing.T) {
	tests := []struct {
		name string
		act  func(term *tuitest.Terminal)
		want []string
	}{
		{"text that never comes", func(term *tuitest.Terminal) { term.WaitText("dark", "never") }, []string{`does not show ["dark" "never"]`, "waited 2s", "Notes 日本"}},
		{"text that never goes", func(term *tuitest.Terminal) { term.WaitGone("Notes") }, []string{`still shows "Notes"`, "Notes 日本"}},
		{"text after the end", func(term *tuitest.Terminal) { term.Press("ctrl+c"); term.WaitText("never") }, []string{"the program has ended"}},
		{"key after the end", func(term *tuitest.Terminal) { term.Press("ctrl+c", "a") }, []string{"the key a comes after the program's end"}},
		{"key that no terminal sends", func(term *tuitest.Terminal) { term.Press("ctrl+1") }, []string{`no terminal sends the key "ctrl+1"`}},
		{"tab by another name", func(term *tuitest.Terminal) { term.Press("ctrl+i") }, []string{`no terminal sends the key "ctrl+i"`}},
		{"unknown key", func(term *tuitest.Terminal) { term.Press("entr") }, []string{`no terminal sends the key "entr"`}},
		{"no key", func(term *tuitest.Terminal) { term.Press("") }, []string{`no terminal sends the key ""`}},
		{"typed control character", func(term *tuitest.Terminal) { term.Type("a\n") }, []string{"not typed but pressed or pasted"}},
		{"nothing to click on", func(term *tuitest.Terminal) { term.ClickText("never") }, []string{`"never" is not on the screen`}},
		{"style of nothing", func(term *tuitest.Terminal) { term.StyleOf("never") }, []string{`"never" is not on the screen`}},
		{"another screen", func(term *tuitest.Terminal) { term.Golden("first") }, []string{"output does not match", "40×6"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := &recorder{TB: t}
				term := tuitest.Start(rec, notebook{}, tuitest.Options{Timeout: 2 * time.Second})
				done := make(chan struct{})
				go func() {
					defer close(done)
					tt.act(term)
				}()
				<-done
				for _, want := range tt.want {
					if !strings.Contains(rec.failure, want) {
						t.Errorf("failure %q doesn't say %q", rec.failure, want)
					}
				}
			})
		})
	}
}

// A panic in the program fails the test that waits for something.
func TestPanicFailsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{TB: t}
		panics := func() tea.Msg { panic("a planted panic: its stack trace below is expected") }
		done := make(chan struct{})
		go func() {
			defer close(done)
			tuitest.Start(rec, notebook{init: panics}, tuitest.Options{}).WaitEnd()
		}()
		<-done
		if !strings.Contains(rec.failure, "panic") {
			t.Errorf("failure %q doesn't speak of the panic", rec.failure)
		}
	})
}

// recorder is a test that notes its failure instead of failing.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Fatal(args ...any) { r.fail(fmt.Sprint(args...)) }

func (r *recorder) Fatalf(format string, args ...any) { r.fail(fmt.Sprintf(format, args...)) }

func (r *recorder) fail(failure string) {
	r.failure = failure
	runtime.Goexit()
}
