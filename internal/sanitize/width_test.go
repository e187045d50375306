package sanitize_test

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"
	"github.com/rivo/uniseg"

	"espost/internal/sanitize"
)

// widths are what the ways of counting say of a text: by grapheme clusters after
// two tables, and by characters after two.
func widths(s string) (all [4]int) {
	all = [4]int{ansi.StringWidth(s), uniseg.StringWidth(s), ansi.StringWidthWc(s), 0}
	for _, r := range s {
		all[3] += runewidth.RuneWidth(r)
	}
	return all
}

const emptyPlanes, firstTag, lastTag = 0x40000, 0xe0000, 0xe0fff

// Of every character of Unicode, alone and beside others that it might join, all
// ways of counting say the same.
func TestOneWidth(t *testing.T) {
	around := [][2]string{{"", ""}, {"a", "b"}, {"क", "क"}, {"ക", "ക"}, {"ก", "ก"}, {"👩", "❤"}, {"한", "한"}}
	if testing.Short() {
		around = around[:2]
	}
	for r := rune(' '); r <= lastTag; r++ {
		if r == emptyPlanes { // nothing is assigned in the planes 4 to 13
			r = firstTag
		}
		for _, a := range around {
			text := a[0] + string(r) + string(r) + a[1]
			shown := sanitize.Line(text)
			if w := widths(shown); w[0] != w[1] || w[0] != w[2] || w[0] != w[3] {
				t.Errorf("%U in %q, shown as %q: %v cells", r, text, shown, w)
				break
			}
		}
	}
}

// So it is of any text.
func FuzzOneWidth(f *testing.F) {
	for _, s := range []string{"👩‍🚀", "🇩🇪", "1️⃣", "മലയാളം", "ภาษาไทยกำ", "각", "e\u0301", "ﷺ ﷽"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown := sanitize.Line(text)
		if w := widths(shown); w[0] != w[1] || w[0] != w[2] || w[0] != w[3] {
			t.Errorf("%q, shown as %q: %v cells", text, shown, w)
		}
	})
}
