//go:build !darwin || cgo

package device

import (
	"strings"

	"go.bug.st/serial/enumerator"
)

// listPorts asks the system for its ports and their USB devices. On macOS that
// takes cgo.
func listPorts() ([]Port, error) {
	found, err := enumerator.GetDetailedPortsList()
	if err != nil {
		return nil, err
	}
	all := make([]Port, 0, len(found))
	for _, f := range found {
		p := Port{Name: f.Name, Serial: f.SerialNumber}
		if f.IsUSB {
			p.USB = strings.ToLower(f.VID + ":" + f.PID)
		}
		all = append(all, p)
	}
	return all, nil
}
