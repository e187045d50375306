package formpost

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"espost/request"
)

// Each limit on an answer is where limits.go says: what just fits is read, and
// one more is refused, or left.
func TestLimitsOfAnAnswer(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	headers := func(bytes int) string {
		const name = "X: "
		return ok + name + strings.Repeat("x", bytes-len(ok)-len(name)-4) + "\r\n\r\n"
	}
	lines := func(n int) string { return ok + strings.Repeat("X: y\r\n", n-2) + "\r\n" }
	interim := func(n int) string { return strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", n) + ok + "\r\n" }
	for _, tt := range []struct{ limit, fits, more string }{
		{"maxHead", headers(maxHead), headers(maxHead + 1)},
		{"maxHeaderLines", lines(maxHeaderLines), lines(maxHeaderLines + 1)},
		{"maxInterim", interim(maxInterim), interim(maxInterim + 1)},
	} {
		t.Run(tt.limit, func(t *testing.T) {
			if _, _, err := readPlayed(strings.NewReader(tt.fits), 1); err != nil {
				t.Errorf("what fits is refused: %v", err)
			}
			var told *Error
			if _, _, err := readPlayed(strings.NewReader(tt.more), 1); !errors.As(err, &told) || !strings.Contains(told.Message, "reading was stopped") {
				t.Errorf("what is too much is read: %v", err)
			}
		})
	}
	for _, n := range []int{DefaultMaxBody, DefaultMaxBody + 1} {
		resp, _, err := readPlayed(bytes.NewReader(append([]byte(ok+"\r\n"), make([]byte, n)...)), new(Client).maxBody())
		if err != nil || len(resp.Body) != DefaultMaxBody || resp.Truncated != (n > DefaultMaxBody) {
			t.Errorf("of a body of %d bytes %d were kept, truncated %v (%v)", n, len(resp.Body), resp.Truncated, err)
		}
	}
	rest := &counter{}
	if _, _, err := readPlayed(io.MultiReader(strings.NewReader(ok+"\r\n"), rest), DefaultMaxBody); err != nil || rest.read > DefaultMaxBody+(64<<10) {
		t.Errorf("of a body without end %d bytes were read (%v)", rest.read, err)
	}
	if got := (masker{}).clipped(strings.Repeat("ä", 2*maxQuoted)); len([]rune(got)) != maxQuoted+1 {
		t.Errorf("%d characters of a header are quoted", len([]rune(got)))
	}
}

// A counter is a body of 16 MB that knows how much of it was read.
type counter struct{ read int }

func (c *counter) Read(b []byte) (int, error) {
	if c.read > 16<<20 {
		return 0, io.EOF
	}
	c.read += len(b)
	return len(b), nil
}

// A value shorter than shortestMasked would be found everywhere.
func TestShortSecrets(t *testing.T) {
	r := request.Request{Fields: []request.Field{{Value: "abc", Secret: true}, {Value: "defg", Secret: true}}}
	if got := maskerOf(r).mask("abc defg"); got != "abc "+request.Mask {
		t.Errorf("masked: %q", got)
	}
}
