package formpost_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/testkit/hostile"
	"espost/request"
)

// A server that sends the request back, in whatever place and spelling, doesn't
// bring a secret to light.
func TestEchoedSecretsAreMasked(t *testing.T) {
	secrets := []string{"plant3d", "plant3d-and-longer", `pl"an<t> 3d\+é`, "pass:w0rd", "t0ken-planted"}
	sent := request.Request{
		Method: "POST", Target: request.Target{Host: "localhost", Path: "/post"},
		Headers: []request.Header{
			{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte("me:pass:w0rd")), Secret: true},
			{Name: "X-Auth", Value: "Bearer t0ken-planted", Secret: true},
		},
		Fields: []request.Field{
			{Name: "a", Value: secrets[0], Secret: true},
			{Name: "b", Value: secrets[1], Secret: true},
			{Name: "c", Value: secrets[2], Secret: true},
			{Name: "open", Value: "to-be-seen"},
		},
	}
	parrot, _ := hostile.Named("parrot")
	for _, encoding := range []request.Body{request.Form, request.JSON} {
		seen := false
		for v := range parrot.Count() {
			s := hostile.Start(t, parrot, hostile.Options{Variant: v})
			sent.Body, sent.Target.Port = encoding, s.Port()
			response, err := client().Send(t.Context(), sent, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{hostile.LeafSHA1()}})
			var shown []string
			var failed *formpost.Error
			switch {
			case errors.As(err, &failed):
				shown = []string{failed.Message, failed.Fix}
			case err != nil:
				t.Fatal(err)
			default:
				shown = []string{response.Masked(string(response.HeadRaw)), response.Masked(response.Reason), response.Masked(string(response.Body))}
				for _, n := range response.Notes {
					shown = append(shown, n.Message, n.Fix)
				}
			}
			text := strings.Join(shown, "\n")
			seen = seen || strings.Contains(text, "to-be-seen") && strings.Contains(text, request.Mask)
			for _, s := range append(secrets, "an<t>", "an%3Ct", `an\u003ct`, "and-longer", "w0rd", "bWU6cGFzczp3MHJk") {
				if strings.Contains(text, s) {
					t.Errorf("%s, variant %d: %q can be read in:\n%s", encoding, v, s, text)
				}
			}
		}
		if !seen {
			t.Errorf("%s: no answer shows what isn't secret", encoding)
		}
	}
}
