package hostile

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"slices"
	"strings"
)

// okAnswer is what a good server says.
const okAnswer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

// serveTLS does an honest handshake and hands the connection on.
func (c *Conn) serveTLS(identity tls.Certificate, then func(*tls.Conn)) {
	conn := tls.Server(c.Conn, &tls.Config{Certificates: []tls.Certificate{identity}, SessionTicketsDisabled: true})
	if conn.Handshake() == nil {
		then(conn)
		conn.CloseWrite()
	}
}

// answer reads a request and sends text.
func (c *Conn) answer(conn io.ReadWriter, text string) {
	if _, ok := readRequest(conn); ok {
		io.WriteString(conn, text)
	}
}

// readRequest reads a request's head and as much body as it announces.
func readRequest(conn io.Reader) (got []byte, ok bool) {
	const most = 1 << 20
	b := make([]byte, 4096)
	for len(got) < most {
		n, err := conn.Read(b)
		got = append(got, b[:n]...)
		if head, body, ended := bytes.Cut(got, []byte("\r\n\r\n")); ended {
			_, after, _ := bytes.Cut(head, []byte("Content-Length: "))
			var length int
			fmt.Sscanf(string(after), "%d", &length)
			if len(body) >= length {
				return got, true
			}
		}
		if err != nil {
			return got, false
		}
	}
	return got, false
}

// overTLS is a behaviour that begins when the request has come. Its Conn speaks
// TLS.
func overTLS(f func(c *Conn)) func(*Conn) {
	return func(c *Conn) {
		c.serveTLS(served(goodLeaf().der()), func(conn *tls.Conn) {
			if request, ok := readRequest(conn); ok {
				secure := *c
				secure.Conn, secure.request = conn, request
				f(&secure)
			}
		})
	}
}

// answers is a behaviour that sends one of the texts, a variant each.
func answers(texts ...string) func(*Conn) {
	return overTLS(func(c *Conn) { c.say([]byte(texts[c.variant])) })
}

// headTricks are answers with strange heads.
func headTricks() []Behaviour {
	const ok = "HTTP/1.1 200 OK\r\n"
	statusLines := []string{
		"", "\r\n", "200 OK\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 -1 no\r\n\r\n", "HTTP/1.1 0 no\r\n\r\n",
		"HTTP/1.1 99999999999999999999 no\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
		"220 mail.example ESMTP\r\n\r\n", "\x00\x00\x12\x04\x00\x00\x00\x00\x00", "HTTP/1.1 999 \x1b[2J\u202e\r\nContent-Length: 0\r\n\r\n",
	}
	var doctored []string
	for _, p := range Payloads() {
		line := strings.NewReplacer("\r", "", "\n", "").Replace(p)
		for _, name := range []string{"Location", "Content-Encoding", "Transfer-Encoding", "Connection", "Content-Length", "Server", line} {
			status := "307 Temporary " + line
			doctored = append(doctored, "HTTP/1.1 "+status+"\r\n"+name+": "+line+"\r\nConnection: close\r\n\r\n"+p)
		}
	}
	lengths := []string{"-1", "+2", "0x2", "2, 2", "99999999999999999999", "9223372036854775807", "", "\x1b[2J", "1\r\nContent-Length: 2"}
	for i, n := range lengths {
		lengths[i] = ok + "Content-Length: " + n + "\r\n\r\nok"
	}
	interim := strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </\x1b[2J>\r\n\r\n", 64)
	return []Behaviour{
		{Name: "no status line", About: "answers with something else than HTTP/1.1", Layer: HTTP, Variants: len(statusLines), Usable: true, serve: answers(statusLines...)},
		{Name: "doctored headers", About: "answers with escape sequences and bidi marks in status, headers and body", Layer: HTTP, Variants: len(doctored), Usable: true, serve: answers(doctored...)},
		{Name: "false lengths", About: "answers with lengths that are negative, huge, doubled or none", Layer: HTTP, Variants: len(lengths), Usable: true, serve: answers(lengths...)},
		{Name: "endless headers", About: "sends headers for ever", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(ok))
			c.flood(repeated("X-Header: value\r\n", 17<<10))
		})},
		{Name: "endless header line", About: "sends one header without end", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(ok + "X-Header: "))
			c.flood(repeated("x", 16<<10))
		})},
		{Name: "endless 1xx", About: "sends interim answers for ever", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) { c.flood([]byte(interim)) })},
		{Name: "slow head", About: "sends its headers byte by byte", Layer: HTTP, Usable: true, Waits: true, serve: overTLS(func(c *Conn) {
			c.drip([]byte(ok + "X-Header: " + strings.Repeat("x", 1<<16)))
		})},
		{Name: "no answer", About: "takes the request and says nothing", Layer: HTTP, Usable: true, Waits: true, serve: overTLS((*Conn).hold)},
		{Name: "head cut short", About: "closes in the middle of its headers", Layer: HTTP, Variants: len(okAnswer), Usable: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(okAnswer[:c.variant]))
		})},
		{Name: "redirect loop", About: "redirects to itself, and on", Layer: HTTP, Variants: 5, Usable: true, serve: overTLS(func(c *Conn) {
			c.say(fmt.Appendf(nil, "HTTP/1.1 %d Elsewhere\r\nLocation: /post\r\nContent-Length: 0\r\n\r\n", []int{301, 302, 303, 307, 308}[c.variant]))
		})},
		{Name: "reset after the request", About: "resets the connection instead of answering", Layer: HTTP, Usable: true, Fickle: true, serve: func(c *Conn) {
			c.serveTLS(served(goodLeaf().der()), func(conn *tls.Conn) {
				if _, ok := readRequest(conn); ok {
					c.reset()
				}
			})
		}},
		{Name: "another answer each time", About: "answers every request differently", Layer: HTTP, Usable: true, Fickle: true, serve: overTLS(func(c *Conn) {
			status := []int{200, 201, 204, 302, 400, 500}[c.nth%6]
			c.say(fmt.Appendf(nil, "HTTP/1.1 %d Again\r\nContent-Length: 0\r\n\r\n", status))
		})},
	}
}

