package codegen

import (
	"fmt"
	"time"
)

// What the estimates rest on: LittleFS erases blocks of 4 KB, each of which bears
// about 100,000 erases; 2,000 readings that are written before they are sent cost
// 2,474 of them, and the worst block takes 0.177, 0.073 and 0.0097 of all on a
// file system of 32 KB, 64 KB and 2 MB (measured with the core's own LittleFS).
const (
	blockErases    = 100_000
	erasesReading  = 1.24 // to write a reading before it is sent, and to strike it off
	erasesDelivery = 0.12 // to strike one off alone
	erasesBatch    = 1.1  // to write those that wait in RAM
	batchesHour    = 12   // attempts and full RAM in an hour without the server
)

// Wear says in one sentence what f means for the board's flash.
func (f Firmware) Wear() string {
	hourly := float64(time.Hour) / float64(max(f.Every, MinEvery))
	switch f.Keep {
	case KeepAll:
		erases := 24 * hourly * erasesReading
		return fmt.Sprintf("Every reading goes to flash first, %.0f erases of 4 KB a day: at 100,000 a block it lasts %s", erases, lifetime(erases, f.Board.Flash))
	case KeepFailed:
		erases := hourly*erasesDelivery + min(hourly, batchesHour)*erasesBatch
		return fmt.Sprintf("Flash is written only when sending fails: an hour of outage a day costs %.0f erases of 4 KB, and at 100,000 a block it lasts %s", erases, lifetime(erases, f.Board.Flash))
	}
	return "Nothing is written to flash; while Wi-Fi or server are down, only the newest reading waits"
}

// Wear says the same for all requests of a reading.
func (p Project) Wear() string {
	f := p.Firmware
	f.Every /= time.Duration(max(1, len(p.Parts())))
	return f.Wear()
}

// lifetime is how long flash of that size bears so many erases a day.
func lifetime(erases float64, flash string) string {
	worst := map[string]float64{"512K": 0.177, "1M": 0.073}[flash]
	if worst == 0 {
		worst = 0.0097
	}
	years := blockErases / (erases * worst) / 365
	switch {
	case years >= 30:
		return "more than 30 years"
	case years >= 2:
		return fmt.Sprintf("%.0f years", years)
	case years >= 1.0/6:
		return fmt.Sprintf("%.0f months", years*12)
	}
	return fmt.Sprintf("%.0f days", max(1, years*365))
}
