package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// A Prompt asks for one line of text.
type Prompt struct {
	kit   *Kit
	title string
	hint  string
	label string // what enter does
	run   func(string) tea.Cmd
	input textinput.Model
	hides bool // a secret is typed
	done  bool
}

// NewSecretPrompt asks for a secret, which is masked unless one asks to see it.
func (k *Kit) NewSecretPrompt(title, hint, label string, run func(string) tea.Cmd) *Prompt {
	p := k.NewPrompt(title, hint, label, "", run)
	p.hides = true
	p.input.EchoMode = textinput.EchoPassword
	return p
}

// NewPrompt asks for a line that begins as text; run gets what was typed.
func (k *Kit) NewPrompt(title, hint, label, text string, run func(string) tea.Cmd) *Prompt {
	p := &Prompt{kit: k, title: title, hint: hint, label: label, run: run, input: k.NewInput("", 0)}
	p.input.SetValue(text)
	p.input.Focus()
	return p
}

// Actions implements Overlay.
func (p *Prompt) Actions() []Action {
	actions := []Action{
		{Keys: []string{"enter"}, Label: p.label, Title: p.title, Run: func() tea.Cmd {
			text := strings.TrimSpace(p.input.Value())
			if text == "" {
				return nil
			}
			p.done = true
			return p.run(text)
		}},
	}
	if p.hides {
		actions = append(actions, Reveals(&p.input))
	}
	return append(actions, Action{Keys: []string{"esc"}, Label: "leave", Title: "Leave it as it is", Run: func() tea.Cmd { p.done = true; return nil }})
}

// Update implements Overlay.
func (p *Prompt) Update(msg tea.Msg) (tea.Cmd, bool) {
	if a, ok := Pressed(p.Actions(), msg); ok {
		return a.Run(), p.done
	}
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		return Edit(&p.input, msg), false
	}
	return nil, false
}

// View implements Overlay.
func (p *Prompt) View(width, _ int) string {
	k := p.kit
	k.Dress(&p.input)
	inner := min(width-4, ReadingWidth)
	return "\n" + Indent(k.Strong.Render(p.title), 2) + "\n\n" + Indent(k.InputBox(&p.input, inner), 2) + "\n\n" + Indent(k.Faint.Render(Wrap(p.hint, inner)), 2)
}
