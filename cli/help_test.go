package cli

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The help capitalises each text's first word, which must not make syntax of
// another meaning; it breaks no lines, and 80 columns are what people have; and
// it tears usage lines that are bracketed in another way apart.
func TestHelpTexts(t *testing.T) {
	p := &Program{}
	root := p.root([]string{"help"})
	plainWord := regexp.MustCompile(`^[a-z]+[ ,]`)
	all := append(root.Commands(), root)
	for _, cmd := range root.Commands() {
		all = append(all, cmd.Commands()...)
	}
	for _, cmd := range all {
		if strings.Contains(cmd.Use, "]...") || strings.Contains(cmd.Use, "... [") {
			t.Errorf("%s: write [NAME...], not [NAME]...: %q", cmd.Name(), cmd.Use)
		}
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			if n := ansi.StringWidth(line); n > 72 {
				t.Errorf("%s: the example %q would be cut off", cmd.Name(), line)
			}
		}
		widest := 0
		each(cmd, func(f *pflag.Flag) { widest = max(widest, len("-x --")+len(f.Name)) })
		each(cmd, func(f *pflag.Flag) {
			if !plainWord.MatchString(f.Usage) {
				t.Errorf("%s --%s: %q doesn't begin with an ordinary word", cmd.Name(), f.Name, f.Usage)
			}
			text := f.Usage
			if f.DefValue != "" && f.DefValue != "false" {
				text += " (" + f.DefValue + ")"
			}
			for line := range strings.SplitSeq(text, "\n") {
				if n := 4 + widest + 2 + ansi.StringWidth(line); n > 80 {
					t.Errorf("%s --%s: %q ends in column %d", cmd.Name(), f.Name, line, n)
				}
			}
			if strings.HasPrefix(f.DefValue, "0") {
				t.Errorf("%s --%s: the default %q means nothing to people", cmd.Name(), f.Name, f.DefValue)
			}
		})
	}
}

// each calls do for every flag that a command's help shows.
func each(cmd *cobra.Command, do func(*pflag.Flag)) {
	cmd.Flags().VisitAll(do)
	cmd.InheritedFlags().VisitAll(do)
}

// What the help says is what stands in the commands.
func TestHelp(t *testing.T) {
	for command, want := range map[string][]string{
		"":          {"espost [command] [TARGET | FILE.yaml | FOLDER] [--flags]", "check [FILE.yaml|SKETCH.ino|FOLDER...] [--flags]", "post [TARGET] [ITEM...] [--flags]"},
		"check":     {"espost check [FILE.yaml|SKETCH.ino|FOLDER...] [--flags]", "(14d)"},
		"explain":   {"espost explain [CODE | TEXT...] [--flags]"},
		"inspect":   {"espost inspect TARGET... [--flags]", "(10s)", "(8)", "-f --file FILE", "--timeout TIME", "-j --jobs N", "--log FILE", "--json Print"},
		"post":      {"espost post [TARGET] [ITEM...] [--flags]", "name:=JSON", "Send by POST, PUT, PATCH, GET or DELETE"},
		"generate":  {"name@source", "temp@dht22.temperature:4", "bme280.temperature|humidity|pressure", "reed.open", "--every TIME Time between two POSTs, such as 5m --field FIELD", "-o --output FOLDER"},
		"pins":      {"init", "sign", "show", "signed pins"},
		"pins sign": {"espost pins sign [FILE.yaml] [--flags]", "(180d)"},
		"demo":      {"tls13 only TLS 1.3 is spoken", "(127.0.0.1:0)"},
	} {
		var out bytes.Buffer
		p := &Program{Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard}
		if status := p.Run(t.Context(), append(strings.Fields(command), "--help")); status != 0 {
			t.Errorf("%s --help: status %d", command, status)
		}
		got := strings.Join(strings.Fields(out.String()), " ")
		if _, flags, _ := strings.Cut(out.String(), "FLAGS"); strings.Count(flags, "--log ") != 1 && command != "" {
			t.Errorf("%s --help has --log not once:\n%s", command, flags)
		} else {
			for line := range strings.SplitSeq(flags, "\n") {
				if n := ansi.StringWidth(strings.TrimRight(line, " ")); n > 80 && command != "" && command != "pins" {
					t.Errorf("%s --help: %q ends in column %d", command, line, n)
				}
			}
		}
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s --help lacks %q:\n%s", command, text, out.String())
			}
		}
	}
}

// The manual page names what flags take, as the help does.
func TestManNamesValues(t *testing.T) {
	var out bytes.Buffer
	p := &Program{Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard}
	if status := p.Run(t.Context(), []string{"man"}); status != 0 {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{`\fB--timeout TIME\fP`, `\fB-o --output FOLDER\fP`, `\fB--json\fP`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in the page", want)
		}
	}
}

// What is mistyped brings up what was meant; what may be a secret isn't repeated.
func TestMistyped(t *testing.T) {
	for args, want := range map[string]string{
		"inspect --fingerprnt x":        "did you mean --fingerprint?",
		"generate --bord=d1_mini":       "did you mean --board?",
		"inspct x":                      "did you mean inspect?",
		"help inspct":                   "did you mean inspect?",
		"pins sgin":                     "there are init, reserve, sign and show",
		"post x --entirely-else=secret": "unknown flag: --entirely-else; espost post --help tells",
	} {
		var out bytes.Buffer
		p := &Program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &out}
		if status := p.Run(t.Context(), strings.Fields(args)); status != statusUsage || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "=secret") {
			t.Errorf("%s: status %d, %s; want %q", args, status, out.String(), want)
		}
	}
}

// A start makes the command that is asked for and no other.
func TestOnlyTheCommandAskedFor(t *testing.T) {
	p := &Program{}
	for _, none := range [][]string{nil, {"--version"}} {
		if made := p.root(none).Commands(); len(made) > 0 {
			t.Errorf("%q makes %d commands", none, len(made))
		}
	}
	all := p.root([]string{"help"}).Commands()
	for _, cmd := range all {
		switch made := p.root([]string{cmd.Name()}).Commands(); cmd.Name() {
		case "man", "completion": // which are about the others
		default:
			if len(made) != 1 || made[0].Name() != cmd.Name() {
				t.Errorf("%s makes %d commands", cmd.Name(), len(made))
			}
		}
	}
	if len(all) < 16 {
		t.Errorf("help knows %d commands", len(all))
	}
}
