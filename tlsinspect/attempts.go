package tlsinspect

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"espost/internal/descriptors"
	"espost/internal/netdial"
	"espost/internal/problem"
)

// An attempt is what came of one connection of an inspection.
type attempt struct {
	answered bool   // a flight came, or an alert
	crowded  bool   // the server hung up, as one does that takes no more connections
	keep     func() // notes it in the inspection and tells of it
}

// crowded reports an end that a server without room for another connection makes.
func crowded(err *problem.Problem) bool {
	return err != nil && (err.Code == netdial.CodeReset || err.Code == netdial.CodeClosed || err.Code == netdial.CodeRefused)
}

// roomWait is how long a server may take to see that a connection is closed.
const roomWait = 100 * time.Millisecond

// attempt makes all attempts at once, the first a little ahead. When some find
// the server crowded though others were answered, they are made again alone, in
// turn: a server that takes two connections at a time is no worse than another.
func (c *Client) attempt(ctx context.Context, all []func() attempt) {
	made := make([]attempt, len(all))
	var group errgroup.Group
	group.SetLimit(maxProbes) // mutant TestLimitsOfConnections: maxProbes => 100
	for i, try := range all {
		group.Go(func() error {
			if made[i] = c.one(ctx, try); !made[i].crowded {
				made[i].keep()
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return no errors
	answered := false
	for _, a := range made {
		answered = answered || a.answered
	}
	for i, a := range made {
		if !a.crowded {
			continue
		}
		if answered { // mutant TestCrowdedServers: answered => false
			pause(ctx, roomWait)
			a = c.one(ctx, all[i])
		}
		a.keep()
	}
}

// one makes an attempt when there is a descriptor for it. Its time limit starts
// then.
func (c *Client) one(ctx context.Context, try func() attempt) attempt {
	if release, err := descriptors.Take(ctx, descriptors.Connection); err == nil {
		defer release()
	}
	return try() // which says what ctx ended of
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
