package codegen_test

import (
	"strings"
	"testing"

	"espost/codegen"
	"espost/internal/testkit/rig"
	"espost/request"
)

// A redirect that repeats a secret is told on the serial port without it, however
// the server has encoded it, and no redirect takes it along.
func TestRedirectShowsNoSecret(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.Target.Path = "/bot{{token}}/send"
	p.Headers = []request.Header{{Name: "X-Key", Value: "k&y value", Secret: true}}
	p.Fields = append(p.Fields, request.Field{Name: "token", Value: "12:A/b s3cret", Secret: true}, request.Field{Name: "pin", Value: "123", Secret: true})
	program := rig.Plain.BuildJoined(t, []codegen.Project{p})
	for location, want := range map[string]string{
		"https://x.example/bot12:A/b%20s3cret/send":    "https://x.example/bot****/send",
		"/bot12%3aA%2Fb+s3cret/?key=k%26y+value&n=123": "/bot****/?key=****&n=123",
		"/bot12:A/b s3cre":                             "/bot12:A/b s3cre",
		"/%31%32%3A%41%2f%62%20%73%33%63%72%65%74":     "/****",
	} {
		s := rig.Serve(t, rig.TLS12(id), func(int, string) string { return with(301, "Location: "+location+"\r\n", "") })
		board := rig.Boot(t, program, rig.Sketch(0), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=900")
		board.Says(t, "It points to "+want+"\n")
		requests, _, _ := s.Seen()
		if len(requests) != 1 || !strings.Contains(requests[0], "POST /bot12%3AA%2Fb%20s3cret/send ") {
			t.Errorf("%d requests: %s", len(requests), requests)
		}
	}
}
