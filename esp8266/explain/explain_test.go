package explain_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"espost/esp8266"
	"espost/esp8266/explain"
)

func codes(all []explain.Explanation) string {
	var list []string
	for _, e := range all {
		list = append(list, e.Code)
	}
	return strings.Join(list, ", ")
}

// Each case of the corpus names its public source, what is to be explained, in
// order and each once, and then the lines.
func TestCorpus(t *testing.T) {
	for _, name := range []string{"testdata/tools.txtar", "testdata/serial.txtar"} {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(archive.Files) < 60 {
			t.Errorf("%s: %d cases", name, len(archive.Files))
		}
		for _, f := range archive.Files {
			source, rest, _ := strings.Cut(string(f.Data), "\n")
			want, log, _ := strings.Cut(rest, "\n")
			want, found := strings.CutPrefix(want, "want:")
			if !strings.HasPrefix(source, "https://") || !found {
				t.Errorf("%s: %s: not a case", name, f.Name)
				continue
			}
			var got []string
			seen := map[string]bool{}
			for _, m := range explain.Log(log) {
				for _, e := range m.Explanations {
					if !seen[e.Code] {
						seen[e.Code] = true
						got = append(got, e.Code)
					}
				}
			}
			if got := strings.Join(got, ", "); got != strings.TrimSpace(want) {
				t.Errorf("%s: %s: %q, want %q", name, f.Name, got, want)
			}
		}
	}
}

// Lines that look like trouble and are none.
func TestInnocentLines(t *testing.T) {
	file, err := os.Open("testdata/innocent.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		if found := explain.Line(lines.Text()); found != nil {
			t.Errorf("%q = %q", lines.Text(), codes(found))
		}
	}
	if n < 200 {
		t.Errorf("%d lines", n)
	}
}
func TestQuestion(t *testing.T) {
	for seen, want := range map[string]string{
		// numbers
		"-1":    "HTTPClient -1",
		" -11 ": "HTTPClient -11",
		"-1000": "BearSSL -1000",
		"6":     "BearSSL 6",
		"62":    "BearSSL 62",
		"40":    "BearSSL 40, BearSSL 296", // the core takes the 256 away
		"70":    "BearSSL 326",
		"296":   "BearSSL 296",
		"326":   "BearSSL 326",
		"552":   "BearSSL 552",
		"404":   "HTTP 404",
		"301":   "HTTP 301, BearSSL 301",
		"0":     "",
		"-12":   "",
		"99":    "",
		"1234":  "",
		"200":   "",
		// named numbers
		"error -1":                  "HTTPClient -1",
		"Error “-1”":                "HTTPClient -1",
		"HTTPClient -5":             "HTTPClient -5",
		"[HTTP] POST... code: -11":  "HTTPClient -11",
		"BearSSL 62":                "BearSSL 62",
		"bearssl error: 54":         "BearSSL 54",
		"SSL error 296":             "BearSSL 296",
		"getLastSSLError() = -1000": "BearSSL -1000",
		"alert 40":                  "alert 40",
		"SSL alert number 80":       "alert 80",
		"HTTP Response code: 404":   "HTTP 404",
		"HTTP/1.1 503":              "HTTP 503",
		// texts
		"connection failed": "HTTPClient -1",
		"read Timeout":      "HTTPClient -11",
		"Chain could not be linked to a trust anchor.":                                 "BearSSL 62",
		"chain could not be linked to a trust anchor":                                  "BearSSL 62",
		"handshake_failure":                                                            "alert 40",
		"handshake failure":                                                            "alert 40",
		"sslv3 alert handshake failure":                                                "alert 40",
		"SSL received fatal alert - Decoding error: extraneous element.":               "BearSSL 296",
		"SSL error 40: SSL received fatal alert - Decoding error: extraneous element.": "BearSSL 296",
		"70 SSL received fatal alert - Unknown error code.":                            "BearSSL 326",
		"SSL received fatal alert - Unknown error code.":                               "BearSSL 326, BearSSL 336, BearSSL 368",
		// espost's firmware
		"FAILED: HTTPClient -1, BearSSL 62":               "HTTPClient -1, BearSSL 62",
		"FAILED: HTTPClient -1, alert 70 from the server": "HTTPClient -1, alert 70",
		// the core's debug output and the tutorial's sketch
		"[HTTP-Client][returnError] error(-1): connection failed":                                                 "HTTPClient -1",
		"[HTTPS] POST... failed, error: connection failed":                                                        "HTTPClient -1",
		"BSSL:insecure_end_chain: Received cert FP doesn't match":                                                 "BearSSL 62",
		"BSSL:_connectSSL: Couldn't connect. Error = 'Unable to allocate memory for SSL structures and buffers.'": "BearSSL -1000",
		// nothing
		"":                     "",
		"Connected to -61 dBm": "",
		"rssi=-61":             "",
		"temperature -4":       "",
		"all is well":          "",
		"uptime 296 s":         "",
	} {
		if got := codes(explain.Question(seen)); got != want {
			t.Errorf("Question(%q) = %q, want %q", seen, got, want)
		}
	}
}

