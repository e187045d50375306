package dialog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"espost/codegen"
	"espost/internal/duration"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
)

// renewal says what becomes of boards that can fetch signed pins when the certificate
// is renewed, and asks whether they shall.
func (d *Dialog) renewal(ctx context.Context) error {
	s := d.Session
	d.say("%s", problem.Sentence(s.AtRenewal()))
	if advice := d.report.AdviseSigned(s.Pin.Mode, d.before); advice != "" && !s.Fetch.On() && s.Pin.Backup == "" {
		d.say("%s", problem.Sentence(advice))
	}
	fetch, err := d.yes(ctx, "Shall boards fetch pins that you sign, so that a renewal needs no cable?", s.Fetch.On())
	if err != nil {
		return err
	}
	if !fetch {
		s.Fetch = codegen.Fetch{}
		return nil
	}
	o := profile.Owning{KeyFolder: d.KeyFolder, Fetch: s.Fetch}
	err = d.until(ctx, "Where will they look for the signed file? Addresses that begin with http, up to three, with spaces between.", strings.Join(s.Fetch.URLs, " "), func(text string) error {
		if o.Fetch.URLs = strings.Fields(text); !o.Fetch.On() {
			return errors.New("please give an address, such as http://example.org/porch.pins")
		}
		return s.CheckFetch(codegen.Fetch{URLs: o.Fetch.URLs}).Err()
	})
	if err != nil {
		return err
	}
	if err := d.refresh(ctx, &o.Fetch); err != nil {
		return err
	}
	return d.own(ctx, o)
}

const never = "never"

// refresh asks how often boards look for the signed file besides.
func (d *Dialog) refresh(ctx context.Context, f *codegen.Fetch) error {
	proposed := never
	if f.Refresh > 0 {
		proposed = duration.Format(f.Refresh)
	}
	return d.until(ctx, "How often shall they look, besides when no pin fits? For example 12h, or never:", proposed, func(text string) (err error) {
		text = strings.ReplaceAll(text, " ", "")
		if f.Refresh = 0; !strings.EqualFold(text, never) {
			if f.Refresh, err = duration.Parse(text); err != nil {
				return fmt.Errorf("%q is no time; %w", text, err)
			}
		}
		return d.Session.CheckFetch(*f).Err()
	})
}

// own asks for the signing key where the profile has none, and names it there.
func (d *Dialog) own(ctx context.Context, o profile.Owning) error {
	take := func(path string) error {
		o.Key = path
		keys, err := d.Session.Own(o)
		for _, k := range keys {
			d.say("%s Keep a copy of it.", k.Sentence())
		}
		return err
	}
	if d.Session.Owner.Known() {
		return take("")
	}
	return d.until(ctx, "Which file holds the signing key? It is made if there is none, for you alone to read.", d.Session.SignerFile(d.KeyFolder), take)
}

// tellSigning says how the pins are signed that boards look for.
func (d *Dialog) tellSigning() {
	if urls := d.Session.Fetch.URLs; len(urls) > 0 {
		d.say("To sign the pins, now and at each renewal: espost pins sign %s", sanitize.Line(d.Session.File))
		d.say("Put the file that it writes where boards look: %s", sanitize.Line(strings.Join(urls, ", ")))
	}
}
