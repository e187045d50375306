package tui_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"espost/formpost"
	"espost/internal/testkit/need"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui"
)

// places are where the frames are measured: how to get there, and two keys that
// change the screen there and back.
var places = []struct {
	name       string
	enter      []string
	shows      []string // after each of these keys
	there, and string
}{
	{"connect", nil, nil, "x", "backspace"},
	{"certificate", []string{"enter"}, []string{"SHA-1 "}, "down", "up"},
	{"form", []string{"enter", "enter"}, []string{"SHA-1 ", "Send a test POST"}, "up", "down"},
	{"test", []string{"enter", "enter", "enter", "enter"}, []string{"SHA-1 ", "Send a test POST", "Ready", "200 OK"}, "v", "v"},
	{"firmware", []string{"enter", "enter", "alt+5"}, []string{"SHA-1 ", "Send a test POST", "Write the files"}, "ctrl+f", "ctrl+b"},
	{"palette", []string{"enter", "ctrl+p"}, []string{"SHA-1 ", "would you like"}, "down", "up"},
	{"help", []string{"enter", "f1"}, []string{"SHA-1 ", "as an ESP8266 sees it"}, "down", "up"},
}

// lead returns an app that was led to a place: after each key it is given what
// its commands answer until it shows what the key leads to.
func lead(t testing.TB, width, height int, keys, shows []string) *tui.Model {
	t.Helper()
	return leadApp(t, tui.New(newStage(t).options), width, height, keys, shows)
}

func leadApp(t testing.TB, model *tui.Model, width, height int, keys, shows []string) *tui.Model {
	t.Helper()
	model.Update(tea.WindowSizeMsg{Width: width, Height: height})
	messages := make(chan tea.Msg, 64)
	var run func(tea.Cmd)
	run = func(cmd tea.Cmd) {
		if cmd == nil {
			return
		}
		go func() {
			msg := cmd()
			if batch, ok := msg.(tea.BatchMsg); ok {
				for _, cmd := range batch {
					run(cmd)
				}
				return
			}
			messages <- msg
		}()
	}
	for i, key := range keys {
		_, cmd := model.Update(keyPress(key))
		run(cmd)
		for !strings.Contains(ansi.Strip(model.View().Content), shows[i]) {
			select {
			case msg := <-messages:
				_, cmd := model.Update(msg)
				run(cmd)
			case <-time.After(time.Minute):
				t.Fatalf("%s doesn't lead to %q:\n%s", key, shows[i], ansi.Strip(model.View().Content))
			}
		}
	}
	return model
}

// One key and the frame after it, on every step: below 1 ms at 120×40 and 3 ms
// at 200×60, so that nobody waits for the screen.
func BenchmarkFrame(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		for _, place := range places {
			b.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], place.name), func(b *testing.B) {
				model := lead(b, size[0], size[1], place.enter, place.shows)
				keys := [2]tea.KeyPressMsg{keyPress(place.there), keyPress(place.and)}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					model.Update(keys[i%2])
					_ = model.View()
				}
			})
		}
	}
}

// muchWork is an app at 120×40 with 200 fields and an answer of 64 KB, led to a place.
func muchWork(t testing.TB, enter, shows []string) *tui.Model {
	t.Helper()
	s := newStage(t)
	s.options.Profile = profile.New(target(address))
	s.options.Profile.Request.Fields = nil
	for i := range 200 {
		s.options.Profile.Request.Fields = append(s.options.Profile.Request.Fields, request.Field{Name: fmt.Sprintf("field%d", i), Value: strings.Repeat("v", i%40)})
	}
	body := []byte(`{"long":[` + strings.Repeat(`"0123456789abcdef",`, 64<<10/19) + `0]}`)
	send := s.options.Send
	s.options.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
		response, err := send(ctx, p, r)
		response.Body = body
		return response, err
	}
	return leadApp(t, tui.New(s.options), 120, 40, enter, shows)
}

// One key and the frame after it stay below 1 ms on every step, with much work too.
func BenchmarkFrameOfMuchWork(b *testing.B) {
	for _, place := range places[:5] {
		b.Run(place.name, func(b *testing.B) {
			model := muchWork(b, place.enter, place.shows)
			keys := [2]tea.KeyPressMsg{keyPress(place.there), keyPress(place.and)}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				model.Update(keys[i%2])
				_ = model.View()
			}
		})
	}
}

// What a frame costs without a clock: much work makes it allocate no more than the
// rows in sight need.
func TestFramesAllocateLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector has memory of its own")
	}
	const most = 1_600
	for _, place := range places[:5] {
		model := muchWork(t, place.enter, place.shows)
		keys, i := [2]tea.KeyPressMsg{keyPress(place.there), keyPress(place.and)}, 0
		if n := testing.AllocsPerRun(50, func() {
			model.Update(keys[i%2])
			_ = model.View()
			i++
		}); n > most {
			t.Errorf("%s: a frame allocates %.0f times", place.name, n)
		}
	}
}

// An answer as long as one may be costs no more than a short one: what is shown
// of it is prepared once.
func BenchmarkFrameOfLongAnswer(b *testing.B) {
	s := newStage(b)
	body := []byte(`{"long":[` + strings.Repeat(`"0123456789abcdef",`, 1<<20/19) + `0]}`)
	send := s.options.Send
	s.options.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
		response, err := send(ctx, p, r)
		response.Body = body
		return response, err
	}
	place := places[3]
	model := leadApp(b, tui.New(s.options), 120, 40, place.enter, place.shows)
	keys := [2]tea.KeyPressMsg{keyPress("down"), keyPress("up")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		model.Update(keys[i%2])
		_ = model.View()
	}
}

// Thousands of frames, five hundred a place (two thousand with make test-long), leave nothing behind: what
// is alive after them is what was alive after the first hundred.
func TestFramesLeaveNothingBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector has memory of its own")
	}
	more := need.Often(500, 2_000)
	for _, place := range places {
		model := lead(t, 120, 40, place.enter, place.shows)
		keys := [2]tea.KeyPressMsg{keyPress(place.there), keyPress(place.and)}
		frames := func(n int) {
			for i := range n {
				model.Update(keys[i%2])
				_ = model.View()
			}
		}
		frames(100)
		before := alive()
		frames(more)
		if after := alive(); after > before+128<<10 {
			t.Errorf("%s: %d KiB are alive after 100 frames, %d KiB after %d more", place.name, before>>10, after>>10, more)
		}
		runtime.KeepAlive(model)
	}
}

// alive is how many bytes of the heap are in use.
func alive() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
