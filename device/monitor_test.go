package device_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"espost/device"
)

// A fakeConn is a port whose board says what the test gives it.
type fakeConn struct {
	io.ReadCloser
	mu    sync.Mutex
	baud  int
	lines []string // the changes of DTR and RTS
}

func (c *fakeConn) Write(b []byte) (int, error) { return len(b), nil }

func (c *fakeConn) SetBaud(baud int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.baud = baud
	return nil
}

func (c *fakeConn) SetDTR(on bool) error { return c.set("dtr", on) }
func (c *fakeConn) SetRTS(on bool) error { return c.set("rts", on) }

func (c *fakeConn) set(line string, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fmt.Sprint(line, "=", on))
	return nil
}

func (c *fakeConn) rate() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.baud
}

// A board plays what is on the other end of the wire.
type board struct {
	io.Writer
	conn *fakeConn
}

// at writes a line as somebody who listens at that rate would get it, and as
// noise for all others.
func (b board) at(baud int, line string) {
	if b.conn.rate() != baud {
		line = strings.Repeat("\x80\xfe\x00\x9c\xe0", len(line)/4+1)
	}
	fmt.Fprint(b, line+"\r\n")
	synctest.Wait()
}

// watch runs a monitor on fake time. Each of sessions plays a board after the
// port was opened again; the last one's end ends the monitor.
func watch(t *testing.T, m device.Monitor, sessions ...func(board)) (events []device.Event, conns []*fakeConn) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		m.Port = "/dev/board"
		m.Open = func(port string, baud int) (device.Conn, error) {
			if len(conns) == len(sessions) {
				return nil, errors.New("nothing there")
			}
			r, w := io.Pipe()
			c := &fakeConn{ReadCloser: r, baud: baud}
			play := sessions[len(conns)]
			conns = append(conns, c)
			last := len(conns) == len(sessions)
			go func() {
				play(board{w, c})
				synctest.Wait()
				if last {
					stop()
					return
				}
				w.CloseWithError(errors.New("unplugged"))
			}()
			return c, nil
		}
		if err := m.Run(ctx, func(e device.Event) { events = append(events, e) }); err != nil {
			t.Error(err)
		}
	})
	return events, conns
}

// told writes events down in short.
func told(events []device.Event) string {
	var b strings.Builder
	for _, e := range events {
		switch e.Kind {
		case device.Line:
			fmt.Fprintf(&b, "%s|", e.Text)
			for _, x := range e.Explanations {
				fmt.Fprintf(&b, "%s|", x.Code)
			}
			fmt.Fprintf(&b, "%s %s\n", e.Milestone, e.Summary)
		case device.Noise:
			fmt.Fprintln(&b, "noise")
		case device.Opened, device.Baud, device.Unreadable:
			fmt.Fprintln(&b, e.Kind, e.Baud)
		default:
			fmt.Fprintln(&b, e.Kind, e.Problem.Code)
		}
	}
	return b.String()
}

func expect(t *testing.T, events []device.Event, want string) {
	t.Helper()
	if got := told(events); got != want {
		t.Errorf("told:\n%s\nwant:\n%s", got, want)
	}
}

func TestMonitorTellsMilestones(t *testing.T) {
	events, conns := watch(t, device.Monitor{}, func(b board) {
		fmt.Fprint(b, "porch_post: every 60 s to https://example.test:443/post\r\n"+
			"Wi-Fi: connected, address 192.0.2.57, signal -61 dBm\n"+
			"POST: 200, 25 bytes sent in 812 ms over a new connection\r\n"+
			"POST: 200, 25 bytes sent in 90 ms over the kept connection\r\n"+
			"POST: 404, 25 bytes sent in 90 ms over the kept connection\r\n"+
			"FAILED: HTTPClient -1, BearSSL 62\r\n  What: PIN MISMATCH: the server shows another certificate\r\n"+
			"\x1b]0;gone\x07\x1b[2J\r\n")
	})
	expect(t, events, `opened 115200
porch_post: every 60 s to https://example.test:443/post|started the sketch runs
Wi-Fi: connected, address 192.0.2.57, signal -61 dBm|online on the Wi-Fi
POST: 200, 25 bytes sent in 812 ms over a new connection|delivered delivered its first reading
POST: 200, 25 bytes sent in 90 ms over the kept connection|delivered 
POST: 404, 25 bytes sent in 90 ms over the kept connection|HTTP 404|refused the server did not take the reading
FAILED: HTTPClient -1, BearSSL 62|HTTPClient -1|BearSSL 62|failed a reading could not be delivered
  What: PIN MISMATCH: the server shows another certificate|pin-changed pin changed: the server shows another certificate or key than the pinned one
�]0;gone��[2J| 
`)
	if got := strings.Join(conns[0].lines, " "); got != "rts=false dtr=false" {
		t.Errorf("lines: %s", got)
	}
}

