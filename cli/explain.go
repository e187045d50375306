package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"espost/esp8266/explain"
	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// maxLog bounds the serial log that is read from standard input, in bytes.
const maxLog = 64 << 20

func (p *Program) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain [CODE | TEXT...]",
		Short: "Say what an error of the board means, and the cure",
		Long: "explain knows the board's resets, crashes, memory and Wi-Fi, HTTPClient's codes, BearSSL's, TLS alerts and HTTP " +
			"statuses, and the failures of esptool, arduino-cli and PlatformIO, by number or by the words that stand on the serial port " +
			"or the terminal. Without arguments it reads a whole log from standard input.",
		Example: "espost explain -1\n" +
			"espost explain BearSSL 62\n" +
			"espost explain 'rst cause:4, boot mode:(3,6)'\n" +
			"espost explain < serial.log",
	}
	cmd.RunE = p.runE(func(_ context.Context, args []string) error { return p.explain(args, asJSON) })
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object an error")
	return cmd
}

func (p *Program) explain(args []string, asJSON bool) error {
	if len(args) == 0 {
		return p.explainLog(asJSON)
	}
	seen := strings.Join(args, " ")
	found := explain.Question(seen)
	if len(args) > 1 && !slices.ContainsFunc(args, notNumber) { // several questions
		found = nil
		for _, arg := range args {
			found = append(found, explain.Question(arg)...)
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("%q is no error that espost knows; give a number such as -1 or 62, or the words as they stand on the serial port", seen)
	}
	for _, e := range found {
		p.showError(e, asJSON, nil)
	}
	return nil
}

// explainLog explains a log, each error once, where it was first seen.
func (p *Program) explainLog(asJSON bool) error {
	if isTerminal(p.Stdin) {
		fmt.Fprintln(p.Stderr, "Paste the serial log, then press Ctrl-D.")
	}
	log, err := io.ReadAll(io.LimitReader(p.Stdin, maxLog+1))
	if err != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	if len(log) > maxLog {
		return &inputError{fmt.Errorf("the log is longer than %d MB; give its last part", maxLog>>20)}
	}
	var order []*sighting
	byName := map[string]*sighting{}
	for _, m := range explain.Log(string(log)) {
		for _, e := range m.Explanations {
			s := byName[e.Code]
			if s == nil {
				s = &sighting{Line: m.Line, Text: sanitize.Line(m.Text), error: e}
				byName[e.Code] = s
				order = append(order, s)
			}
			s.Times++
		}
	}
	if len(order) == 0 {
		hint := ""
		if garbled(log) {
			hint = "; most of them are unreadable: capture the board's output at the baud rate that the sketch uses, usually 115200"
		}
		return fmt.Errorf("there is no error that espost knows in these %d bytes%s", len(log), hint)
	}
	for _, s := range order {
		p.showError(s.error, asJSON, s)
	}
	return nil
}

// garbled reports whether a third of a log is no text, as at a wrong baud rate.
func garbled(log []byte) bool {
	strange := 0
	for _, r := range string(log) {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			strange++
		}
	}
	return strange*3 > utf8.RuneCount(log)
}

// A sighting is where an error stands in a log.
type sighting struct {
	Line  int
	Text  string
	Times int
	error explain.Explanation
}

// showError prints an error; seen is nil outside of a log.
func (p *Program) showError(e explain.Explanation, asJSON bool, seen *sighting) {
	if asJSON {
		object := map[string]any{"code": e.Number, "name": e.Code, "text": e.Text, "meaning": problem.Sentence(e.Message), "cure": problem.Sentence(e.Fix)}
		if seen != nil {
			object["line"], object["seen"], object["times"] = seen.Line, seen.Text, seen.Times
		}
		p.printJSON(object)
		return
	}
	c := newPalette()
	if seen != nil {
		times := ""
		if seen.Times > 1 {
			times = fmt.Sprintf(", %d times", seen.Times)
		}
		fmt.Fprintln(p.paint, c.dim.Render(fmt.Sprintf("line %d%s: %s", seen.Line, times, seen.Text)))
	}
	name := c.strong.Render(e.Code)
	if e.Text != "" {
		name += "  " + c.dim.Render(e.Text)
	}
	fmt.Fprintf(p.paint, "%s\n  %s\n  %s\n\n", name, problem.Sentence(e.Message), problem.Sentence(e.Fix))
}

var negative = lazyregexp.New(`^-\d+$`)

func notNumber(s string) bool { return !negative.Get().MatchString("-" + strings.TrimPrefix(s, "-")) }

// withNegativeNumbers lets "explain -1" through: words and numbers go behind a
// --, so that -1 isn't taken for a flag.
func withNegativeNumbers(args []string) []string {
	if len(args) == 0 || args[0] != "explain" || !slices.ContainsFunc(args, negative.Get().MatchString) {
		return args
	}
	flags, words := []string{"explain"}, []string{"--"}
	for _, arg := range args[1:] {
		switch {
		case arg == "--":
			return args
		case strings.HasPrefix(arg, "-") && !negative.Get().MatchString(arg):
			flags = append(flags, arg)
		default:
			words = append(words, arg)
		}
	}
	return append(flags, words...)
}
