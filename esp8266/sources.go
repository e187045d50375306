package esp8266

// A Source is where a form field's value comes from: a constant text, or
// something that the sketch reads on the board just before each POST.
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
	Source Source
	Title  string // "Wi-Fi signal"
	About  string // what it reads, and its unit
	Sample string // a value such as the board would give
	Number bool   // the value is a number: unquoted in JSON
	Pin    bool   // needs a digital pin's number
}

var sources = [...]SourceInfo{
	{SourceText, "text", "a constant", "", false, false},
	{SourceCounter, "counter", "readings taken since power-up, from 1", "1", true, false},
	{SourceUptime, "uptime", "seconds since start", "3600", true, false},
	{SourceRSSI, "Wi-Fi signal", "RSSI in dBm", "-61", true, false},
	{SourceChipID, "chip id", "six hexadecimal digits, one chip its own", "a1b2c3", false, false},
	{SourceMAC, "MAC", "the station's MAC address", "5C:CF:7F:A1:B2:C3", false, false},
	{SourceIP, "IP", "the station's IPv4 address", "192.168.1.57", false, false},
	{SourceFreeHeap, "free heap", "bytes", "38112", true, false},
	{SourceVCC, "supply voltage", "volts; A0 must be unconnected", "3.283", true, false},
	{SourceAnalog, "analog A0", "0 to 1023", "512", true, false},
	{SourceDigital, "digital pin", "0 or 1", "1", true, true},
	{SourceTime, "time (NTP)", "UTC, RFC 3339", "2027-01-31T12:00:00Z", false, false},
	{SourceCode, "your own code", "a function in readings.h", "21.5", false, false},
	{SourceJSON, "JSON value", "a constant: number, true, false, null, [list] or {object}", "0", false, false},
}

// Sources returns every source in the order that the app shows them.
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

// SourceNamed returns the source with that name.
func SourceNamed(name string) (Source, bool) {
	for _, i := range sources {
		if i.Source.String() == name {
			return i.Source, true
		}
	}
	return "", false
}

// Info returns the description of s, if there is such a source.
func (s Source) Info() (SourceInfo, bool) {
	for _, i := range sources {
		if i.Source == s {
			return i, true
		}
	}
	return SourceInfo{}, false
}
