package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// steady replaces what terminals disagree about the width of, so that a column
// beside foreign text stands straight everywhere: some count the cells of each
// character (wcwidth), some those of what belongs together (UAX #29), each after
// another version of Unicode. What has letters of its own keeps them: flags show
// their country's code, and the Thai and Lao vowel AM its two parts.
func steady(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= firstUnsteady }) < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	based := false // something stands there that a mark can be drawn on
	for _, r := range s {
		switch {
		case emojiStyle(r):
			continue // it would widen the symbol before it, on some
		case r >= regionA && r <= regionZ:
			r = 'A' + r - regionA
		case r == thaiAM && based:
			out.WriteRune('\u0e4d')
			r = '\u0e32'
		case r == laoAM && based:
			out.WriteRune('\u0ecd')
			r = '\u0eb2'
		case unicode.Is(unicode.Mn, r) && !based, unicode.In(r, unicode.Mc, unicode.Me), r == thaiAM, r == laoAM, unicode.Is(unsteady, r):
			r = utf8.RuneError
		}
		based = r > ' ' && r != utf8.RuneError
		out.WriteRune(r)
	}
	return out.String()
}

const (
	firstUnsteady = 0x300 // the first combining mark; before it every character has one cell

	regionA, regionZ = 0x1f1e6, 0x1f1ff // regional indicators
	thaiAM, laoAM    = 0x0e33, 0x0eb3
)

// unsteady are further characters whose width depends on the terminal: those that
// join what stands around them, those that Unicode made wide later than others
// draw them, and signs that are drawn wider than any count says.
var unsteady = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x06dd, 0x06dd, 1}, {0x0897, 0x0897, 1}, {0x094d, 0x094d, 1}, {0x09cd, 0x09cd, 1}, {0x0acd, 0x0acd, 1},
		{0x0b4d, 0x0b4d, 1}, {0x0c4d, 0x0c4d, 1}, {0x0d4d, 0x0d4e, 1}, {0x1039, 0x1039, 1}, {0x1100, 0x11ff, 1},
		{0x17d2, 0x17d2, 1}, {0x1a60, 0x1a60, 1}, {0x1acf, 0x1add, 1}, {0x1ae0, 0x1aeb, 1}, {0x1bab, 0x1bab, 1},
		{0x2630, 0x2637, 1}, {0x268a, 0x268f, 1}, {0x2e3a, 0x2e3b, 1}, {0x2ffc, 0x2fff, 1}, {0x3030, 0x3030, 1},
		{0x303d, 0x303d, 1}, {0x31e4, 0x31e5, 1}, {0x31ef, 0x31ef, 1}, {0x3297, 0x3297, 1}, {0x3299, 0x3299, 1},
		{0x4dc0, 0x4dff, 1}, {0xa960, 0xa97f, 1}, {0xaaf6, 0xaaf6, 1}, {0xd7b0, 0xd7ff, 1}, {0xfdfd, 0xfdfd, 1},
		{0xff9e, 0xff9f, 1},
	},
	R32: []unicode.Range32{
		{0x10a3f, 0x10a3f, 1}, {0x10d69, 0x10d6d, 1}, {0x10efa, 0x10efc, 1}, {0x11133, 0x11133, 1},
		{0x111c2, 0x111c3, 1}, {0x113b8, 0x113c0, 1}, {0x113c2, 0x113c2, 1}, {0x113c5, 0x113c5, 1},
		{0x113c7, 0x113ca, 1}, {0x113cc, 0x113d2, 1}, {0x113e1, 0x113e2, 1}, {0x1171e, 0x1171e, 1},
		{0x1193e, 0x1193f, 1}, {0x11941, 0x11941, 1}, {0x11a47, 0x11a47, 1}, {0x11a84, 0x11a89, 1},
		{0x11a99, 0x11a99, 1}, {0x11b60, 0x11b67, 1}, {0x11d46, 0x11d46, 1}, {0x11f02, 0x11f02, 1},
		{0x11f42, 0x11f42, 1}, {0x11f5a, 0x11f5a, 1}, {0x12000, 0x1254f, 1}, {0x1611e, 0x1612f, 1},
		{0x16d63, 0x16d63, 1}, {0x16d67, 0x16d6a, 1}, {0x16ff2, 0x16ff6, 1}, {0x187f8, 0x187ff, 1},
		{0x18cff, 0x18cff, 1}, {0x18d09, 0x18d1e, 1}, {0x18d80, 0x18df2, 1}, {0x1d300, 0x1d356, 1},
		{0x1d360, 0x1d376, 1}, {0x1e5ee, 0x1e5ef, 1}, {0x1e6e3, 0x1e6e3, 1}, {0x1e6e6, 0x1e6e6, 1},
		{0x1e6ee, 0x1e6ef, 1}, {0x1e6f5, 0x1e6f5, 1}, {0x1f202, 0x1f202, 1}, {0x1f237, 0x1f237, 1},
		{0x1f260, 0x1f265, 1}, {0x1f3fb, 0x1f3ff, 1}, {0x1f6d8, 0x1f6d8, 1}, {0x1fa89, 0x1fa8a, 1},
		{0x1fa8e, 0x1fa8f, 1}, {0x1fabe, 0x1fabe, 1}, {0x1fac6, 0x1fac6, 1}, {0x1fac8, 0x1fac8, 1},
		{0x1facd, 0x1facd, 1}, {0x1fadc, 0x1fadc, 1}, {0x1fadf, 0x1fadf, 1}, {0x1fae9, 0x1faea, 1},
		{0x1faef, 0x1faef, 1},
	},
}
