// Package descriptors keeps the connections and lookups that are open at once
// within what the system lets the process open: who has no room waits. Running
// out would otherwise look like a server's fault.
package descriptors

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// What is counted, in descriptors.
const (
	Connection = 1
	Lookup     = 6 // two name servers by UDP or TCP, for A and AAAA, and two files

	reserved = 20   // standard streams, the poller, the files of targets, profiles and logs
	fewest   = 8    // one lookup and a connection; under reserved+fewest there is no promise
	most     = 4096 // more help nobody
)

// pool is the process's: descriptors are too.
var pool = sync.OnceValue(func() *semaphore.Weighted {
	return semaphore.NewWeighted(min(max(limit()-reserved, fewest), most))
})

// Take waits until n descriptors are free. release gives them back, and may be
// called once. The error is ctx's.
func Take(ctx context.Context, n int64) (release func(), err error) {
	p := pool()
	if err := p.Acquire(ctx, n); err != nil {
		return nil, context.Cause(ctx)
	}
	return func() { p.Release(n) }, nil
}
