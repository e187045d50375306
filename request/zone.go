package request

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"espost/internal/lazyregexp"
)

// A Zone is a time zone's rule as POSIX writes it (IEEE 1003.1, section 8.3, TZ):
// CET-1CEST,M3.5.0,M10.5.0/3. The core's configTime takes it.
type Zone string

// UTC is the zone of the board's clock.
const UTC Zone = "UTC0"

// zones.txt holds the rules that the tz database (2026) has for the time to come,
// by the zones' names.
//
//go:embed zones.txt
var zonesText string

var zones = sync.OnceValue(func() map[string]Zone {
	all := make(map[string]Zone)
	for line := range strings.Lines(zonesText) {
		name, rule, _ := strings.Cut(strings.TrimSpace(line), " ")
		all[name] = Zone(rule)
	}
	return all
})

// posixRule is a rule that the board's newlib reads: its hours aren't negative.
var posixRule = lazyregexp.New(`^` + zoneName + zoneTime + `(` + zoneName + `(` + zoneTime + `)?,` + zoneDay + `,` + zoneDay + `)?$`)

const (
	zoneName = `([A-Za-z]{3,10}|<[A-Za-z0-9+-]{3,10}>)`
	zoneTime = `[+-]?(2[0-4]|[01]?[0-9])(:[0-5][0-9]){0,2}`
	zoneDay  = `(M(1[0-2]|[1-9])\.[1-5]\.[0-6]|J?[0-9]{1,3})(/[0-9]{1,3}(:[0-5][0-9]){0,2})?`
)

// ParseZone reads a zone's name, such as Europe/Berlin, or its rule; "" is UTC.
func ParseZone(text string) (Zone, error) {
	if text == "" {
		return UTC, nil
	}
	zone, named := zones()[text]
	if !named {
		zone = Zone(text)
	}
	if !posixRule.Get().MatchString(string(zone)) {
		return "", fmt.Errorf("%q is no time zone that the board knows", quoted(text))
	}
	return zone, nil
}

// location is the zone for package time: data in the format of RFC 8536 that hold
// nothing but the rule.
func (z Zone) location() *time.Location {
	header := make([]byte, 44)
	copy(header, "TZif2")
	binary.BigEndian.PutUint32(header[36:], 1)                    // one local time type
	binary.BigEndian.PutUint32(header[40:], 4)                    // four bytes of names
	header = append(header, "\x00\x00\x00\x00\x00\x00UTC\x00"...) // the type, and its name
	data := slices.Concat(header, header, []byte("\n"+string(z)+"\n"))
	location, err := time.LoadLocationFromTZData(string(z), data)
	if err != nil {
		return time.UTC
	}
	return location
}
