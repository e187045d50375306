package ui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// A Palette finds any action by its name.
type Palette struct {
	kit     *Kit
	actions []Action
	input   textinput.Model
	cursor  int
	scroll  Scroll
	done    bool
	zones   Zones
}

// NewPalette offers those of the actions that have a title, each title once.
func NewPalette(kit *Kit, actions []Action) *Palette {
	p := &Palette{kit: kit, input: kit.NewInput("what would you like to do?", 60)}
	offered := map[string]bool{}
	for _, a := range actions {
		if a.Title != "" && a.Run != nil && !offered[a.Title] {
			offered[a.Title] = true
			p.actions = append(p.actions, a)
		}
	}
	p.input.Focus()
	return p
}

// matches returns the actions whose title has every word of the input in it, or
// its letters in that order; the better ones first, what can't be done now last.
func (p *Palette) matches() []Action {
	words := strings.Fields(strings.ToLower(p.input.Value()))
	distances := map[string]int{}
	var found []Action
next:
	for _, a := range p.actions {
		sum := 0
		if a.Blocked != "" {
			sum = blockedLast
		}
		for _, w := range words {
			d, ok := distance(strings.ToLower(a.Title), w)
			if !ok {
				continue next
			}
			sum += d
		}
		distances[a.Title] = sum
		found = append(found, a)
	}
	slices.SortStableFunc(found, func(a, b Action) int { return cmp.Compare(distances[a.Title], distances[b.Title]) })
	return found
}

// blockedLast is more than any distance.
const blockedLast = 1 << 20

// distance is how far a word is from standing in a title: 0 at the beginning of
// one of its words, 1 within one, else how many letters stand in between.
func distance(title, word string) (int, bool) {
	switch {
	case strings.HasPrefix(title, word) || strings.Contains(title, " "+word):
		return 0, true
	case strings.Contains(title, word):
		return 1, true
	}
	gaps, last, rest := 2, -1, []rune(word)
	for i, r := range []rune(title) {
		if len(rest) > 0 && r == rest[0] {
			if last >= 0 {
				gaps += i - last - 1
			}
			last, rest = i, rest[1:]
		}
	}
	return gaps, len(rest) == 0
}

// Actions implements Overlay.
func (p *Palette) Actions() []Action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd { p.cursor += by; p.clamp(len(p.matches())); return nil }
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "do it", Run: p.run},
		{Keys: []string{"up", "ctrl+k"}, Run: move(-1)},
		{Keys: []string{"down", "ctrl+j"}, Label: "choose", Run: move(1)},
		{Keys: []string{"pgup"}, Run: move(-10)},
		{Keys: []string{"pgdown"}, Run: move(10)},
		{Keys: []string{"esc", "ctrl+p"}, Label: "close", Run: func() tea.Cmd { p.done = true; return nil }},
	}
}

func (p *Palette) run() tea.Cmd {
	found := p.matches()
	p.done = true
	if len(found) == 0 {
		return nil
	}
	a := found[p.clamp(len(found))]
	if a.Blocked != "" {
		return SetStatus(Caution, a.Blocked)
	}
	return a.Run()
}

func (p *Palette) clamp(n int) int {
	p.cursor = min(max(p.cursor, 0), max(0, n-1))
	return p.cursor
}

// Update implements Overlay.
func (p *Palette) Update(msg tea.Msg) (tea.Cmd, bool) {
	if a, ok := Pressed(p.Actions(), msg); ok {
		return a.Run(), p.done
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		return p.zones.Click(msg), p.done
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			p.cursor++
		} else {
			p.cursor--
		}
		p.clamp(len(p.matches()))
		return nil, false
	}
	before := p.input.Value()
	cmd := Edit(&p.input, msg)
	if p.input.Value() != before {
		p.cursor = 0
	}
	return cmd, false
}

// paletteHead is how many lines stand above the first action.
const paletteHead = 3

// View implements Overlay.
func (p *Palette) View(width, height int) string {
	k := p.kit
	k.Dress(&p.input)
	found := p.matches()
	p.clamp(len(found))
	inner := min(width-4, ReadingWidth)
	keyColumn, row := 0, inner
	if len(found) > height-paletteHead {
		row -= 2 // the scroll bar's
	}
	for _, a := range p.actions {
		keyColumn = max(keyColumn, Width(k.firstKey(a)))
	}
	lines := make([]string, len(found))
	for i, a := range found {
		text := a.Title
		if a.Blocked != "" {
			text += ": " + a.Blocked
		}
		title, key := Pad(Truncate(text, row-keyColumn-4, k.Ellipsis), row-keyColumn-4), Pad(k.firstKey(a), keyColumn)
		lines[i] = "  " + title + "  " + k.Key.Render(key)
		if a.Blocked != "" {
			lines[i] = "  " + k.Faint.Render(title) + "  " + key
		}
		if i == p.cursor {
			lines[i] = k.Selected.Render(k.Cursor + " " + title + "  " + key)
		}
	}
	if len(lines) == 0 {
		lines = []string{k.Faint.Render("  nothing is called that; backspace to widen the search")}
	}
	p.scroll.Show(p.cursor, len(lines), height-paletteHead)
	visible, offset := p.scroll.Visible(lines, height-paletteHead), p.scroll.Top()
	visible = k.Scrollbar(&p.scroll, visible, inner)
	p.zones.Reset()
	for i := range visible {
		p.zones.Add(0, paletteHead+i, width, 1, func() tea.Cmd { p.cursor = offset + i; return p.run() })
	}
	return "\n" + Indent(k.InputBox(&p.input, inner), 2) + "\n\n" + Indent(strings.Join(visible, "\n"), 2)
}

// firstKey names the key of an action that has one here.
func (k *Kit) firstKey(a Action) string {
	if len(a.Keys) == 0 {
		return ""
	}
	return k.KeyName(a.Keys[0])
}
