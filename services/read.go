package services

import (
	"net/url"
	"regexp"
	"strings"

	"espost/internal/lazyregexp"
)

// Read returns the blanks' values that stand in an address of the service's, as
// its own pages give it: https://hooks.slack.com/services/T0/B0/x holds all three
// of Slack's. The query is left out of account.
func (s Service) Read(address string) (values map[string]string, ok bool) {
	pattern, _, _ := strings.Cut(s.Outline.Address, "?")
	address, _, _ = strings.Cut(strings.TrimSpace(address), "?")
	var names []string
	var expression strings.Builder
	at := 0
	blanks := blankInAddress.Get().FindAllStringSubmatchIndex(pattern, -1)
	for i, m := range blanks {
		name := pattern[m[2]:m[3]]
		switch {
		case s.Asks(name):
		case s.Outline.Split: // a field's name or value
			name = ""
		default:
			return nil, false
		}
		expression.WriteString(regexp.QuoteMeta(pattern[at:m[0]]))
		if i == len(blanks)-1 {
			expression.WriteString("(.+)") // a path of several parts, too
		} else {
			expression.WriteString("([^/]+)")
		}
		names, at = append(names, name), m[1]
	}
	expression.WriteString(regexp.QuoteMeta(pattern[at:]))
	found := regexp.MustCompile("^" + expression.String() + "$").FindStringSubmatch(address)
	if found == nil || len(names) == 0 {
		return nil, false
	}
	values = make(map[string]string)
	for i, name := range names {
		if name == "" {
			continue
		}
		if values[name], ok = unescaped(found[i+1]); !ok {
			return nil, false
		}
	}
	return values, len(values) > 0
}

// blankInAddress is [name] or {{name}}.
var blankInAddress = lazyregexp.New(`[\[{]+([A-Za-z_]+)[\]}]+`)

func unescaped(s string) (string, bool) {
	plain, err := url.PathUnescape(s)
	return plain, err == nil
}
