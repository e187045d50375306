package dialog_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"espost/demo"
	"espost/device"
	"espost/internal/problem"
	"espost/tui/dialog"
)

// bench is a board whose events are known beforehand.
func bench(flash error, events ...device.Event) dialog.Bench {
	return dialog.Bench{
		Ports: func() ([]device.Port, error) {
			return []device.Port{{Name: "/dev/ttyUSB0", Chip: "CH340", Likely: true}}, nil
		},
		Tools: func(string) ([]*device.Toolchain, error) {
			return []*device.Toolchain{{Name: device.ArduinoCLI}, {Name: device.PlatformIO}}, nil
		},
		Flash: func(_ context.Context, _ *device.Toolchain, _ device.Job, tell func(device.Progress)) (device.Size, error) {
			for range 2 { // each part is said once
				tell(device.Progress{Part: device.Compile})
			}
			return device.Size{Flash: 461_000, FlashMax: 1_044_464}, flash
		},
		Watch: func(ctx context.Context, _ *device.Monitor, tell func(device.Event)) error {
			for _, e := range events {
				tell(e)
			}
			<-ctx.Done()
			return nil
		},
	}
}

// A board in the network is flashed by its address, and not watched.
func TestBoardInTheNetwork(t *testing.T) {
	for name, ports := range map[string]int{"beside a cable": 1, "alone": 0} {
		t.Run(name, func(t *testing.T) {
			answers := make([]string, 14)
			answers[11] = "yes" // take new sketches over the Wi-Fi
			if ports > 0 {
				answers = append(answers, "2")
			}
			s := newSitting(t, append(answers, "no board", "192.0.2.7", "1", "yes")...)
			b := bench(nil)
			var flashed device.Job
			b.Flash = func(_ context.Context, _ *device.Toolchain, job device.Job, _ func(device.Progress)) (device.Size, error) {
				flashed = job
				return device.Size{}, nil
			}
			b.Watch = nil // nobody may
			if ports == 0 {
				b.Ports = func() ([]device.Port, error) { return nil, nil }
			}
			s.dialog.Bench = b
			said, err := s.run(t)
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			wants(t, said, "up to 49 KB of flash", "address or name in the network? [porch-example-com.local]", `"no board" names no board`,
				"Flash the board at 192.0.2.7, which runs a sketch with updates already, with arduino-cli?", "The board has the new sketch and starts it", "porch.example.com shows.")
			if flashed.Host != "192.0.2.7" || flashed.Port != "" {
				t.Errorf("flashed %+v", flashed)
			}
		})
	}
}

// What the demo server gets is said as it comes, while a question waits.
func TestDemoPostsAreSpoken(t *testing.T) {
	s := newSitting(t)
	posts, said, feed := make(chan demo.Entry), make(chan string, 1000), make(chan string)
	in, typed := io.Pipe()
	s.dialog.In, s.dialog.Posts, s.dialog.Out = in, posts, channelWriter(said)
	go func() {
		for l := range feed {
			io.WriteString(typed, l)
		}
		typed.Close()
	}()
	ended := make(chan error, 1)
	go func() { ended <- s.dialog.Run(t.Context()) }()
	for !strings.Contains(<-said, "Step 1") {
	}
	posts <- demo.Entry{Method: "POST", URI: "/post", Status: 200, Arrival: demo.Arrival{Fields: []demo.Pair{{Name: "temp", Value: "21.5\x1b[2J"}}}}
	text := ""
	for !strings.Contains(text, "temp=21.5") {
		text = <-said
	}
	if !strings.HasPrefix(text, "\nThe demo server got POST /post 200 temp=21.5") || strings.Contains(text, "\x1b") {
		t.Errorf("said %q", text)
	}
	close(feed)
	if err := <-ended; !errors.Is(err, dialog.ErrEnded) {
		t.Error(err)
	}
}

type channelWriter chan string

func (c channelWriter) Write(p []byte) (int, error) {
	c <- string(p)
	return len(p), nil
}

// The board is flashed and watched if that is wanted, until it delivers, or won't.
func TestBoard(t *testing.T) {
	delivered := device.Event{Kind: device.Line, Text: "POST: 200, 25 bytes sent", Milestone: device.Delivered, Summary: "delivered its first reading"}
	refused := device.Event{Kind: device.Line, Text: "Wi-Fi: refused.", Milestone: device.BadWiFi, Summary: "no Wi-Fi: wrong password"}
	tests := []struct {
		name    string
		bench   dialog.Bench
		answers []string
		want    []string
	}{
		{"no port", dialog.Bench{Ports: func() ([]device.Port, error) { return nil, nil }}, nil, []string{"Step 6 of 6: Board.", "No board is plugged in", "The board is left for later."}},
		{"not wanted", bench(nil), []string{"1", ""}, []string{"Which tool? [1]", "Flash the board at /dev/ttyUSB0 (CH340) with arduino-cli, and watch it? Yes or no? [no]"}},
		{"delivered", bench(nil, delivered), []string{"2", "yes"}, []string{"with pio", "Compiling.\nFlashed. The sketch takes 461000 of 1044464 bytes of flash.",
			"POST: 200, 25 bytes sent\nMeaning: Delivered its first reading.\nThe board has delivered its first reading."}},
		{"refused", bench(nil, refused, delivered), []string{"1", "yes", "no"}, []string{"Meaning: No Wi-Fi: wrong password.\nThe Wi-Fi refuses the board. Put the right name"}},
		{"failed", bench(problem.New("no-boot", "the board does not answer", "hold FLASH")), []string{"1", "yes", "no"}, []string{"The board does not answer. Hold FLASH.\nFlash the board"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSitting(t, append(make([]string, 14), tt.answers...)...)
			s.dialog.Bench = tt.bench
			said, err := s.run(t)
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			wants(t, said, tt.want...)
		})
	}
}
