package test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The pages of docs/ that tell how to do something. Their commands stand in blocks
// of ```console, as a reader types them, with what they print beneath; a script of
// the same name follows them to the letter.
var pages = []string{"first-board", "a-service", "a-sensor", "renewal", "many-boards", "scripts", "troubleshooting"}

// Every page has its script, and every command for espost stands where that follows it.
func TestPagesAreFollowed(t *testing.T) {
	command := regexp.MustCompile(`^(    |\$ )espost( |$)`)
	for _, page := range pages {
		if _, err := os.Stat(filepath.Join("testdata", "script", "page_"+page+".txtar")); err != nil {
			t.Error(err)
		}
		text, err := os.ReadFile(filepath.Join("..", "docs", page+".md"))
		if err != nil {
			t.Error(err)
			continue
		}
		fence := ""
		for i, line := range strings.Split(string(text), "\n") {
			switch {
			case strings.HasPrefix(line, "```") && fence == "":
				fence = line
			case strings.HasPrefix(line, "```"):
				fence = ""
			case command.MatchString(line) && !strings.HasPrefix(fence, "```console"):
				t.Errorf("docs/%s.md:%d: no test runs %q; put it into a block of ```console", page, i+1, line)
			}
		}
	}
}

// A page that a script follows.
type page struct {
	name    string
	blocks  []consoleBlock
	exports string            // what the reader's shell has been told so far
	local   *strings.Replacer // as the page has it → as it is here
	public  *strings.Replacer // and back
}

type pageKey struct{}

// A consoleBlock is a block of commands, each with what it prints.
type consoleBlock struct {
	line     int // in the page
	exit     int // of the last command, from the fence: ```console exit=1
	commands []command
}

type command struct{ typed, prints string }

// openPage: page NAME THERE=HERE... opens docs/NAME.md. What it calls THERE, such as
// a host, is HERE for the test.
func openPage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: page NAME THERE=HERE...")
	}
	text, err := os.ReadFile(filepath.Join(ts.Getenv("DOCS"), args[0]+".md"))
	ts.Check(err)
	p := page{name: "docs/" + args[0] + ".md", blocks: consoles(string(text))}
	var local, public []string
	for _, pair := range args[1:] {
		there, here, _ := strings.Cut(pair, "=")
		local, public = append(local, there, here), append(public, here, there)
	}
	p.local, p.public = strings.NewReplacer(local...), strings.NewReplacer(public...)
	*ts.Value(pageKey{}).(*page) = p
}

// follow: console runs the commands of the page's next block, and wants what it
// says that they print; `! console` wants that there is no further block.
func follow(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(pageKey{}).(*page)
	if neg {
		if len(p.blocks) > 0 {
			ts.Fatalf("%s:%d is a block that the script doesn't follow", p.name, p.blocks[0].line)
		}
		return
	}
	if len(p.blocks) == 0 || len(args) > 0 {
		ts.Fatalf("%s has no further block; usage: console", p.name)
	}
	block := p.blocks[0]
	p.blocks = p.blocks[1:]
	for i, c := range block.commands {
		if strings.HasPrefix(c.typed, "export ") {
			p.exports += c.typed + "\n"
			continue
		}
		printed, exit := typed(ts, p.exports+p.local.Replace(c.typed))
		where := fmt.Sprintf("%s:%d: %s", p.name, block.line, c.typed)
		if want := block.exit; i == len(block.commands)-1 && exit != want || i < len(block.commands)-1 && exit != 0 {
			ts.Fatalf("%s: exit status %d\n%s", where, exit, printed)
		}
		if got := p.public.Replace(printed); c.prints != "" && !prints(c.prints).MatchString(got) {
			ts.Fatalf("%s prints\n%s, not\n%s", where, got, c.prints)
		}
	}
}

// typed runs a line as a person's shell does.
func typed(ts *testscript.TestScript, line string) (printed string, exit int) {
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "WORK", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_STATE_HOME", "XDG_DATA_HOME"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		ts.Check(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// prints matches what a page shows: … stands for anything within a line, and alone
// for any lines.
func prints(shown string) *regexp.Regexp {
	var b strings.Builder
	for line := range strings.SplitSeq(shown, "\n") {
		if line == "…" {
			b.WriteString(`(?:.*\n)*?`)
			continue
		}
		b.WriteString(`[ \t]*` + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(line)), "…", ".*") + `[ \t\r]*\n`)
	}
	return regexp.MustCompile(`^` + strings.TrimSuffix(b.String(), `\n`) + `\s*$`)
}

// consoles finds the blocks of ```console. A command goes on behind a line that
// ends in a backslash.
func consoles(text string) []consoleBlock {
	var all []consoleBlock
	var block *consoleBlock
	for i, line := range strings.Split(text, "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && block == nil && strings.HasPrefix(info, "console"):
			_, exit, _ := strings.Cut(info, " exit=")
			status, _ := strconv.Atoi(exit)
			block = &consoleBlock{line: i + 1, exit: status}
		case fence && block != nil:
			all = append(all, *block)
			block = nil
		case block != nil:
			block.add(line)
		}
	}
	return all
}

func (b *consoleBlock) add(line string) {
	typed, isCommand := strings.CutPrefix(line, "$ ")
	last := len(b.commands) - 1
	switch {
	case isCommand:
		b.commands = append(b.commands, command{typed: typed})
	case last >= 0 && b.commands[last].prints == "" && strings.HasSuffix(b.commands[last].typed, `\`):
		b.commands[last].typed += "\n" + line
	case last >= 0:
		b.commands[last].prints = strings.TrimPrefix(b.commands[last].prints+"\n"+line, "\n")
	}
}

func TestConsoles(t *testing.T) {
	const text = "a\n```console exit=1\n$ one \\\n  two\nout …\n…\nend\n$ three\n```\n```sh\n$ no\n```\n"
	got := consoles(text)
	want := []consoleBlock{{line: 2, exit: 1, commands: []command{{"one \\\n  two", "out …\n…\nend"}, {typed: "three"}}}}
	if !slices.EqualFunc(got, want, func(a, b consoleBlock) bool {
		return a.line == b.line && a.exit == b.exit && slices.Equal(a.commands, b.commands)
	}) {
		t.Errorf("%+v", got)
	}
	shown := prints(want[0].commands[0].prints)
	for out, matches := range map[string]bool{"out x\nend\n": true, "out x\ny\nz\nend\n": true, "out x\n": false, "out x\nend\nmore\n": false} {
		if shown.MatchString(out) != matches {
			t.Errorf("%q: %v", out, !matches)
		}
	}
}

// Every file that a page links to is there.
func TestLinks(t *testing.T) {
	files, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, file := range append(files, "../README.md", "../SECURITY.md", "../CONTRIBUTING.md", "../CHANGELOG.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", file, m[1], err)
			}
		}
	}
}
