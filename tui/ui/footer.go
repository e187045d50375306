package ui

import (
	"slices"
	"strings"
)

// Footer lists the labelled actions on one line that is at most width columns
// wide, leaving whole entries out from the right, but not the last, and not the
// ways back and out before it if there is room for them.
func (t *Theme) Footer(actions []Action, width int) string {
	line, _ := t.footer(actions, width)
	return line
}

// FooterAt returns the key of the entry at column x of a footer.
func (t *Theme) FooterAt(actions []Action, x, width int) (key string, ok bool) {
	_, entries := t.footer(actions, width)
	for _, e := range entries {
		if x >= e.x && x < e.x+e.width && x < width {
			return e.key, true
		}
	}
	return "", false
}

// entry is one action in the footer.
type entry struct {
	key, text string
	x, width  int
}

func (t *Theme) footer(actions []Action, width int) (line string, shown []entry) {
	var entries []entry
	for _, a := range actions {
		if a.Label != "" && len(a.Keys) > 0 {
			text := t.Key.Render(t.KeyName(a.Keys[0])) + " " + t.Faint.Render(a.Label)
			entries = append(entries, entry{key: a.Keys[0], text: text, width: Width(text)})
		}
	}
	if len(entries) == 0 {
		return "", nil
	}
	separator := t.Faint.Render(" " + t.Dot + " ")
	const gap = 3
	first := len(entries) - 1
	for first > 0 && slices.Contains([]string{"esc", "q", "ctrl+c", "?", "f1"}, entries[first-1].key) {
		first--
	}
	tail := 0
	for _, e := range entries[first:] {
		tail += e.width + gap
	}
	if tail-gap > width {
		first, tail = len(entries)-1, entries[len(entries)-1].width+gap
	}
	x := 0
	for _, e := range entries[:first] {
		if x+e.width+gap+tail-gap > width {
			break
		}
		e.x = x
		shown = append(shown, e)
		x += e.width + gap
	}
	for _, e := range entries[first:] {
		e.x = x
		shown = append(shown, e)
		x += e.width + gap
	}
	texts := make([]string, len(shown))
	for i, e := range shown {
		texts[i] = e.text
	}
	return Truncate(strings.Join(texts, separator), width, t.Ellipsis), shown
}

// footer is one line, or more for a long status.
func (f Frame) footer(t *Theme, width int) []string {
	room, status := f.footerRoom(t, width)
	if room == 0 {
		return status
	}
	keys := t.Footer(f.Keys, room)
	if status == nil {
		return []string{" " + keys}
	}
	return []string{" " + Pad(keys, width-2-Width(status[0])) + status[0]}
}

// footerRoom returns how many columns are left for the keys, and the status as
// it is drawn. It takes the whole line where three keys would not fit beside it,
// and several lines where it must.
func (f Frame) footerRoom(t *Theme, width int) (room int, status []string) {
	if f.Status.Text == "" {
		return width - 2, nil
	}
	mark, style := t.Mark(f.Status.Tone), t.Style(f.Status.Tone)
	if room = width - 4 - Width(f.Status.Text) - statusGap; room >= minFooter {
		return room, []string{mark + " " + style.Render(f.Status.Text)}
	}
	for line := range strings.SplitSeq(t.Clip(Wrap(f.Status.Text, width-4), width-4, maxStatus), "\n") {
		status = append(status, " "+mark+" "+style.Render(line))
		mark = " "
	}
	return 0, status
}

const (
	statusGap = 3  // between keys and status
	minFooter = 26 // room for two or three keys, or the status alone is shown
	maxStatus = 4  // lines
)

// KeyAt returns the key whose entry stands at column x of the footer's line.
func (f Frame) KeyAt(t *Theme, x, width int) (key string, ok bool) {
	room, _ := f.footerRoom(t, width)
	if room == 0 {
		return "", false
	}
	return t.FooterAt(f.Keys, x-1, room)
}
