package esp8266

// A Source is where a form field's value comes from: a constant text,
// something that the sketch reads on the board just before each POST, or a
// sensor's quantity, such as dht22.temperature.
type Source string

// MaxGPIO is the highest number of a pin.
const MaxGPIO = 16

// The sources.
const (
	SourceText     Source = "" // "text" where it is written
	SourceJSON     Source = "json"
	SourceCounter  Source = "counter"
	SourceUptime   Source = "uptime"
	SourceRSSI     Source = "rssi"
	SourceChipID   Source = "chip-id"
	SourceMAC      Source = "mac"
	SourceIP       Source = "ip"
	SourceFreeHeap Source = "free-heap"
	SourceVCC      Source = "vcc"
	SourceAnalog   Source = "analog"
	SourceDigital  Source = "digital"
	SourceTime     Source = "time"
	SourceCode     Source = "code"
)

// SourceInfo describes a source for people and for generators.
type SourceInfo struct {
	Source   Source
	Title    string // "Wi-Fi signal"
	About    string // what it reads, and its unit
	Sample   string // a value such as the board would give
	Number   bool   // the value is a number: unquoted in JSON
	Decimals int    // digits that the board sends behind the number's point
	Pin      bool   // needs a digital pin's number
	Wiring   Wiring // what a sensor needs to be told about its wires
}

// Wiring says which parts of a sensor's wiring differ from one to the next.
type Wiring struct {
	Second  bool  // a second pin, such as an echo's or a clock's
	Several bool  // several on one pin, told apart by their place in the row
	Address []int // the addresses that it can have on the I²C bus, the usual one first
}

// The board's own sources. Sensors are sources, too: package sensors knows them
// all.
var sources = [...]SourceInfo{
	{Source: SourceText, Title: "text", About: "a constant"},
	{Source: SourceCounter, Title: "counter", About: "readings taken since power-up, from 1", Sample: "1", Number: true},
	{Source: SourceUptime, Title: "uptime", About: "seconds since start", Sample: "3600", Number: true},
	{Source: SourceRSSI, Title: "Wi-Fi signal", About: "RSSI in dBm", Sample: "-61", Number: true},
	{Source: SourceChipID, Title: "chip id", About: "six hexadecimal digits, one chip its own", Sample: "a1b2c3"},
	{Source: SourceMAC, Title: "MAC", About: "the station's MAC address", Sample: "5C:CF:7F:A1:B2:C3"},
	{Source: SourceIP, Title: "IP", About: "the station's IPv4 address", Sample: "192.168.1.57"},
	{Source: SourceFreeHeap, Title: "free heap", About: "bytes", Sample: "38112", Number: true},
	{Source: SourceVCC, Title: "supply voltage", About: "volts; A0 must be unconnected", Sample: "3.283", Number: true, Decimals: 3},
	{Source: SourceAnalog, Title: "analog A0", About: "0 to 1023", Sample: "512", Number: true},
	{Source: SourceDigital, Title: "digital pin", About: "0 or 1; 1 while nothing is connected", Sample: "1", Number: true, Pin: true},
	{Source: SourceTime, Title: "time (NTP)", About: "UTC, RFC 3339", Sample: "2027-01-31T12:00:00Z"},
	{Source: SourceCode, Title: "your own code", About: "a function in readings.h", Sample: "21.5"},
	{Source: SourceJSON, Title: "JSON value", About: "a constant: number, true, false, null, [list] or {object}", Sample: "0"},
}

// Sources returns the board's own sources in the order that the app shows them.
func Sources() []SourceInfo {
	all := sources
	return all[:]
}

// Constant reports whether the value is given with the form: nothing is read on
// the board. A JSON value differs from a text in one way: a JSON body has it
// without quotes.
func (s Source) Constant() bool { return s == SourceText || s == SourceJSON }

// String is the source's name in profiles and on the command line.
func (s Source) String() string {
	if s == SourceText {
		return "text"
	}
	return string(s)
}
