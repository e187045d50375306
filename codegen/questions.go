package codegen

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/request"
)

// What the templates ask a sketch.

// PinFingerprint reports whether the board knows its server by fingerprints, perhaps
// among others; the next two ask for the other modes.
func (s sketch) PinFingerprint() bool { return s.Pin.By(esp8266.PinFingerprint) }
func (s sketch) PinPublicKey() bool   { return s.Pin.By(esp8266.PinPublicKey) }
func (s sketch) PinCA() bool          { return s.Pin.By(esp8266.PinCA) }
func (s sketch) PinInsecure() bool    { return s.Pin.By(esp8266.PinInsecure) }
func (s sketch) CACount() int         { return len(s.Pin.CAs) }

// ManyCAs reports whether authorities are found by name, one at a time: a list of them is in memory as
// a whole. AnchorList reports whether there is such a list, of pins.h or of signed pins.
func (s sketch) ManyCAs() bool    { return s.PinCA() && s.byName }
func (s sketch) AnchorList() bool { return s.PinCA() && (!s.ManyCAs() || s.SignedPins()) }

// ManyModes reports whether pins.h has ways of several modes to know the server.
func (s sketch) ManyModes() bool { return len(s.Pin.Modes()) > 1 }

// Host and Port are the target's.
func (s sketch) Host() string { return s.Target.Host }
func (s sketch) Port() int    { return s.Target.Port }

// ShownPath is the path as the serial port may say it, "" where that is FixedPath.
func (s sketch) ShownPath() string {
	t := request.Target{Path: s.FixedPath}
	if len(t.Secrets()) == 0 {
		return ""
	}
	return strings.ReplaceAll(t.ShownPath(), request.Mask, "********") // the port speaks ASCII
}

// Clock reports whether the sketch needs the time from the network.
func (s sketch) Clock() bool { return s.PinCA() || s.ClockInForm() || !s.SecretsEnd().At.IsZero() }

// SecretsEnd is the first secret to end.
func (s sketch) SecretsEnd() request.Expiry { return s.Request.FirstExpiry() }

func (s sketch) ClockInForm() bool { return s.uses(esp8266.SourceTime) }

// Moments reports whether the time stands there in another form than RFC 3339 in
// UTC, WaitsForClock whether no reading is taken before it is known.
func (s sketch) Moments() bool {
	return slices.ContainsFunc(s.Fields, func(f request.Field) bool { return f.Moment != (request.Moment{}) })
}
func (s sketch) WaitsForClock() bool { return slices.ContainsFunc(s.Fields, request.Field.Waits) }

// TimeZone is where local time is wanted.
func (s sketch) TimeZone() string {
	for _, f := range s.Fields {
		if zone, err := request.ParseZone(f.Moment.Zone); err == nil && zone != request.UTC {
			return string(zone)
		}
	}
	return string(request.UTC)
}

// WifiInForm reports whether a row of the form has no good value before the
// Wi-Fi is up.
func (s sketch) WifiInForm() bool {
	return s.uses(esp8266.SourceRSSI) || s.uses(esp8266.SourceIP)
}
func (s sketch) WaitForReading() bool { return s.WifiInForm() || s.ClockInForm() }
func (s sketch) Counter() bool        { return s.uses(esp8266.SourceCounter) }
func (s sketch) MAC() bool            { return s.uses(esp8266.SourceMAC) }
func (s sketch) VCC() bool            { return s.uses(esp8266.SourceVCC) }

func (s sketch) uses(source esp8266.Source) bool {
	return slices.ContainsFunc(s.Fields, func(f request.Field) bool { return f.Source == source })
}

// Keeps reports whether readings may go to flash, KeepsAll whether all do.
func (s sketch) Keeps() bool    { return s.Keep.On() }
func (s sketch) KeepsAll() bool { return s.Keep == KeepAll }

// WaitsForNetwork reports whether something waits for Wi-Fi or the time for a
// set time only.
func (s sketch) WaitsForNetwork() bool { return s.WaitForReading() || s.Clock() || s.DeepSleep }

// AnswerMax is how many bytes of an answer's text are kept, AnswerTests what is
// looked for in it.
func (s sketch) AnswerMax() int              { return request.AnswerMax }
func (s sketch) AnswerTests() []request.Test { return s.Answer.Tests() }

// A jsonRule is a condition as the sketch holds it.
type jsonRule struct{ request.Condition }

// WaitInBody reports whether a number in the answer says how long to wait.
func (s sketch) WaitInBody() bool { _, ok := s.Answer.Kept(); return ok }

