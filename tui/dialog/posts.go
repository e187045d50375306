package dialog

import (
	"context"
	"io"
	"sync"

	"espost/internal/sanitize"
)

// tellPosts says what the demo server gets as it comes, whatever is being asked.
func (d *Dialog) tellPosts(ctx context.Context) {
	for {
		select {
		case e := <-d.Posts:
			d.say("\nThe demo server got %s.", sanitize.Line(e.Summary()))
		case <-ctx.Done():
			return
		}
	}
}

// oneAtATime keeps what is said by two from being mixed: each Write is whole.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}
