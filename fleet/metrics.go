package fleet

import (
	"fmt"
	"strings"
	"time"

	"espost/internal/sanitize"
	"espost/profile"
)

// statuses are all that a board's pin can have.
var statuses = []profile.Status{profile.Right, profile.Backup, profile.Soon, profile.Broken, profile.Unknown}

// Metrics are the boards in Prometheus' text format 0.0.4, for node_exporter's
// textfile collector.
func Metrics(boards []Board, now time.Time) string {
	var w strings.Builder
	fmt.Fprintf(&w, "# HELP espost_check_timestamp_seconds When the pins were checked.\n"+
		"# TYPE espost_check_timestamp_seconds gauge\nespost_check_timestamp_seconds %d\n", now.Unix())
	w.WriteString("# HELP espost_pin_status 1 for the status that the pin has: right, backup, soon, broken or unknown.\n# TYPE espost_pin_status gauge\n")
	for _, b := range boards {
		for _, s := range statuses {
			fmt.Fprintf(&w, "espost_pin_status{%s,status=%q} %d\n", b.labels(), string(s), number(b.Status == s))
		}
	}
	w.WriteString("# HELP espost_pin_breaks_timestamp_seconds When the pin is expected to break, where a date says.\n" +
		"# TYPE espost_pin_breaks_timestamp_seconds gauge\n")
	for _, b := range boards {
		if !b.Breaks.IsZero() {
			fmt.Fprintf(&w, "espost_pin_breaks_timestamp_seconds{%s} %d\n", b.labels(), b.Breaks.Unix())
		}
	}
	w.WriteString("# HELP espost_firmware_stale 1 where the firmware's folder holds another pin than the profile, where that is known.\n" +
		"# TYPE espost_firmware_stale gauge\n")
	for _, b := range boards {
		if b.Firmware != "" {
			fmt.Fprintf(&w, "espost_firmware_stale{%s} %d\n", b.labels(), number(b.Firmware == FirmwareStale))
		}
	}
	return w.String()
}

// labels name a board. In a value the format escapes backslash, quote and line
// feed; sanitize leaves none of the last.
func (b Board) labels() string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace
	return fmt.Sprintf(`file="%s",server="%s",pin="%s"`, escape(sanitize.Line(b.File)), escape(sanitize.Line(b.Server)), escape(b.Pin))
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
