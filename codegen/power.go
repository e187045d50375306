package codegen

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/sensors"
)

// What the estimates of a battery's life rest on. Nobody states a module's average
// with the radio on; 75 mA is what makers measure (esp8266.com wiki, "ESP8266 power
// usage"), 15 mA with the radio off and 20 µA in deep sleep is Espressif's
// (ESP8266EX data sheet, "Power Consumption by Power Modes"). With WPA2 the
// Wi-Fi is up in about 3 s after a scan and in 1 s with channel and access point
// known (github.com/dplasa/rtctest), of which DHCP takes a part. A full handshake
// takes about 2 s at 160 MHz (core issue 8505), a resumed one a fifth (core pull
// request 5160).
const (
	radioMA   = 75.0
	noRadioMA = 15.0

	bootTime    = 300 * time.Millisecond
	scanTime    = 2 * time.Second
	joinTime    = 500 * time.Millisecond
	dhcpTime    = 500 * time.Millisecond
	clockTime   = 500 * time.Millisecond
	fullTLS     = 2 * time.Second
	resumedTLS  = 400 * time.Millisecond
	exchange    = 500 * time.Millisecond // name, connection, request and answer
	napMax      = 3 * time.Hour          // NAP_MAX_S of sleep.h
	shelfLife   = 3 * 365                // days after which no estimate holds
	hoursPerDay = 24.0
)

// A Charge is what a battery holds, in mAh; zero: not known.
type Charge int

// ParseCharge reads one: 2500mAh, 2500 or 2.5Ah.
func ParseCharge(s string) (Charge, error) {
	text := strings.ToLower(strings.ReplaceAll(s, " ", ""))
	factor := 1.0
	if rest, milli := strings.CutSuffix(text, "mah"); milli {
		text = rest
	} else if rest, whole := strings.CutSuffix(text, "ah"); whole {
		text, factor = rest, 1000
	}
	n, err := strconv.ParseFloat(text, 64)
	if n *= factor; err != nil || !(n >= 10 && n <= 1e6) {
		return 0, errors.New("write what the battery holds as 2500mAh, from 10mAh to 1000Ah")
	}
	return Charge(n), nil
}

// String is c as ParseCharge reads it, "" for zero.
func (c Charge) String() string {
	if c == 0 {
		return ""
	}
	return strconv.Itoa(int(c)) + "mAh"
}

// A cell is a kind of battery.
type cell struct {
	name   string
	charge Charge
	usable float64 // of its charge, before its voltage is too low or its age shows
	lost   float64 // of its charge, in a year, by itself
}

// liIon is a lithium-ion cell behind a regulator. It loses some 2 % a month.
func liIon(name string, charge Charge) cell { return cell{name, charge, 0.8, 0.25} }

// cells are those that an estimate is made for: the user's own, or two that are
// common. The chip needs 2.5 V (data sheet, "Electrical Characteristics"), at which
// alkaline cells still hold half.
func cells(own Charge) []cell {
	if own != 0 {
		return []cell{liIon(own.String(), own)}
	}
	return []cell{liIon("one 18650 cell, 2500mAh", 2500), {"two alkaline AA cells in series, 2500mAh", 2500, 0.5, 0.03}}
}

// asleepMA is what a board takes in deep sleep, at least and at most: the chip's
// 20 µA, its regulator's and its USB chip's share. D1 minis: 0.15 mA (K. Stadler,
// "Wemos D1 mini clones sleep mode power consumption", 2021), 0.8 mA (randseq.org,
// October 2018), clones 13 mA (Stadler). NodeMCU: 4.2 mA (irgendwo.org, "Reducing
// NodeMCU power consumption", 2017), 14 mA (arduino.stackexchange.com/q/37641).
func asleepMA(b esp8266.Board) (least, most float64) {
	switch b.ID {
	case "esp12e", "generic", "esp01_512k", "esp07", "esp07s", "esp_wroom_02", "esp8285":
		return 0.02, 0.1 // a module, perhaps with a sparing regulator
	case "d1_mini", "d1_mini_lite", "d1_mini_pro":
		return 0.15, 0.8
	case "d1_mini_clone":
		return 0.15, 13
	case "nodemcu", "nodemcuv2":
		return 4, 14
	}
	return 0.1, 14 // not known
}

