package tui_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/formpost"
	"espost/imports"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/testkit/need"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// What the random user knows: keys that do something somewhere, and texts.
var (
	someKeys = []string{
		"enter", "enter", "enter", "esc", "tab", "shift+tab", "space", "backspace", "delete", "up", "down", "left", "right", "home", "end",
		"pgup", "pgdown", "alt+up", "alt+down", "alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "ctrl+d", "ctrl+p", "ctrl+s", "ctrl+c", "ctrl+u",
		"ctrl+z", "ctrl+r", "ctrl+w", "ctrl+k", "ctrl+j", "f1", "?", "m", "q", "a", "b", "c", "d", "e", "h", "i", "j", "k", "n", "p", "r", "t", "u", "v",
		"w", "y", "Y", "1", "9", "[", "]", "=", "l", "ctrl+e", "ctrl+o", "alt+s", "alt+n", "o", "s", "2", "-", "é", "日", "#", "@",
	}
	somePastes = []string{
		"https://porch.example.com/post", "name=value\nother=2\n", "\x1b[2J\u202eevil\x00\r\ttext", "curl -d a=b -H 'X-A: b' https://porch.example.com/post",
		"curl -d c=d https://elsewhere.example/p", "curl 'unclosed", strings.Repeat("長い", 300), "👩‍🔬🇩🇪e\u0301", "", "\n\n\n", "note@rssi=-61\ngpio@digital-5=1\n", "5m", strings.Repeat("long=paste ", 100), strings.Repeat("x", 40<<10), "0", "999999999999h",
	}
)

// shakyStage is a stage whose server answers in every way, and sometimes late.
func shakyStage(t *testing.T, random *rand.Rand) *stage {
	s := newStage(t)
	s.options.Profile = profile.New(target(address))
	good, answer := s.options.Inspect, s.options.Send
	s.options.Inspect = func(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		switch random.IntN(6) {
		case 0:
			return &tlsinspect.Report{}, &problem.Problem{Code: netdial.CodeRefused, Message: "nothing listens there\x1b[2J", Fix: "check the port"}
		case 1:
			return &tlsinspect.Report{Target: target, Findings: []problem.Problem{{Severity: problem.Fatal, Message: "only TLS 1.3", Fix: "enable TLS 1.2"}}}, nil
		case 2:
			<-time.After(time.Duration(random.IntN(3000)) * time.Millisecond)
		}
		return good(ctx, target, progress)
	}
	s.options.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
		switch random.IntN(5) {
		case 0:
			return nil, &formpost.Error{Problem: *problem.New("", "another certificate", "look again"), HTTPClient: -1, BearSSL: 62}
		case 1:
			<-time.After(time.Duration(random.IntN(3000)) * time.Millisecond)
		case 3:
			r, status := p.Sent(), []int{302, 308}[random.IntN(2)]
			return &formpost.Response{Sent: r, Request: r.Bytes(), Status: status, BoardStatus: status, Header: http.Header{"Location": {"https://moved.example.com/" + strconv.Itoa(status)}}}, nil
		case 2:
			return &formpost.Response{Sent: p.Sent(), Status: 500, BoardStatus: 500, Reason: "Oh\x1b[31m", Body: []byte("\x1b[2J\r\tnope 日本語 \xff")}, nil
		}
		return answer(ctx, p, r)
	}
	return s
}

