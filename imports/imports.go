// Package imports reads what makers arrive with: commands copied from
// documentation or a browser, files of other programs, sketches of tutorials.
//
// Read recognises what it is given. Nothing is run, and no address is looked
// up. What a request sends is what the original would send, byte for byte but
// for the headers that each program adds by itself, the spaces between the
// tokens of JSON and, in a form, "%20" for "+" and the case of hexadecimal
// digits. What can't be had so is refused.
package imports

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"espost/curl"
	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// MaxFile is the longest file that is read, in bytes.
const MaxFile = 4 << 20

// An Import is one request that was found.
type Import struct {
	Title    string // what its source calls it; empty for nothing
	Request  request.Request
	Address  string        // as its source has it, but with https
	Insecure bool          // its source checks no certificate
	Pin      esp8266.Pin   // of a sketch; its zero value for none
	Every    time.Duration // of a sketch: how often it sends; 0 for unknown
	Warnings []string      // what was left out or differs, one plain clause each; none quotes a value
}

// Read reads one or more requests. name is the file's, whose extension helps to
// recognise it; empty for none. environments are files of Postman environments,
// whose variables come before a collection's own. The error is a
// *problem.Problem that quotes no value of text.
func Read(text []byte, name string, environments ...[]byte) ([]Import, error) {
	if len(text) > MaxFile {
		return nil, refusal(fmt.Sprintf("it is longer than %d MB", MaxFile>>20), "leave out what isn't needed")
	}
	s, err := decoded(text)
	if err != nil {
		return nil, err
	}
	if len(environments) > 0 {
		return readWithEnvironments(s, environments)
	}
	if read := fileReader(s, strings.ToLower(filepath.Ext(name))); read != nil {
		return read(s)
	}
	if len(s) > curl.MaxCommand {
		return nil, refusal(fmt.Sprintf("a command or request longer than %d KB isn't read", curl.MaxCommand>>10), "leave out most of its data; a board couldn't send as much")
	}
	return readCommand(s)
}

func readWithEnvironments(text string, environments [][]byte) ([]Import, error) {
	if len(text) > MaxFile || !collection.Get().MatchString(text) {
		return nil, refusal("an environment belongs to a Postman collection, and this is none", "leave the environment out")
	}
	all := make(scope)
	for _, file := range environments {
		env, err := readPostmanEnvironment(string(file))
		if err != nil {
			return nil, err
		}
		all = all.with(env)
	}
	return readPostmanWith(text, all)
}

var collection = lazyregexp.New(`^\s*\{(?s:.*)"item"\s*:`)

// One is Read for a place that takes a single request.
func One(text []byte, name string) (Import, error) {
	all, err := Read(text, name)
	if err != nil {
		return Import{}, err
	}
	if len(all) > 1 {
		return Import{}, refusal(fmt.Sprintf("it holds %d requests", len(all)), "paste one, or choose it with espost import --choose")
	}
	return all[0], nil
}

// Fill makes to what was read; where it goes and what counts as an answer stay.
func (r Import) Fill(to *request.Request) {
	from := r.Request.Clone()
	to.Method, to.Body, to.Template, to.Headers, to.Fields = from.Method, from.Body, from.Template, from.Headers, from.Fields
}

// Where is the address to look at; it may have to be mended.
func (r Import) Where() string {
	if r.Request.Target.Host == "" {
		return r.Address
	}
	return r.Request.Target.URL()
}

// Taken says what came of taking r over, for people.
func (r Import) Taken() string {
	if len(r.Warnings) == 0 {
		return "the request was taken over"
	}
	return "taken over, but " + strings.Join(r.Warnings, "; ")
}

// decoded is text as UTF-8 without a byte order mark and, where all its lines end
// as Windows' do, with "\n" at their ends; PowerShell 5 writes UTF-16. A "\r\n"
// among others is data.
func decoded(text []byte) (string, error) {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) && len(text)%2 == 0 {
		units := make([]uint16, 0, len(text)/2)
		for i := 2; i < len(text); i += 2 {
			units = append(units, uint16(text[i])|uint16(text[i+1])<<8)
		}
		text = []byte(string(utf16.Decode(units)))
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return "", refusal("it is no text in UTF-8", "save it as UTF-8")
	}
	if bytes.Count(text, []byte("\r\n")) < bytes.Count(text, []byte("\n")) {
		return string(text), nil
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n"), nil
}

