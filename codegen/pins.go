package codegen

import (
	"fmt"
	"strings"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
	"espost/sensors"
)

// A wiring collects which row of the form uses what of the board.
type wiring struct {
	*validator
	gpio    map[int]use    // pins
	address map[int]use    // on the I²C bus
	a0      map[string]use // the analog input, by what reads it
}

// A use is a row, and the device that it reads.
type use struct {
	row    int
	device string
}

// Wiring tells of row i what the board can't read as the firmware stands, or what
// is odd about its pin; or, where nothing is, of another row.
func (p Project) Wiring(i int) (problem.Problem, bool) {
	v := &validator{Project: p}
	v.checkPins()
	v.checkBetween()
	if found, ok := v.At(fmt.Sprintf("request.fields[%d]", i)); ok {
		return found, true
	}
	return v.At("request.fields")
}

// checkPins refuses pins that the board hasn't got or that are taken, and warns
// of those that decide how it starts.
func (v *validator) checkPins() {
	w := wiring{v, map[int]use{}, map[int]use{}, map[string]use{}}
	for i, f := range v.Fields {
		if _, known := sensors.Info(f.Source); f.Off || !known {
			continue
		}
		d, _, sensor := sensors.Find(f.Source)
		switch {
		case f.Source == esp8266.SourceVCC, f.Source == esp8266.SourceAnalog:
			w.useA0(i, string(f.Source))
		case f.Source == esp8266.SourceDigital:
			w.usePin(i, f.GPIO, "digital", sensors.NoPull)
		case sensor:
			w.useSensor(i, f, d)
		}
	}
}

// fields reports a problem with row i.
func (w wiring) field(i int, severity problem.Severity, message, fix string) {
	name := sanitize.Clip(w.Fields[i].Name, 40)
	w.List = append(w.List, problem.Problem{
		Severity: severity, Where: fmt.Sprintf("request.fields[%d]", i),
		Message: fmt.Sprintf("row %d (%s) %s", i+1, name, message), Fix: fix,
	})
}

func (w wiring) useSensor(i int, f request.Field, d sensors.Device) {
	id := deviceID(d, f)
	switch d.Bus {
	case sensors.Analog:
		w.useA0(i, d.ID)
	case sensors.OnePin:
		w.usePin(i, f.GPIO, id, d.Pull)
	case sensors.TwoPins:
		w.usePin(i, f.GPIO, id, d.Pull)
		w.usePin(i, f.Wires.GPIO2, id, d.Pull)
	case sensors.I2C:
		w.useI2C(i, f, d)
	}
	if !w.DeepSleep {
		return
	}
	switch {
	case d.Pull == sensors.Interrupt:
		w.field(i, problem.Warning, "counts nothing while the board sleeps deeply", "switch deep sleep off, or live with it")
	case d.Settle > longSettle:
		w.field(i, problem.Warning, fmt.Sprintf("has no value in the first %s of each wake", d.Settle), "switch deep sleep off, or use another sensor")
	}
}

func (w wiring) useI2C(i int, f request.Field, d sensors.Device) {
	if w.Board.SDA == esp8266.NoPin {
		w.field(i, problem.Fatal, fmt.Sprintf("needs the I²C bus, for which %s has no two pins free", w.Board.Name), "choose another board")
		return
	}
	at, id := address(d, f), deviceID(d, f)
	if before, taken := w.address[at]; taken && before.device != id {
		w.field(i, problem.Fatal, fmt.Sprintf("has the I²C address 0x%02X, as row %d has", at, before.row+1), "give one of them another address, if it can have one")
	}
	w.address[at] = use{i, id}
	w.usePin(i, w.Board.SDA, "i2c", sensors.NoPull)
	w.usePin(i, w.Board.SCL, "i2c", sensors.NoPull)
}

// useA0 takes the analog input. The supply can only be measured while A0 is open.
func (w wiring) useA0(i int, what string) {
	vcc := string(esp8266.SourceVCC)
	if w.Board.A0 == esp8266.NoA0 && what != vcc {
		w.field(i, problem.Fatal, fmt.Sprintf("reads A0, which %s hasn't got", w.Board.Name), "choose another board, or leave it out")
		return
	}
	for _, before := range w.a0 {
		switch {
		case before.device == what:
		case what == vcc:
			w.field(i, problem.Fatal, fmt.Sprintf("needs A0 unconnected, and row %d reads A0", before.row+1), "keep one of the two")
		case before.device == vcc:
			w.field(i, problem.Fatal, fmt.Sprintf("reads A0, and row %d needs it unconnected", before.row+1), "keep one of the two")
		default:
			w.field(i, problem.Fatal, fmt.Sprintf("reads A0, as row %d does, and there is one A0", before.row+1), "keep one of the two")
		}
	}
	w.a0[what] = use{i, what}
}

// usePin takes a pin for a device.
func (w wiring) usePin(i, gpio int, device string, pull sensors.Pull) {
	if gpio < 0 || gpio > esp8266.MaxGPIO {
		return // Request.Validate says so
	}
	label := w.Board.Label(gpio)
	bad := func(why, fix string) {
		w.field(i, problem.Fatal, fmt.Sprintf("uses %s, %s", label, why), fix)
	}
	before, taken := w.gpio[gpio]
	others := w.others()
	switch {
	case taken && before.device != device:
		bad(fmt.Sprintf("as row %d does", before.row+1), others)
	case gpio == serialTX || gpio == serialRX:
		bad("which is the serial line", others)
	case gpio >= flashLow && gpio <= flashHigh:
		bad("which is wired to the flash chip", others)
	case !w.Board.Pins.Has(gpio):
		bad(fmt.Sprintf("which %s hasn't got", w.Board.Name), "use another pin, or choose another board")
	case w.DeepSleep && gpio == wakePin:
		bad("which wakes the board from deep sleep", "use another pin, or switch deep sleep off")
	case w.LED && gpio == w.Board.LED:
		bad("which is the board's LED", "use another pin, or switch the LED off")
	case gpio == wakePin && pull == sensors.PullUp:
		bad("which has no pull-up", others)
	case gpio == wakePin && pull == sensors.Interrupt:
		bad("which has no interrupt", others)
	case gpio == bootLow && pull != sensors.NoPull:
		bad("which has to be low when the board starts", others)
	case gpio == bootLow && !taken:
		w.field(i, problem.Warning, fmt.Sprintf("uses %s: the board starts only while it is low", label), others)
	case strapping[gpio] && device != "i2c" && !taken:
		w.field(i, problem.Warning, fmt.Sprintf("uses %s: the board starts only while it is not low", label), others)
	}
	w.gpio[gpio] = use{i, device}
}

// others names the pins that any sensor can have and that no row before has.
func (w wiring) others() string {
	var free []string
	for _, gpio := range []int{4, 5, 12, 13, 14} {
		if _, taken := w.gpio[gpio]; !taken && w.Board.Pins.Has(gpio) && (!w.LED || gpio != w.Board.LED) {
			free = append(free, w.Board.Label(gpio))
		}
	}
	if len(free) == 0 {
		return "free a pin, or choose another board"
	}
	return "use " + strings.Join(free, ", ")
}

// strapping are the pins that must be high at start, or the board waits for a new
// program (0) or doesn't start (2) (Espressif, "ESP8266 Technical Reference", boot
// modes). The I²C bus has pull-ups.
var strapping = map[int]bool{0: true, 2: true}
