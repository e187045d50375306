package imports

import (
	"strings"

	"espost/curl"
	"espost/internal/lazyregexp"
)

// windowsPrompt is what stands before a command in a Windows console.
var windowsPrompt = lazyregexp.New(`^\s*(?:PS )?(?:[A-Za-z]:\\[^>\n]*)?>\s*`)

// readCmd reads a curl command in the notation of Windows' cmd.
func readCmd(text string) (Import, error) {
	line, more, err := cmdLine(windowsPrompt.Get().ReplaceAllString(text, ""))
	if err != nil {
		return Import{}, err
	}
	words, closed := windowsWords(line)
	if !closed {
		return Import{}, refusal("a quote in it isn't closed", "copy the command to its end")
	}
	sh, err := curlWords(words)
	if err != nil {
		return Import{}, err
	}
	if more {
		sh.Warnings = append(sh.Warnings, "what follows the command, behind & | > or <, was left out")
	}
	for _, v := range cmdVariable.Get().FindAllString(line, -1) {
		if strings.Contains(text, "%^") {
			break // a browser has seen to it that nothing is filled in
		}
		sh.Unexpanded = append(sh.Unexpanded, v)
		sh.Warnings = append(sh.Warnings, "cmd would fill in a variable between percent signs; it was left as it is, replace it if it is one")
	}
	return fromCurl(sh)
}

// cmdVariable is a variable of cmd; %20 in an address is none.
var cmdVariable = lazyregexp.New(`%[A-Z_][A-Z_]+%`)

// curlWords takes curl's name off.
func curlWords(words []string) (*curl.Shell, error) {
	for len(words) > 1 && (words[0] == "&" || strings.EqualFold(words[0], "call")) {
		words = words[1:]
	}
	if len(words) == 0 || !strings.EqualFold(strings.TrimSuffix(strings.ToLower(words[0][strings.LastIndexAny(words[0], `\/`)+1:]), ".exe"), "curl") {
		return nil, refusal("there is no curl command in it", "paste one that begins with curl")
	}
	return &curl.Shell{Program: "curl", Words: words[1:]}, nil
}

// cmdLine is the command line that cmd makes of text: ^ quotes the character
// behind it, or joins lines, outside of double quotes (the "phase 2" of cmd's
// parser, as stackoverflow.com/a/4095133 takes it apart). more tells that something
// follows it.
func cmdLine(text string) (line string, more bool, err error) {
	var out strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			quoted = !quoted
			out.WriteByte(c)
		case c == '^' && !quoted && i+1 < len(text):
			i++
			if text[i] == '\n' { // the lines are joined; another line's end behind it is taken as it is
				if i+1 == len(text) || text[i+1] != '\n' {
					continue
				}
				i++
			}
			out.WriteByte(text[i])
		case c == '\n':
			if strings.TrimSpace(text[i:]) == "" {
				return out.String(), false, nil
			}
			if quoted {
				return "", false, refusal("cmd ends a command at a line's end, even within quotes", "write the command on one line, or ^ at the ends of its lines")
			}
			return "", false, refusal("it is several commands", "paste one of them")
		case !quoted && (c == '|' || c == '>' || c == '<' || c == '&' && strings.HasSuffix(out.String(), " ")):
			return out.String(), true, nil // what becomes of the answer
		case !quoted && c == '&':
			return "", false, refusal("cmd ends the command at the & in it", `put the address, or the data, into double quotes`)
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), false, nil
}

// windowsWords splits a command line as programs built with Microsoft's C library
// do ("Parsing C command-line arguments", learn.microsoft.com, 2024): 2n
// backslashes before a quote are n, an odd one quotes it, and two quotes
// within quotes are one. It reports whether each quote was closed.
func windowsWords(line string) (words []string, closed bool) {
	var word strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case !quoted && (c == ' ' || c == '\t' || c == '\n'):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
			continue
		case c == '\\':
			n := len(line[i:]) - len(strings.TrimLeft(line[i:], `\`))
			i += n
			if i == len(line) || line[i] != '"' {
				word.WriteString(strings.Repeat(`\`, n))
				i--
				break
			}
			word.WriteString(strings.Repeat(`\`, n/2))
			if n%2 == 1 {
				word.WriteByte('"')
			} else {
				i--
			}
		case c == '"' && quoted && i+1 < len(line) && line[i+1] == '"':
			word.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		default:
			word.WriteByte(c)
		}
		inWord = true
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, !quoted
}