// Three thousand random keys (twenty thousand with make test-long), pastes, clicks, turns of the wheel, resizes,
// kills and new starts: nothing panics, no frame is larger than the terminal, what
// was typed changes only by what may change it and can be had back, escape always
// leads to the first step; after Ctrl+S the file says what the screen does, what was
// saved is there after the next start, and no file changes but by saving.
func TestRandomInput(t *testing.T) {
	rounds, inputs := need.Often(6, 40), 500
	if testing.Short() { // under the race detector
		rounds = 2
	}
	t.Chdir(t.TempDir()) // where a name without a folder is saved
	visited, asked := [6]int{}, map[string]int{"When the certificate is renewed": 0, "Sign these pins?": 0}
	for seed := range uint64(rounds) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 4))
			s := shakyStage(t, random)
			s.options.ASCII = seed%4 == 3
			if seed%2 == 1 {
				s.options.Board = (&bench{}).outside()
				s.options.Profile.Folder = "porch_example_com" // written before
			}
			if seed%3 == 2 { // pins that can be signed
				work := profile.Session{Profile: s.options.Profile}
				o := profile.Owning{Key: filepath.Join(s.options.KeyFolder, "porch_example_com.pem"), Fetch: codegen.Fetch{URLs: []string{pinsURL}}}
				if _, err := work.Own(o); err != nil {
					t.Fatal(err)
				}
			}
			disk := newDisk(t, s)
			d := disk.start(80, 24)
			defer func() { disk.kill(d) }()
			var log []string
			defer func() {
				if t.Failed() {
					t.Logf("seed %d, the last inputs: %s", seed, strings.Join(log[max(0, len(log)-12):], " | "))
				}
			}()
			for i := range inputs {
				kind, msg := randomInput(random, d)
				log = append(log, kind)
				before, typed, step, offered := d.model.Work(), d.model.Typed(), d.model.Current(), d.model.Offered()
				covered, drafts := d.model.Covered(), d.model.Drafts()
				session, unsaved, said := d.model.Session(), d.model.Unsaved(), d.model.Status()
				if random.IntN(100) == 0 {
					d = disk.restart(d)
					log = append(log, "killed and started again")
					continue
				}
				if size, ok := msg.(tea.WindowSizeMsg); ok {
					d.resize(size.Width, size.Height)
				} else {
					d.send(msg)
				}
				visited[d.model.Current()]++
				for title := range asked {
					if d.model.Covered() && strings.Contains(d.shown(), title) {
						asked[title]++
					}
				}
				disk.check(d, kind, saves(msg, offered, covered), said)
				if d.model.Session() != session {
					if unsaved && !covered {
						t.Fatalf("input %d (%s) on step %d left unsaved work without a question", i, kind, step+1)
					}
					continue
				}
				mayChange := touches(msg, offered, covered, drafts != "")
				after := d.model.Work()
				_, paste := msg.(tea.PasteMsg)
				_, none := imports.One([]byte(typed), "")
				taken := step == 0 && !covered && (paste || none == nil) // a request in the place of an address
				if !taken && (step != 2 && !covered && !saves(msg, offered, covered) || !mayChange) {
					if diff := cmp.Diff(form(before), form(after)); diff != "" {
						t.Fatalf("input %d (%s) on step %d changed the form:\n%s", i, kind, step+1, diff)
					}
				}
				if step != 2 && step != 3 && !covered && !saves(msg, offered, covered) || !mayChange { // undo takes back what a service brought
					if diff := cmp.Diff(before.Answer, after.Answer); diff != "" {
						t.Fatalf("input %d (%s) on step %d changed the rule for answers:\n%s", i, kind, step+1, diff)
					}
				}
				if step != 4 && !covered && !saves(msg, offered, covered) || !mayChange {
					if diff := cmp.Diff(firmwareOf(before), firmwareOf(after)); diff != "" {
						t.Fatalf("input %d (%s) on step %d changed the settings:\n%s", i, kind, step+1, diff)
					}
				}
				if step != 0 && step != 2 && !covered && d.model.Typed() != typed && !follows(msg, offered) {
					t.Fatalf("input %d (%s) on step %d changed the address", i, kind, step+1)
				}
				if passive(msg) && (d.model.Typed() != typed || d.model.Drafts() != drafts) {
					t.Fatalf("input %d (%s) on step %d changed what is being typed: %q, %q", i, kind, step+1, d.model.Typed(), d.model.Drafts())
				}
				if step == 0 && d.model.Current() == 0 && !covered {
					addressComesBack(t, d, msg, typed)
				}
				if random.IntN(10) == 0 {
					typed, drafts = d.model.Typed(), d.model.Drafts()
					d.wait(time.Duration(random.IntN(500)) * time.Millisecond)
					if d.model.Typed() != typed || d.model.Drafts() != drafts {
						t.Fatalf("after input %d (%s) time alone changed what is being typed", i, kind)
					}
				}
				if d.quit || i%50 == 49 {
					d.quit = false // it is asked before work is lost; the random user says yes often
					wayBack(t, d)
				}
			}
		})
		if t.Failed() {
			return
		}
	}
	for title, n := range asked {
		if n == 0 && rounds*inputs >= 20_000 {
			t.Errorf("%q was never asked", title)
		}
	}
	for step, n := range visited {
		if n < rounds*inputs/100 && !testing.Short() { // two rounds may end anywhere
			t.Errorf("step %d was in front after %d of %d inputs only: the random user doesn't get around", step+1, n, rounds*inputs)
		}
	}
}

// randomInput returns the next thing that a random user does.
func randomInput(random *rand.Rand, d *driver) (kind string, msg tea.Msg) {
	switch n := random.IntN(100); {
	case n < 78:
		key := someKeys[random.IntN(len(someKeys))]
		if random.IntN(3) > 0 { // a key that is offered
			if offered := d.model.Offered(); len(offered) > 0 {
				if a := offered[random.IntN(len(offered))]; len(a.Keys) > 0 {
					key = a.Keys[random.IntN(len(a.Keys))]
				}
			}
		}
		if key == "alt+n" && random.IntN(8) > 0 { // or work never gets far
			key = "enter"
		}
		return key, keyPress(key)
	case n < 83:
		paste := somePastes[random.IntN(len(somePastes))]
		if d.model.Covered() && random.IntN(2) == 0 { // where a file may be asked for
			paste = d.paths[random.IntN(len(d.paths))]
		}
		return fmt.Sprintf("paste %.10q", paste), tea.PasteMsg{Content: paste}
	case n < 91:
		x, y := random.IntN(max(d.width, 1)+2), random.IntN(max(d.height, 1)+2)
		return fmt.Sprintf("click %d,%d", x, y), tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}
	case n < 97:
		button := []tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown, tea.MouseWheelLeft}[random.IntN(3)]
		return button.String(), tea.MouseWheelMsg{X: random.IntN(max(d.width, 1)), Y: random.IntN(max(d.height, 1)), Button: button}
	}
	sizes := []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 80, Height: 24}, {Width: 60, Height: 16}, {Width: 120, Height: 40}, {Width: 200, Height: 60},
		{Width: 61, Height: 50}, {Width: 250, Height: 17}, {Width: 59, Height: 16}, {Width: 10, Height: 3}, {Width: 1, Height: 1}}
	size := sizes[random.IntN(len(sizes))]
	return fmt.Sprintf("resize %d×%d", size.Width, size.Height), size
}

