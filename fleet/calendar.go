package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	ics "github.com/arran4/golang-ical"

	"espost/internal/sanitize"
)

// Calendar is an iCalendar file (RFC 5545) with an all-day event for each board
// whose pin is expected to break on a known day, and an alarm a week before. An
// event keeps its UID over renewals, so that a calendar that reads the file again
// moves it.
func Calendar(boards []Board, now time.Time) string {
	calendar := ics.NewCalendarFor("espost")
	calendar.SetMethod(ics.MethodPublish)
	for _, b := range boards {
		if b.Breaks.IsZero() {
			continue
		}
		id := sha256.Sum256([]byte(b.File + "\x00" + b.Server))
		event := calendar.AddEvent(hex.EncodeToString(id[:16]) + "@espost")
		event.SetDtStampTime(now.UTC())
		event.SetAllDayStartAt(b.Breaks.UTC())
		event.SetAllDayEndAt(b.Breaks.UTC().AddDate(0, 0, 1))
		event.SetSummary("Renewal expected: " + sanitize.Line(b.Server))
		event.SetDescription(sanitize.Line(b.File) + " pins its " + b.Pin + ". Let espost check --update renew it, and flash the board.")
		alarm := event.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetDescription("Renewal expected: " + sanitize.Line(b.Server))
		alarm.SetTrigger("-P7D")
	}
	return calendar.Serialize(ics.WithNewLineWindows)
}