// What a status means is the firmware's to say: 202 isn't delivered where the rule
// is "delivered: 200", and 409 is where it says so.
func TestMonitorBelievesTheOutcome(t *testing.T) {
	events, _ := watch(t, device.Monitor{}, func(b board) {
		fmt.Fprint(b, "POST: 202, 25 bytes in 812 ms over a new connection\nReading: waiting for another try\n"+
			"POST: 409, 25 bytes in 90 ms over the kept connection\nReading: delivered\n"+
			"POST: 200, 25 bytes in 90 ms over the kept connection\nReading: refused\n"+
			"POST: 302, 25 bytes in 90 ms over the kept connection\nReading: perhaps delivered\n")
	})
	expect(t, events, `opened 115200
POST: 202, 25 bytes in 812 ms over a new connection| 
Reading: waiting for another try|waiting the server did not take the reading yet; it is sent again
POST: 409, 25 bytes in 90 ms over the kept connection| 
Reading: delivered|delivered delivered its first reading
POST: 200, 25 bytes in 90 ms over the kept connection| 
Reading: refused|refused the server did not take the reading
POST: 302, 25 bytes in 90 ms over the kept connection|HTTP 302| 
Reading: perhaps delivered|refused the server may have the reading or not
`)
}

// A prompt has no end; a line that comes in pieces is one line.
func TestMonitorTellsLinesAtOnce(t *testing.T) {
	events, _ := watch(t, device.Monitor{}, func(b board) {
		fmt.Fprint(b, "half a ")
		time.Sleep(100 * time.Millisecond)
		fmt.Fprint(b, "line\r")
		fmt.Fprint(b, "\nname? ")
		time.Sleep(time.Second)
		fmt.Fprint(b, strings.Repeat("x", 5000)+"\n")
	})
	if len(events) != 5 || events[1].Text != "half a line" || events[2].Text != "name? " || len(events[3].Text) != 4096 || len(events[4].Text) != 904 {
		t.Errorf("told:\n%s", told(events))
	}
}

func TestMonitorFindsTheBaudRate(t *testing.T) {
	crash := func(b board) {
		for range 5 {
			b.at(74880, " ets Jan  8 2013,rst cause:4, boot mode:(3,6)")
			time.Sleep(time.Second)
		}
	}
	events, _ := watch(t, device.Monitor{}, crash)
	expect(t, events, `opened 115200
noise
noise
noise
baud 74880
 ets Jan  8 2013,rst cause:4, boot mode:(3,6)|hardware watchdog|crashed the sketch crashed
 ets Jan  8 2013,rst cause:4, boot mode:(3,6)|hardware watchdog|crashed the sketch crashed
`)

	// What the ROM says at each start is no reason to change.
	events, _ = watch(t, device.Monitor{}, func(b board) {
		b.at(74880, " ets Jan  8 2013,rst cause:2, boot mode:(3,6)\nload 0x4010f000, len 3584, room 16")
		b.at(115200, "porch_post: every 60 s to https://example.test:443/post")
	})
	expect(t, events, `opened 115200
noise
porch_post: every 60 s to https://example.test:443/post|started the sketch runs
`)

	// A rate that was given is kept.
	events, _ = watch(t, device.Monitor{Baud: 9600}, crash)
	expect(t, events, "opened 9600\nnoise\nnoise\nnoise\nunreadable 9600\nnoise\nnoise\n")

	// Noise at every rate is told once, and isn't shown.
	events, _ = watch(t, device.Monitor{}, func(b board) {
		for range 60 {
			fmt.Fprint(b, strings.Repeat("\x80\xfe\x00\x9c", 32)+"\n")
			time.Sleep(time.Second)
		}
	})
	if got := told(events); strings.Count(got, "unreadable") != 1 || strings.Count(got, "baud 74880") < 2 {
		t.Errorf("told:\n%s", got)
	}
}

