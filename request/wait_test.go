package request_test

import (
	"net/http"
	"testing"
	"time"

	"espost/request"
)

// How long an answer asks to wait: the longer of header and body, an hour at most.
func TestWait(t *testing.T) {
	now := time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)
	const later, sooner = "Sun, 31 Jan 2027 12:05:00 GMT", "Sun, 31 Jan 2027 11:00:00 GMT"
	for _, tt := range []struct {
		path, header, date, body string
		want                     time.Duration
	}{
		{"", "", "", `{"retry_after":3}`, 0},
		{"", "40", "", "", 40 * time.Second},
		{"", "soon", "", "", 0},
		{"", later, "", "", 5 * time.Minute},
		{"", later, "Sun, 31 Jan 2027 12:04:00 GMT", "", time.Minute},
		{"", sooner, "", "", 0},
		{"", "99999", "", "", time.Hour},
		{"retry_after", "", "", `{"retry_after":0.529}`, 529 * time.Millisecond},
		{"retry_after", "1", "", `{"retry_after":0.529}`, time.Second},
		{"retry_after", "", "", `{"retry_after":0.0001}`, time.Millisecond},
		{"retry_after", "", "", `{"retry_after":1e99}`, time.Hour},
		{"retry_after", "", "", `{"retry_after":-3}`, 0},
		{"retry_after", "", "", `{"retry_after":"3"}`, 0},
		{"retry_after", "", "", `{"a":{"retry_after":3}}`, 0},
		{"parameters.retry_after", "", "", `{"ok":false,"parameters":{"retry_after":3}`, 3 * time.Second},
		{"parameters.retry_after", "2", "", `<html>`, 2 * time.Second},
		{"errors.0.wait", "", "", `{"errors":[{"wait":5},{"wait":6}]}`, 5 * time.Second},
		{".", "", "", `12`, 12 * time.Second},
	} {
		header := http.Header{}
		for key, value := range map[string]string{"Retry-After": tt.header, "Date": tt.date} {
			if value != "" {
				header.Set(key, value)
			}
		}
		a := request.Answer{RetryAfter: tt.path}
		if got := a.Wait(header, request.Reply{Body: []byte(tt.body), Whole: true}, now); got != tt.want {
			t.Errorf("%q, %q, %q: it asks to wait %s, want %s", tt.path, tt.header, tt.body, got, tt.want)
		}
	}
}

// A path that leads to no single value is refused.
func TestWaitPath(t *testing.T) {
	r := request.Request{Method: "POST", Body: request.Form, Target: request.Target{Host: "example.com", Port: 443, Path: "/"}, Fields: []request.Field{{Name: "a", Value: "b"}}}
	for path, good := range map[string]bool{"retry_after": true, "a.0.b": true, `"a b".c`: true, "*.wait": false, "wait > 0": false, "a..b": false, " ": false} {
		r.Answer.RetryAfter = path
		if got := r.Validate().Err() == nil; got != good {
			t.Errorf("%q is taken: %v, want %v: %v", path, got, good, r.Validate())
		}
	}
}
