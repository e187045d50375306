package request_test

import (
	"strings"
	"testing"
	"time"

	"espost/esp8266"
	"espost/request"
)

func timeField(format, zone, sample string) request.Field {
	return request.Field{Name: "t", Source: esp8266.SourceTime, Moment: request.Moment{Format: format, Zone: zone}, Sample: sample}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ format, zone, at, want string }{
		{"s", "", "2027-01-31T12:00:00.123456789Z", "1801396800"},
		{"ms", "Europe/Berlin", "2027-01-31T12:00:00.123456789Z", "1801396800123"},
		{"us", "", "2027-01-31T12:00:00.123456789Z", "1801396800123456"},
		{"ns", "", "2027-01-31T12:00:00.123456789Z", "1801396800123456000"},
		{"", "Europe/Berlin", "2027-03-28T01:00:00Z", "2027-03-28T03:00:00+02:00"},
		{"", "Europe/Berlin", "2027-03-28T00:59:59Z", "2027-03-28T01:59:59+01:00"},
		{"", "<+0545>-5:45", "2027-03-28T00:59:59Z", "2027-03-28T06:44:59+05:45"},
		{"%Y%m%d %H:%M:%S %j %y %I%p %u%w %a %b %z %:z%%", "America/St_Johns", "2027-01-01T02:00:00Z", "20261231 22:30:00 365 26 10PM 44 Thu Dec -0330 -03:30%"},
		{"%u%w%I%p", "", "2027-01-31T00:10:00Z", "7012AM"},
		{"", "", "2027-01-31T12:00:00Z", "2027-01-31T12:00:00Z"},
		{"%Y", "", "", "2027"},
	} {
		if got := timeField(tt.format, tt.zone, tt.at).Sent(); got != tt.want {
			t.Errorf("%q in %q at %s: %s, want %s", tt.format, tt.zone, tt.at, got, tt.want)
		}
	}
}

// The table's rules are those of the tz database.
func TestZonesOfTheTable(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Jerusalem", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham", "Europe/Dublin", "Africa/Cairo", "America/Santiago", "Etc/GMT+5", "UTC"} {
		location, err := time.LoadLocation(name)
		if err != nil {
			t.Skip("this computer has no tz database")
		}
		for at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2028; at = at.Add(7 * time.Hour) {
			got := timeField("", name, at.Format(time.RFC3339)).Sent()
			if want := at.In(location).Format("2006-01-02T15:04:05-07:00"); name != "UTC" && got != want {
				t.Fatalf("%s: %s, want %s", name, got, want)
			}
			checked++
		}
	}
	if checked < 10000 {
		t.Errorf("only %d instants", checked)
	}
}

func TestMomentsAreChecked(t *testing.T) {
	t.Parallel()
	for says, f := range map[string]request.Field{
		"which the board doesn't know":  timeField("", "Europe/Berlino", ""),
		`zone "America/Nuuk"`:           timeField("", "America/Nuuk", ""), // its rule has negative hours
		`"%e" in its format`:            timeField("%e", "", ""),
		`"%" in its format`:             timeField("%Y%", "", ""),
		`the format "Y"`:                timeField("Y", "", ""),
		"makes 80 bytes":                timeField(strings.Repeat("%Y", 20), "", ""),
		"which is no time":              timeField("s", "", "noon"),
		"is no time, so format":         {Name: "a", Source: esp8266.SourceRSSI, Moment: request.Moment{Format: "s"}},
		"only the time comes by itself": {Name: "a", Source: esp8266.SourceRSSI, None: request.Wait},
	} {
		r := request.Request{Method: "POST", Body: request.Form, Fields: []request.Field{f}}
		if err := r.CheckWords().Err(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	two := request.Request{Method: "POST", Body: request.Form, Fields: []request.Field{timeField("", "Europe/Berlin", ""), timeField("", "Asia/Tokyo", "")}}
	if err := two.Validate().Err(); err == nil || !strings.Contains(err.Error(), "another time zone") {
		t.Errorf("two zones: %v", err)
	}
}

// What stands in the app's field comes back.
func TestReadingInWords(t *testing.T) {
	t.Parallel()
	for _, f := range []request.Field{
		{Moment: request.Moment{Format: `%H:%M "x"`, Zone: "CET-1CEST,M3.5.0,M10.5.0/3"}, None: request.Wait},
		{Moment: request.Moment{Format: "ms", Zone: "Europe/Berlin"}, Quoted: true},
		{Shape: request.Shape{Scale: 1.8, Offset: 32, Decimals: request.Places(1)}, None: request.Skip},
	} {
		var got request.Field
		if err := request.ParseReading(request.FormatReading(f), &got); err != nil || got != f {
			t.Errorf("%s: %+v, %v", request.FormatReading(f), got, err)
		}
	}
	var f request.Field
	if err := request.ParseReading("scale=2, offset: 1 as number", &f); err == nil || f.Shape.Scale != 0 {
		t.Errorf("%v, %v", f, err)
	}
}
