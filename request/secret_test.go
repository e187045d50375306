package request_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/request"
)

// An address is shown without what only its owner may know, and otherwise as it
// is.
func TestAddressesAreShownWithoutCredentials(t *testing.T) {
	for _, test := range []struct {
		address, shown, public string
		secrets                []string
	}{
		{"https://h.example/a?b=c&d", "https://h.example/a?b=c&d", "https://h.example/a", nil},
		{"https://h.example/a?b=c&api_key=x%2Fy+z&d=e", "https://h.example/a?b=c&api_key=" + request.Mask + "&d=e", "https://h.example/a", []string{"x/y z"}},
		{"https://h.example/?key=A1B2C3D4E5", "https://h.example/?key=" + request.Mask, "https://h.example/", []string{"A1B2C3D4E5"}},
		{"https://h.example/?key=rssi&access%5Ftoken=t&auth=u", "https://h.example/?key=rssi&access%5Ftoken=" + request.Mask + "&auth=" + request.Mask, "https://h.example/", []string{"t", "u"}},
		{"https://api.telegram.org/bot123:AAabc/sendMessage?chat_id=1", "https://api.telegram.org/bot123:" + request.Mask + "/sendMessage?chat_id=1", "https://api.telegram.org/", []string{"AAabc"}},
		{"https://h.example/bots:a/b?token=", "https://h.example/bots:a/b?token=", "https://h.example/bots:a/b", nil},
	} {
		target, err := request.ParseURL(test.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := target.Shown(); got != test.shown {
			t.Errorf("%s is shown as %s, want %s", test.address, got, test.shown)
		}
		if got := target.Public(); got != test.public {
			t.Errorf("%s is remembered as %s, want %s", test.address, got, test.public)
		}
		if got := target.Secrets(); !slices.Equal(got, test.secrets) {
			t.Errorf("%s holds %q, want %q", test.address, got, test.secrets)
		}
		head, _ := request.Request{Method: "POST", Target: target, Body: request.Form}.Preview()
		for _, s := range test.secrets {
			if len(s) > 1 && strings.Contains(head, s) {
				t.Errorf("%s: the preview shows %q", test.address, s)
			}
		}
	}
}

// Nothing that stands before an @ is repeated, whatever signs a password holds.
func TestUserInformationIsNotQuoted(t *testing.T) {
	for _, address := range []string{
		"https://me:hunter2@h.example/", "me:hunter2@h.example", "https://me:hunter2/x@h.example", "https://me:hun?hunter2@h.example",
		"https://me:hunter2#x@h.example", "https://hunter2@", "hunter2://me@h.example", "https://me:hunter2 x@h.example:port", "[hunter2@h.example",
	} {
		for _, parse := range []func(string) (request.Target, error){request.ParseTarget, request.ParseURL} {
			if _, err := parse(address); err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
}

// What a row's slip says holds the name at most.
func TestSlipsQuoteNoValue(t *testing.T) {
	for _, item := range []string{
		"password!hunter2", "password:=hunter2", "password@hunter2", "password@digital:hunter2", "Authorization: hunter2", "password: hunter2", "password hunter2",
	} {
		_, err := request.ParseField(item)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", item, err)
		}
	}
	if _, err := request.ParseHeader("Authorization hunter2"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// What is a credential by its name is one, whoever forgot to mark it.
func TestCredentials(t *testing.T) {
	r := request.Request{
		Headers: []request.Header{{Name: "Authorization", Value: "x"}, {Name: "X-Device", Value: "porch"}, {Name: "Cookie"}},
		Fields:  []request.Field{{Name: "token", Value: "x"}, {Name: "a", Value: "b"}, {Name: "pass", Value: "1", Source: esp8266.SourceJSON}},
	}
	want := r.Clone()
	want.Headers[0].Secret, want.Fields[0].Secret = true, true
	if diff := cmp.Diff(want, r.Credentials()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Headers[0].Secret || r.Fields[0].Secret {
		t.Error("the request itself was changed")
	}
}
