package curl

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// A shell is what the shell's part of a curl command comes to.
type shell struct {
	words      []string // as a shell would hand them to curl, without the word "curl"
	unexpanded []string // variables and commands, which stay in words as they are written
	warnings   []string
	input      string // what a here-document or here-string gives curl to read
	inputName  string // how it is written, "<< EOF"; "" without one
}

// readShell finds the curl command in text and splits it into words.
func readShell(text string) (*shell, error) {
	if len(text) > maxCommand { // mutant TestParseCurlIsBounded: len(text) > maxCommand => false
		return nil, refusal(fmt.Sprintf("it is longer than %d KB", maxCommand>>10), "leave out most of its data; a board couldn't send as much")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = prompt.ReplaceAllString(text, "curl")
	if i := strings.IndexAny(text, "“”‘’"); i >= 0 {
		quote, _ := utf8.DecodeRuneInString(text[i:])
		return nil, refusal(fmt.Sprintf("it holds the typographic quote %c", quote), "replace such quotes by straight ones, ' or \"")
	}
	if brokenContinuation.MatchString(text) {
		return nil, refusal("a backslash at the end of a line is followed by a space", "remove the space, so that the next line belongs to the command")
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, refusal("a shell couldn't read it"+placeOf(err), "copy it again with all its quotes, and put <placeholders> into quotes")
	}
	call, stmt, others := findCurl(file)
	if call == nil {
		return nil, refusal("there is no curl command in it", "paste one that begins with curl")
	}
	if stmt.Background && len(others) > 0 {
		return nil, refusal("a shell ends the command at the & in it", "put the address, or the data, into quotes")
	}
	if placeholder := unquotedPlaceholder(stmt.Redirs); placeholder != "" {
		return nil, refusal("a shell takes the < and > of "+placeholder+" for redirections", "put a value in its place, or quotes around all of it")
	}
	sh := &shell{}
	for _, other := range others {
		sh.warnings = append(sh.warnings, other+" is another command and was left out")
	}
	w := wordReader{source: text}
	for _, r := range stmt.Redirs {
		if input, ok := w.input(r); ok {
			sh.input, sh.inputName = input, r.Op.String()
			continue
		}
		sh.warnings = append(sh.warnings, r.Op.String()+" and what follows it are the shell's and were left out")
	}
	for _, word := range call.Args[1:] {
		sh.words = append(sh.words, w.parts(word.Parts, unquoted))
	}
	slices.Sort(w.unexpanded)
	sh.unexpanded = slices.Compact(w.unexpanded)
	for _, u := range sh.unexpanded {
		sh.warnings = append(sh.warnings, nameOf(u, "a variable or command in it")+" is the shell's to fill in and was left as it is; replace it")
	}
	return sh, nil
}

var (
	prompt             = regexp.MustCompile(`^\s*(?:[$%#>]\s+)?curl\b`)
	brokenContinuation = regexp.MustCompile(`\\[ \t]+\n`)
)

// unquotedPlaceholder is a <name> of documentation, which a shell reads as the
// two redirections "<name" and ">…", or "".
func unquotedPlaceholder(redirections []*syntax.Redirect) string {
	for i, r := range redirections[:max(len(redirections)-1, 0)] {
		glued := r.Word.Pos().Offset() == r.OpPos.Offset()+1 && redirections[i+1].OpPos == r.Word.End()
		if r.Op == syntax.RdrIn && glued {
			return "<" + sourceOf(r.Word) + ">"
		}
	}
	return ""
}

// placeOf is where a shell stopped reading.
func placeOf(err error) string {
	var wrong syntax.ParseError
	switch {
	case !errors.As(err, &wrong):
		return ""
	case wrong.Incomplete:
		return fmt.Sprintf(": what begins at line %d, column %d, isn't closed", wrong.Pos.Line(), wrong.Pos.Col())
	}
	return fmt.Sprintf(", from line %d, column %d, on", wrong.Pos.Line(), wrong.Pos.Col())
}

// findCurl returns the first command whose name is curl, its statement, and the
// names of the other commands.
func findCurl(file *syntax.File) (call *syntax.CallExpr, stmt *syntax.Stmt, others []string) {
	var stack []*syntax.Stmt
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			stack = append(stack, n)
		case *syntax.CmdSubst, *syntax.ProcSubst:
			return false
		case *syntax.CallExpr:
			name := ""
			if len(n.Args) > 0 {
				name = strings.TrimSuffix(path.Base(n.Args[0].Lit()), ".exe")
			}
			if call == nil && name == "curl" {
				call, stmt = n, stack[len(stack)-1]
				return true
			}
			others = append(others, commandName(n))
		}
		return true
	})
	return call, stmt, others
}

