package imports_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"espost/formpost"
	"espost/imports"
	"espost/request"
)

// exchange is an answer to r as formpost would return it.
func exchange(r request.Request) *formpost.Response {
	return &formpost.Response{
		Sent: r, Request: r.Bytes(), Started: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC),
		Status: 200, Reason: "OK", Proto: "HTTP/1.1", HeadRaw: []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=b; Secure\r\n\r\n"),
		Header: http.Header{"Content-Type": {"text/plain"}, "Set-Cookie": {"a=b; Secure"}}, Body: []byte("fine \xff"), Address: "192.0.2.1",
		Phases: formpost.Phases{DNS: 1e6, TCP: 2e6, TLS: 3e6, FirstByte: 4e6, Body: 5e6},
	}
}

// harRequired are the fields that version 1.2 demands (w3c.github.io/web-performance/specs/HAR,
// those not marked optional), of what is written.
var harRequired = []string{
	"log.version", "log.creator.name", "log.creator.version", "log.entries",
	"log.entries.startedDateTime", "log.entries.time", "log.entries.request", "log.entries.response", "log.entries.cache", "log.entries.timings",
	"log.entries.request.method", "log.entries.request.url", "log.entries.request.httpVersion", "log.entries.request.cookies", "log.entries.request.headers",
	"log.entries.request.queryString", "log.entries.request.headersSize", "log.entries.request.bodySize",
	"log.entries.request.headers.name", "log.entries.request.headers.value", "log.entries.request.queryString.name", "log.entries.request.queryString.value",
	"log.entries.request.postData.mimeType", "log.entries.request.postData.text",
	"log.entries.response.status", "log.entries.response.statusText", "log.entries.response.httpVersion", "log.entries.response.cookies",
	"log.entries.response.headers", "log.entries.response.content", "log.entries.response.redirectURL", "log.entries.response.headersSize",
	"log.entries.response.bodySize", "log.entries.response.content.size", "log.entries.response.content.mimeType",
	"log.entries.response.cookies.name", "log.entries.response.cookies.value",
	"log.entries.timings.send", "log.entries.timings.wait", "log.entries.timings.receive",
}

func TestHAR(t *testing.T) {
	target, err := request.ParseTarget("https://porch.example.com/x?a=1&api_key=hunter2")
	if err != nil {
		t.Fatal(err)
	}
	r := request.Request{Method: "POST", Target: target, Body: request.Form,
		Headers: []request.Header{{Name: "Authorization", Value: "Bearer hunter2", Secret: true}},
		Fields:  []request.Field{{Name: "t", Value: "21.5 °C"}, {Name: "token", Value: "hunter2", Secret: true}}}
	file := imports.FormatHAR([]*formpost.Response{exchange(r), exchange(r)}, true)
	var tree any
	if err := json.Unmarshal(file, &tree); err != nil {
		t.Fatal(err)
	}
	for _, path := range harRequired {
		at := []any{tree}
		for name := range strings.SplitSeq(path, ".") {
			var below []any
			for _, v := range at {
				if list, ok := v.([]any); ok {
					v = list[0]
				}
				if m, ok := v.(map[string]any); ok && m[name] != nil {
					below = append(below, m[name])
				}
			}
			at = below
		}
		if len(at) == 0 {
			t.Errorf("%s is missing", path)
		}
	}
	all, err := imports.Read(file, "porch.har")
	if err != nil || len(all) != 2 {
		t.Fatalf("%d requests, %v", len(all), err)
	}
	if got, want := canonical(all[1].Request), canonical(r); got != want {
		t.Errorf("%s\nbecame\n%s", want, got)
	}
	if masked := imports.FormatHAR([]*formpost.Response{exchange(r)}, false); strings.Contains(string(masked), "hunter2") || !strings.Contains(string(masked), "21.5") {
		t.Errorf("%s", masked)
	}
}
