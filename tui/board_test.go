package tui_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"espost/demo"
	"espost/device"
	"espost/internal/problem"
	"espost/internal/testkit/tuitest"
	"espost/tui/board"
)

// noBoard is a computer with neither a port nor a tool chain.
func noBoard() board.Outside {
	return board.Outside{
		Ports: func() ([]device.Port, error) { return nil, nil },
		Tools: noTool,
	}
}

func noTool(folder string) ([]*device.Toolchain, error) {
	return device.Toolchains(folder, func(string) (string, error) { return "", errors.New("not found") })
}

// A bench is a computer with a board on a port and a tool chain, both played:
// the port's lines go through the real monitor.
type bench struct {
	hangs   device.Part // where the tool stops and waits; "" for nowhere
	fails   error       // of the tool
	flashed []device.Job
	resets  int

	mu   sync.Mutex
	wire *wire
}

func (b *bench) outside() board.Outside {
	return board.Outside{
		Ports: func() ([]device.Port, error) {
			return []device.Port{
				{Name: "/dev/ttyUSB0", USB: "10c4:ea60", Chip: "CP2102", Board: "NodeMCU v2 (Amica), Feather HUZZAH, D1 mini Pro", Likely: true},
				{Name: "/dev/ttyUSB1", USB: "1a86:7523", Chip: "CH340", Board: "D1 mini, NodeMCU v3 and most of the cheap boards", Likely: true},
				{Name: "/dev/ttyS0"},
			}, nil
		},
		Tools: func(string) ([]*device.Toolchain, error) {
			return []*device.Toolchain{{Name: device.ArduinoCLI, Path: "/usr/bin/arduino-cli"}, {Name: device.PlatformIO, Path: "/home/me/.local/bin/pio"}}, nil
		},
		Flash: b.flash,
		Watch: b.watch,
		Log:   func(string) (io.WriteCloser, error) { return nil, errors.New("no log was expected") },
	}
}

func (b *bench) flash(ctx context.Context, _ *device.Toolchain, job device.Job, tell func(device.Progress)) (device.Size, error) {
	b.flashed = append(b.flashed, job)
	size := device.Size{Flash: 461_000, FlashMax: 1_044_464, RAM: 34_100, RAMMax: 80_192}
	for _, p := range []device.Progress{
		{Part: device.Prepare, Percent: -1},
		{Part: device.Compile, Percent: -1, Line: "Compiling sketch..."},
		{Part: device.Connect, Percent: -1, Line: "Connecting....", Size: size},
		{Part: device.Upload, Percent: 68, Line: "Writing at 0x0004c000... (68 %)", Size: size},
	} {
		tell(p)
		if p.Part == b.hangs {
			<-ctx.Done()
			return size, ctx.Err()
		}
	}
	return size, b.fails
}

func (b *bench) watch(ctx context.Context, m *device.Monitor, tell func(device.Event)) error {
	if m.Reset {
		b.resets++
	}
	m.Open = func(string, int) (device.Conn, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.wire = &wire{said: make(chan string, 10_000), closed: make(chan struct{})}
		return b.wire, nil
	}
	return m.Run(ctx, tell)
}

// says lets the board say lines.
func (b *bench) says(lines ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range lines {
		b.wire.said <- l + "\r\n"
	}
}

// A wire is the port's end of a cable.
type wire struct {
	said   chan string
	rest   string
	closed chan struct{}
	once   sync.Once
}

