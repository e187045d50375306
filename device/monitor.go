package device

import (
	"bytes"
	"context"
	"time"

	"espost/esp8266/explain"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A Monitor watches a serial port. Its zero value needs a Port only.
type Monitor struct {
	Port  string
	Baud  int  // 0: 115200 first, and others while what comes is unreadable
	Reset bool // restart the board at first

	Decoder *Decoder // names the places in a crash; nil: crashes aren't decoded

	Open func(port string, baud int) (Conn, error) // nil: OpenPort
}

// A Kind is what an Event tells.
type Kind string

// The kinds. Their words are part of espost's JSON.
const (
	Opened     Kind = "opened"     // the port is open, at Baud; again after Gone
	Line       Kind = "line"       // the board said Text
	Noise      Kind = "noise"      // Bytes came that are no text at this baud rate
	Baud       Kind = "baud"       // the baud rate is now Baud, since what came was unreadable
	Stack      Kind = "stack"      // the places in the crash whose lines came before are Frames
	Gone       Kind = "gone"       // the port vanished; it is looked for
	Silent     Kind = "silent"     // nothing came for a while
	Unreadable Kind = "unreadable" // what comes is unreadable at every baud rate, or at the one that was given
)

// An Event is what happened on the port.
type Event struct {
	Time         time.Time
	Kind         Kind
	Text         string                // of a Line, safe to show
	Explanations []explain.Explanation // of a Line
	Milestone    Milestone             // of a Line of espost's firmware; empty for none
	Summary      string                // what the milestone means, in one clause
	Bytes        int                   // of Noise
	Frames       []Frame               // of Stack
	Baud         int                   // of Opened, Baud and Unreadable
	Problem      *problem.Problem      // of Gone, Silent and Unreadable
}

// Times and sizes of a monitor.
const (
	maxLine = 4096                   // a longer line is told in pieces
	quiet   = 300 * time.Millisecond // after which a line without an end is told
	retry   = 500 * time.Millisecond // between attempts to open a port that vanished
	silence = 15 * time.Second       // after which somebody should look at the board
)

// Run watches until ctx ends, and returns nil then. It fails only if the port
// can't be opened at first: later it waits for the port to come back. tell is
// called in order, never twice at a time; the monitor reads no faster than tell
// returns, so its memory stays as it is whatever the board sends.
func (m *Monitor) Run(ctx context.Context, tell func(Event)) error {
	w := watch{Monitor: m, ctx: ctx, tell: tell, baud: m.Baud}
	if w.baud == 0 {
		w.baud = bauds[0]
	}
	conn, err := w.open()
	if err != nil {
		return openProblem(m.Port, err)
	}
	if m.Reset {
		if err := restart(conn); err != nil {
			_ = conn.Close()
			return problem.New("reset-failed", "the board can't be restarted over this port", "press its RESET button").Because(err)
		}
	}
	for conn != nil {
		w.opened()
		conn = w.next(w.read(conn))
	}
	return nil
}

// A watch is one run of a Monitor.
type watch struct {
	*Monitor
	ctx   context.Context // of the run
	tell  func(Event)
	baud  int
	line  []byte // of the line that isn't complete
	cr    bool   // the last byte was \r, so that a \n ends no other line
	heard bool   // anything at all since the port was opened
	tries int    // baud rates that were unreadable in a row
	told  bool   // Unreadable was told
	first bool   // a reading was delivered

	crash   crash
	noise   noise
	unheard int // bytes of noise that weren't told
}

func (w *watch) open() (Conn, error) {
	open := w.Monitor.Open
	if open == nil {
		open = OpenPort
	}
	conn, err := open(w.Port, w.baud)
	if err == nil {
		release(conn)
	}
	return conn, err
}

func (w *watch) event(e Event) {
	e.Time = time.Now()
	w.tell(e)
}

func (w *watch) opened() {
	w.line, w.cr, w.noise, w.heard = w.line[:0], false, noise{}, false
	w.event(Event{Kind: Opened, Baud: w.baud})
}

// next tells why the connection ended and waits for another; nil when ctx ended.
func (w *watch) next(err error) Conn {
	if w.ctx.Err() != nil {
		return nil
	}
	w.flush()
	w.event(Event{Kind: Gone, Problem: problem.New("port-lost", "the port "+sanitize.Line(w.Port)+" is gone",
		"plug the board in again; if it wasn't unplugged, look at the cable and the power").Because(err)})
	for {
		select {
		case <-w.ctx.Done():
			return nil
		case <-time.After(retry):
		}
		if conn, err := w.open(); err == nil {
			return conn
		}
	}
}

// read tells what comes until the connection or ctx ends, and closes the
// connection.
func (w *watch) read(conn Conn) error {
	chunks, failed := make(chan []byte), make(chan error, 1)
	defer func() {
		_ = conn.Close()   // ends the reader
		for range chunks { // what it still had
		}
	}()
	go func() {
		defer close(chunks)
		failed <- receive(conn, chunks, w.ctx.Done())
	}()
	still := time.NewTimer(silence)
	defer still.Stop()
	pause := time.NewTimer(quiet)
	defer pause.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return nil
		case chunk, ok := <-chunks:
			if !ok {
				return <-failed
			}
			w.heard = true
			w.take(conn, chunk)
			pause.Reset(quiet)
			still.Reset(silence)
		case <-pause.C:
			w.flush()
			w.noise.quiet()
			w.judge(conn)
		case <-still.C:
			w.silent()
		}
	}
}

