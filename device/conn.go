package device

import (
	"io"
	"time"

	"go.bug.st/serial"
)

// A Conn is an open serial port. Close ends a Read that waits.
type Conn interface {
	io.ReadWriteCloser
	SetBaud(baud int) error
	SetDTR(on bool) error
	SetRTS(on bool) error
}

// OpenPort opens a serial port of this computer.
func OpenPort(name string, baud int) (Conn, error) {
	port, err := serial.Open(name, &serial.Mode{BaudRate: baud})
	if err != nil {
		return nil, err
	}
	return realPort{port}, nil
}

type realPort struct{ serial.Port }

func (p realPort) SetBaud(baud int) error { return p.SetMode(&serial.Mode{BaudRate: baud}) }

// release lets the board run: opening a port raises both lines, which boards
// turn into RESET and GPIO0. RTS goes first, since the other order resets it.
// Adapters without these lines refuse, which is no harm.
func release(c Conn) {
	_ = c.SetRTS(false)
	_ = c.SetDTR(false)
}

// restart resets the board as esptool's hard_reset does (esptool/reset.py):
// RTS pulls RESET down for a moment.
func restart(c Conn) error {
	if err := c.SetDTR(false); err != nil {
		return err
	}
	if err := c.SetRTS(true); err != nil {
		return err
	}
	time.Sleep(100 * time.Millisecond)
	return c.SetRTS(false)
}