func (w *wire) Read(p []byte) (int, error) {
	if w.rest == "" {
		select {
		case w.rest = <-w.said:
		case <-w.closed:
			return 0, io.EOF
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

func (w *wire) Write(p []byte) (int, error) { return len(p), nil }
func (w *wire) Close() error                { w.once.Do(func() { close(w.closed) }); return nil }
func (w *wire) SetBaud(int) error           { return nil }
func (w *wire) SetDTR(bool) error           { return nil }
func (w *wire) SetRTS(bool) error           { return nil }

// atBoard leads an app to the sixth step of what was just written.
func atBoard(t *testing.T, b *bench, width, height int, setUp ...func(*stage)) *tuitest.Terminal {
	t.Helper()
	s := newStage(t)
	t.Chdir(s.folder)
	s.options.Dir, s.options.Board = "", b.outside()
	for _, f := range setUp {
		f(s)
	}
	term := s.start(t, width, height)
	term.Press("enter", "enter", "alt+5", "enter")
	term.WaitText("files in ", "enter to the board")
	term.Press("enter")
	term.WaitText("● Board")
	return term
}

const (
	runs      = "porch_example_com: every 60 s to https://porch.example.com/post"
	delivered = "POST: 200, 25 bytes sent in 812 ms over a new connection"
)

// The step's states, whole, at three sizes.
func TestBoardScreens(t *testing.T) {
	watching := func(b *bench, term *tuitest.Terminal, lines ...string) {
		term.Press("enter")
		term.WaitText("waiting for the board's first words")
		b.says(lines...)
	}
	tests := []struct {
		name  string
		bench *bench
		setUp func(*stage)
		enter func(*bench, *tuitest.Terminal)
		shows string
	}{
		{"no-port", &bench{}, func(s *stage) { s.options.Board.Ports = noBoard().Ports }, nil, "No board is plugged in"},
		{"no-tool", &bench{}, func(s *stage) { s.options.Board.Tools = noTool }, nil, "Neither arduino-cli nor PlatformIO"},
		{"choose", &bench{}, nil, func(_ *bench, term *tuitest.Terminal) { term.Press("down") }, "CH340"},
		{"compiling", &bench{hangs: device.Compile}, nil, func(_ *bench, term *tuitest.Terminal) { term.Press("enter") }, "compiling"},
		{"flashing", &bench{hangs: device.Upload}, nil, func(_ *bench, term *tuitest.Terminal) { term.Press("enter") }, "68 %"},
		{"failed", &bench{fails: problem.New("no-boot", "the board does not answer", "hold FLASH, press RESET, release FLASH, and flash again")}, nil,
			func(_ *bench, term *tuitest.Terminal) { term.Press("enter") }, "old FLASH"},
		{"watching", &bench{}, nil, func(b *bench, term *tuitest.Terminal) {
			watching(b, term, "", runs, "Wi-Fi: connected, address 192.168.1.57, signal -61 dBm", "temperature: 21.5", "temperature: 22", "temperature: 24.25", "temperature: 23")
		}, "temperature: 23"},
		{"delivered", &bench{}, nil, func(b *bench, term *tuitest.Terminal) { watching(b, term, runs, delivered) }, "delivered its first reading"},
		{"crash", &bench{}, nil, func(b *bench, term *tuitest.Terminal) {
			watching(b, term, runs, "Exception (28):", "epc1=0x40201012 epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000 depc=0x00000000")
		}, "The sketch crashed"},
	}
	for _, size := range sizes() {
		for _, tt := range tests {
			t.Run(tt.name+"-"+size.name, func(t *testing.T) {
				elsewhere(t)
				synctest.Test(t, func(t *testing.T) {
					b := &bench{hangs: tt.bench.hangs, fails: tt.bench.fails}
					s := newStage(t)
					s.options.Dir, s.options.Board = "", b.outside()
					if tt.setUp != nil {
						tt.setUp(s)
					}
					term := s.start(t, size.width, size.height)
					term.Press("enter", "enter", "alt+5", "enter", "enter")
					if tt.enter != nil {
						tt.enter(b, term)
					}
					term.WaitText(tt.shows)
					term.Golden("board-" + tt.name + "-" + size.name)
					term.Press("esc") // ends what is under way
					term.Quit()
				})
			})
		}
	}
}

// Enter alone leads over the board: flash, watch, delivered, leave. Where there
// is neither a port nor a tool, TestEnterAlone's way ends before it.
func TestEnterAloneToTheBoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bench)
		term := atBoard(t, b, 80, 24)
		term.WaitText("▸ /dev/ttyUSB0  CP2102", "arduino-cli", "enter flash")
		term.Press("enter")
		term.WaitText("flash 461 KB of 1044 KB", "RAM 34 KB of 80 KB", "115200 baud")
		b.says(runs, delivered)
		term.WaitText("✓ The board has delivered its first reading.", "→ delivered its first reading", "enter finish")
		b.says(delivered)
		term.WaitText("The board delivers: 2 readings so far.")
		time.Sleep(time.Minute) // a board that delivers may be silent in between
		term.WaitText("The board delivers: 2 readings so far.")
		term.WaitGone("says nothing")
		if len(b.flashed) != 1 || b.flashed[0].Port != "/dev/ttyUSB0" || filepath.Base(b.flashed[0].Folder) != "porch_example_com" {
			t.Errorf("flashed: %+v", b.flashed)
		}
		term.Press("esc", "enter")
		term.WaitEnd()
	})
}

