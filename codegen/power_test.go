package codegen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"espost/esp8266"
	"espost/request"
)

// The sums, done by hand: what a cell gives divided by what the board takes.
func TestBatteryLife(t *testing.T) {
	board := func(id string) esp8266.Board {
		b, ok := esp8266.BoardByID(id)
		if !ok {
			t.Fatalf("no board %s", id)
		}
		return b
	}
	sleeper := func(id string, every time.Duration, more ...func(*Project)) Project {
		p := Project{Firmware: Firmware{Board: board(id), Every: every, DeepSleep: true, Battery: 2000}}
		for _, change := range more {
			change(&p)
		}
		return p
	}
	fixed := func(p *Project) { p.Static, _ = ParseStatic("10.0.0.2/24,10.0.0.1") }
	ca := func(p *Project) { p.Pin.Mode = esp8266.PinCA }
	dht := func(p *Project) { p.Fields = []request.Field{{Name: "t", Source: "dht22.temperature", GPIO: 4}} }
	for _, tt := range []struct {
		name        string
		p           Project
		short, long float64 // seconds awake
		days        string
	}{
		// 1600 mAh / (2.2/600*75 + 0.02 + 0.057 mA) / 24; 1600 / (5.8/600*75 + 0.1 + 0.057) / 24
		{"module", sleeper("esp12e", 10*time.Minute), 2.2, 5.8, "76 to 189 days"},
		{"fixed address", sleeper("esp12e", 10*time.Minute, fixed), 1.7, 5.3, "81 to 230 days"},
		{"clock", sleeper("esp12e", 10*time.Minute, ca), 2.7, 6.3, "71 to 161 days"},
		{"sensor that settles", sleeper("esp12e", 10*time.Minute, dht), 2.9, 6.5, "69 to 152 days"},
		{"NodeMCU", sleeper("nodemcuv2", 10*time.Minute), 2.2, 5.8, "5 to 15 days"}, // whatever the interval
		{"each second", sleeper("esp12e", time.Second), 2.2, 5.8, "21 to 21 hours"},
		{"once a day", sleeper("esp12e", 24*time.Hour), 2.2, 5.8, "410 to 840 days"},
	} {
		short, long := tt.p.awake()
		if short.Seconds() != tt.short || long.Seconds() != tt.long {
			t.Errorf("%s: it is awake for %s to %s, want %g to %g s", tt.name, short, long, tt.short, tt.long)
		}
		if got := tt.p.Lives(); len(got) != 1 || got[0].Days != tt.days {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.days)
		}
		if basis := tt.p.PowerBasis(); !strings.Contains(basis, fmt.Sprintf("awake for %.1f to %.1f s", tt.short, tt.long)) {
			t.Errorf("%s: it rests on: %s", tt.name, basis)
		}
	}
	p := sleeper("esp12e", time.Hour)
	p.Battery = 0
	if got := p.Lives(); len(got) != 2 || !strings.Contains(got[0].Cell, "18650") || !strings.Contains(got[1].Cell, "AA") {
		t.Errorf("without a battery: %v", got)
	}
	p.DeepSleep = false
	if got := p.Power(); got != "A battery (one 18650 cell, 2500mAh) lasts 27 hours without deep sleep" {
		t.Error(got)
	}
}

func TestCharge(t *testing.T) {
	for text, want := range map[string]Charge{"2500mAh": 2500, "2500": 2500, "2.5 Ah": 2500, "150MAH": 150, "9mAh": 0, "-3Ah": 0, "NaN": 0, "2001Ah": 0, "much": 0, "": 0} {
		got, err := ParseCharge(text)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
		if again, _ := ParseCharge(got.String()); again != got {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}
