package imports_test

import (
	"errors"
	"strings"
	"testing"

	"espost/imports"
	"espost/internal/problem"
)

// What is broken or means harm is refused with a reason and a fix, and no
// message repeats what it holds.
func TestRefusals(t *testing.T) {
	const secret = "hunter2"
	deep := func(open string) string { return strings.Repeat(open, 30000) }
	for text, says := range map[string]string{
		"":                                           "no curl",
		"hello, " + secret:                           "no curl, wget, http, https, xh or xhs command",
		"https://h.example/" + secret:                "no curl",
		"curl":                                       "no address",
		"curl https://h/ -d '" + secret:              "isn't closed",
		"curl -d @" + secret + " https://h/":         "from a file",
		"curl ^\"https://h/^\" -d \"" + secret:       "isn't closed",
		"curl.exe `\n https://h/ -d '" + secret:      "isn't closed",
		"C:\\> dir " + secret + " ^":                 "no curl",
		"curl ^\"https://h/?a=1&b=" + secret + "^\"": "the & in it",
		"Invoke-RestMethod":                          "no address",
		"Invoke-RestMethod -Frobnicate " + secret:    "a parameter",
		"Invoke-RestMethod https://h/ -Method Post -Body (Get-Content " + secret + ")": "without running it",
		"Invoke-RestMethod https://h/ -Method Post -Body @{a='" + secret:               "isn't closed",
		"Invoke-RestMethod https://h/ -Method Post -Body \"$(" + secret + ")\"":        "without running it",
		"Invoke-RestMethod https://h/ -Method Post -InFile " + secret:                  "-InFile",
		"irm https://h/ -Method Post -Body @'\n" + secret:                              "isn't closed",
		"fetch(":                      "ends too soon",
		"fetch(\"https://h/" + secret: "isn't closed",
		"fetch('https://h/', {method: 'POST', body: eval('" + secret + "')})":      "without running it",
		"fetch('https://h/', {method: 'POST', body: {a: '" + secret + "'}})":       "its body",
		"fetch('https://h/', {headers: {a: ['" + secret + "']}})":                  "header's value",
		"fetch(`https://${host}/x`)":                                               "the host",
		"fetch('https://h/', {method: 'BREW'})":                                    "BREW",
		"fetch(" + deep("["):                                                       "too deep",
		"fetch(" + deep("({a:"):                                                    "longer than",
		"Invoke-RestMethod https://h/ -Body " + strings.Repeat("(", 9000):          "too deep",
		"POST /" + secret + " HTTP/1.1\n\n":                                        "Host",
		"POST /x HTTP/1.1\nHost: h\nno header " + secret + "\n\n":                  "no header",
		"POST /x HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n1\na\n":          "chunks",
		"wget --post-file=" + secret + " https://h/":                               "from a file",
		"http POST https://h/ a=@" + secret:                                        "from a file",
		"http POST https://h/ a:=" + secret:                                        "no JSON",
		"{\"log\":{\"entries\":[]}}":                                               "no request",
		"{\"log\":\"" + secret + "\"}":                                             "no HTTP Archive",
		"{\"item\":\"" + secret + "\"}":                                            "no Postman collection",
		"{\"values\":[]}":                                                          "environment",
		"{\"x\":\"" + secret + "\"}":                                               "isn't known",
		"openapi: 3.0.0\npaths:\n  /" + secret + ": {post: {}}":                    "names no server",
		"openapi: 3.0.0\na: " + deep("["):                                          "nested too deep",
		"openapi: 3.0.0\na: &a [x,x]\nb: &b [" + strings.Repeat("*a,", 50) + "]\n": "aliases",
		"openapi: 3.0.0\n\t" + secret + ": [":                                      "isn't understood",
		"swagger: \"2.0\"":                                                         "OpenAPI 3",
		"meta {\n  name: " + secret + "\n":                                         "isn't closed",
		"meta {\n  name: x\n}\n":                                                   "no request",
		"### " + secret + "\n\n":                                                   "no request",
		"### a\nnonsense " + secret + "\n":                                         "no request line",
		"\xff\xfe\xff":                                                             "UTF-8",
		"curl https://h/ -d 'a\x00b'":                                              "UTF-8",
		"curl https://h/ -d '" + strings.Repeat("x", 70<<10) + "'":                 "64 KB",
		strings.Repeat("x", imports.MaxFile+1):                                     "4 MB",
		"curl https://h/ -H 'A: b' -F f=@" + secret:                                "multipart",
		"curl https://h/<" + secret + ">/x -d a":                                   "redirections",
	} {
		_, err := imports.Read([]byte(text), "")
		var p *problem.Problem
		switch {
		case !errors.As(err, &p) || !strings.Contains(err.Error(), says) || p.Fix == "":
			t.Errorf("%.80q: %v, want …%s… and a fix", text, err, says)
		case strings.Contains(err.Error(), secret) && !strings.Contains(says, secret):
			t.Errorf("%.80q: %v", text, err)
		case len(err.Error()) > 500:
			t.Errorf("%.80q: the message has %d bytes", text, len(err.Error()))
		}
	}
}
