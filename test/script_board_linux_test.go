package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// A scriptBoard is a board on a pseudo-terminal: what it says is in a file of
// the script. Its port is a link, as /dev/serial/by-id has them.
type scriptBoard struct {
	link, dir     string
	env           []string // of a program that it runs
	master, slave *os.File
	done          chan struct{} // the script has ended
}

// startBoard: board LINK FILE makes LINK a serial port. The board does what
// FILE says, line by line:
//
//	say TEXT        sends a line, \n and \x1b as Go writes them
//	at BAUD TEXT    sends it as it looks to who listens at another rate, until somebody listens at this one
//	flood N         sends N numbered lines
//	after FILE TEXT waits until a file holds a text, such as what a stand-in tool writes
//	run PROGRAM     says what a program prints, as a sketch that runs; it gets the script's RIG_ variables
//	gone            is unplugged
//	back            is plugged in again
func startBoard(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: board LINK FILE")
	}
	b := &scriptBoard{link: ts.MkAbs(args[0]), dir: ts.MkAbs("."), done: make(chan struct{})}
	for _, name := range []string{"RIG_PORT", "RIG_WIFI", "RIG_FLASH", "RIG_PACE"} {
		b.env = append(b.env, name+"="+ts.Getenv(name))
	}
	ts.Check(b.plug())
	lines := strings.Split(ts.ReadFile(args[1]), "\n")
	played := make(chan struct{})
	go func() {
		defer close(played)
		for _, line := range lines {
			if !b.play(line) {
				return
			}
		}
	}()
	ts.Defer(func() {
		close(b.done)
		b.master.Close() // ends a write that nobody reads
		<-played
		b.slave.Close()
	})
}

func (b *scriptBoard) play(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "say":
		return b.send(unquote(rest) + "\r\n")
	case "at":
		rate, text, _ := strings.Cut(rest, " ")
		return b.at(rate, unquote(text)+"\r\n")
	case "flood":
		n, _ := strconv.Atoi(rest)
		for i := range n {
			// No line waits half written for room: what comes late is told as a line of its own.
			if i%50 == 0 && !b.wait(b.drained) {
				return false
			}
			if !b.send(fmt.Sprintf("%06d temperature 21.5, humidity 40, pressure 1013\r\n", i)) {
				return false
			}
		}
	case "after":
		file, text, _ := strings.Cut(rest, " ")
		return b.wait(func() bool {
			data, err := os.ReadFile(filepath.Join(b.dir, file))
			return err == nil && strings.Contains(string(data), text)
		})
	case "run":
		return b.run(filepath.Join(b.dir, rest))
	case "gone":
		os.Remove(b.link)
		b.slave.Close()
		b.master.Close()
	case "back":
		return b.plug() == nil
	}
	return true
}

func unquote(s string) string {
	if text, err := strconv.Unquote(`"` + s + `"`); err == nil {
		return text
	}
	return s
}

// plug makes a terminal without echo or line editing, and points the link at it.
func (b *scriptBoard) plug() error {
	master, slave, err := pty.Open()
	if err != nil {
		return err
	}
	var t syscall.Termios
	ioctl(slave, syscall.TCGETS, unsafe.Pointer(&t))
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	ioctl(slave, syscall.TCSETS, unsafe.Pointer(&t))
	b.master, b.slave = master, slave
	os.Remove(b.link)
	return os.Symlink(slave.Name(), b.link)
}

func ioctl(f *os.File, request uintptr, argument unsafe.Pointer) {
	_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(argument)) // what fails shows in the test
}

func (b *scriptBoard) send(s string) bool {
	_, err := b.master.WriteString(s)
	return err == nil
}

// run lets a sketch that was built for this computer speak on the port until the
// script ends.
func (b *scriptBoard) run(program string) bool {
	cmd := exec.Command(program)
	cmd.Env, cmd.Stdout = b.env, b.master
	if err := cmd.Start(); err != nil {
		_ = b.send("the sketch can't be started: " + err.Error() + "\n")
		return false
	}
	<-b.done
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return false
}

// at sends noise until the port is set to the rate, then the text.
func (b *scriptBoard) at(rate, text string) bool {
	want, _ := strconv.Atoi(rate)
	for b.rate() != want {
		if !b.send(strings.Repeat("\x80\xfe\x01\x9c", 150)+"\n") || !b.wait(b.drained) {
			return false
		}
	}
	return b.send(text)
}

// rate is what the port was set to (asm-generic/termbits.h, struct termios2,
// whose speeds any number may stand in).
func (b *scriptBoard) rate() int {
	var t struct {
		flags          [4]uint32
		line           uint8
		cc             [19]uint8
		ispeed, ospeed uint32
	}
	const tcgets2 = 0x802c542a
	ioctl(b.slave, tcgets2, unsafe.Pointer(&t))
	return int(t.ospeed)
}

// drained reports whether all that was sent was read.
func (b *scriptBoard) drained() bool {
	var n int32
	ioctl(b.slave, syscall.TIOCINQ, unsafe.Pointer(&n))
	return n == 0
}

// wait returns when something is so; false when the script ended before.
func (b *scriptBoard) wait(so func() bool) bool {
	for !so() {
		select {
		case <-b.done:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	return true
}
