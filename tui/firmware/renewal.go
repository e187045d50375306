package firmware

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/duration"
	"espost/internal/platform"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/pinfile"
	"espost/profile"
	"espost/tui/ui"
)

// Sign is sent when the pins shall be signed, by the key in a file.
type Sign struct{ Key string }

// ownedMsg says what came of naming the key and the addresses.
type ownedMsg struct {
	of    *profile.Session
	owner pinfile.Owner
	fetch codegen.Fetch
	keys  []profile.KeyFile
	texts []string // as they were typed
	err   error
}

// The lines of the sheet.
const (
	lineAddress = iota
	lineEvery
	lineKey
)

// renewalSetting is the row that says what becomes of the boards when the
// certificate is renewed.
func (m *Model) renewalSetting() setting {
	shown := map[esp8266.PinMode]string{
		esp8266.PinFingerprint: "breaks the pin", esp8266.PinPublicKey: "a new key breaks it",
		esp8266.PinCA: "a new CA breaks it", esp8266.PinInsecure: "no matter",
	}[m.profile.Pin.Mode]
	switch {
	case m.profile.Fetch.On():
		shown = "fetches signed pins"
	case m.profile.Pin.HasBackup():
		shown = "goes on by the backup"
	}
	return setting{title: "Renewal", shown: shown, open: m.openRenewal, about: m.renewal}
}

// renewalActions are what can be done about the next certificate.
func (m *Model) renewalActions() []ui.Action {
	renewal := ui.Action{Keys: []string{"r"}, Label: "renewal", Title: "Renewal: have boards fetch signed pins", Run: m.openRenewal, Blocked: m.noFetch()}
	sign := ui.Action{Keys: []string{"p"}, Title: "Write signed pins", Run: m.sign, Blocked: m.noSigner()}
	if renewal.Blocked != "" {
		renewal.Label = ""
	}
	if sign.Blocked == "" {
		sign.Label = "sign pins"
	}
	return []ui.Action{renewal, sign}
}

// noFetch is why these boards can't fetch signed pins, "" where they can.
func (m *Model) noFetch() string {
	if p := m.profile.CanFetch(); p != nil {
		return p.Message
	}
	return ""
}

// noSigner is why there is nothing to sign, "" where there is.
func (m *Model) noSigner() string {
	if !m.profile.Owner.Known() {
		return "no key signs them yet: r on the Firmware step makes one"
	}
	return ""
}

func (m *Model) openRenewal() tea.Cmd {
	if reason := m.noFetch(); reason != "" {
		return ui.SetStatus(ui.Caution, reason)
	}
	s := m.profile
	every := ""
	if s.Fetch.Refresh > 0 {
		every = duration.Format(s.Fetch.Refresh)
	}
	return ui.Show(m.renewalSheet([]string{strings.Join(s.Fetch.URLs, " "), every, m.keyFile()}))
}

// renewalSheet asks where boards look, how often, and for the key where the profile
// has none yet.
func (m *Model) renewalSheet(texts []string) *ui.Sheet {
	s := m.profile
	lines := []ui.Line{
		{Title: "Address", About: "of the file, by http; up to 3; empty: none", Text: texts[lineAddress], Example: "http://" + s.Target.Host + "/" + s.Firmware.Name + ".pins"},
		{Title: "Look every", About: "besides; empty: only when no pin fits", Text: texts[lineEvery], Example: "12h"},
	}
	hint := "A key of yours signs how the server is known from now on. Boards that have its public half fetch the signed file themselves, and a renewal needs no cable."
	if s.Owner.Known() {
		hint += " The profile names the key " + s.Owner.Key.ID() + "."
	} else {
		lines = append(lines, ui.Line{Title: "Signing key", About: "made if there is none; never in the profile", Text: texts[lineKey], Example: "~/pins.pem"})
	}
	return m.kit.NewSheet(ui.Questions{Title: "When the certificate is renewed", Lines: lines, Hint: hint, Tone: ui.Plain, Begin: "set up", Leave: "leave", Run: m.own})
}

// keyFile is the file of the signing key, as it was named last.
func (m *Model) keyFile() string {
	if m.key != "" {
		return m.key
	}
	return m.profile.SignerFile(m.keyFolder)
}

// own names the key and the addresses in the profile.
func (m *Model) own(texts []string) (cmd tea.Cmd, wrong int, err error) {
	fetch, wrong, err := m.readFetch(texts)
	if err != nil {
		return nil, wrong, err
	}
	o := profile.Owning{KeyFolder: m.keyFolder, Fetch: fetch}
	if len(texts) > lineKey {
		o.Key = texts[lineKey]
	}
	of, now := m.profile, profile.Session{Profile: m.profile.Clone(), File: m.profile.File}
	return func() tea.Msg {
		keys, err := now.Own(o)
		return ownedMsg{of, now.Owner, now.Fetch, keys, texts, err}
	}, 0, nil
}

// readFetch reads the lines; wrong is the one that can't be read.
func (m *Model) readFetch(texts []string) (f codegen.Fetch, wrong int, err error) {
	f.URLs = strings.Fields(texts[lineAddress])
	if every := strings.ReplaceAll(texts[lineEvery], " ", ""); every != "" {
		if f.Refresh, err = duration.Parse(every); err != nil {
			return f, lineEvery, fmt.Errorf("%q is no time; %w", every, err)
		}
	}
	l := m.profile.CheckFetch(f)
	for line, part := range []string{lineAddress: "pins.urls", lineEvery: "pins.refresh"} {
		if p, found := l.At(part); found {
			return f, line, &p
		}
	}
	return f, 0, l.Err()
}

// owned takes over what came of it; where the key can't be used, it is asked for again.
func (m *Model) owned(msg ownedMsg) tea.Cmd {
	if msg.err != nil {
		sheet := m.renewalSheet(msg.texts)
		sheet.Fail(len(msg.texts)-1, msg.err)
		return ui.Show(sheet)
	}
	m.profile.Owner, m.profile.Fetch = msg.owner, msg.fetch
	m.refresh()
	text := "the boards' pins are set up"
	for _, k := range msg.keys {
		m.key = k.Path
		text = k.Sentence() + " Keep a copy."
		if note := platform.Here.PrivacyNote(sanitize.Line(k.Path)); note != "" {
			text += " " + note
		}
	}
	if !m.profile.Fetch.On() {
		return ui.SetStatus(ui.Caution, text+" Boards fetch nothing: r gives them the address of the pins")
	}
	return ui.SetStatus(ui.Success, text+" p signs the pins")
}

func (m *Model) sign() tea.Cmd {
	if reason := m.noSigner(); reason != "" {
		return ui.SetStatus(ui.Caution, reason)
	}
	sign := Sign{m.keyFile()}
	return func() tea.Msg { return sign }
}

// AskKey asks for the file of the signing key, where that is none which can be used.
func (m *Model) AskKey(err *profile.KeyError) tea.Cmd {
	return ui.Show(m.kit.NewPrompt("Which file holds the signing key?", problem.Sentence(sanitize.Line(err.Error())), "sign", err.Path, func(text string) tea.Cmd {
		m.key = profile.ExpandHome(text)
		return m.sign()
	}))
}
