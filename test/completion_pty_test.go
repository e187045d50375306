//go:build unix

package test

import (
	"os"
	"path/filepath"
	"testing"

	"espost/internal/testkit/need"
)

// A real shell on a terminal, espost's completions loaded as its help says, and
// the Tab key: commands, the values of flags, and files.
func TestCompletions(t *testing.T) {
	binary := linkToSelf(t)
	t.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, shell := range []struct {
		name    string
		args    []string
		load    string // the completions, and a prompt that is known
		profile string // what "por" becomes where a profile is expected
	}{
		// Cobra's script for bash calls functions of bash-completion, which not every system has.
		{"bash", []string{"--norc", "--noprofile", "-i"}, `. /usr/share/bash-completion/bash_completion 2>/dev/null || { shopt -s extglob; ` +
			`_init_completion() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }; ` +
			`_filedir() { COMPREPLY=($(compgen -f -X "!*.@($1)" -- "$cur")); }; }; ` +
			`source <(espost completion bash); PS1='next> '`, "porch-profile.yaml"},
		{"zsh", []string{"-f", "-i"}, `autoload -U compinit; compinit -u -D; source <(espost completion zsh); PS1='next> '`, "porch-profile.yaml"},
		{"fish", []string{"--no-config", "-i"}, `espost completion fish | source; function fish_prompt; echo 'next> '; end`, "porch-"}, // cobra's script for fish offers every file
	} {
		t.Run(shell.name, func(t *testing.T) {
			path := need.Program(t, shell.name)
			dir := t.TempDir()
			for name, text := range map[string]string{"porch-profile.yaml": "", "porch-notes.txt": "", "load": shell.load} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c := startConsole(t, dir, path, shell.args...)
			c.press("source ./load\r")
			c.wait("next>") // what is typed before a shell edits the line, is drawn twice
			for typed, completed := range map[string]string{
				"espost insp":                       "espost inspect",
				"espost generate --board d1_mini_l": "espost generate --board d1_mini_lite",
				"espost post --pin pub":             "espost post --pin public-key",
				"espost demo --trouble wr":          "espost demo --trouble wrong-name",
				"espost check --upd":                "espost check --update",
				"espost check por":                  "espost check " + shell.profile,
			} {
				c.press(typed + "\t")
				c.wait(completed)
				c.press("\x15") // the line is thrown away
			}
			c.press("exit\r")
			<-c.ended
		})
	}
}