// JSONRules are the conditions that an answer of JSON has to fulfil, and behind
// them the place of the number that says how long to wait.
func (s sketch) JSONRules() []jsonRule {
	var rules []jsonRule
	for _, c := range s.Answer.Conditions() {
		rules = append(rules, jsonRule{c})
	}
	if c, ok := s.Answer.Kept(); ok {
		rules = append(rules, jsonRule{c})
	}
	return rules
}

// Path holds a byte with the length of each name, and the name; 255 stands for
// every member or element.
func (r jsonRule) Path() string {
	var out []byte
	for _, step := range r.Condition.Path {
		if step.Every {
			out = append(out, 255)
			continue
		}
		out = append(append(out, byte(len(step.Name))), step.Name...)
	}
	return string(out)
}

// Number is what is compared with, as a C++ double.
func (r jsonRule) Number() string { return cNumber(r.Condition.Number) }

// DuplicatesHarm and DuplicatesDoNot are what the answer's rule says; both are
// false where it says nothing.
func (s sketch) DuplicatesHarm() bool  { return s.Answer.Duplicates == request.Harmful }
func (s sketch) DuplicatesDoNot() bool { return s.Answer.Duplicates == request.Harmless }

// FormShape stands for everything that the meaning of a stored form depends on:
// the server, the path, the template, the headers' names and the rows' names and
// kinds. Values don't count: those that change are in the form.
func (s sketch) FormShape() uint32 {
	sum := fnv.New32a()
	add := func(texts ...string) {
		for _, text := range texts {
			fmt.Fprintf(sum, "%d %s", len(text), text)
		}
	}
	add(s.Method, s.Target.Host, strconv.Itoa(s.Target.Port), s.Target.ShownPath(), string(s.Body), s.Template, s.Project.ContentType())
	for _, h := range s.Headers {
		add("header", h.Name, strconv.FormatBool(h.Moving))
	}
	if s.Split {
		add("split")
	}
	for _, f := range s.Fields {
		add("row", f.Name, f.Source.String())
		if f.Moment != (request.Moment{}) || f.Quoted {
			add("as", f.Moment.Format, f.Moment.Zone, strconv.FormatBool(f.Quoted))
		}
	}
	return sum.Sum32()
}

// StaticIP reports whether the board has a fixed address.
func (s sketch) StaticIP() bool { return s.Static != (Static{}) }

// IP is an address as IPAddress's constructor takes it: "192, 168, 1, 57".
func (s sketch) IP(a netip.Addr) string { return strings.ReplaceAll(a.String(), ".", ", ") }

// EveryMS is the interval in milliseconds.
func (s sketch) EveryMS() int64 { return s.Every.Milliseconds() }

// EveryText is the interval for people: "1m0s" becomes "1m".
func (s sketch) EveryText() string {
	text := s.Every.Round(time.Millisecond).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// OutboxMax is how many bytes of readings the outbox may hold. Up to two and a
// half times that lies in flash while it is tidied up (outbox.h, compact).
func (s sketch) OutboxMax() int {
	switch {
	case s.Board.Flash == "512K":
		return 4 << 10
	case s.SmallFlash() && s.SignedPins():
		return 8 << 10 // of 16 blocks of 4 KB, the pins' files take five while they change
	case s.SmallFlash():
		return 12 << 10
	}
	return 128 << 10
}

// SmallFlash reports whether the board's file system has 64 KB or less.
func (s sketch) SmallFlash() bool { return s.Board.Flash == "512K" || s.Board.Flash == "1M" }

// OutboxRAM, OTAPort and OTAPasswordMin are what the sketch's constants say.
func (s sketch) OutboxRAM() int      { return outboxRAM(s.Project) }
func (s sketch) OTAPort() int        { return esp8266.OTAPort }
func (s sketch) OTAPasswordMin() int { return minOTAPassword }

// Placeholders lists the placeholders that this sketch knows, each once.
func (s sketch) Placeholders() []string {
	var all []string
	for _, secret := range s.Secrets {
		if !slices.Contains(all, secret.Placeholder) {
			all = append(all, secret.Placeholder)
		}
	}
	return all
}

// OwnSecrets are the secrets of the request.
func (s sketch) OwnSecrets() []secret {
	return slices.DeleteFunc(slices.Clone(s.Secrets), func(one secret) bool { return one.Placeholder != PlaceholderSecret })
}

// Flash and Monitor are the commands that the README shows.
func (s sketch) Flash() string   { return arduinoUpload(s.Project, ".") }
func (s sketch) Monitor() string { return arduinoMonitor }
