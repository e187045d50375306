package profile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"espost/esp8266"
	"espost/profile"
	"espost/request"
)

// costly are profiles of about n bytes that are dear for their size, by what
// they repeat.
func costly(n int) map[string]string {
	const head = "espost: 2\ntarget: https://h.example/post\n"
	of := func(before, repeated, after string) string {
		return head + before + strings.Repeat(repeated, max(n-len(head+before+after), 0)/len(repeated)) + after
	}
	var keys strings.Builder
	keys.WriteString(head)
	for i := 0; keys.Len() < n-12; i++ {
		fmt.Fprintf(&keys, "k%d: 1\n", i)
	}
	return map[string]string{
		"fingerprints":         of("pin:\n  mode: fingerprint\n  sha1:\n", "    - zz\n", ""),
		"fingerprints in line": of("pin:\n  mode: fingerprint\n  sha1: [", "z,", "]\n"),
		"unknown keys":         keys.String(),
		"one key":              of("", "a: 1\n", ""),
		"fields":               of("request:\n  fields:\n", "  - name: ''\n", ""),
		"headers":              of("request:\n  headers:\n", "  - name: 'a b'\n", ""),
		"comments":             of("", "# c\n", ""),
		"lines of a text":      of("firmware:\n  name: |\n", "    a\n", ""),
		"letters of a text":    of("firmware:\n  name: \"", "a", "\"\n"),
	}
}

// The work grows no faster than the text, whatever it repeats: twice the text
// costs at most a little more than twice the allocations, and what is told of it
// fits a screen.
func TestCostOfProfiles(t *testing.T) {
	half, whole := costly(profile.MaxFile/2), costly(profile.MaxFile)
	for name := range whole {
		t.Run(name, func(t *testing.T) {
			allocations := func(text string) float64 {
				return testing.AllocsPerRun(1, func() { _, _ = profile.Parse([]byte(text)) })
			}
			if one, two := allocations(half[name]), allocations(whole[name]); two > 2.5*one+1000 {
				t.Errorf("%d bytes cost %.0f allocations, twice as many %.0f", len(half[name]), one, two)
			}
			if _, err := profile.Parse([]byte(whole[name])); err != nil && len(err.Error()) > 8<<10 {
				t.Errorf("%d bytes of errors", len(err.Error()))
			}
		})
	}
}

// A mapping of more keys than any profile has is refused at its first key too many:
// the decoder would compare each with each.
func TestTooManyKeys(t *testing.T) {
	_, err := profile.Parse([]byte(costly(4096)["unknown keys"]))
	if err == nil || !strings.Contains(err.Error(), "more than 64 keys here") || !strings.Contains(err.Error(), "65:1:") {
		t.Errorf("%v", err)
	}
}

func BenchmarkParseCostly(b *testing.B) {
	for _, size := range []int{profile.MaxFile / 4, profile.MaxFile / 2, profile.MaxFile} {
		for name, text := range costly(size) {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					_, _ = profile.Parse([]byte(text))
				}
			})
		}
	}
}

// A profile is cut into tokens and parsed once: check reads thousands of them.
func TestProfileIsParsedOnce(t *testing.T) {
	p := profile.New(request.Target{Host: "example.com", Port: 443, Path: "/post"})
	p.Pin = esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{strings.Repeat("A5", 20)}}
	text := p.Bytes()
	tree := testing.AllocsPerRun(100, func() { _, _ = parser.ParseBytes(text, 0) })
	whole := testing.AllocsPerRun(100, func() {
		if _, err := profile.Parse(text); err != nil {
			t.Fatal(err)
		}
	})
	if whole > 2*tree {
		t.Errorf("the profile takes %.0f allocations, its syntax tree %.0f", whole, tree)
	}
}
