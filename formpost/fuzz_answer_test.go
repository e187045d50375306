package formpost

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A played connection is read from a reader, without a network.
type played struct {
	net.Conn
	from io.Reader
}

func (p played) Read(b []byte) (int, error)      { return p.from.Read(b) }
func (p played) SetReadDeadline(time.Time) error { return nil }

// readPlayed reads an answer that arrives as from has it.
func readPlayed(from io.Reader, maxBody int) (*Response, *answer, error) {
	conn := newTap(played{from: from})
	a := newAnswer(conn, conn, DefaultTimeouts(), maxBody, masker{})
	resp := new(Response)
	return resp, a, a.read(resp)
}

// Whatever a server answers, and however the network cuts it up: the same is
// read from it, within the limits, and an error is one for people.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\n\n",
		"HTTP/1.0 302 Found\r\nLocation: \x1b[2J\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\nX: y\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 999 \xff\r\nContent-Length: 99999999999999999999\r\n\r\n", "SSH-2.0\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		const maxBody = 1 << 10
		whole, a, err := readPlayed(bytes.NewReader(input), maxBody)
		pieces, b, pieceErr := readPlayed(iotest.OneByteReader(bytes.NewReader(input)), maxBody)
		var told *Error
		switch {
		case err != nil && (!errors.As(err, &told) || told.Message == "" || told.Fix == ""):
			t.Fatalf("%T %v is no error for people", err, err)
		case (err == nil) != (pieceErr == nil) || err != nil && err.Error() != pieceErr.Error():
			t.Fatalf("in one piece %v, in many %v", err, pieceErr)
		case len(whole.Body) > maxBody || len(whole.HeadRaw) > maxHead:
			t.Fatalf("%d bytes of a body, %d of a head", len(whole.Body), len(whole.HeadRaw))
		case !bytes.HasPrefix(input, whole.HeadRaw):
			t.Fatalf("the head %q isn't the input's beginning", whole.HeadRaw)
		case err == nil && (whole.Status < 1 || whole.Status > 999):
			t.Fatalf("status %d", whole.Status)
		}
		if diff := cmp.Diff([]any{whole.Status, whole.Reason, whole.Header, string(whole.Body), whole.Truncated, a.bodyErr == nil},
			[]any{pieces.Status, pieces.Reason, pieces.Header, string(pieces.Body), pieces.Truncated, b.bodyErr == nil}); diff != "" {
			t.Fatalf("(-in one piece +in many):\n%s", diff)
		}
	})
}
