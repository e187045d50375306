package formpost_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/testkit/rig"
	"espost/request"
)

// What an answer counts as, with the redirect followed where the rule says so.
func TestOutcome(t *testing.T) {
	id := rig.NewIdentity(t, "outcome", nil, nil)
	pin := esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{id.SHA1()}}
	const found = "HTTP/1.1 302 Found\r\nLocation: /done\r\nContent-Length: 0\r\n\r\n"
	later := request.Answer{RetryAfter: "retry_after"}
	for _, tt := range []struct {
		name, post, get string
		rule            request.Answer
		want            request.Outcome
		requests        int
	}{
		{"200", rig.OK, "", request.Answer{}, request.Delivered, 1},
		{"wrong text", rig.OK, "", request.Answer{Not: "^ok$"}, request.TryAgain, 1},
		{"interim", "HTTP/1.1 100 Continue\r\n\r\n" + rig.OK, "", request.Answer{}, request.Maybe, 1},
		{"404", rig.Status(404), "", request.Answer{}, request.Refused, 1},
		{"429", strings.Replace(rig.Status(429), "\r\n", "\r\nRetry-After: 7\r\n", 1), "", later, request.TryAgain, 1},
		{"302", found, "", request.Answer{}, request.Maybe, 1},
		{"302, followed", found, rig.OK, request.Answer{Follow: true}, request.Delivered, 2},
		{"302, followed to no", found, rig.OK, request.Answer{Follow: true, Not: "ok"}, request.TryAgain, 2},
		{"302, followed into trouble", found, rig.Status(500), request.Answer{Follow: true}, request.Maybe, 2},
		{"302, followed into nothing", found, "", request.Answer{Follow: true}, request.Maybe, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := rig.Serve(t, rig.TLS12(id), func(_ int, body string) string {
				if body == "" {
					return tt.get
				}
				return tt.post
			})
			c := formpost.Client{Timeouts: patience, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", strings.TrimPrefix(s.Port(), "RIG_PORT=")))
			}}
			r := recorded(443)
			r.Headers = []request.Header{{Name: "Authorization", Value: "Bearer s3cret-token", Secret: true}}
			r.Answer = tt.rule
			response, err := c.Send(t.Context(), r, pin)
			if err != nil {
				t.Fatal(err)
			}
			if response.Outcome != tt.want {
				t.Errorf("it counts as %s, want %s", response.Outcome, tt.want)
			}
			if waits := response.Notes.Has(formpost.NoteWait); waits != (tt.name == "429") {
				t.Errorf("it asks to wait: %v", waits)
			}
			requests, _, _ := s.Seen()
			if len(requests) != tt.requests {
				t.Fatalf("%d requests, want %d", len(requests), tt.requests)
			}
			if last := requests[len(requests)-1]; tt.requests == 2 && (!strings.HasPrefix(last, "GET /done HTTP/1.1\r\n") || strings.Contains(last, "s3cret")) {
				t.Errorf("the redirect was followed by\n%s", last)
			}
			if tt.requests == 2 && !response.Notes.Has(formpost.NoteFollowed) {
				t.Errorf("no note tells what became of it: %v", response.Notes)
			}
		})
	}
}
