package demo

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"espost/internal/sanitize"
	"espost/request"
)

// An Arrival is how a request came, for who waits for a board's.
type Arrival struct {
	Fields    []Pair        // of a form, or of a JSON object
	Bytes     int           // of the body
	Took      time.Duration // from the request's head to the end of the answer
	Handshake time.Duration // from connecting to the head; 0 where the connection was kept from before
	Records   []int         // the sizes of the TLS records that it came in, without their headers
}

// A Pair is a field as it was sent.
type Pair struct{ Name, Value string }

// maxShown bounds what is kept of a body to be shown, and of a value and of the
// records in a summary.
const (
	maxShown  = 8 << 10
	maxValue  = 40
	maxPairs  = 12
	maxRecord = 64
)

// Summary is the request in one line, safe to show; values that look like
// secrets are masked.
func (e Entry) Summary() string {
	var parts []string
	for i, p := range e.Fields {
		if i == maxPairs {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Fields)-i))
			break
		}
		value := sanitize.Clip(p.Value, maxValue)
		// mutant TestArrivalMasksSecrets: request.IsSecret(p.Name, p.Value) => false
		if request.IsSecret(p.Name, p.Value) {
			value = request.Mask
		}
		parts = append(parts, sanitize.Clip(p.Name, maxValue)+"="+value)
	}
	if len(parts) == 0 && e.Bytes > 0 {
		parts = append(parts, fmt.Sprintf("%d bytes", e.Bytes))
	}
	path, _, _ := strings.Cut(e.URI, "?")
	text := strings.Join(append([]string{sanitize.Line(e.Method), sanitize.Clip(path, maxValue), fmt.Sprint(e.Status)}, parts...), " ")
	text += fmt.Sprintf("; %d ms", e.Took.Milliseconds())
	if e.Handshake > 0 {
		text += fmt.Sprintf(" after a handshake of %d ms", e.Handshake.Milliseconds())
	}
	if len(e.Records) > 0 {
		text += fmt.Sprintf("; TLS records of %s bytes", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(e.Records)), ", "), "[]"))
	}
	return text
}

// A copied body keeps the beginning of what is read from it.
type copied struct {
	io.ReadCloser
	kept bytes.Buffer
	all  int
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.all += n
	c.kept.Write(p[:min(n, max(0, maxShown-c.kept.Len()))])
	return n, err
}

// pairs are the fields of a form or of a JSON object; none for another body.
func (c *copied) pairs(contentType string) []Pair {
	kind, _, _ := mime.ParseMediaType(contentType) // what can't be read is no form
	var members *object
	switch {
	case c.all > maxShown:
		return nil
	case kind == "application/x-www-form-urlencoded":
		members = parsePairs(c.kept.String())
	case kind == "application/json":
		return jsonPairs(c.kept.Bytes())
	default:
		return nil
	}
	pairs := make([]Pair, 0, len(members.names))
	for _, name := range members.names {
		pairs = append(pairs, Pair{name, fmt.Sprint(members.values[name])})
	}
	return pairs
}

// jsonPairs are the members of an object, in their order.
func jsonPairs(body []byte) (pairs []Pair) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return pairs
		}
		pairs = append(pairs, Pair{fmt.Sprint(name), strings.Trim(string(value), `"`)})
	}
	return pairs
}

// A meter notes the sizes of the TLS records that come over a connection.
type meter struct {
	net.Conn
	accepted time.Time

	mu      sync.Mutex
	asked   bool // a request was logged
	header  []byte
	rest    int // of the record that is coming
	records []int
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count(p[:n])
	return n, err
}

// count goes through records (RFC 5246 section 6.2.1) and keeps the sizes of
// those that hold application data.
func (m *meter) count(b []byte) {
	const headerSize, applicationData = 5, 23
	for len(b) > 0 {
		if m.rest > 0 {
			n := min(m.rest, len(b))
			m.rest, b = m.rest-n, b[n:]
			continue
		}
		n := min(headerSize-len(m.header), len(b))
		m.header, b = append(m.header, b[:n]...), b[n:]
		if len(m.header) < headerSize {
			return
		}
		m.rest = int(binary.BigEndian.Uint16(m.header[3:]))
		if m.header[0] == applicationData && len(m.records) < maxRecord {
			m.records = append(m.records, m.rest)
		}
		m.header = m.header[:0]
	}
}

// taken returns what came since the last call, and how long the handshake took
// if this is the first.
func (m *meter) taken(head time.Time) (records []int, handshake time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.asked {
		handshake = head.Sub(m.accepted)
	}
	records, m.records, m.asked = m.records, nil, true
	return records, handshake
}

// A metered listener's connections are meters.
type metered struct{ net.Listener }

func (l metered) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &meter{Conn: c, accepted: time.Now()}, nil
}

type meterKey struct{}

// withMeter makes a connection's meter known to its requests.
func withMeter(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		if m, ok := t.NetConn().(*meter); ok {
			return context.WithValue(ctx, meterKey{}, m)
		}
	}
	return ctx
}

// logged calls o.Log after each request.
func logged(next http.Handler, o Options) http.Handler {
	if o.Log == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := time.Now()
		body := &copied{ReadCloser: r.Body}
		r.Body = body
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		e := Entry{
			Time:   o.now(),
			Remote: r.RemoteAddr,
			Method: r.Method,
			URI:    r.RequestURI,
			Status: recorder.status,
		}
		e.Fields, e.Bytes, e.Took = body.pairs(r.Header.Get("Content-Type")), body.all, time.Since(head)
		if m, ok := r.Context().Value(meterKey{}).(*meter); ok {
			e.Records, e.Handshake = m.taken(head)
		}
		o.Log(e)
	})
}
