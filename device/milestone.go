package device

import (
	"strings"

	"espost/internal/lazyregexp"
	"espost/internal/problem"
)

// A Milestone is a moment in the life of espost's own firmware that counts for
// whoever waits for it.
type Milestone string

// The milestones. Their words are part of espost's JSON.
const (
	Started    Milestone = "started"     // the sketch runs
	Online     Milestone = "online"      // it is on the Wi-Fi
	Delivered  Milestone = "delivered"   // the server took a reading
	Refused    Milestone = "refused"     // the server answered, but did not take it
	Waiting    Milestone = "waiting"     // the server answered, and gets it again
	Failed     Milestone = "failed"      // no answer came
	NoWiFi     Milestone = "no-wifi"     // this attempt to get on the Wi-Fi failed
	BadWiFi    Milestone = "bad-wifi"    // the Wi-Fi refused the password
	PinChanged Milestone = "pin-changed" // the server shows another certificate or key than the pinned one
	NotReady   Milestone = "not-ready"   // the secrets are not filled in
	Lost       Milestone = "lost"        // a reading was given up
	Crashed    Milestone = "crashed"     // the sketch crashed or was reset by a watchdog
)

// Final reports whether waiting longer can't help: somebody has to change
// something and flash again.
func (m Milestone) Final() bool { return m == BadWiFi || m == PinChanged || m == NotReady }

// A phrase is how the firmware tells a milestone; Summary is what it means in
// one clause.
type phrase struct {
	pattern   *lazyregexp.Regexp
	milestone Milestone
	summary   string
}

// phrases are the firmware's lines (codegen/templates). A test holds each
// against the templates.
var phrases = []phrase{
	{lazyregexp.New(`^[\w.-]+: every \d+ s to https://`), Started, "the sketch runs"},
	{lazyregexp.New(`^Wi-Fi: connected, address `), Online, "on the Wi-Fi"},
	{lazyregexp.New(`^Wi-Fi: refused\.`), BadWiFi, "no Wi-Fi: wrong password, or WPA3 alone"},
	{lazyregexp.New(`^Wi-Fi: no network of that name`), NoWiFi, "no Wi-Fi: no network of that name"},
	{lazyregexp.New(`^Wi-Fi: no answer`), NoWiFi, "no Wi-Fi: no answer"},
	{lazyregexp.New(`^The Wi-Fi is gone`), NoWiFi, "the Wi-Fi is gone"},
	{lazyregexp.New(`^Reading: delivered$`), Delivered, "delivered a reading"},
	{lazyregexp.New(`^Reading: delivered before$`), Delivered, "the server had a reading already"},
	{lazyregexp.New(`^Reading: accepted, perhaps delivered$`), Delivered, "the server accepted a reading; nobody can prove that it keeps it"},
	{lazyregexp.New(`^Reading: refused$`), Refused, "the server did not take the reading"},
	{lazyregexp.New(`^Reading: waiting for another try$`), Waiting, "the server did not take the reading yet; it is sent again"},
	{lazyregexp.New(`^Reading: perhaps delivered$`), Refused, "the server may have the reading or not"},
	{lazyregexp.New(`^What: PIN MISMATCH`), PinChanged, "pin changed: the server shows another certificate or key than the pinned one"},
	{lazyregexp.New(`^FAILED: HTTPClient -\d+`), Failed, "a reading could not be delivered"},
	{lazyregexp.New(`^Not ready: fill in arduino_secrets\.h`), NotReady, "not ready: a value in arduino_secrets.h is not filled in"},
	{lazyregexp.New(`^The reading before was not delivered; it is lost`), Lost, "a reading was lost"},
	{lazyregexp.New(`^SET ASIDE: the reading `), Lost, "a reading was set aside: the server won't take it"},
	{lazyregexp.New(`^Outbox: full; the oldest reading is dropped`), Lost, "a reading was lost: the outbox is full"},
}

// oldPhrases are those of sketches from before November 2026, which didn't tell what
// their answer rule made of a status; since then the line has no "sent" in it.
var oldPhrases = []phrase{
	{lazyregexp.New(`^(?:POST|PUT|PATCH|GET|DELETE): 2\d\d, \d+ bytes sent`), Delivered, "delivered a reading"},
	{lazyregexp.New(`^(?:POST|PUT|PATCH|GET|DELETE): \d{3}, \d+ bytes sent`), Refused, "the server did not take the reading"},
}

// milestoneOf recognises a line of the firmware.
func milestoneOf(line string) (Milestone, string) {
	line = strings.TrimSpace(line)
	for _, list := range [][]phrase{phrases, oldPhrases} {
		for _, p := range list {
			if p.pattern.Get().MatchString(line) {
				return p.milestone, p.summary
			}
		}
	}
	return "", ""
}

// isCrash reports whether an explanation means the end of a run.
func isCrash(code string) bool {
	switch code {
	case "hardware watchdog", "software watchdog", "abort", "panic", "crash", "stack smashed", "stack overflow", "C++ exception", "yield from a callback":
		return true
	}
	return strings.HasPrefix(code, "exception ")
}

// Problem is what a Final milestone asks for; nil for others.
func (m Milestone) Problem() *problem.Problem {
	switch m {
	case BadWiFi:
		return problem.New("bad-wifi", "the Wi-Fi refuses the board", "put the right name and password into arduino_secrets.h and flash again; the board needs WPA2 and can't do WPA3 alone")
	case PinChanged:
		return problem.New("pin-changed", "the server shows another certificate or key than the pinned one", "look at the server again with espost check; if the change is right, generate again and flash")
	case NotReady:
		return problem.New("not-ready", "a value in arduino_secrets.h is not filled in", "fill it in and flash again")
	}
	return nil
}