func TestLog(t *testing.T) {
	const log = "\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n" +
		"WiFi connected, 192.168.1.57, -61 dBm\r\n" +
		"[HTTPS] begin...\r\n" +
		"[HTTPS] POST... failed, error: connection failed\r\n" +
		"no stream of mine\r\n" +
		"FAILED: HTTPClient -1, BearSSL 54\r\n"
	var got []string
	for _, m := range explain.Log(log) {
		got = append(got, strings.Join([]string{m.Text, codes(m.Explanations)}, " => "))
	}
	want := []string{
		"[HTTPS] POST... failed, error: connection failed => HTTPClient -1",
		"FAILED: HTTPClient -1, BearSSL 54 => HTTPClient -1, BearSSL 54",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if first := explain.Log(log)[0]; first.Line != 5 {
		t.Errorf("line %d", first.Line)
	}
}

// Every error is found by its own name and by the core's own words.
func TestExplainKnowsItself(t *testing.T) {
	for _, e := range append(esp8266.HTTPClientErrors(), esp8266.SSLErrors()...) {
		if e.Code == 0 {
			continue
		}
		for _, seen := range []string{e.Name, e.Text, strings.ToUpper(e.Text)} {
			if got := explain.Question(seen); !strings.Contains(codes(got), e.Name) {
				t.Errorf("Question(%q) = %q, want %s", seen, codes(got), e.Name)
			}
		}
	}
	for n := range 256 {
		alert := esp8266.Alert(n)
		if got := explain.Question(alert.Name); codes(got) != alert.Name {
			t.Errorf("Question(%q) = %q", alert.Name, codes(got))
		}
		received, _ := (esp8266.AlertReceived + esp8266.SSLError(n)).Info()
		if got := explain.Question(received.Text); n > 0 && alert.Text != "unassigned" && !strings.HasSuffix(received.Text, esp8266.TextUnknown) && codes(got) != received.Name {
			t.Errorf("Question(%q) = %q, want %s", received.Text, codes(got), received.Name)
		}
	}
}

// Whatever a log holds, the answer comes from it: each mention quotes a line of
// the log, and explains it as that line alone is explained.
func FuzzLog(f *testing.F) {
	f.Add("FAILED: HTTPClient -1, BearSSL 62\nSSL received fatal alert - \x00\xff")
	f.Add("alert 999999999999999999999 error -99 code: 404")
	f.Fuzz(func(t *testing.T, log string) {
		for _, m := range explain.Log(log) {
			if !strings.Contains(log, m.Text) || len(m.Explanations) == 0 {
				t.Fatalf("%+v", m)
			}
			for _, e := range m.Explanations {
				if e.Message == "" || e.Fix == "" {
					t.Fatalf("%q: %+v", m.Text, e)
				}
			}
			if again := explain.Log(m.Text); len(again) != 1 || codes(again[0].Explanations) != codes(m.Explanations) {
				t.Fatalf("%q alone: %+v", m.Text, again)
			}
		}
	})
}

func BenchmarkLine(b *testing.B) {
	lines := []string{
		"POST: 200, 25 bytes sent in 812 ms over a new connection",
		"POST: 202, 25 bytes in 812 ms over a new connection", "Reading: delivered", "Reading: refused", "Reading: waiting for another try",
		"temperature 21.5 C, humidity 40 %, rssi -61",
		"Exception (28):",
		"3ffefe70:  e51988ff 3ffeff14 3ffefee0 4020190c  ",
	}
	for b.Loop() {
		for _, line := range lines {
			explain.Line(line)
		}
	}
}
