package formpost_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"espost/esp8266"
	"espost/formpost"
	"espost/request"
)

// over sends form to a TLS server at the other end of a pipe, within a synctest
// bubble: time passes only while everybody waits.
func over(t *testing.T, c *formpost.Client, serve func(net.Conn)) (*formpost.Response, time.Duration, error) {
	t.Helper()
	leaf := leafFor(t, "localhost")
	var resp *formpost.Response
	var err error
	var took time.Duration
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		c.Lookup = client().Lookup
		c.Dial = func(context.Context, string, string) (net.Conn, error) { return here, nil }
		served := make(chan struct{})
		go func() {
			defer close(served)
			defer there.Close()
			conn := tls.Server(there, &tls.Config{Certificates: []tls.Certificate{leaf.served()}, Time: time.Now})
			defer conn.Close()
			if new(server).readRequest(conn) {
				gone := make(chan struct{})
				go func() { io.Copy(io.Discard, conn); close(gone) }() // takes the client's close_notify
				serve(quietConn{conn, gone})
			}
		}()
		start := time.Now()
		resp, err = c.Send(t.Context(), form(&server{port: 443}), leaf.pin())
		took = time.Since(start)
		here.Close()
		<-served
	})
	return resp, took, err
}

// A quietConn tells when the peer has gone. Its user can't read to find out:
// two readers of one tls.Conn would wait for a mutex, and synctest's time would
// stand still.
type quietConn struct {
	net.Conn
	gone chan struct{}
}

func wait(conn net.Conn) { <-conn.(quietConn).gone }

