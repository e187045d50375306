package device_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"espost/device"
)

func TestPortsAreNamed(t *testing.T) {
	all, err := device.PortsOf(func() ([]device.Port, error) {
		return []device.Port{
			{Name: "/dev/ttyS0"}, {Name: "/dev/ttyUSB1", USB: "10c4:ea60"}, {Name: "/dev/ttyACM0", USB: "2341:0043"},
			{Name: "/dev/ttyUSB0", USB: "1a86:7523"}, {Name: "/dev/ttyUSB2", USB: "1a86:55d4"}, {Name: "/dev/ttyUSB3", USB: "0403:6001"},
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(all[0], " ", all[1], " ", all[2], " ", all[3], " ", all[4], " ", all[5])
	if want := "/dev/ttyUSB0 (CH340) /dev/ttyUSB1 (CP2102) /dev/ttyUSB2 (CH9102) /dev/ttyUSB3 (FT232) /dev/ttyACM0 /dev/ttyS0"; got != want {
		t.Errorf("%s", got)
	}
	if !strings.Contains(all[0].Board, "D1 mini") || all[5].Likely {
		t.Errorf("%+v", all)
	}
	_, err = device.PortsOf(func() ([]device.Port, error) { return nil, errors.New("no\x1bway") })
	if codeOf(err) != "ports-unknown" || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
}

func TestOpenProblems(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
		cure string
	}{
		{syscall.EBUSY, "port-busy", "ModemManager"},
		{&fs.PathError{Err: syscall.EACCES}, "port-forbidden", "dialout"},
		{syscall.ENOENT, "port-gone", "a cable that carries data"},
		{errors.New("odd"), "port-failed", "unplug"},
	} {
		p := device.OpenProblem("/dev/ttyUSB0", tt.err)
		if p.Code != tt.want || !strings.Contains(p.Fix, tt.cure) || !errors.Is(p, tt.err) {
			t.Errorf("%v: %v", tt.err, p)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := device.CheckPort(file); codeOf(err) != "port-invalid" {
		t.Errorf("a file: %v", err)
	}
}
