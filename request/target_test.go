package request_test

import (
	"errors"
	"strings"
	"testing"

	"espost/request"
)

func TestParseTarget(t *testing.T) {
	tests := []struct {
		in, host string
		port     int
		path     string
		noted    bool
	}{
		{"postman-echo.com", "postman-echo.com", 443, "/", false},
		{"Postman-Echo.COM:8443", "postman-echo.com", 8443, "/", false},
		{"https://host.example/path?x=1", "host.example", 443, "/path?x=1", false},
		{"HTTPS://host.example:8443/a/b?c=d&e=f#part", "host.example", 8443, "/a/b?c=d&e=f", false},
		{"host.example/post", "host.example", 443, "/post", false},
		{"//host.example/post", "host.example", 443, "/post", false},
		{"host.example?x=1", "host.example", 443, "/?x=1", false},
		{"host.example/?u=http://other/", "host.example", 443, "/?u=http://other/", false},
		{"[::1]:8443", "::1", 8443, "/", false},
		{"[2001:DB8::1]", "2001:db8::1", 443, "/", false},
		{"::1", "::1", 443, "/", false},
		{"https://[::1]/x", "::1", 443, "/x", false},
		{"192.168.1.7:8443", "192.168.1.7", 8443, "/", false},
		{"  https://host.example \t", "host.example", 443, "/", false},
		{"\u200ehost.example\ufeff", "host.example", 443, "/", false},
		{"https://ho\u200bst.example\u00a0/pa\u2060th", "host.example", 443, "/path", false},
		{"host.example: 8443", "host.example", 8443, "/", false},
		{"\"https://host.example/post\";", "host.example", 443, "/post", false},
		{"host.example?'#part", "host.example", 443, "/?", false},
		{"<https://host.example>", "host.example", 443, "/", false},
		{"https://host.example/my path?q=ä\"", "host.example", 443, "/my%20path?q=%C3%A4", false},
		{"https://host.example/%20", "host.example", 443, "/%20", false},
		{"bücher.example", "xn--bcher-kva.example", 443, "/", false},
		{"BÜCHER。example", "xn--bcher-kva.example", 443, "/", false},
		{"host.example.", "host.example", 443, "/", false},
		{"my_server.local", "my_server.local", 443, "/", false},
		{"localhost:8443", "localhost", 8443, "/", false},
		{"host.example:", "host.example", 443, "/", false},
		{"http://host.example/x", "host.example", 443, "/x", true},
		{"http://host.example:80/x", "host.example", 443, "/x", true},
		{"http://host.example:8080", "host.example", 8080, "/", true},
		{"host.example:80", "host.example", 443, "/", true},
		{"https://host.example:80", "host.example", 443, "/", true},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := request.ParseTarget(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got.Host != tt.host || got.Port != tt.port || got.Path != tt.path {
				t.Errorf("got %q %d %q, want %q %d %q", got.Host, got.Port, got.Path, tt.host, tt.port, tt.path)
			}
			notes := got.Notes()
			noted := len(notes) == 1 && notes[0].Code == request.CodePlainHTTP && notes[0].Fix != ""
			if noted != tt.noted || len(notes) > 1 {
				t.Errorf("notes are %+v, want plain-http: %v", notes, tt.noted)
			}
			again, err := request.ParseTarget(got.URL())
			if err != nil || again.URL() != got.URL() {
				t.Errorf("URL %q reads back as %q, %v", got.URL(), again.URL(), err)
			}
		})
	}
}

func TestParseTargetRefuses(t *testing.T) {
	tests := []struct{ in, says string }{
		{"", "Nothing was given"},
		{" \u200e ", "Nothing was given"},
		{"https://", "host is missing"},
		{":443", "host is missing"},
		{"ftp://host.example", `"ftp" is no scheme`},
		{"mqtts://host.example", `"mqtts" is no scheme`},
		{"https://user:secret@host.example", "user name or password"},
		{"host.example:0", "no port"},
		{"host.example:65536", "no port"},
		{"host.example:https", "no port"},
		{"[::1", "] after the IPv6 address is missing"},
		{"[host]:443", "no IPv6 address"},
		{"[::1]x", "stands after"},
		{"fe80::1%eth0", "zone"},
		{"1.2.3", "incomplete IP address"},
		{"256.1.1.1", "incomplete IP address"},
		{"*.example.com", "pattern"},
		{"host..example", "empty"},
		{"-host.example", "hyphen"},
		{"ho$t.example", "can't hold"},
		{"a:b:c", "neither"},
		{strings.Repeat("a", 64) + ".example", "63"},
		{strings.Repeat("abcdefg.", 32) + "example", "253"},
		{strings.Repeat("x", 5000), "too long"},
		{"host.example/" + strings.Repeat("ä", 2000) + "x", "too long"}, // once it is percent-encoded
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := request.ParseTarget(tt.in)
			if !errors.Is(err, request.ErrTarget) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, error %v; want one saying %q", got, err, tt.says)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

func TestTargetForms(t *testing.T) {
	v6 := request.Target{Host: "::1", Port: 8443, Path: "/x"}
	if got := v6.Addr() + " " + v6.String(); got != "[::1]:8443 https://[::1]:8443/x" {
		t.Error(got)
	}
	plain := request.Target{Host: "host.example", Port: 443, Path: "/"}
	if got := plain.Addr() + " " + plain.URL(); got != "host.example:443 https://host.example/" {
		t.Error(got)
	}
}
