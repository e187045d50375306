package imports_test

import (
	"strings"
	"testing"

	"espost/imports"
	"espost/request"
)

// A split reading is written as all of its requests.
func TestSplitIsExported(t *testing.T) {
	r := request.Request{
		Method: "PUT", Target: request.Target{Host: "example.com", Port: 443, Path: "/items/{{field}}"}, Body: request.Text, Template: "{{value}}", Split: true,
		Fields: []request.Field{{Name: "one", Value: "1"}, {Name: "two", Value: "2"}},
	}
	for _, as := range imports.Notations() {
		text, err := imports.Format(r, as, false)
		if err != nil {
			t.Fatal(err)
		}
		first, second := strings.Index(text, "/items/one"), strings.Index(text, "/items/two")
		if first < 0 || second < first || strings.Contains(text, "{{") {
			t.Errorf("%s: %s", as, text)
		}
		if separated := strings.Contains(text, "\n###\n"); separated != (as == imports.HTTP) {
			t.Errorf("%s: separated by ###: %v", as, separated)
		}
	}
}