// refusal says why something can't become a request.
func refusal(message, fix string) error {
	return problem.New("", "this can't be imported: "+sanitize.Line(message), sanitize.Line(fix))
}

// finish makes a request of a draft.
func finish(d *request.Draft, title string) (Import, error) {
	r, err := d.Request()
	if p, bad := errors.AsType[*problem.Problem](err); bad {
		return Import{}, refusal(p.Message, p.Fix)
	}
	return Import{Title: sanitize.Line(title), Request: r, Address: d.URL, Warnings: d.Warnings}, nil
}

// A notation is one way to write commands.
type notation struct {
	matches *lazyregexp.Regexp
	read    func(string) (Import, error)
	within  bool // its sign may also stand in another command's data
}

// notations are those that can be told by how a text looks, in the order in
// which they are tried.
var notations = []notation{
	{lazyregexp.New(`^\s*(?:[A-Z]+\s+(?:/|https?://)\S*\s+HTTP/\d|[A-Z]+\s+/\S*\s*\n(?i:host)\s*:)`), readRaw, false},
	{lazyregexp.New(`\bfetch\s*\(`), readFetch, true},
	{lazyregexp.New(`(?i)\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b`), readPowerShell, true},
	{lazyregexp.New(`(?i)\bcurl(?:\.exe)?\b[^\n]*\s-(?:Uri|Method|Headers|Body)\s`), readPowerShell, false},
	{lazyregexp.New("(?i)^\\s*(?:PS [^>\\n]*>\\s*)?(?:&\\s+)?(?:\\S*\\\\)?curl(?:\\.exe)?\\b[^\\n]*`[ \\t]*\\n|^\\s*PS [^>\\n]*>\\s*(?:&\\s+)?\\S*curl"), readPowerShellCurl, false},
	{lazyregexp.New(`(?m)^\s*(?:[A-Za-z]:\\[^>\n]*>\s*)?(?:\S*\\)?curl(?:\.exe)?\b[^'\n]*(?:\^["\\\n]|\^$)|^\s*[A-Za-z]:\\[^>\n]*>`), readCmd, false},
}

// begun is how a command of a shell begins.
var begun = lazyregexp.New(`^\s*(?:[^'"\n]*[$%#>❯][ \t]+)?(?:sudo |time )?(?:(?:curl|wget|https?|xhs?)\s|\S*curl\.exe\s|curl\^)`)

// readCommand reads a command, a call of fetch or a raw request.
func readCommand(text string) ([]Import, error) {
	mendedText, mends := mended(text)
	if strings.Contains(text, `^"`) { // quotes of cmd's, by which mended can't go
		if one, err := readOne(text); err == nil {
			one.ampersands()
			return []Import{one}, nil
		}
	}
	one, err := readOne(mendedText)
	if err != nil {
		return nil, err
	}
	one.ampersands()
	one.Warnings = append(mends, one.Warnings...)
	return []Import{one}, nil
}

func readOne(text string) (Import, error) {
	command := begun.Get().MatchString(text)
	for _, n := range notations {
		if n.matches.Get().MatchString(text) && !(n.within && command) {
			return n.read(text)
		}
	}
	if doubled.Get().MatchString(text) && !strings.Contains(text, "'") {
		return readCmd(text)
	}
	one, err := readPosix(text)
	if err == nil {
		return one, nil
	}
	if strings.Contains(text, `\'`) {
		if fish, fishErr := readFish(text); fishErr == nil {
			return fish, nil
		}
	}
	return Import{}, err
}

// doubled is how Windows' programs read a quote within quotes, which no POSIX
// shell's command has any use for.
var doubled = lazyregexp.New(`\bcurl\b[^\n]*"[^"\n]*[^"\s=]""[^"\s]`)

// readPosix reads a command of a POSIX shell.
func readPosix(text string) (Import, error) {
	sh, err := curl.ReadShell(text, "curl", "wget", "http", "https", "xh", "xhs")
	if err != nil {
		return Import{}, err
	}
	switch sh.Program {
	case "wget":
		return readWget(sh)
	case "http", "https", "xh", "xhs":
		return readHTTPie(sh)
	}
	return fromCurl(sh)
}

func fromCurl(sh *curl.Shell) (Import, error) {
	i, err := curl.FromShell(sh)
	if err != nil {
		return Import{}, err
	}
	return Import{Request: i.Request, Address: i.Address, Insecure: i.Insecure, Warnings: i.Warnings}, nil
}
