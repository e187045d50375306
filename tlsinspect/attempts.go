package tlsinspect

import (
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"espost/internal/descriptors"
	"espost/internal/netdial"
	"espost/internal/problem"
)

// An attempt is what came of one connection of an inspection.
type attempt struct {
	answered bool   // a flight came, or an alert
	doubtful bool   // it is made again alone before it is believed
	keep     func() // notes it in the inspection and tells of it
}

// alertInternalError is what a server without memory for a connection may end it
// with.
const alertInternalError = 80

// crowded reports an end that a server without room for another connection makes:
// it hangs up, or says that it is in trouble.
func (p probe) crowded() bool {
	return crowded(p.err) || p.refused() && (p.flight.alert < 0 || p.flight.alert == alertInternalError)
}

func crowded(err *problem.Problem) bool {
	return err != nil && (err.Code == netdial.CodeReset || err.Code == netdial.CodeClosed || err.Code == netdial.CodeRefused)
}

const (
	// headStart puts the first connection at the head of the server's queue. It is a
	// hundredth of a round trip of 100 ms.
	headStart = time.Millisecond
	// roomWait is how long a server may take to see that a connection is closed.
	roomWait = 100 * time.Millisecond
)

// attempt makes all attempts at once, the first ahead of the others, and does meanwhile
// what there is to do until the answers come. When some
// find the server crowded though others were answered, they are made again alone,
// in turn: a server that takes two connections at a time is no worse than another.
func (c *Client) attempt(ctx context.Context, all []func() attempt, meanwhile func()) {
	made := make([]attempt, len(all))
	var group errgroup.Group
	group.SetLimit(maxProbes) // mutant TestLimitsOfConnections: maxProbes => 100
	for i, try := range all {
		group.Go(func() error {
			if made[i] = c.one(ctx, try); !made[i].doubtful {
				made[i].keep()
			}
			return nil
		})
		if i == 0 {
			pause(ctx, headStart)
		}
	}
	runtime.Gosched() // what was begun goes first
	meanwhile()
	_ = group.Wait() // the functions return no errors
	answered := slices.ContainsFunc(made, func(a attempt) bool { return a.answered })
	for i, a := range made {
		if !a.doubtful {
			continue
		}
		if answered { // mutant TestCrowdedServers: answered => answered && false
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
