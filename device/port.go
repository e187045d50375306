package device

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"go.bug.st/serial"

	"espost/esp8266/explain"
	"espost/internal/platform"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A Port is a serial port of this computer.
type Port struct {
	Name   string // "/dev/ttyUSB0", "COM3"
	USB    string // vendor and product, "1a86:7523"; empty where that isn't known
	Chip   string // of the USB adapter, "CH340"; empty for an unknown one
	Board  string // what usually has that chip, in words; empty for none
	Serial string // the USB device's serial number; empty for none
	Likely bool   // an ESP8266 board may well be behind it

	Network bool // it is no port, but a board in the network, whose address Name is
}

// String names the port for people.
func (p Port) String() string {
	name := p.Name
	if p.Chip != "" {
		name += " (" + p.Chip + ")"
	}
	return name
}

// A usbChip is an adapter that ESP8266 boards and programmers have. The numbers
// are those of the USB ID repository (usb.ids, 2026).
type usbChip struct{ id, chip, board string }

var usbChips = []usbChip{
	{"1a86:7523", "CH340", "D1 mini, NodeMCU v3 and most of the cheap boards"},
	{"1a86:5523", "CH341", "programmers for the ESP-01"},
	{"1a86:55d4", "CH9102", "newer NodeMCU and D1 mini boards"},
	{"10c4:ea60", "CP2102", "NodeMCU v2 (Amica), Feather HUZZAH, D1 mini Pro"},
	{"0403:6001", "FT232", "SparkFun Thing Dev, and adapters for bare modules"},
	{"0403:6015", "FT231X", "SparkFun Thing Dev, and adapters for bare modules"},
	{"067b:2303", "PL2303", "adapters for bare modules"},
}

// describe fills in what the USB numbers tell.
func (p Port) describe() Port {
	for _, c := range usbChips {
		if c.id == p.USB {
			p.Chip, p.Board, p.Likely = c.chip, c.board, true
		}
	}
	return p
}

// Ports lists the serial ports, likely boards first.
func Ports() ([]Port, error) { return portsOf(listPorts) }

func portsOf(list func() ([]Port, error)) ([]Port, error) {
	all, err := list()
	if err != nil {
		return nil, problem.New("ports-unknown", "the serial ports can't be listed: "+sanitize.Line(err.Error()), "name the board's port with --port").Because(err)
	}
	for i := range all {
		all[i] = all[i].describe()
	}
	slices.SortStableFunc(all, func(a, b Port) int {
		switch {
		case a.Likely && !b.Likely:
			return -1
		case b.Likely && !a.Likely:
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all, nil
}

// Candidates are the ports that may be a board's: the likely ones, or else those
// on USB. Ports that are built in, such as /dev/ttyS0, are nobody's board.
func Candidates(all []Port) []Port {
	likely := slices.DeleteFunc(slices.Clone(all), func(p Port) bool { return !p.Likely })
	if len(likely) > 0 {
		return likely
	}
	return slices.DeleteFunc(slices.Clone(all), func(p Port) bool { return p.USB == "" })
}

// Boards returns the candidates among the ports that a search gave, or why there
// are none.
func Boards(all []Port, err error) ([]Port, error) {
	candidates := Candidates(all)
	if err == nil && len(candidates) == 0 {
		err = NoPort()
	}
	return candidates, err
}

// NoPort is the problem of there being no candidate.
func NoPort() *problem.Problem {
	return problem.New("port-none", "no board is plugged in that this computer sees", explain.FixGone)
}

// Choose returns the port to use where none was named: the only candidate.
func Choose(all []Port) (Port, error) {
	candidates := Candidates(all)
	switch len(candidates) {
	case 1:
		return candidates[0], nil
	case 0:
		p := NoPort()
		p.Fix += "; name another kind of port with --port"
		return Port{}, p
	}
	return Port{}, problem.New("port-unclear", "several ports may be the board's: "+names(candidates), "name one with --port")
}

func names(all []Port) string {
	list := make([]string, len(all))
	for i, p := range all {
		list[i] = p.String()
	}
	return strings.Join(list, ", ")
}

// CheckPort says why a port can't be used, nil if it can. Better now than after
// a minute of compiling.
func CheckPort(name string) error {
	conn, err := OpenPort(name, bauds[0])
	if err != nil {
		return openProblem(name, err)
	}
	release(conn)
	_ = conn.Close()
	return nil
}

// openProblem says why a port could not be opened, with the cure.
func openProblem(name string, err error) *problem.Problem {
	name = sanitize.Line(name)
	var code serial.PortErrorCode = -1
	if failure, ok := errors.AsType[*serial.PortError](err); ok {
		code = failure.Code()
	}
	p := func(id, message, fix string) *problem.Problem { return problem.New(id, message, fix).Because(err) }
	switch {
	case code == serial.PortBusy || errors.Is(err, syscall.EBUSY):
		return p("port-busy", fmt.Sprintf("another program has the port %s", name), explain.FixBusy)
	case code == serial.PermissionDenied || errors.Is(err, fs.ErrPermission):
		if platform.Here.DeniedIsBusy() {
			return p("port-busy", fmt.Sprintf("another program has the port %s", name), explain.FixBusy)
		}
		return p("port-forbidden", fmt.Sprintf("you may not use the port %s", name), explain.FixGroup)
	case code == serial.PortNotFound || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.ENODEV):
		return p("port-gone", fmt.Sprintf("there is no port %s", name), explain.FixGone)
	case code == serial.InvalidSerialPort:
		return p("port-invalid", fmt.Sprintf("the file %s is no serial port, or its driver doesn't work", name), "name another one, or unplug the board and plug it in again")
	case code == serial.InvalidSpeed:
		return p("port-speed", fmt.Sprintf("the port %s does not take that baud rate", name), "choose another one with --baud, such as 115200")
	}
	return p("port-failed", fmt.Sprintf("the port %s can't be opened: %s", name, sanitize.Line(err.Error())), "unplug the board and plug it in again")
}
