package hostile_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"espost/formpost"
	"espost/internal/testkit/hostile"
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui"
)

// The app in a terminal, with servers that want to take the screen over: from
// the address to what they have come to, and through what the app shows of it.
func TestApp(t *testing.T) {
	sizes := []tuitest.Options{{}, {Width: 60, Height: 16}, {Width: 100, Height: 40}}
	for _, name := range []string{
		"http", "smtp", "random bytes", "fatal alert", "a thousand extensions", "stolen certificate", "certificate request",
		"strange serials", "doctored names", "absurd dates", "strange extensions", "odd curves", "circular chain",
		"doctored headers", "no status line", "redirect loop", "binary body",
		"deep JSON", "strange lines", "parrot", "endless body", "gzip bomb",
	} {
		b, ok := hostile.Named(name)
		if !ok {
			t.Fatalf("there is no behaviour %q", name)
		}
		t.Run(name, func(t *testing.T) {
			few := min(b.Count(), 5)
			if testing.Short() { // under the race detector
				few = 1
			}
			for i := range few {
				visitInApp(t, b, i*b.Count()/few, sizes[i%len(sizes)])
			}
		})
	}
}

func visitInApp(t *testing.T, b hostile.Behaviour, variant int, terminal tuitest.Options) {
	t.Helper()
	s := hostile.Start(t, b, hostile.Options{Variant: variant})
	defer s.Close()
	seen, posted := make(chan struct{}, 8), make(chan struct{}, 8)
	term := tuitest.Start(t, tui.New(tui.Options{
		Target: target(t, s).URL(),
		Dir:    t.TempDir(),
		Now:    inspector(long).Now,
		Inspect: func(ctx context.Context, at request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			defer func() { seen <- struct{}{} }()
			c := inspector(long)
			c.Progress = progress
			return c.Inspect(ctx, at)
		},
		Send: func(ctx context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
			defer func() { posted <- struct{}{} }()
			r := p.Sent()
			return poster(long).Send(ctx, r, p.Pin)
		},
		Clipboard: func(string) error { return errors.New("there is none") },
	}), terminal)
	defer term.Quit()

	look := func() {
		t.Helper()
		checkScreen(t, term)
	}
	term.WaitText("espost")
	term.Press("enter")
	<-seen
	term.WaitFor(func(screen string) bool {
		return !strings.Contains(screen, "esc cancel") && !strings.Contains(screen, "Enter is enough to begin")
	})
	look()
	if !strings.Contains(term.Screen(), "● Certificate") {
		return
	}
	for _, key := range []string{"tab", "down", "down", "pgdown", "up", "tab", "down", "pgdown"} {
		term.Press(key)
		look()
	}
	if strings.Contains(term.Screen(), "can't connect") {
		return
	}
	term.Press("t") // nobody vouches for it
	look()
	term.Press("alt+4")
	term.WaitText("● Test")
	look()
	term.Press("enter")
	<-posted
	term.WaitFor(func(screen string) bool {
		return !strings.Contains(screen, "esc cancel") && !strings.Contains(screen, "Ready to send")
	})
	for _, key := range []string{"tab", "down", "pgdown", "tab", "down"} {
		look()
		term.Press(key)
	}
	look()
}

// checkScreen checks that nobody but the app has drawn on the terminal.
func checkScreen(t *testing.T, term *tuitest.Terminal) {
	t.Helper()
	screen := term.Screen()
	for row := range strings.Lines(screen) {
		checkClean(t, strings.TrimRight(row, "\n"))
	}
	if first, _, _ := strings.Cut(screen, "\n"); !strings.Contains(first, "Connect") {
		t.Errorf("the first row is %q", first)
	}
	if strings.Contains(term.Title(), "owned") || term.Clipboard() != "" {
		t.Errorf("title %q, clipboard %q", term.Title(), term.Clipboard())
	}
}