// awake is how long a wake takes: as short as it gets, the access point known and
// the session resumed, and with everything found out anew.
func (p Project) awake() (short, long time.Duration) {
	short = bootTime + joinTime + resumedTLS + exchange
	if p.Static == (Static{}) {
		short += dhcpTime
	}
	settle := time.Duration(0)
	clock := p.Pin.Mode == esp8266.PinCA
	for _, f := range p.Active() {
		clock = clock || f.Source == esp8266.SourceTime
		if d, _, ok := sensors.Find(f.Source); ok && d.Settle <= longSettle {
			settle = max(settle, d.Settle)
		}
	}
	if clock {
		short += clockTime
	}
	short = max(short, settle+resumedTLS+exchange) // the Wi-Fi comes up meanwhile
	short += p.sending()
	return short, short + scanTime + fullTLS - resumedTLS
}

// sending is how long the requests of a reading take behind the first.
func (p Project) sending() time.Duration {
	return time.Duration(max(0, len(p.Parts())-1)) * max(p.Request.Answer.Pause, exchange)
}

// current is what a board takes on average, in mA, that is awake for so long in
// each interval.
func (p Project) current(awake time.Duration, asleep float64) float64 {
	if !p.DeepSleep {
		return radioMA
	}
	every := max(p.Every, MinEvery)
	share := min(1, float64(awake)/float64(every))
	parts := float64((every - 1) / napMax) // counted wakes without the radio
	return share*radioMA + (1-share)*asleep + parts*float64(bootTime)/float64(every)*noRadioMA
}

// days is how long a cell lasts at a current in mA.
func (c cell) days(current float64) float64 {
	charge := float64(c.charge)
	return c.usable * charge / (current + c.lost*charge/(365*hoursPerDay)) / hoursPerDay
}

// A Life is how long a battery lasts, for people.
type Life struct{ Cell, Days string }

// Lives estimates how long the project's battery lasts, or, where it names none,
// some common ones.
func (p Project) Lives() []Life {
	short, long := p.awake()
	least, most := asleepMA(p.Board)
	var lives []Life
	for _, c := range cells(p.Battery) {
		lives = append(lives, Life{c.name, span(c.days(p.current(long, most)), c.days(p.current(short, least)))})
	}
	return lives
}

// span names a range of days.
func span(from, to float64) string {
	switch {
	case to < 2:
		return fmt.Sprintf("%.0f to %.0f hours", from*hoursPerDay, to*hoursPerDay)
	case from >= shelfLife:
		return "more than 3 years"
	case to >= shelfLife:
		return fmt.Sprintf("%.0f days to more than 3 years", from)
	}
	return fmt.Sprintf("%.0f to %.0f days", from, to)
}

// PowerBasis says what Lives rests on.
func (p Project) PowerBasis() string {
	short, long := p.awake()
	least, most := asleepMA(p.Board)
	return fmt.Sprintf("awake for %.1f to %.1f s every %s at %.0f mA, asleep at %g to %g mA (%s, as others measured it), "+
		"80 %% of a lithium cell used, which loses 2 %% a month by itself, or half of an alkaline one",
		short.Seconds(), long.Seconds(), sketch{Project: p}.EveryText(), radioMA, least, most, p.Board.Name)
}

// Power says in one sentence how long a battery lasts.
func (p Project) Power() string {
	c := cells(p.Battery)[0]
	if !p.DeepSleep {
		return fmt.Sprintf("A battery (%s) lasts %.0f hours without deep sleep", c.name, c.days(p.current(0, 0))*hoursPerDay)
	}
	short, long := p.awake()
	least, most := asleepMA(p.Board)
	return fmt.Sprintf("A battery (%s) lasts %s: awake for %.1f to %.1f s each time at %.0f mA, asleep at %g to %g mA", c.name, p.Lives()[0].Days, short.Seconds(), long.Seconds(), radioMA, least, most)
}
