package demo

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	slowness  = 7 * time.Second // HTTPClient gives up after 5
	bigAnswer = 64 << 10
)

// answer changes how requests are answered.
func (t Trouble) answer(next http.Handler) http.Handler {
	switch t {
	case Slow:
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// The context ends with the connection only once the body is read.
			body, _ := io.ReadAll(io.LimitReader(r.Body, MaxBody+1)) // a torn body is next's to notice
			r.Body = io.NopCloser(bytes.NewReader(body))
			select {
			case <-time.After(slowness):
				next.ServeHTTP(w, r)
			case <-r.Context().Done():
			}
		})
	case BigRecords:
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("0123456789abcdef", bigAnswer/16)) // as long as the client stays
		})
	case Endless:
		return http.HandlerFunc(endless)
	case Redirect:
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		})
	case Failing:
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			plain(w, http.StatusInternalServerError, "This server fails on purpose.")
		})
	case Closing:
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			next.ServeHTTP(w, r)
		})
	}
	return next
}

// endless writes until the client leaves or the server's own limit is reached.
func endless(w http.ResponseWriter, _ *http.Request) {
	line := bytes.Repeat([]byte("more "), 200)
	for {
		if _, err := w.Write(line); err != nil {
			return
		}
	}
}
