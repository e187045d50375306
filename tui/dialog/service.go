package dialog

import (
	"context"
	"errors"
	"strings"

	"espost/services"
)

// service asks for what a service wants to know, takes its request over and
// returns its address.
func (d *Dialog) service(ctx context.Context, s services.Service) (string, error) {
	d.say("%s %s.", s.Title, s.About)
	d.say("Note: %s", strings.TrimSpace(s.Trap+" "+s.Cannot))
	values := make(map[string]string)
	for _, b := range s.Blanks {
		ask := func() (string, error) { return d.ask(ctx, "The "+b.Title+"? It is as "+b.Example+"; "+b.Where+".", "") }
		if b.Kind == services.Secret {
			ask = func() (string, error) { return d.secret(ctx, "The "+b.Title+"? "+b.Where+".") }
		}
		value, err := ask()
		if err != nil {
			return "", err
		}
		values[b.Name] = strings.TrimSpace(value)
	}
	r, problems := s.Request(values)
	if err := problems.Err(); err != nil {
		return "", errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
	}
	address := r.Target.URL()
	r.Target = d.Session.Target
	d.Session.Request, d.Session.Service = r, s.ID
	d.Session.Firmware.Every = max(d.Session.Firmware.Every, s.For(r).Interval())
	return address, nil
}
