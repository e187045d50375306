package demo

import (
	"net/http"
	"strings"
	"time"
)

// An Entry is one request that was answered, or one connection that failed
// before there was any.
type Entry struct {
	Time    time.Time
	Remote  string // host:port; empty where a failure doesn't say
	Method  string
	URI     string
	Status  int
	Failure string // what the server's software said; empty for a request
	Arrival        // of a request
}

// A statusRecorder remembers the status that was sent.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// failures turns each line that http.Server logs into an Entry.
type failures struct{ options Options }

func (f failures) Write(line []byte) (int, error) {
	if f.options.Log != nil {
		e := Entry{Time: f.options.now(), Failure: strings.TrimPrefix(strings.TrimSpace(string(line)), "http: ")}
		if rest, ok := strings.CutPrefix(e.Failure, "TLS handshake error from "); ok {
			e.Remote, e.Failure, _ = strings.Cut(rest, ": ")
			if e.Failure == "EOF" {
				e.Failure = "hung up during the handshake, as a look and a differing pin do"
			}
		}
		f.options.Log(e)
	}
	return len(line), nil
}
