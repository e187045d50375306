package tui_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/tlsinspect"
)

// A walk counts the keys that a stranger presses; a paste is one.
type walk struct {
	*tuitest.Terminal
	keys int
}

func (w *walk) press(names ...string) {
	w.keys += len(names)
	w.Press(names...)
}

func (w *walk) typed(text string) {
	w.keys += len([]rune(text))
	w.Type(text)
}

func (w *walk) paste(text string) {
	w.keys++
	w.Paste(text)
}

// Three walks of a stranger, in so many keys; docs/architecture.md says how many.
func TestWalks(t *testing.T) {
	told, err := os.ReadFile(filepath.Join("..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		setUp func(*stage, *testing.T)
		walk  func(*walk)
		file  string // that says what came of it
		says  []string
	}{
		{"a URL to firmware", nil, func(w *walk) {
			w.paste(address)
			w.press("enter")
			w.WaitText("An ESP8266 can connect")
			w.press("enter", "enter", "enter")
			w.WaitText("200 OK")
			w.press("enter", "enter")
			w.WaitText("21 files in")
		}, "porch_example_com/pins.h", []string{"PUBLIC KEY"}},
		{"ThingSpeak with a DHT22", func(s *stage, _ *testing.T) {
			send := s.options.Send
			s.options.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
				response, err := send(ctx, p, r)
				response.Body, response.Whole = []byte("17"), true // the entry's number
				return response, err
			}
		}, func(w *walk) {
			w.typed("thingspeak")
			w.press("enter", "enter")
			w.WaitText("begin")
			w.paste("ABCDEFGHIJKLMNOP")
			w.press("enter")
			w.WaitText("An ESP8266 can connect")
			w.press("enter")
			w.WaitText("field1")
			w.press("home", "down", "enter", "tab")
			w.typed("dht")
			w.WaitText("DHT22 temperature")
			w.press("tab")
			w.typed("4")
			w.press("enter")
			w.WaitText("field1=21.5")
			w.press("n", "enter")
			w.WaitText("200 OK")
			w.press("enter", "enter")
			w.WaitText("files in")
		}, "api_thingspeak_com/form.h", []string{"dht22"}},
		{"repair after a renewal", func(s *stage, t *testing.T) {
			s.opened(t, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}})
		}, func(w *walk) {
			w.WaitText("This is not the certificate that porch.yaml pins")
			w.press("t")
			w.WaitText("pinned: ")
			w.press("5", "enter")
			w.WaitText("files in")
		}, "porch_example_com/pins.h", []string{chain(t)[0].SHA1()}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.options.Target = ""
				if tt.setUp != nil {
					tt.setUp(s, t)
				}
				w := &walk{Terminal: s.start(t, 80, 24)}
				tt.walk(w)
				w.Quit()
				text, err := os.ReadFile(filepath.Join(s.folder, tt.file))
				for _, says := range tt.says {
					if err != nil || !strings.Contains(string(text), says) {
						t.Errorf("%v: %s doesn't hold %q", err, tt.file, says)
					}
				}
				if line := fmt.Sprintf("%s: %d keys", tt.name, w.keys); !strings.Contains(string(told), line) {
					t.Errorf("docs/architecture.md doesn't say %q", line)
				}
			})
		})
	}
}