func TestMonitorWaitsForThePort(t *testing.T) {
	events, conns := watch(t, device.Monitor{Reset: true},
		func(b board) { fmt.Fprint(b, "hello\nlast words") },
		func(b board) { fmt.Fprint(b, "hello again\n") })
	expect(t, events, "opened 115200\nhello| \nlast words| \ngone port-lost\nopened 115200\nhello again| \n")
	if got := strings.Join(conns[0].lines, " "); got != "rts=false dtr=false dtr=false rts=true rts=false" {
		t.Errorf("a restart pulls %s", got)
	}
	if got := strings.Join(conns[1].lines, " "); got != "rts=false dtr=false" {
		t.Errorf("opening again pulls %s", got)
	}
}

func TestMonitorTellsSilence(t *testing.T) {
	events, _ := watch(t, device.Monitor{}, func(b board) {
		time.Sleep(time.Minute)
		fmt.Fprintln(b, "sorry")
		time.Sleep(time.Minute)
	})
	expect(t, events, "opened 115200\nsilent silent\nsorry| \nsilent silent\n")
}

func TestMonitorFailsAtFirstOnly(t *testing.T) {
	m := device.Monitor{Port: "/dev/\x1bnone"}
	err := m.Run(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "There is no port") && !strings.Contains(err.Error(), "there is no port") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
}

// Ten minutes at 1 MB a minute: nothing is lost, and nothing piles up.
func TestMonitorMemoryIsFlat(t *testing.T) {
	lines := 10 << 20 / 64
	if testing.Short() { // under the race detector
		lines /= 20
	}
	payload := strings.Repeat("temperature 21.5 ", 4)[:56]
	var seen, bytesSeen int
	var before, after runtime.MemStats
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		r, w := io.Pipe()
		m := device.Monitor{Port: "x", Open: func(string, int) (device.Conn, error) { return &fakeConn{ReadCloser: r}, nil }}
		go func() {
			var chunk bytes.Buffer
			for i := range lines {
				fmt.Fprintf(&chunk, "%06d%s\r\n", i, payload)
				if chunk.Len() > 16<<10 || i == lines-1 {
					w.Write(chunk.Bytes())
					chunk.Reset()
				}
			}
			synctest.Wait()
			stop()
		}()
		err := m.Run(ctx, func(e device.Event) {
			if e.Kind != device.Line {
				return
			}
			if !strings.HasPrefix(e.Text, fmt.Sprintf("%06d", seen)) {
				t.Fatalf("line %d is %q", seen, e.Text)
			}
			seen++
			bytesSeen += len(e.Text)
			switch seen {
			case lines / 10:
				runtime.GC()
				runtime.ReadMemStats(&before)
			case lines:
				runtime.GC()
				runtime.ReadMemStats(&after)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	if seen != lines || bytesSeen != lines*62 {
		t.Errorf("%d lines of %d, %d bytes", seen, lines, bytesSeen)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// What a monitor adds to a line, beside what merely copies it.
func BenchmarkMonitor(b *testing.B) {
	const line = "POST: 200, 25 bytes sent in 812 ms over the kept connection\r\n"
	b.Run("cat", func(b *testing.B) {
		r, w := io.Pipe()
		go func() {
			for range b.N {
				io.WriteString(w, line)
			}
			w.Close()
		}()
		b.ResetTimer()
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Error(err)
		}
	})
	b.Run("monitor", func(b *testing.B) {
		r, w := io.Pipe()
		ctx, stop := context.WithCancel(b.Context())
		m := device.Monitor{Port: "x", Open: func(string, int) (device.Conn, error) { return &fakeConn{ReadCloser: r}, nil }}
		go func() {
			for range b.N {
				io.WriteString(w, line)
			}
		}()
		seen := 0
		b.ResetTimer()
		err := m.Run(ctx, func(e device.Event) {
			if e.Kind == device.Line {
				if seen++; seen == b.N {
					stop()
				}
			}
		})
		if err != nil {
			b.Error(err)
		}
	})
}
