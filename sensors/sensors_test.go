package sensors_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/sensors"
)

// Every row of the catalogue is whole: what it says is what a project needs.
func TestCatalogue(t *testing.T) {
	words := regexp.MustCompile(`\{[a-z0-9]+\}`)
	known := "{id} {pin} {pin2} {address} {index} {volts} {sda} {scl}"
	seen := map[string]bool{}
	for _, d := range sensors.Devices() {
		if seen[d.ID] || d.Name == "" || d.Wiring == "" || d.NoValue == "" || len(d.Quantities) == 0 {
			t.Errorf("%s stands twice or is incomplete", d.ID)
		}
		seen[d.ID] = true
		code := d.Declare + d.Begin + d.Start + d.Read + d.Wiring
		for _, q := range d.Quantities {
			code += q.Read
			sample, err := strconv.ParseFloat(q.Sample, 64)
			if _, decimals, _ := strings.Cut(q.Sample, "."); err != nil || sample < q.Low || sample > q.High || len(decimals) != q.Decimals || q.Read == "" {
				t.Errorf("%s: sample %s, %d decimals, %g to %g", d.Source(q), q.Sample, q.Decimals, q.Low, q.High)
			}
			if source, ok := sensors.Named(string(d.Source(q))); !ok || source != d.Source(q) {
				t.Errorf("%s isn't found by its name", d.Source(q))
			}
		}
		for _, word := range words.FindAllString(code, -1) {
			if !strings.Contains(known, word) {
				t.Errorf("%s: nobody fills %s in", d.ID, word)
			}
		}
		if (d.Bus == sensors.I2C) != (len(d.Addresses) > 0) || (d.Bus == sensors.TwoPins) != strings.Contains(code, "{pin2}") {
			t.Errorf("%s: the bus %s, addresses %v", d.ID, d.Bus, d.Addresses)
		}
		if len(d.Libraries) > 0 && (d.Libraries[0].Source == "" || len(d.Includes) == 0) {
			t.Errorf("%s: nothing says which header has its calls", d.ID)
		}
		for _, l := range d.Libraries {
			if l.Name == "" || l.Version == "" || !strings.Contains(l.PlatformIO, "/") || l.Source != "" && !strings.Contains(l.Source, l.Version) {
				t.Errorf("%s: the library %+v is incomplete", d.ID, l)
			}
		}
	}
	for _, name := range []string{"", "dht22", "dht22.", "dht22.pressure", ".temperature"} {
		if _, _, ok := sensors.Find(esp8266.Source(name)); ok {
			t.Errorf("there is a sensor %q", name)
		}
	}
}