// commandName is the quoted name of a command that isn't curl's, if it has one.
func commandName(n *syntax.CallExpr) string {
	if len(n.Args) == 0 || !plainWord.MatchString(n.Args[0].Lit()) {
		return "something else"
	}
	return fmt.Sprintf("%q", n.Args[0].Lit())
}

var plainWord = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,15}$`)

func sourceOf(n syntax.Node) string {
	var out strings.Builder
	if err := syntax.NewPrinter().Print(&out, n); err != nil {
		return "a command"
	}
	return out.String()
}

// A wordReader undoes the shell's quoting.
type wordReader struct {
	source     string
	unexpanded []string // what only a shell could fill in
}

// input is what r lets a command read, if r is a here-document or here-string.
func (w *wordReader) input(r *syntax.Redirect) (string, bool) {
	switch r.Op {
	case syntax.WordHdoc:
		return w.parts(r.Word.Parts, unquoted) + "\n", true
	case syntax.Hdoc, syntax.DashHdoc:
	default:
		return "", false
	}
	text := ""
	switch {
	case r.Hdoc == nil:
	case r.Word.Lit() == "" || strings.Contains(r.Word.Lit(), `\`): // a quoted delimiter: nothing is expanded
		text = r.Hdoc.Lit()
	default:
		text = w.parts(r.Hdoc.Parts, inHereDocument)
	}
	if r.Op == syntax.DashHdoc {
		text = leadingTabs.ReplaceAllString(text, "")
	}
	return text, true
}

var leadingTabs = regexp.MustCompile(`(?m)^\t+`)

// What a backslash quotes (POSIX.1-2017, XCU 2.2 and 2.7.4): every character,
// or those of a list and line ends.
const (
	unquoted       = ""
	inQuotes       = "$`\"\\"
	inHereDocument = "$`\\"
)

func (w *wordReader) parts(parts []syntax.WordPart, quotable string) string {
	var out strings.Builder
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			out.WriteString(unescape(p.Value, quotable))
		case *syntax.SglQuoted:
			if p.Dollar {
				out.WriteString(ansiC(p.Value))
			} else {
				out.WriteString(p.Value)
			}
		case *syntax.DblQuoted:
			out.WriteString(w.parts(p.Parts, inQuotes))
		default:
			text := w.source[part.Pos().Offset():part.End().Offset()]
			w.unexpanded = append(w.unexpanded, text)
			out.WriteString(text)
		}
	}
	return out.String()
}

// unescape undoes the backslashes before what they quote.
func unescape(s, quotable string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		switch {
		case s[i] == '\n':
		case quotable != unquoted && strings.IndexByte(quotable, s[i]) < 0:
			out.WriteByte('\\')
			out.WriteByte(s[i])
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// ansiC undoes the escapes of $'…' (bash manual, "ANSI-C Quoting").
func ansiC(s string) string {
	simple := map[byte]byte{'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		c := s[i]
		number := func(from, most, base int) bool {
			n := 0
			for n < most && from+n < len(s) && isDigit(s[from+n], base) {
				n++
			}
			v, err := strconv.ParseUint(s[from:from+n], base, 32)
			if err != nil {
				return false
			}
			if c == 'u' || c == 'U' {
				out.WriteRune(rune(v))
			} else {
				out.WriteByte(byte(v))
			}
			i = from + n - 1
			return true
		}
		plain, known := simple[c]
		switch {
		case known:
			out.WriteByte(plain)
		case c == 'x' && number(i+1, 2, 16), c == 'u' && number(i+1, 4, 16), c == 'U' && number(i+1, 8, 16):
		case isDigit(c, 8) && number(i, 3, 8):
		case c == 'c' && i+1 < len(s):
			i++
			out.WriteByte(s[i] & 0x1f)
		default:
			out.WriteByte('\\')
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isDigit(c byte, base int) bool {
	_, err := strconv.ParseUint(string(rune(c)), base, 8)
	return err == nil
}
