//go:build darwin && !cgo

package device

import (
	"strings"

	"go.bug.st/serial"
)

// driverNames are how the drivers of macOS name their ports, as far as a name
// tells the chip.
var driverNames = []struct{ part, usb string }{
	{"cu.wchusbserial", "1a86:7523"},
	{"cu.SLAB_USBtoUART", "10c4:ea60"},
}

// listPorts knows names only: what lies behind them takes cgo on macOS.
func listPorts() ([]Port, error) {
	found, err := serial.GetPortsList()
	if err != nil {
		return nil, err
	}
	var all []Port
	for _, name := range found {
		if strings.Contains(name, "/tty.") || strings.Contains(name, "Bluetooth") || strings.Contains(name, "debug-console") {
			continue // the same ports once more, or none
		}
		p := Port{Name: name, Likely: strings.Contains(name, "cu.usbserial") || strings.Contains(name, "cu.usbmodem")}
		for _, d := range driverNames {
			if strings.Contains(name, d.part) {
				p.USB = d.usb
			}
		}
		all = append(all, p)
	}
	return all, nil
}
