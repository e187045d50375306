package profile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"espost/profile"
)

// Profiles that are made to cost the one who reads them are refused before they
// can. The time is far more than any of them needs and far less than they cost
// where nothing stops them.
func TestHostileProfiles(t *testing.T) {
	const most, soon = profile.MaxFile, 30 * time.Second
	fill := func(before, s string) string { return before + strings.Repeat(s, (most-len(before))/len(s)) }
	laughs := "espost: 2\ntarget: x\nx0: &x0 [a,a,a,a,a,a,a,a,a,a]\n"
	for i := range 9 {
		laughs += fmt.Sprintf("x%d: &x%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*x%d, ", i), 10))
	}
	for name, text := range map[string]string{
		"open brackets":  fill("espost: 2\ntarget: ", "["),
		"brackets":       "espost: 2\ntarget: x\nrequest: {fields: " + strings.Repeat("[", most/3) + strings.Repeat("]", most/3) + "}",
		"braces":         fill("espost: 2\ntarget: x\nform: ", "{a: "),
		"dashes":         fill("espost: 2\ntarget: x\nform:\n  fields:\n  ", "- "),
		"keys":           fill("espost: 2\n", "? "),
		"colons":         fill("espost: 2\n", "a: "),
		"tags":           fill("espost: 2\ntarget: ", "!a "),
		"anchors":        fill("espost: 2\ntarget: ", "&a "),
		"many laughs":    laughs,
		"aliases inside": "espost: 2\ntarget: x\npin:\n  sha1: &a [x,x,x,x,x,x,x,x,x]\n  ca: &b [*a,*a,*a,*a,*a]\nform:\n  headers: &c [*b,*b,*b]\n  fields: &d [*c,*c,*d]\n",
		"a merged self":  "espost: 2\ntarget: x\npin: &p\n  <<: *p\n",
	} {
		t.Run(name, func(t *testing.T) {
			over := make(chan error, 1)
			go func() {
				_, err := profile.Parse([]byte(text))
				over <- err
			}()
			select {
			case err := <-over:
				if err == nil || len(err.Error()) > 1000 {
					t.Errorf("the error is %.1000v", err)
				}
			case <-time.After(soon):
				t.Fatalf("still not over after %v", soon)
			}
		})
	}
	deep := "espost: 2\ntarget: x\nrequest: {fields: [{name: '[[[[[[[[[[[[[[[[[[[[', value: \"{{{{{{{{{{{{{{{{{{{{\"}]}\n"
	if _, err := profile.Parse([]byte(deep)); err != nil {
		t.Errorf("brackets in quotes aren't nesting: %v", err)
	}
}
