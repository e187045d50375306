package services

import (
	"espost/esp8266"
	"espost/request"
)

// Readings that every board has, so that a service can be tried before a sensor
// is there.

func signal(name string) request.Field {
	return request.Field{Name: name, Source: esp8266.SourceRSSI}
}

func uptime(name string) request.Field {
	return request.Field{Name: name, Source: esp8266.SourceUptime}
}

// own is what only the maker's sensor knows.
func own(name, sample string) request.Field {
	return request.Field{Name: name, Source: esp8266.SourceCode, Sample: sample}
}

// local is the time in the user's zone, by a pattern.
func local(name, pattern string) request.Field {
	return request.Field{Name: name, Source: esp8266.SourceTime, Moment: request.Moment{Format: pattern, Zone: "[zone]"}}
}

func constant(name, value string) request.Field {
	return request.Field{Name: name, Value: value}
}

// both are the two readings under their own names.
func both() []request.Field { return []request.Field{signal("rssi"), uptime("uptime")} }

func headers(pairs ...string) []request.Header {
	var all []request.Header
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, request.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return all
}

// on is a page, read on a day.
func on(day, about, url string) Source { return Source{About: about, URL: url, Read: day} }

// november is when the catalogue was made.
const november = "2026-11-25"

// later is when some of it was looked up again.
const later = "2026-11-26"
