package profile_test

import (
	"strings"
	"testing"

	"espost/profile"
)

// Whatever is wrong with a file, no value of it stands in the error: neither in
// the words nor in the line below them.
func TestErrorsQuoteNoValue(t *testing.T) {
	const secret = "hunter2"
	head := "espost: 2\ntarget: https://porch.example/post\n"
	for name, text := range map[string]string{
		"a secret's value":          head + "request:\n  headers:\n    - {name: X-Key, secret: true, value: " + secret + "}\n",
		"in a block":                head + "request:\n  fields:\n    - name: token\n      secret: true\n      value: " + secret + "\n",
		"of several lines":          head + "request:\n  fields:\n    - name: token\n      secret: true\n      value: |\n        " + secret + "\n",
		"in the place of true":      head + "request:\n  headers:\n    - {name: X-Key, secret: " + secret + "}\n",
		"quoted there":              head + "request:\n  headers:\n    - {name: X-Key, secret: \"" + secret + "\"}\n",
		"a user in the target":      "espost: 2\ntarget: https://me:" + secret + "@porch.example/post\n",
		"with a slash":              "espost: 2\ntarget: https://me:" + secret + "/x@porch.example/post\n",
		"an unknown key":            head + "password: " + secret + "\n",
		"one in braces":             head + "request:\n  headers:\n    - {name: X-Key, pass: " + secret + "}\n",
		"behind a comma":            head + "request:\n  headers:\n    - {name: X-Key, value: ab," + secret + "}\n",
		"behind a comma and a dash": head + "request:\n  headers:\n    - {name: X-Key, value: ab,-" + secret + "}\n",
		"with a colon":              head + "request:\n  fields:\n    - name: token\n      value: me: " + secret + "\n",
		"an alias":                  head + "request:\n  fields:\n    - {name: token, value: *" + secret + "}\n",
		"an alias in a block":       head + "request:\n  fields:\n    - name: token\n      value: *" + secret + "\n",
		"a tag":                     head + "request:\n  fields:\n    - {name: token, value: !" + secret + " x}\n",
		"a block's header":          head + "request:\n  fields:\n    - name: token\n      value: |" + secret + "\n",
		"a quote that stays open":   head + "request:\n  fields:\n    - {name: token, value: \"" + secret + "}\n",
		"text behind a quote":       head + "request:\n  fields:\n    - {name: token, value: \"ab\"" + secret + "}\n",
		"a tab":                     head + "request:\n  fields:\n    - name: token\n\t  value: " + secret + "\n",
		"an indicator":              head + "request:\n  fields:\n    - {name: token, value: @" + secret + "}\n",
		"a directive":               "%YAML " + secret + "\n---\n" + head,
		"a comment":                 head + "pasword: x # " + secret + "\n",
		"a field of the board's":    head + "request:\n  fields:\n    - {name: token, source: rssi, value: " + secret + "}\n",
		"a key twice":               head + "request:\n  fields:\n    - {name: token, value: a, value: " + secret + "}\n",
		"a list for a text":         head + "request:\n  fields:\n    - {name: token, value: [" + secret + "]}\n",
		"no YAML at all":            secret + "\n",
		"a number for a GPIO":       head + "request:\n  fields:\n    - {name: token, source: digital, gpio: " + secret + "}\n",
	} {
		_, err := profile.Parse([]byte(text))
		if err == nil {
			t.Errorf("%s is no error", name)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s is quoted:\n%v", name, err)
		}
	}
}

// The line of an error keeps what isn't a value, and its caret stands where it
// did.
func TestExcerpts(t *testing.T) {
	for text, want := range map[string]string{
		"espost: 2\ntarget: x.example\nfirmware: {board: generic, every: 60 parsecs} # mine\n":            "    3 | firmware: {board: …, every: …} # …\n      |                             ^",
		"espost: 2\ntarget: x.example\npin:\n  mode: 'guess'\n":                                           "    4 |   mode: …\n      |         ^",
		"espost: 2\ntarget: x.example\nrequest:\n  fields:\n    - {name: a, gpio: 99, source: digital}\n": "    5 |     - {name: …, gpio: …, source: …}\n      |                       ^",
	} {
		_, err := profile.Parse([]byte(text))
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got:\n%v\nwant:\n%s", err, want)
		}
	}
}
