package curl

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"espost/internal/lazyregexp"
	"espost/request"

	"mvdan.cc/sh/v3/syntax"
)

// A Shell is what a shell's part of a command comes to.
type Shell struct {
	Program    string
	Words      []string // as a shell would hand them to the program, without its name
	Unexpanded []string // variables and commands, which stay in Words as they are written
	Warnings   []string
	Fed        bool   // it is given a file or another command's output to read
	Input      string // what a here-document or here-string gives the program to read
	InputName  string // how it is written, "<< EOF"; empty without one
}

// ReadShell finds the first command of one of programs in text, in the notation
// of a POSIX shell or bash, and splits it into words. The error is a
// *problem.Problem.
func ReadShell(text string, programs ...string) (*Shell, error) {
	if len(text) > MaxCommand { // mutant TestParseCurlIsBounded: len(text) > MaxCommand => false
		return nil, refusal(fmt.Sprintf("it is longer than %d KB", MaxCommand>>10), "leave out most of its data; a board couldn't send as much")
	}
	returns := strings.Count(text, "\r\n")
	some := returns > 0 && returns < strings.Count(text, "\n")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = withoutPrompt(text, programs)
	if i := openQuote(text); i >= 0 {
		quote, _ := utf8.DecodeRuneInString(text[i:])
		return nil, refusal(fmt.Sprintf("it holds the typographic quote %c", quote), "replace such quotes by straight ones, ' or \"")
	}
	if brokenContinuation.Get().MatchString(text) {
		return nil, refusal("a backslash at the end of a line is followed by a space", "remove the space, so that the next line belongs to the command")
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, refusal("a shell couldn't read it"+placeOf(err), "copy it again with all its quotes, and put <placeholders> into quotes")
	}
	call, stmt, others := findCommand(file, programs)
	if call == nil {
		return nil, refusal("there is no "+request.OrList(programs)+" command in it", "paste one that begins with "+programs[0])
	}
	if stmt.Background && len(others) > 0 {
		return nil, refusal("a shell ends the command at the & in it", "put the address, or the data, into quotes")
	}
	if placeholder := unquotedPlaceholder(stmt.Redirs); placeholder != "" {
		return nil, refusal("a shell takes the < and > of "+request.Placeholder(placeholder, "a placeholder")+" for redirections", "put a value in its place, or quotes around all of it")
	}
	sh := &Shell{Program: call.name, Fed: isFed(file, stmt)}
	if some {
		sh.Warnings = append(sh.Warnings, "some lines end with a carriage return, which was left out")
	}
	for _, other := range others {
		sh.Warnings = append(sh.Warnings, other+" is another command and was left out")
	}
	w := wordReader{source: text}
	for _, r := range stmt.Redirs {
		source := r.Op.String()
		if input, ok := w.input(r); ok {
			sh.Input, sh.InputName = input, source
			continue
		}
		sh.Warnings = append(sh.Warnings, r.Op.String()+" and what follows it are the shell's and were left out")
	}
	for _, word := range call.args {
		sh.Words = append(sh.Words, w.parts(word.Parts, unquoted))
	}
	slices.Sort(w.unexpanded)
	sh.Unexpanded = slices.Compact(w.unexpanded)
	for _, u := range sh.Unexpanded {
		sh.Warnings = append(sh.Warnings, request.Placeholder(u, "a variable or command in it")+" is the shell's to fill in and was left as it is; replace it")
	}
	return sh, nil
}

var (
	prompt             = lazyregexp.New(`^\s*(?:[^\s'"]*@[^\s'"]*)?[$%#>][ \t]+(\S+)`)
	brokenContinuation = lazyregexp.New(`\\[ \t]+\n`)
)

// withoutPrompt is text without the prompt that stands before a program's name.
func withoutPrompt(text string, programs []string) string {
	m := prompt.Get().FindStringSubmatchIndex(text)
	if m == nil {
		return text
	}
	if name := strings.TrimSuffix(path.Base(text[m[2]:m[3]]), ".exe"); !slices.Contains(programs, name) && !slices.Contains(before, name) {
		return text
	}
	return text[m[2]:]
}

// openQuote is where a typographic quote stands outside straight ones; -1 for
// nowhere.
func openQuote(text string) int {
	inside, escaped := rune(0), false
	for i, c := range text {
		switch {
		case escaped:
			escaped = false
		case c == '\\' && inside != '\'':
			escaped = true
		case inside == 0 && strings.ContainsRune("“”‘’", c):
			return i
		case inside == 0 && (c == '\'' || c == '"'):
			inside = c
		case c == inside:
			inside = 0
		}
	}
	return -1
}

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

// A call is a program with its arguments.
type call struct {
	name string
	args []*syntax.Word
}

// before are commands that run the one behind them, without options.
var before = []string{"sudo", "time", "command", "env", "nohup", "exec"}

// callOf is what n calls.
func callOf(n *syntax.CallExpr) call {
	args := n.Args
	for len(args) > 1 && slices.Contains(before, args[0].Lit()) {
		args = args[1:]
	}
	if len(args) == 0 {
		return call{}
	}
	return call{strings.TrimSuffix(path.Base(args[0].Lit()), ".exe"), args[1:]}
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

// isFed reports whether stmt reads a file or what another command writes.
func isFed(file *syntax.File, stmt *syntax.Stmt) bool {
	fed := slices.ContainsFunc(stmt.Redirs, func(r *syntax.Redirect) bool { return r.Op == syntax.RdrIn })
	syntax.Walk(file, func(n syntax.Node) bool {
		pipe, ok := n.(*syntax.BinaryCmd)
		if ok && (pipe.Op == syntax.Pipe || pipe.Op == syntax.PipeAll) && pipe.Y.Pos().Offset() <= stmt.Pos().Offset() && stmt.End().Offset() <= pipe.Y.End().Offset() {
			fed = true
		}
		return true
	})
	return fed
}

// findCommand returns the first command with one of the names, its statement,
// and the names of the other commands.
func findCommand(file *syntax.File, names []string) (found *call, stmt *syntax.Stmt, others []string) {
	var stack []*syntax.Stmt
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			stack = append(stack, n)
		case *syntax.CmdSubst, *syntax.ProcSubst:
			return false
		case *syntax.CallExpr:
			c := callOf(n)
			switch {
			case found == nil && slices.Contains(names, c.name):
				found, stmt = &c, stack[len(stack)-1]
				return true
			case !plainWord.Get().MatchString(c.name):
				others = append(others, "something else")
			default:
				others = append(others, fmt.Sprintf("%q", c.name))
			}
		}
		return true
	})
	return found, stmt, others
}

var plainWord = lazyregexp.New(`^[a-z][a-z0-9_-]{0,15}$`)

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
		text = leadingTabs.Get().ReplaceAllString(text, "")
	}
	return text, true
}

var leadingTabs = lazyregexp.New(`(?m)^\t+`)

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
