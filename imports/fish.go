package imports

import (
	"strings"
)

// readFish reads a curl command in fish's notation: within single quotes \' and
// \\ are a quote and a backslash (fishshell.com/docs/current/language.html#quotes,
// 2024).
func readFish(text string) (Import, error) {
	words, err := fishWords(strings.TrimLeft(strings.TrimSpace(text), "$>❯ "))
	if err != nil {
		return Import{}, err
	}
	sh, err := curlWords(words)
	if err != nil {
		return Import{}, err
	}
	return fromCurl(sh)
}

func fishWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, inWord := byte(0), false
	end := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text) && fishEscapes(quote, text[i+1]):
			i++
			if text[i] == '\n' {
				continue
			}
			word.WriteByte(text[i])
		case c == '\\' && quote == 0:
			return nil, refusal("fish has escapes outside of quotes that aren't read", "put the text into quotes")
		case quote == 0 && (c == '\'' || c == '"'), c == quote:
			quote ^= c
		case quote == 0 && strings.IndexByte(" \t\n", c) >= 0:
			end()
			continue
		case quote == 0 && strings.IndexByte(";&|<>()*?{}~", c) >= 0, quote != '\'' && c == '$':
			return nil, refusal("it has something outside of quotes that only fish could fill in", "replace it, or put the text into quotes")
		default:
			word.WriteByte(c)
		}
		inWord = true
	}
	end()
	if quote != 0 {
		return nil, refusal("a quote in it isn't closed", "copy the command to its end")
	}
	return words, nil
}

// fishEscapes reports whether a backslash takes the meaning from c.
func fishEscapes(quote, c byte) bool {
	switch quote {
	case '\'':
		return c == '\'' || c == '\\'
	case '"':
		return strings.IndexByte("\"$\\\n", c) >= 0
	}
	return strings.IndexByte("\n \t'\"\\$*?~#(){}[]<>^&|;=%,.:/@!-+", c) >= 0
}