// bodyTricks are answers with strange bodies.
func bodyTricks() []Behaviour {
	const ok = "HTTP/1.1 200 OK\r\n"
	chunked := []string{
		"", "zz\r\n", "-1\r\n", "ffffffffffffffff\r\n", "10000000000000000\r\n", "2\r\nokok\r\n", "2;" + strings.Repeat("x", 8192) + "\r\nok\r\n",
		"2\r\nok\r\n0\r\nX: " + strings.Repeat("y", 100<<10), "\x1b[2J\r\n", "0\r\n\r\nmore than the end",
	}
	for i, c := range chunked {
		chunked[i] = ok + "Transfer-Encoding: chunked\r\n\r\n" + c
	}
	return []Behaviour{
		{Name: "endless body", About: "sends a body without length and without end", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(ok + "\r\n"))
			c.flood(repeated("\x1b[2Jbody ", 16<<10))
		})},
		{Name: "endless chunks", About: "sends chunks without end", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(ok + "Transfer-Encoding: chunked\r\n\r\n"))
			c.flood(slices.Repeat([]byte("1\r\nx\r\n"), 2048))
		})},
		{Name: "endless chunk extension", About: "sends a chunk's size line without end", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(ok + "Transfer-Encoding: chunked\r\n\r\n1;"))
			c.flood(repeated("x", 16<<10))
		})},
		{Name: "broken chunks", About: "sends chunks that lie", Layer: HTTP, Variants: len(chunked), Usable: true, serve: answers(chunked...)},
		{Name: "gzip bomb", About: "sends 64 MB of zeros, packed, though nobody asked", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) {
			bomb := gzipBomb()
			c.say(fmt.Appendf(nil, ok+"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(bomb)))
			c.say(bomb)
		})},
		{Name: "slow body", About: "sends its body byte by byte", Layer: HTTP, Usable: true, Waits: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(ok + "Content-Length: 65536\r\n\r\n"))
			c.drip(repeated("x", 1<<16))
		})},
		{Name: "body that never comes", About: "announces a body and sends none", Layer: HTTP, Usable: true, Waits: true, serve: overTLS(func(c *Conn) {
			c.say([]byte(ok + "Content-Length: 2\r\n\r\n"))
			c.hold()
		})},
		{Name: "body cut short", About: "closes in the middle of its body", Layer: HTTP, Usable: true, serve: answers(ok + "Content-Length: 1000\r\n\r\nok")},
		{Name: "binary body", About: "sends noise", Layer: HTTP, Usable: true, serve: overTLS(func(c *Conn) {
			c.say(append([]byte(ok+"Content-Length: 4096\r\n\r\n"), noise(8266, 4096)...))
		})},
	}
}

// gzipBomb is 64 MB of zeros, packed: the same megabyte 64 times, which is one
// file (RFC 1952 §2.2) and cheap to make.
func gzipBomb() []byte {
	var member bytes.Buffer
	packer := gzip.NewWriter(&member)
	packer.Write(make([]byte, 1<<20))
	packer.Close()
	return bytes.Repeat(member.Bytes(), 64)
}
