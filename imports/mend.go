package imports

import (
	"strings"
	"unicode"
)

// mended undoes what word processors, chats and web pages do to commands, and
// says so. What stands within straight quotes is data and stays.
func mended(text string) (string, []string) {
	var warnings []string
	for _, m := range []struct {
		mend    func(string) string
		warning string
	}{
		{straightQuotes, "typographic quotes were taken for straight ones"},
		{plainSpaces, "unusual spaces and invisible characters were taken for ordinary spaces"},
		{hyphens, "a typographic dash before an option was taken for hyphens"},
	} {
		if after := m.mend(text); after != text {
			text, warnings = after, append(warnings, m.warning)
		}
	}
	return text, warnings
}

// outside maps the characters that stand outside of straight quotes.
func outside(text string, change func(rune) rune) string {
	quote := rune(0)
	escaped := false
	return strings.Map(func(c rune) rune {
		switch {
		case escaped:
			escaped = false
		case c == '\\' && quote != '\'':
			escaped = true
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		case quote == 0:
			return change(c)
		}
		return c
	}, text)
}

// straightQuotes replaces each pair of typographic quotes outside of straight
// ones.
func straightQuotes(text string) string {
	return outside(text, func(c rune) rune {
		switch c {
		case '“', '”', '„':
			return '"'
		case '‘', '’', '‚':
			return '\''
		}
		return c
	})
}

func plainSpaces(text string) string {
	return outside(text, func(c rune) rune {
		switch {
		case unicode.Is(unicode.Zs, c), unicode.Is(unicode.Zl, c):
			return ' '
		case unicode.Is(unicode.Cf, c):
			return -1
		}
		return c
	})
}

// hyphens makes dashes before words hyphens again: one before a single letter,
// two before a word.
func hyphens(text string) string {
	if !strings.ContainsAny(text, "–—") {
		return text
	}
	var out strings.Builder
	marked := outside(text, func(c rune) rune {
		if c == '–' || c == '—' {
			return '\ue000'
		}
		return c
	})
	runes := []rune(marked)
	for i, c := range runes {
		switch {
		case c != '\ue000':
			out.WriteRune(c)
		case i > 0 && !unicode.IsSpace(runes[i-1]):
			out.WriteRune('–')
		case i+2 < len(runes) && unicode.IsLetter(runes[i+1]) && unicode.IsLetter(runes[i+2]) && !allCaps(runes[i+1:]):
			out.WriteString("--")
		default:
			out.WriteByte('-')
		}
	}
	return out.String()
}

// allCaps reports whether a word begins as -XPOST does.
func allCaps(word []rune) bool {
	return len(word) > 1 && unicode.IsUpper(word[0]) && unicode.IsUpper(word[1])
}

// ampersands undoes in the address of a command what a page's source makes of &,
// as often as it was made.
func (r *Import) ampersands() {
	const entity = "&amp;"
	if !strings.Contains(r.Request.Target.Path+" "+r.Address, entity) {
		return
	}
	r.Warnings = append([]string{entity + " in an address was taken for &"}, r.Warnings...)
	for _, address := range []*string{&r.Request.Target.Path, &r.Address} {
		for strings.Contains(*address, entity) {
			*address = strings.ReplaceAll(*address, entity, "&")
		}
	}
}
