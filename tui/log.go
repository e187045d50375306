package tui

import (
	"context"

	"espost/formpost"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// A NoteFunc is told what was done, or why not: an event's name and its
// attributes in pairs, as log/slog takes them. Secrets, forms and answers are
// never among them. It may be called from several goroutines.
type NoteFunc func(what string, err error, attributes ...any)

// noted has what goes out to servers noted.
func (o Options) noted() Options {
	if o.Note == nil {
		o.Note = func(string, error, ...any) {}
		return o
	}
	inspect, send := o.Inspect, o.Send
	o.Inspect = func(ctx context.Context, t request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		r, err := inspect(ctx, t, progress)
		attributes := []any{"host", t.Host, "port", t.Port}
		if r != nil {
			attributes = append(attributes, "connects", r.Board.Connects, "fingerprint", r.Fingerprint(), "elapsed_ms", r.Elapsed.Milliseconds())
		}
		o.Note("looked", err, attributes...)
		return r, err
	}
	o.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
		response, err := send(ctx, p, r)
		attributes := []any{"host", r.Target.Host, "port", r.Target.Port, "method", p.Request.Method}
		if response != nil {
			attributes = append(attributes, "http_status", response.Status, "elapsed_ms", response.Phases.Total().Milliseconds())
		}
		o.Note("posted", err, attributes...)
		return response, err
	}
	return o
}