// touches reports whether an input may change what was typed: the keys of an
// action whose title says so, a click, a choice in the palette, and saving, which
// takes open editors along.
func touches(msg tea.Msg, offered []ui.Action, covered, editing bool) bool {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		a, ok := ui.Find(offered, msg)
		if !ok {
			return false // text for an input: that is taken over by enter
		}
		if editing && (strings.HasPrefix(a.Title, "Save") || a.Title == "Write signed pins") { // which saves the profile, too
			return true
		}
		if covered {
			return slices.Contains(a.Keys, "enter")
		}
		for _, verb := range []string{"Keep", "Switch", "Duplicate", "Delete", "Move the row", "Send as", "Change", "Undo", "Do again", "Keep and"} {
			if strings.HasPrefix(a.Title, verb) {
				return true
			}
		}
	case tea.MouseClickMsg:
		return true
	}
	return false
}

// follows reports whether an input takes a redirect's address.
func follows(msg tea.Msg, offered []ui.Action) bool {
	press, ok := msg.(tea.KeyPressMsg)
	a, found := ui.Action{}, false
	if ok {
		a, found = ui.Find(offered, press)
	}
	_, click := msg.(tea.MouseClickMsg) // in the footer
	return click || found && strings.HasPrefix(a.Title, "Change what becomes of the redirect")
}

// saves reports whether an input may change files: it saves or writes, or answers a
// question.
func saves(msg tea.Msg, offered []ui.Action, covered bool) bool {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		a, ok := ui.Find(offered, msg)
		return covered || ok && (strings.HasPrefix(a.Title, "Save") || strings.HasPrefix(a.Title, "Write"))
	case tea.MouseClickMsg:
		return true
	}
	return false
}

// passive reports whether an input may change nothing that is being typed.
func passive(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg, tea.MouseWheelMsg:
		return true
	case tea.PasteMsg:
		return len(msg.Content) > 32<<10 // refused
	}
	return false
}

// addressComesBack holds that an address which an action replaced, and not a key
// that is text, is there again after undo.
func addressComesBack(t *testing.T, d *driver, msg tea.Msg, typed string) {
	t.Helper()
	now, undo := d.model.Typed(), keyPress("ctrl+z")
	press, ok := msg.(tea.KeyPressMsg)
	if !ok || typed == "" || now == typed || !slices.Contains([]string{"ctrl+u", "tab", "enter", "ctrl+z"}, press.String()) {
		return
	}
	if _, idle := ui.FindKey(d.model.Offered(), "enter"); !idle || d.model.Covered() {
		return // it is looked at already, or something is asked first
	}
	d.send(undo)
	if got := d.model.Typed(); got != typed {
		t.Fatalf("%v made the address %q; undo makes it %q, not the %q before", msg, now, got, typed)
	}
	if now == "" {
		return
	}
	d.send(undo)
	if got := d.model.Typed(); got != now {
		t.Fatalf("undoing the undo makes the address %q, want %q", got, now)
	}
}

// form is the request without its target, which the first step sets.
func form(p *profile.Profile) request.Request {
	r := p.Request
	r.Target, r.Answer = request.Target{}, request.Answer{}
	return r
}

// firmwareOf are what the user chose on the last step.
func firmwareOf(p *profile.Profile) codegen.Firmware {
	f := p.Firmware
	f.Buffers.RX, f.Buffers.TX, f.Name = 0, 0, "" // these follow the server that was looked at
	return f
}

// wayBack presses escape until the first step is in front.
func wayBack(t *testing.T, d *driver) {
	t.Helper()
	before := form(d.model.Work())
	for range 12 { // six steps, and what each may have open
		if d.model.Current() == 0 && !d.model.Covered() {
			break
		}
		d.press("esc")
	}
	if d.model.Current() != 0 || d.model.Covered() {
		t.Fatalf("escape doesn't lead back to the first step:\n%s", d.shown())
	}
	if diff := cmp.Diff(before, form(d.model.Work())); diff != "" {
		t.Fatalf("the way back changed the form:\n%s", diff)
	}
}
