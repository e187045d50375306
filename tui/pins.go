package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tui/ui"
)

type (
	// signingMsg is a file of pins that may be signed.
	signingMsg struct {
		of      *profile.Session // the work that was in hand
		now     *profile.Session // a copy of it, which the file is of
		signing *profile.Signing
		key     string
		err     error
	}
	// signedMsg is what came of signing.
	signedMsg struct {
		signingMsg
		full string // the file's absolute path
	}
)

// sign puts the next file of signed pins together, for a question. Signing saves the
// profile, since that remembers the serial, with what is open in an editor.
func (m *Model) sign(key string) tea.Cmd {
	for _, keep := range []func() error{m.form.Keep, m.firmware.Keep} {
		if err := keep(); err != nil {
			return ui.SetStatus(ui.Caution, "not signed: "+err.Error())
		}
	}
	of, now := m.session, &profile.Session{Profile: m.session.Clone(), File: m.session.File, Saved: m.saved}
	clock := m.options.Now
	return func() tea.Msg {
		signing, err := now.Sign("", key)
		if err == nil {
			err = signing.Fill(nil, "", clock(), profile.DefaultValid)
		}
		return signingMsg{of, now, signing, key, err}
	}
}

// signing shows what the file changes, and asks.
func (m *Model) signing(msg signingMsg) tea.Cmd {
	var key *profile.KeyError
	switch {
	case msg.of != m.session: // other work is in hand by now
		return nil
	case errors.As(msg.err, &key):
		return m.firmware.AskKey(key)
	case msg.err != nil:
		return ui.SetStatus(ui.Failure, "not signed: "+msg.err.Error())
	}
	absolute := m.options.Absolute
	m.put(&ui.Question{
		Kit: m.kit, Title: "Sign these pins?", Yes: "sign", Body: strings.Join(msg.signing.Changes(), "\n"),
		Run: func() tea.Cmd {
			return func() tea.Msg {
				msg.err = msg.signing.Write()
				return signedMsg{msg, absolute(msg.signing.Path)}
			}
		},
	})
	return nil
}

// signed takes the serial over, which is used up even if the file wasn't written.
func (m *Model) signed(msg signedMsg) tea.Cmd {
	m.options.Note("signed", msg.err, "profile", msg.now.File)
	if msg.of != m.session {
		return nil
	}
	if msg.now.Saved != m.saved {
		m.saved, m.onDisk, m.session.Owner = msg.now.Saved, true, msg.now.Owner
	}
	if p, ok := errors.AsType[*problem.Problem](msg.err); ok && p.Code == profile.CodeChanged {
		m.put(m.overQuestion(msg.now.File, msg.err, func() tea.Cmd { return m.sign(msg.key) }))
		return nil
	}
	if msg.err != nil {
		return ui.SetStatus(ui.Failure, "not signed: "+msg.err.Error())
	}
	text := "signed: " + sanitize.Line(msg.full)
	if urls := msg.now.Fetch.URLs; len(urls) > 0 {
		text += "; put it where boards look: " + sanitize.Line(strings.Join(urls, ", "))
	}
	return ui.SetStatus(ui.Success, text)
}