func TestHostileAnswers(t *testing.T) {
	say := func(text string, then ...func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) {
			io.WriteString(conn, text)
			for _, f := range then {
				f(conn)
			}
		}
	}
	forever := func(text string, pause time.Duration) func(net.Conn) {
		return func(conn net.Conn) {
			for {
				time.Sleep(pause)
				if _, err := io.WriteString(conn, text); err != nil {
					return
				}
			}
		}
	}
	big := strings.Repeat("0123456789abcdef", 1024) // one full record
	tests := []struct {
		name   string
		client formpost.Client
		serve  func(net.Conn)

		board int    // BoardStatus; 0: an error is wanted
		code  int    // HTTPClient, for an error
		notes string // codes, joined by commas
		says  string // somewhere in the notes' or error's words
		body  int    // bytes of Body
		took  time.Duration
	}{
		{name: "plain", serve: say(okAnswer), board: 200, body: 2},
		{name: "silence", serve: wait, code: -11, says: "didn't answer within 5s", took: 5 * time.Second},
		{name: "half a head", serve: say("HTTP/1.1 200 OK\r\nA: b\r\n", wait), code: -11, says: "middle of its headers for 5s", took: 5 * time.Second},
		{name: "slow head", serve: forever("A: b\r\n", 4500*time.Millisecond), code: -5, says: "after 15s", took: 15 * time.Second},
		{name: "endless headers", serve: say("HTTP/1.1 200 OK\r\n", forever("A: b\r\n", 0)), code: 0, says: "256 lines of headers"},
		{name: "endless header", serve: say("HTTP/1.1 200 OK\r\nA: ", forever(big, 0)), code: 0, says: "64 KB"},
		{name: "endless 1xx", serve: forever("HTTP/1.1 100 Continue\r\n\r\n", 0), code: 0, says: "interim answers"},
		{name: "103 first", serve: say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + okAnswer), board: 103, notes: "interim-answer", says: "takes the first", body: 2},
		{name: "slow body", serve: say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", forever(".", 4500*time.Millisecond)), board: 200, notes: "new-handshake,body-slow", says: "still coming in after 15s", body: 3, took: 15 * time.Second},
		{name: "stalled body", serve: say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", wait), board: 200, notes: "new-handshake,body-slow", says: "stopped after 4 bytes for 5s", body: 4, took: 5 * time.Second},
		{name: "endless body", serve: say("HTTP/1.1 200 OK\r\n\r\n", forever(big, 0)), board: 200, notes: "new-handshake,body-large", says: "more than the board's memory", body: 1 << 20},
		{name: "endless chunks", serve: say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", forever("4000\r\n"+big+"\r\n", 0)), board: 200, notes: "new-handshake,chunked,body-large", says: "goes on", body: 1 << 20},
		{name: "1 GB", serve: say("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", forever(big, 0)), board: 200, notes: "new-handshake,body-large", says: "1073741824 bytes, more than the board's memory", body: 1 << 20},
		{name: "4096 bytes", serve: say("HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n" + big[:4096]), board: 200, body: 4096},
		{name: "4097 bytes", serve: say("HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n" + big[:4097]), board: 200, notes: "new-handshake,body-large", says: "4097 bytes; the firmware reads the first 4096", body: 4097},
		{name: "600 bytes, firmware reads 512", client: formpost.Client{ResponseMax: 512}, serve: say("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n" + big[:600]), board: 200, notes: "new-handshake,body-large", says: "longer than it reads", body: 600},
		{name: "gzip", serve: say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"), board: 200, notes: "compressed", says: "compressed (gzip)", body: 4},
		{name: "binary", serve: say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\xd8\xff\xe0"), board: 200, notes: "binary", says: "isn't text", body: 4},
		{name: "redirect", serve: say("HTTP/1.1 307 Temporary Redirect\r\nLocation: https://b.example/\x1b[31mx\r\nContent-Length: 0\r\n\r\n"), board: 307, notes: "redirect", says: "https://b.example/\ufffd[31mx"},
		{name: "302", serve: say("HTTP/1.1 302 Found\r\nLocation: https://b.example/\x1b[31mx\r\nContent-Length: 0\r\n\r\n"), board: 302, notes: "redirect", says: "may have taken the form, and its answer lies elsewhere: https://b.example/\ufffd[31mx"},
		{name: "500", serve: say("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno"), board: 500, notes: "new-handshake", says: "the status is 500", body: 2},
		{name: "close", serve: say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"), board: 200, notes: "new-handshake", says: "28.3 KB of memory once more", body: 2},
		{name: "HTTP/1.0", serve: say("HTTP/1.0 200 OK\r\n\r\nok"), board: 200, notes: "new-handshake", says: "HTTP/1.0", body: 2},
		{name: "204", serve: say("HTTP/1.1 204 No Content\r\n\r\n"), board: 204, notes: "no-length", says: "wait 5s for nothing"},
		{name: "chunked", serve: say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"), board: 200, notes: "chunked", says: "getStream", body: 2},
		{name: "broken chunks", serve: say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n"), board: 200, notes: "new-handshake,chunked,body-incomplete", says: "after 2 bytes", body: 2},
		{name: "cut body", serve: say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"), board: 200, notes: "new-handshake,body-incomplete", says: "after 2 bytes", body: 2},
		{name: "large record", client: formpost.Client{Buffers: esp8266.Buffers{RX: 1024, TX: 512}}, serve: func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1400\r\n\r\n")
			io.WriteString(c, big[:1400])
		}, board: 200, notes: "record-too-large", says: "BearSSL 6", body: 1400},
		{name: "large record with the head", client: formpost.Client{Buffers: esp8266.Buffers{RX: 512, TX: 512}}, serve: say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + big[:1000]), board: -5, notes: "record-too-large", says: "HTTPClient -5 instead of 200", body: 1000},
		{name: "large record, fragments granted", client: formpost.Client{Buffers: esp8266.Buffers{RX: 512, TX: 512}, FragmentLength: 512}, serve: say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + big[:1000]), board: 200, body: 1000},
		{name: "other suite", client: formpost.Client{BoardSuite: 0xc0ac}, serve: say(okAnswer), board: 200, notes: "suite-replaced", says: "ECDHE-ECDSA-AES128-CCM", body: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := heap()
			resp, took, err := over(t, &tt.client, tt.serve)
			if grown := int64(heap()) - int64(before); grown > 8<<20 {
				t.Errorf("the heap grew by %d KB", grown>>10)
			}
			if took != tt.took {
				t.Errorf("took %s, want %s", took, tt.took)
			}
			if tt.board == 0 {
				wantError(t, err, tt.code, 0, tt.says)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var codes, words []string
			for _, n := range resp.Notes {
				codes = append(codes, n.Code)
				words = append(words, n.Message, n.Fix)
				if strings.ContainsAny(n.Message+n.Fix, "\x1b\n") || n.Message == "" || n.Fix == "" {
					t.Errorf("note %+v", n)
				}
			}
			if got := strings.Join(codes, ","); got != tt.notes {
				t.Errorf("notes %s, want %s", got, tt.notes)
			}
			if !strings.Contains(strings.Join(words, "\n"), tt.says) {
				t.Errorf("notes say %q, not %q", words, tt.says)
			}
			if resp.BoardStatus != tt.board || len(resp.Body) != tt.body {
				t.Errorf("board sees %d, %d bytes of body; want %d, %d", resp.BoardStatus, len(resp.Body), tt.board, tt.body)
			}
			if resp.Reusable == strings.Contains(tt.notes, "new-handshake") {
				t.Errorf("Reusable = %v with the notes %s", resp.Reusable, tt.notes)
			}
		})
	}
}

// heap is what is in use now.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestResetAtEveryPoint cuts the answer after each byte: the board's word for
// it changes once the head is complete, and Send never hangs or panics.
func TestResetAtEveryPoint(t *testing.T) {
	leaf := leafFor(t, "localhost")
	head := strings.Index(okAnswer, "ok")
	for cut := 0; cut <= len(okAnswer); cut += 3 {
		s := listenTLSFunc(t, leaf.served(), func(conn net.Conn) {
			io.WriteString(conn, okAnswer[:cut])
			conn.(*tls.Conn).NetConn().Close() // no close_notify
		})
		resp, err := client().Send(t.Context(), form(s), leaf.pin())
		if cut < head {
			var e *formpost.Error
			if !errors.As(err, &e) || e.HTTPClient != -5 {
				t.Errorf("cut at %d: %v", cut, err)
			}
		} else if err != nil || resp.Status != 200 || string(resp.Body) != okAnswer[head:cut] {
			t.Errorf("cut at %d: %v, %v", cut, resp, err)
		}
	}
}

func TestTimeouts(t *testing.T) {
	tests := []struct {
		name   string
		client formpost.Client
		want   time.Duration
		says   string
	}{
		{"DNS", formpost.Client{}, 10 * time.Second, "Looking up localhost took longer than 10s"},
		{"TCP", formpost.Client{Lookup: client().Lookup}, 15 * time.Second, "did not answer within 15s"},
		{"own TCP", formpost.Client{Lookup: client().Lookup, Timeouts: formpost.Timeouts{TCP: time.Second}}, time.Second, "within 1s"},
		{"handshake", formpost.Client{Lookup: client().Lookup, Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go io.Copy(io.Discard, there)
			return here, nil
		}}, 15 * time.Second, "said nothing for 15s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := tt.client
				if c.Lookup == nil {
					c.Lookup = func(ctx context.Context, _, _ string) ([]netip.Addr, error) { <-ctx.Done(); return nil, ctx.Err() }
				}
				if c.Dial == nil {
					c.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
				}
				start := time.Now()
				_, err := c.Send(t.Context(), recorded(443), esp8266.Pin{Mode: esp8266.PinInsecure})
				if took := time.Since(start); took != tt.want {
					t.Errorf("took %s, want %s", took, tt.want)
				}
				wantError(t, err, -1, 0, tt.says)
			})
		})
	}
}

func ExampleRequest_Preview() {
	r := request.Request{
		Method: "POST", Target: request.Target{Host: "postman-echo.com", Port: 443, Path: "/post"}, Body: request.Form,
		Fields: []request.Field{{Name: "name1", Value: "value1"}, {Name: "token", Value: "s3cret", Secret: true}},
	}
	_, body := r.Preview()
	fmt.Println(body)
	// Output: name1=value1&token=••••••••
}
