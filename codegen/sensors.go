package codegen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
	"espost/sensors"
)

// A device is one sensor of a sketch, with its C++ filled in.
type device struct {
	ID        string // its variable
	Name, On  string // "DHT22", "D2 (GPIO 4)"
	Wiring    string
	Note      string
	Declare   string
	Begin     string
	Start     string
	Read      string
	Sampled   bool  // read between two readings, too
	SpacingMS int64 // what it said last holds for so long; 0 where it may be read at any time
	SettleMS  int64 // until then it has no value; 0 where the first reading waits
	Readings  []deviceReading
}

// A deviceReading is one quantity that is sent of a device.
type deviceReading struct {
	Variable  string
	Read      string
	Low, High string
	Since     bool // about the time since the reading before: no sample touches it
}

// longSettle is more than the first reading waits for a sensor.
const longSettle = 5 * time.Second

// addSensor makes the sketch read what f wants and returns the C++ variable that
// has it. Fields of one device share it.
func (s *sketch) addSensor(f request.Field) string {
	d, q, _ := sensors.Find(f.Source)
	id := deviceID(d, f)
	fill := s.filler(d, f, id)
	at := slices.IndexFunc(s.Devices, func(known device) bool { return known.ID == id })
	if at < 0 {
		at = len(s.Devices)
		s.addDevice(d, device{
			ID: id, Name: d.Name, On: fill(onWhat(d)), Wiring: fill(d.Wiring), Note: d.Note,
			Declare: fill(d.Declare), Begin: fill(d.Begin), Start: fill(d.Start), Read: fill(d.Read),
		})
	}
	dev := &s.Devices[at]
	dev.Sampled = dev.Sampled || f.Between()
	name := id + "_" + q.Name
	if f.Wires.Index > 0 {
		name += fmt.Sprintf("_%d", f.Wires.Index)
	}
	if !slices.ContainsFunc(dev.Readings, func(r deviceReading) bool { return r.Variable == name }) {
		dev.Readings = append(dev.Readings, deviceReading{name, s.told(fill(q.Read)), cNumber(q.Low), cNumber(q.High), q.Since})
	}
	return "sensors::" + name
}

func (s *sketch) addDevice(d sensors.Device, dev device) {
	dev.Start, dev.Read = strings.ReplaceAll(dev.Start, "\n", "\n  "), strings.ReplaceAll(dev.Read, "\n", "\n  ")
	if s.Samples() || s.Events() {
		dev.SpacingMS = d.Spacing.Milliseconds()
	}
	if d.Settle > longSettle {
		dev.SettleMS = d.Settle.Milliseconds()
	} else {
		s.SettleMS = max(s.SettleMS, d.Settle.Milliseconds())
	}
	s.Devices = append(s.Devices, dev)
	for _, include := range d.Includes {
		if !slices.Contains(s.Includes, include) {
			s.Includes = append(s.Includes, include)
		}
	}
}

// deviceID is the C++ name of the device that f reads.
func deviceID(d sensors.Device, f request.Field) string {
	switch d.Bus {
	case sensors.OnePin:
		return fmt.Sprintf("%s_%d", d.ID, f.GPIO)
	case sensors.TwoPins:
		return fmt.Sprintf("%s_%d_%d", d.ID, f.GPIO, f.Wires.GPIO2)
	case sensors.I2C:
		return fmt.Sprintf("%s_%02x", d.ID, address(d, f))
	}
	return d.ID
}

func address(d sensors.Device, f request.Field) int {
	if f.Wires.Address != 0 {
		return f.Wires.Address
	}
	return d.Addresses[0]
}

// onWhat is where a device is connected, with words to fill in.
func onWhat(d sensors.Device) string {
	switch d.Bus {
	case sensors.OnePin:
		return "{label}"
	case sensors.TwoPins:
		return "{label} and {label2}"
	case sensors.I2C:
		return "{address} on I2C"
	}
	return "A0"
}

// filler fills the catalogue's words in: pins are numbers in code, and names on
// the board for people.
func (s *sketch) filler(d sensors.Device, f request.Field, id string) func(string) string {
	pairs := []string{
		"{id}", id, "{pin}", strconv.Itoa(f.GPIO), "{pin2}", strconv.Itoa(f.Wires.GPIO2),
		"{label}", s.Board.Label(f.GPIO), "{label2}", s.Board.Label(f.Wires.GPIO2),
		"{sda}", s.Board.Label(s.Board.SDA), "{scl}", s.Board.Label(s.Board.SCL),
		"{index}", strconv.Itoa(max(f.Wires.Index-1, 0)), "{volts}", cNumber(float64(s.Board.A0)),
	}
	if d.Bus == sensors.I2C {
		pairs = append(pairs, "{address}", fmt.Sprintf("0x%02X", address(d, f)))
	}
	code := strings.NewReplacer(pairs...)
	people := strings.NewReplacer("{pin}", "{label}", "{pin2}", "{label2}")
	return func(text string) string {
		if text == d.Wiring {
			text = people.Replace(text)
		}
		return code.Replace(text)
	}
}

// UsesDevice reports whether a kind of sensor is in the sketch.
func (s sketch) UsesDevice(kind string) bool {
	return slices.ContainsFunc(s.Fields, func(f request.Field) bool { return strings.HasPrefix(string(f.Source), kind+".") })
}

// I2C reports whether a sensor is on the I²C bus.
func (s sketch) I2C() bool { return slices.Contains(s.Includes, "Wire.h") }

// pinMode is the mode that reads a digital pin: with a pull-up, so that a switch
// to ground needs nothing else. GPIO16 has a pull-down only, and GPIO15 must be
// low at start, for which boards have a resistor (core
// core_esp8266_wiring_digital.cpp).
func pinMode(gpio int) string {
	switch gpio {
	case wakePin:
		return "INPUT_PULLDOWN_16"
	case bootLow:
		return "INPUT"
	}
	return "INPUT_PULLUP"
}

// A library is one line of sketch.yaml and platformio.ini.
type library struct{ Name, Version, PlatformIO string }

// buildLibraries lists what the sensors need and what the user asked for, which
// has the last word on a version.
func (s *sketch) buildLibraries() {
	add := func(l library) {
		at := slices.IndexFunc(s.Libraries, func(known library) bool { return strings.EqualFold(known.Name, l.Name) })
		if at < 0 {
			s.Libraries = append(s.Libraries, l)
		} else {
			s.Libraries[at].Version = l.Version
		}
	}
	for _, f := range s.Fields {
		d, _, _ := sensors.Find(f.Source)
		for _, l := range d.Libraries {
			add(library{l.Name, l.Version, l.PlatformIO})
		}
	}
	for _, text := range s.Firmware.Libraries {
		name, version, _ := ParseLibrary(text)
		add(library{name, version, name})
	}
}

// ParseLibrary reads "NAME@VERSION", NAME being that in Arduino's library
// manager (Arduino library specification, library.properties). The error is a
// *problem.Problem.
func ParseLibrary(text string) (name, version string, err error) {
	name, version, _ = strings.Cut(text, "@")
	name, version = strings.TrimSpace(name), strings.TrimSpace(version)
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	if name == "" || version == "" || strings.Trim(name, letters+" _.-") != "" || strings.Trim(version, letters+".+-") != "" {
		return "", "", problem.At("firmware.libraries", fmt.Sprintf("%q names no library and its version", sanitize.Clip(text, 60)), "write NAME@VERSION, such as DHT sensor library@1.4.6")
	}
	return name, version, nil
}
