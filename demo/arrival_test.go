package demo_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/demo"
)

// Each request is logged as it came: its fields in order, its size, its time,
// the records, and the handshake of a new connection.
func TestArrival(t *testing.T) {
	entries := make(chan demo.Entry, 10)
	s := start(t, demo.Options{Log: func(e demo.Entry) { entries <- e }})
	c := client(t, s)
	c.Transport.(*http.Transport).TLSClientConfig.MaxVersion = 0x0303 // the board's
	post := func(contentType, body string) demo.Entry {
		t.Helper()
		response, err := c.Post(s.URL(), contentType, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		buffer := make([]byte, 10_000)
		for err == nil { // so that the connection is kept
			_, err = response.Body.Read(buffer)
		}
		_ = response.Body.Close()
		return <-entries
	}
	tests := []struct {
		contentType, body string
		fields            []demo.Pair
	}{
		{"application/x-www-form-urlencoded", "b=2&a=one+two", []demo.Pair{{Name: "b", Value: "2"}, {Name: "a", Value: "one two"}}},
		{"application/json", `{"b": 2.50, "a": "x", "c": [1, 2]}`, []demo.Pair{{Name: "b", Value: "2.50"}, {Name: "a", Value: "x"}, {Name: "c", Value: "[1, 2]"}}},
		{"application/json", `[1]`, nil},
		{"text/plain", "a=b", nil},
		{"application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 20_000), nil},
	}
	for i, tt := range tests {
		e := post(tt.contentType, tt.body)
		if diff := cmp.Diff(tt.fields, e.Fields); diff != "" || e.Bytes != len(tt.body) {
			t.Errorf("%s: %d bytes, fields (-want +got):\n%s", tt.body, e.Bytes, diff)
		}
		all := 0
		for _, n := range e.Records {
			all += n
		}
		if all < len(tt.body) || len(e.Records) == 0 {
			t.Errorf("%s came in records of %v bytes", tt.body, e.Records)
		}
		if e.Took <= 0 || (e.Handshake > 0) != (i == 0) {
			t.Errorf("request %d took %v, its handshake %v", i, e.Took, e.Handshake)
		}
	}
}

func TestArrivalMasksSecrets(t *testing.T) {
	e := demo.Entry{Method: "POST", URI: "/post?token=planted", Status: 200, Arrival: demo.Arrival{
		Fields:  []demo.Pair{{Name: "temp", Value: "21.5\x1b[2J"}, {Name: "password", Value: "planted"}},
		Took:    3 * time.Millisecond,
		Records: []int{330, 41},
	}}
	got := e.Summary()
	if strings.Contains(got, "planted") || strings.Contains(got, "\x1b") || !strings.HasSuffix(got, "; 3 ms; TLS records of 330, 41 bytes") || !strings.HasPrefix(got, "POST /post 200 temp=21.5") {
		t.Errorf("the summary is %q", got)
	}
}
