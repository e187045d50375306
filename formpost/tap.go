package formpost

import (
	"net"
	"sync"
	"time"
)

// TLS record types (RFC 5246 §6.2.1).
const (
	recordCCS         = 20
	recordAlert       = 21
	recordApplication = 23
)

// A tap is a connection that reads along with the TLS records arriving over
// it: crypto/tls hides their sizes, and the number of an alert.
type tap struct {
	net.Conn
	mu      sync.Mutex
	seen    records
	wrote   bool
	header  [5]byte // of the record being read
	have    int     // bytes of header
	left    int     // bytes of the record's payload still to come
	alert   [2]byte // payload of a plain alert record
	content int     // bytes of alert
}

// records is what a tap saw.
type records struct {
	First     []byte   // the first bytes that arrived, at most 16
	Plain     []byte   // what arrived up to the server's ChangeCipherSpec, at most maxPlain bytes
	Random    [32]byte // of the ClientHello
	Encrypted bool     // the server's ChangeCipherSpec came
	Alert     int      // the fatal alert in plain text, -1 when none came
	Largest   int      // the longest encrypted record, in bytes on the wire without its header
	FirstData time.Time
}

// maxPlain is room for a first flight with any chain that tlsinspect reads.
const maxPlain = 256 << 10

func newTap(c net.Conn) *tap { return &tap{Conn: c, seen: records{Alert: -1}} }

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.observe(p[:n])
	return n, err
}

// Write notes the random of the first record, a ClientHello's.
func (t *tap) Write(p []byte) (int, error) {
	const before = 5 + 4 + 2 // the headers of record and message, and the version (RFC 5246 §7.4.1.2)
	t.mu.Lock()
	if !t.wrote && len(p) > before {
		t.wrote = true
		copy(t.seen.Random[:], p[before:])
	}
	t.mu.Unlock()
	return t.Conn.Write(p)
}

// records returns what was seen so far.
func (t *tap) records() records {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen
}

// observe follows the record layer through b. Bytes that are no TLS do no
// harm: they only make the numbers meaningless.
func (t *tap) observe(b []byte) {
	if missing := 16 - len(t.seen.First); missing > 0 {
		t.seen.First = append(t.seen.First[:len(t.seen.First):len(t.seen.First)], b[:min(missing, len(b))]...)
	}
	if !t.seen.Encrypted {
		t.seen.Plain = append(t.seen.Plain, b[:min(len(b), maxPlain-len(t.seen.Plain))]...)
	}
	for len(b) > 0 {
		if t.left > 0 {
			n := min(t.left, len(b))
			t.payload(b[:n])
			t.left -= n
			b = b[n:]
			continue
		}
		t.header[t.have] = b[0]
		t.have++
		b = b[1:]
		if t.have == len(t.header) {
			t.start()
		}
	}
}

// start begins the record whose header is complete.
func (t *tap) start() {
	t.have, t.content = 0, 0
	t.left = int(t.header[3])<<8 | int(t.header[4])
	if t.seen.Encrypted {
		t.seen.Largest = max(t.seen.Largest, t.left)
		if t.header[0] == recordApplication && t.seen.FirstData.IsZero() {
			t.seen.FirstData = time.Now()
		}
	}
	if t.header[0] == recordCCS {
		t.seen.Encrypted, t.seen.Plain = true, nil
	}
}

// payload looks at the next bytes of a record for a plain fatal alert
// (level 2; RFC 5246 §7.2).
func (t *tap) payload(b []byte) {
	if t.header[0] != recordAlert || t.seen.Encrypted {
		return
	}
	t.content += copy(t.alert[min(t.content, 2):], b)
	if t.content == 2 && t.alert[0] == 2 {
		t.seen.Alert = int(t.alert[1])
	}
}