// receive reads into two buffers in turn: one is being told while the other is
// filled.
func receive(conn Conn, to chan<- []byte, done <-chan struct{}) error {
	var buffers [2][4096]byte
	for i := 0; ; i = 1 - i {
		n, err := conn.Read(buffers[i][:])
		if n > 0 {
			select {
			case to <- buffers[i][:n]:
			case <-done:
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
}

// take cuts what came into lines. A line ends with \n, \r\n or \r.
func (w *watch) take(conn Conn, chunk []byte) {
	for len(chunk) > 0 {
		if w.cr && chunk[0] == '\n' {
			chunk = chunk[1:]
		}
		w.cr = false
		end := bytes.IndexAny(chunk, "\r\n")
		part := chunk
		if end >= 0 {
			part = chunk[:end]
		}
		if room := maxLine - len(w.line); len(part) > room {
			part, end = part[:room], -1
		}
		w.line = append(w.line, part...)
		chunk = chunk[len(part):]
		if end >= 0 {
			w.cr = chunk[0] == '\r'
			chunk = chunk[1:]
		}
		if end >= 0 || len(w.line) == maxLine {
			w.complete(end >= 0)
			w.judge(conn)
		}
	}
}

// flush tells a line that has no end yet, such as a prompt.
func (w *watch) flush() {
	if len(w.line) > 0 {
		w.complete(false)
	}
	w.tellNoise()
}

// complete tells the line, or counts it as noise.
func (w *watch) complete(ended bool) {
	line := w.line
	w.line = w.line[:0]
	if !readable(line) {
		w.noise.add(len(line))
		w.unheard += len(line)
		return
	}
	w.tellNoise()
	if len(line) >= 4 { // less may be chance
		w.noise, w.tries = noise{}, 0
	}
	if len(line) == 0 && !ended {
		return
	}
	e := Event{Kind: Line, Text: sanitize.Line(string(line))}
	e.Explanations = explain.Line(e.Text)
	e.Milestone, e.Summary = milestoneOf(e.Text)
	w.interpret(&e)
	w.event(e)
	if addresses := w.crash.line(e.Text); addresses != nil && w.Decoder != nil {
		frames, err := w.Decoder.Decode(w.ctx, addresses)
		if err == nil && frames != nil {
			w.event(Event{Kind: Stack, Frames: frames})
		}
	}
}

// interpret adds what one line alone doesn't tell.
func (w *watch) interpret(e *Event) {
	switch {
	case e.Milestone == Delivered && !w.first:
		w.first = true
		e.Summary = "delivered its first reading"
	case e.Milestone == Delivered:
		e.Summary = ""
	case e.Milestone == "":
		for _, x := range e.Explanations {
			if isCrash(x.Code) {
				e.Milestone, e.Summary = Crashed, "the sketch crashed"
			}
		}
	}
}

func (w *watch) tellNoise() {
	if w.unheard > 0 {
		w.event(Event{Kind: Noise, Bytes: w.unheard})
		w.unheard = 0
	}
}

// judge tries another baud rate when what comes is noise.
func (w *watch) judge(conn Conn) {
	if !w.noise.tooMuch() {
		return
	}
	w.noise = noise{}
	w.tellNoise()
	if w.tries++; w.Monitor.Baud != 0 || w.tries == len(bauds) {
		w.tries = 0
		if !w.told {
			w.told = true
			w.event(Event{Kind: Unreadable, Baud: w.baud, Problem: problem.New("unreadable", "what the board says is unreadable",
				"look at the baud rate that the sketch gives to Serial.begin and name it with --baud; a loose ground wire does the same")})
		}
		if w.Monitor.Baud != 0 {
			return
		}
	}
	next := nextBaud(w.baud)
	if err := conn.SetBaud(next); err != nil {
		return // the port takes this one only
	}
	w.baud = next
	w.line = w.line[:0]
	w.event(Event{Kind: Baud, Baud: next})
}

func (w *watch) silent() {
	fix := "press its RESET button; a sketch that prints nothing and one that sleeps are silent, too"
	if !w.heard {
		fix = "press its RESET button, and check that this is the board's port: espost monitor --list tells which there are"
	}
	w.event(Event{Kind: Silent, Problem: problem.New("silent", "the board says nothing", fix)})
}
