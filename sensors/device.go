package sensors

import (
	"strings"
	"time"

	"espost/esp8266"
)

// A Device is one kind of sensor.
type Device struct {
	ID         string // "dht22": the first part of its sources' names
	Name       string
	Bus        Bus
	Addresses  []int  // on the I²C bus, the usual one first
	Wiring     string // one line, with the words {pin}, {pin2}, {sda}, {scl}, {address}
	Quantities []Quantity

	Libraries []Library // with what they depend on; none where the core is enough
	Includes  []string
	Declare   string // C++ at file scope
	Begin     string // C++ expression: true once it answers; empty where nothing can fail
	Start     string // C++ statement in setup()
	Read      string // C++ statements before the quantities are read

	Settle  time.Duration // after power-up there is no value before that
	Spacing time.Duration // between two measurements at least; 0 where it doesn't matter
	NoValue string        // how it says that it has none
	Pull    Pull
	State   bool   // it is the state of its pin: 0 or 1
	Note    string // what else to know, one sentence; may be empty
}

// A Quantity is what a device measures.
type Quantity struct {
	Name      string // "temperature"
	Title     string // "DHT22 temperature" together with the device's name
	Unit      string // "°C"; empty for a bare number
	Decimals  int    // that are worth sending
	Sample    string
	Low, High float64 // what is outside can't be true
	Read      string  // C++ expression: a number, NAN for no value
	Since     bool    // it is about the time since the reading before
}

// A Bus is how a sensor is connected.
type Bus string

// The buses.
const (
	OnePin  Bus = "pin"  // a pin of its own, or shared with its like
	TwoPins Bus = "pins" // two pins of its own
	I2C     Bus = "i2c"  // the board's SDA and SCL
	Analog  Bus = "a0"   // the analog input
)

// A Pull is what a sensor's pin needs while nothing drives it.
type Pull string

// The pulls. GPIO16 has no pull-up and no interrupt (core
// core_esp8266_wiring_digital.cpp).
const (
	NoPull    Pull = ""
	PullUp    Pull = "up"
	Interrupt Pull = "interrupt" // a pull-up and an interrupt
)

// A Library is what reads a sensor, for both tool chains.
type Library struct {
	Name       string // in Arduino's library manager
	Version    string
	PlatformIO string // "owner/name" in PlatformIO's registry
	Source     string // the header whose calls are used, with its commit; empty for what is only depended on
}

// Source is the quantity's name as a source.
func (d Device) Source(q Quantity) esp8266.Source {
	return esp8266.Source(d.ID + "." + q.Name)
}

// several reports whether some on one pin are told apart by their place.
func (d Device) several() bool {
	return strings.Contains(d.Declare+d.Read+d.Quantities[0].Read, "{index}")
}

// info is a quantity as a source.
func (d Device) info(q Quantity) esp8266.SourceInfo {
	about := q.Unit
	if about == "" {
		about = "a number"
	}
	return esp8266.SourceInfo{
		Source: d.Source(q), Title: d.Name + " " + q.Title, About: about + "; " + d.shortWiring(),
		Sample: q.Sample, Number: true, Decimals: q.Decimals, Pin: d.Bus == OnePin || d.Bus == TwoPins,
		Wiring: esp8266.Wiring{Second: d.Bus == TwoPins, Several: d.several(), Address: d.Addresses},
	}
}

func (d Device) shortWiring() string {
	switch d.Bus {
	case I2C:
		return "on I²C"
	case Analog:
		return "on A0"
	case TwoPins:
		return "on two pins"
	}
	return "on a pin"
}

// Sources returns every source that a field can have, the board's own first.
func Sources() []esp8266.SourceInfo {
	all := esp8266.Sources()
	for _, d := range devices {
		for _, q := range d.Quantities {
			all = append(all, d.info(q))
		}
	}
	return all
}

// Named returns the source of that name.
func Named(name string) (esp8266.Source, bool) {
	for _, i := range esp8266.Sources() {
		if i.Source.String() == name {
			return i.Source, true
		}
	}
	_, _, ok := Find(esp8266.Source(name))
	return esp8266.Source(name), ok
}

// Info returns the description of a source, if there is such a source.
func Info(s esp8266.Source) (esp8266.SourceInfo, bool) {
	for _, i := range esp8266.Sources() {
		if i.Source == s {
			return i, true
		}
	}
	if d, q, ok := Find(s); ok {
		return d.info(q), true
	}
	return esp8266.SourceInfo{}, false
}

// Find returns the device and the quantity that a source reads, if it is a
// sensor's.
func Find(s esp8266.Source) (Device, Quantity, bool) {
	id, name, dotted := strings.Cut(string(s), ".")
	for i := range devices {
		if d := &devices[i]; dotted && d.ID == id {
			for _, q := range d.Quantities {
				if q.Name == name {
					return *d, q, true
				}
			}
		}
	}
	return Device{}, Quantity{}, false
}

// OnPin reports whether a source is the state of a pin.
func OnPin(s esp8266.Source) bool {
	d, _, _ := Find(s)
	return d.State || s == esp8266.SourceDigital
}

// Devices returns the catalogue, the commonest first.
func Devices() []Device {
	all := devices
	return all[:]
}