// A board that never says anything: the step says so, with what to do, and goes on
// listening; the first words take that back.
func TestBoardStaysSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bench)
		term := atBoard(t, b, 80, 24)
		term.Press("enter")
		term.WaitText("waiting for the board's first words")
		time.Sleep(14 * time.Second)
		term.WaitGone("says nothing")
		time.Sleep(2 * time.Second)
		term.WaitText("The board says nothing.", "Press its RESET button, and check that this is the", "enter finish")
		time.Sleep(time.Minute)
		term.WaitText("The board says nothing.")
		b.says(runs)
		term.WaitText("The sketch runs.")
		term.Press("esc")
		term.Quit()
	})
}

// A board in the network takes the place of a port: its address is asked for, the
// tool compiles, and there is nothing to watch.
func TestBoardOverTheWiFi(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bench)
		s := newStage(t)
		t.Chdir(s.folder)
		s.options.Dir, s.options.Board = "", b.outside()
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "up", "up", "up", "right")
		term.WaitText("OTA updates  < yes >", "up to 49 KB")
		term.Press("down", "down", "down", "enter")
		term.WaitText("files in ", "enter to the board")
		term.Press("enter")
		term.WaitText("● Board", "o over the Wi-Fi")
		term.Press("o")
		term.WaitText("The board's address in the network", "porch-example-com.local")
		term.Press("ctrl+u")
		term.Type("no board")
		term.Press("enter")
		term.WaitText(`"no board" names no board in the network`)
		term.Press("ctrl+u")
		term.Type("192.0.2.7:8266")
		term.Press("enter")
		term.WaitText("▸ 192.0.2.7:8266", "over the Wi-Fi", "sends it over the Wi-Fi")
		term.WaitGone("watch only")
		term.Press("enter")
		term.WaitText("The board has the new sketch and starts it", "porch.example.com shows.", "enter finish")
		if len(b.flashed) != 1 || b.flashed[0].Host != "192.0.2.7:8266" || b.flashed[0].Port != "" {
			t.Errorf("flashed: %+v", b.flashed)
		}
		term.Press("u")
		term.WaitText("192.0.2.7:8266") // it stays where ports are looked for again
		term.Press("enter")
		term.WaitEnd()
	})
}

// Port and tool are chosen, by key and by click.
func TestBoardChoices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bench)
		term := atBoard(t, b, 80, 24)
		term.ClickText("pio")
		term.ClickText("/dev/ttyUSB1")
		term.Press("enter")
		term.WaitText("Port  /dev/ttyUSB1  CH340   Tool  pio")
		if b.flashed[0].Port != "/dev/ttyUSB1" {
			t.Errorf("flashed: %+v", b.flashed)
		}
		term.Press("esc", "tab", "up", "tab", "up", "enter")
		term.WaitText("Port  /dev/ttyUSB0  CP2102   Tool  arduino-cli")
		term.Press("esc")
		term.Quit()
	})
}

// Lines are held still, searched through, and run again; what the board sends
// can't garble the screen, and the memory of it is bounded.
func TestSerialLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bench)
		term := atBoard(t, b, 80, 24)
		term.Press("enter")
		term.WaitText("first words")
		for i := range 6000 {
			b.says(fmt.Sprintf("line %04d", i))
		}
		term.WaitText("line 5999")
		term.Press("space")
		b.says("garbage \x1b[2J\x1b]0;owned\x07 end", "line six")
		term.WaitText("held still: 2 newer", "line 5999")
		term.Press("/")
		term.Type("LINE 55")
		term.Press("enter")
		term.WaitText("line 5500", "n finds the next")
		term.Press("n")
		term.WaitText("line 5501", "row ")
		term.Press("N", "N")
		term.WaitText("line 5599") // past the first one, the last
		term.Press("home")
		term.WaitGone("line 0000") // the oldest are gone
		term.WaitText("line 20")
		term.Press("end")
		term.WaitText("line six", "garbage ")
		term.WaitGone("held still")
		term.Press("/")
		term.Type("nowhere")
		term.Press("enter")
		term.WaitText("not found")
		term.Press("esc")
		term.Quit()
	})
}

