package dialog_test

import (
	"context"
	"testing"

	"espost/device"
	"espost/internal/problem"
	"espost/tui/dialog"
)

// bench is a board whose events are known beforehand.
func bench(flash error, events ...device.Event) dialog.Bench {
	return dialog.Bench{
		Ports: func() ([]device.Port, error) {
			return []device.Port{{Name: "/dev/ttyUSB0", Chip: "CH340", Likely: true}}, nil
		},
		Tools: func(string) ([]*device.Toolchain, error) {
			return []*device.Toolchain{{Name: device.ArduinoCLI}, {Name: device.PlatformIO}}, nil
		},
		Flash: func(_ context.Context, _ *device.Toolchain, _ device.Job, tell func(device.Progress)) (device.Size, error) {
			for range 2 { // each part is said once
				tell(device.Progress{Part: device.Compile})
			}
			return device.Size{Flash: 461_000, FlashMax: 1_044_464}, flash
		},
		Watch: func(ctx context.Context, _ *device.Monitor, tell func(device.Event)) error {
			for _, e := range events {
				tell(e)
			}
			<-ctx.Done()
			return nil
		},
	}
}

// The board is flashed and watched if that is wanted, until it delivers, or won't.
func TestBoard(t *testing.T) {
	delivered := device.Event{Kind: device.Line, Text: "POST: 200, 25 bytes sent", Milestone: device.Delivered, Summary: "delivered its first reading"}
	refused := device.Event{Kind: device.Line, Text: "Wi-Fi: refused.", Milestone: device.BadWiFi, Summary: "no Wi-Fi: wrong password"}
	tests := []struct {
		name    string
		bench   dialog.Bench
		answers []string
		want    []string
	}{
		{"no port", dialog.Bench{Ports: func() ([]device.Port, error) { return nil, nil }}, nil, []string{"Step 6 of 6: Board.", "No board is plugged in", "The board is left for later."}},
		{"not wanted", bench(nil), []string{"1", ""}, []string{"Which tool? [1]", "Flash the board at /dev/ttyUSB0 (CH340) with arduino-cli, and watch it? Yes or no? [no]"}},
		{"delivered", bench(nil, delivered), []string{"2", "yes"}, []string{"with pio", "Compiling.\nFlashed. The sketch takes 461000 of 1044464 bytes of flash.",
			"POST: 200, 25 bytes sent\nMeaning: Delivered its first reading.\nThe board has delivered its first reading."}},
		{"refused", bench(nil, refused, delivered), []string{"1", "yes", "no"}, []string{"Meaning: No Wi-Fi: wrong password.\nThe Wi-Fi refuses the board. Put the right name"}},
		{"failed", bench(problem.New("no-boot", "the board does not answer", "hold FLASH")), []string{"1", "yes", "no"}, []string{"The board does not answer. Hold FLASH.\nFlash the board"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSitting(t, append(make([]string, 12), tt.answers...)...)
			s.dialog.Bench = tt.bench
			said, err := s.run(t)
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			wants(t, said, tt.want...)
		})
	}
}
