package tuitest

import (
	"io"
	"sync"
)

// inputQueue is what the program reads as its terminal. Write never blocks, each Write is one Read, and
// a waiting Read counts as blocked in a synctest bubble.
type inputQueue struct {
	mu     sync.Mutex
	more   *sync.Cond
	chunks [][]byte
	closed bool
}

func newInputQueue() *inputQueue {
	q := &inputQueue{}
	q.more = sync.NewCond(&q.mu)
	return q
}

// Write appends a copy of p.
func (q *inputQueue) Write(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0, io.ErrClosedPipe
	}
	q.chunks = append(q.chunks, append([]byte(nil), p...))
	q.more.Signal()
	return len(p), nil
}

// Read returns the oldest chunk, or as much of it as fits; io.EOF after Close.
func (q *inputQueue) Read(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.chunks) == 0 && !q.closed {
		q.more.Wait()
	}
	if q.closed {
		return 0, io.EOF
	}
	n := copy(p, q.chunks[0])
	if q.chunks[0] = q.chunks[0][n:]; len(q.chunks[0]) == 0 {
		q.chunks = q.chunks[1:]
	}
	return n, nil
}

// Close ends the reading; what was not read is lost.
func (q *inputQueue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.more.Broadcast()
}