// A reset opens the port anew and restarts the board; numbers that repeat are
// plotted, and another one by p.
func TestResetAndPlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bench)
		term := atBoard(t, b, 80, 24)
		term.Press("w")
		term.WaitText("first words")
		b.says("a=1 b: 10", "a=2 b: 30", "a=3 b: 20")
		term.WaitText("a 3  ▁▅█  1 to 3")
		term.Press("p")
		term.WaitText("b 20  ▁█▅  10 to 30")
		term.Press("p")
		term.WaitGone("10 to 30")
		if b.resets != 0 || len(b.flashed) != 0 {
			t.Errorf("%d resets, flashed %v before anybody asked", b.resets, b.flashed)
		}
		term.Press("r")
		term.WaitText("first words")
		b.says(runs)
		term.WaitText("the sketch runs")
		if b.resets != 1 {
			t.Errorf("%d resets", b.resets)
		}
		term.Press("esc")
		term.Quit()
	})
}

// The log has every line from its beginning to its end.
func TestSerialLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bench)
		path := ""
		term := atBoard(t, b, 80, 24, func(s *stage) {
			s.options.Board.Log = func(name string) (io.WriteCloser, error) {
				path = name
				return os.Create(name)
			}
		})
		term.Press("w")
		term.WaitText("first words")
		b.says("before")
		term.WaitText("before")
		term.Press("l")
		term.WaitText("lines are logged to porch_example_com.log")
		b.says("one", "two")
		term.WaitText("two")
		term.Press("l")
		term.WaitText("the log is in porch_example_com.log")
		b.says("after")
		term.WaitText("after")
		data, err := os.ReadFile(path)
		if lines := strings.Split(strings.TrimSpace(string(data)), "\n"); err != nil || len(lines) != 2 || !strings.HasSuffix(lines[0], " one") || !strings.HasSuffix(lines[1], " two") {
			t.Errorf("the log holds %q, %v", data, err)
		}
		term.Press("esc")
		term.Quit()
	})
}

// Leaving while the board is being flashed asks; the step is closed while there
// is nothing to flash.
func TestBoardIsGuarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("alt+6")
		term.WaitText("write the files on the Firmware step first")
		term.Press("enter", "enter", "alt+5", "enter")
		term.WaitText("enter finish")
		term.Press("alt+3", "e", "alt+6")
		term.WaitText("write them again")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
	synctest.Test(t, func(t *testing.T) {
		b := &bench{hangs: device.Upload}
		term := atBoard(t, b, 80, 24)
		term.Press("enter")
		term.WaitText("68 %")
		term.Press("alt+1")
		term.WaitText("still at work")
		term.Press("ctrl+c")
		term.WaitText("it must be flashed again")
		term.Press("n", "esc")
		term.WaitText("must be flashed again")
		term.Press("up")
		term.WaitText("enter flash")
		term.Press("q")
		term.WaitEnd()
	})
}

// A POST that the demo server got is told on every step, and stands among the
// board's lines.
func TestDemoPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		posts := make(chan demo.Entry)
		ctx, cancel := context.WithCancel(t.Context())
		b := new(bench)
		term := atBoard(t, b, 120, 40, func(s *stage) {
			s.options.Context, s.options.Board.Posts = ctx, posts
		})
		posts <- demo.Entry{Method: "POST", URI: "/post", Status: 200, Arrival: demo.Arrival{
			Fields: []demo.Pair{{Name: "temp", Value: "21.5"}}, Took: 41 * time.Millisecond, Records: []int{330, 25},
		}}
		term.WaitText("→ the demo server got POST /post 200 temp=21.5; 41 ms; TLS records of 330, 25 bytes")
		term.Press("alt+1")
		posts <- demo.Entry{Method: "POST", URI: "/post", Status: 503}
		term.WaitText("the demo server got POST /post 503")
		cancel()
		term.Quit()
	})
}

// Firmware for an address that no board reaches is said to be one before it is
// flashed.
func TestBoardCannotReachLocalhost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atBoard(t, new(bench), 80, 24, func(s *stage) { s.options.Target = "https://localhost:8443/post" })
		term.WaitText("posts to localhost, which no board reaches; espost --demo", "enter flash")
		term.Quit()
	})
}
