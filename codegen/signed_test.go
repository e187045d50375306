package codegen_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/pinfile"
)

// A maker has boards in the field, of which each is one sketch of the program, and signs their
// pins. It is the same in each run.
type maker struct {
	program                  string
	first, second, third     rig.Identity // certificates, each with a key of its own
	key, next, recovery, own *ecdsa.PrivateKey
}

// The sketches, by how they pin and what else they do. All look every ten minutes, besides when no pin
// fits.
const (
	looking = iota
	byKey
	byCA
	sleepy
)

var sketchesOfMaker = []esp8266.PinMode{looking: esp8266.PinFingerprint, byKey: esp8266.PinPublicKey, byCA: esp8266.PinCA, sleepy: esp8266.PinFingerprint}

func newMaker(t *testing.T) *maker {
	t.Helper()
	key := func(name string) *ecdsa.PrivateKey { return rig.NewKey(t, elliptic.P256(), name) }
	m := &maker{
		first: anIdentity(t), second: rig.NewIdentity(t, "second", nil, nil), third: rig.NewIdentity(t, "third", nil, nil),
		key: key("signer"), next: key("next signer"), recovery: key("recovery"), own: key("nobody's"),
	}
	var projects []codegen.Project
	for i, mode := range sketchesOfMaker {
		p := outbox(m.first)
		p.Keep = codegen.KeepFailed
		p.Pin = pinOf(t, mode, m.first)
		p.Owner = pinfile.Owner{Group: "porch", Key: pointOf(t, m.key), Recovery: pointOf(t, m.recovery)}
		p.Fetch.URLs = []string{"http://pins.example/porch.pins", "http://other.example:81/a/b?c=d"}
		p.Fetch.Refresh = 10 * time.Minute
		if i == sleepy {
			p.DeepSleep, p.Every = true, time.Minute
		}
		projects = append(projects, p)
	}
	m.program = rig.Sanitized.BuildJoined(t, projects)
	return m
}

func pinOf(t *testing.T, mode esp8266.PinMode, id rig.Identity) esp8266.Pin {
	return esp8266.Pin{Mode: mode, SHA1: []string{id.SHA1()}, PublicKey: id.PublicKey(t), CAs: []string{id.PEM()}}
}

func pointOf(t *testing.T, key *ecdsa.PrivateKey) pinfile.Key {
	t.Helper()
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return pinfile.Key(point)
}

// sign makes a file of that serial that pins certificates in a sketch's mode.
func (m *maker) sign(t *testing.T, by *ecdsa.PrivateKey, sketch int, epoch, serial uint32, change func(*pinfile.File), ids ...rig.Identity) []byte {
	t.Helper()
	f := pinfile.File{Group: "porch", Host: "localhost:443", Epoch: epoch, Serial: serial, Signed: time.Unix(1.7e9, 0), Until: time.Unix(1.8e9, 0)}
	for _, id := range ids {
		entries, err := pinfile.FromPin(pinOf(t, sketchesOfMaker[sketch], id))
		if err != nil {
			t.Fatal(err)
		}
		f.Pins = append(f.Pins, entries...)
	}
	if change != nil {
		change(&f)
	}
	signed, err := f.Sign(by)
	if err != nil {
		t.Fatal(err)
	}
	return signed.Bytes()
}

// A pinsHost is a web server of which nobody knows what it does.
type pinsHost struct {
	listener net.Listener
	asked    atomic.Int32
	mu       sync.Mutex
	talk     func(net.Conn)
}

func newPinsHost(t *testing.T, talk func(net.Conn)) *pinsHost {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	h := &pinsHost{listener: listener, talk: talk}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			h.asked.Add(1)
			h.mu.Lock()
			talk := h.talk
			h.mu.Unlock()
			go func() {
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 1000)); err == nil {
					talk(conn)
				}
			}()
		}
	}()
	return h
}

func (h *pinsHost) does(talk func(net.Conn)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.talk = talk
}

func (h *pinsHost) port() int { return h.listener.Addr().(*net.TCPAddr).Port }

// serves answers with a file.
func serves(file []byte) func(net.Conn) {
	return says("HTTP/1.1 200 OK\r\nX: y\r\n\r\n" + string(file))
}

func says(text string) func(net.Conn) { return func(conn net.Conn) { io.WriteString(conn, text) } }

// A renewing server shows the certificate that was put in last.
type renewing struct {
	*rig.Server
	shown atomic.Pointer[rig.Identity]
}

func renewingServer(t *testing.T, id rig.Identity, answer func(n int, body string) string) *renewing {
	r := &renewing{}
	r.shown.Store(&id)
	r.Server = rig.Serve(t, &tls.Config{MaxVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return &r.shown.Load().TLS, nil
	}}, answer)
	return r
}

// renewsAt is a server that ends the connection with its n-th answer, and shows the
// second certificate from then on.
func (m *maker) renewsAt(t *testing.T, at int) *renewing {
	s := renewingServer(t, m.first, nil)
	s.Answer = func(n int, _ string) string {
		if n != at {
			return rig.OK
		}
		s.shown.Store(&m.second)
		return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
	}
	return s
}

// boot runs a sketch for so long against the server and two hosts of pins; a host may be nil.
func (m *maker) boot(t *testing.T, sketch int, s *renewing, flash string, millis int, hosts ...*pinsHost) rig.Run {
	t.Helper()
	return rig.Boot(t, m.program, m.env(sketch, s, flash, hosts, fmt.Sprint("RIG_MILLIS=", millis))...)
}

func (m *maker) env(sketch int, s *renewing, flash string, hosts []*pinsHost, more ...string) []string {
	ports := ""
	for i, h := range hosts {
		ports += fmt.Sprintf("%d=%d ", 80+i, h.port())
	}
	for port := 80 + len(hosts); port < 82; port++ {
		ports += fmt.Sprintf("%d=1 ", port) // nobody listens
	}
	return append([]string{rig.Sketch(sketch), s.Port(), "RIG_PORTS=" + ports, "RIG_FLASH=" + flash}, more...)
}

// delivered fails unless readings 1 to n arrived, each of them once and in order.
func delivered(t *testing.T, s *renewing, n int) {
	t.Helper()
	_, bodies, _ := s.Seen()
	if len(bodies) < n {
		t.Fatalf("%d readings arrived, want %d", len(bodies), n)
	}
	for i, body := range bodies[:n] {
		if body != fmt.Sprint("n=", i+1) {
			t.Fatalf("reading %d is %s", i+1, body)
		}
	}
}

// The certificate is renewed with a new key while a hundred readings are made. The file lies there
// some time later: until then the readings wait; then all of them are delivered.
func TestRenewedWithoutACable(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	for name, sketch := range map[string]int{"fingerprint": looking, "key": byKey, "CA": byCA} {
		t.Run(name, func(t *testing.T) {
			host := newPinsHost(t, says("HTTP/1.1 404 Not Found\r\n\r\n"))
			s := renewingServer(t, m.first, nil)
			s.Answer = func(n int, _ string) string {
				if n != 30 {
					return rig.OK
				}
				s.shown.Store(&m.second)
				host.does(func(conn net.Conn) {
					host.does(serves(m.sign(t, m.key, sketch, 0, 1, nil, m.second)))
					says("HTTP/1.0 404 Not Found\r\n\r\n")(conn)
				})
				return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
			}
			flash := t.TempDir()
			board := m.boot(t, sketch, s, flash, 250_000, host)
			delivered(t, s, 100)
			board.Says(t, "Pins: that host gives no file (status 404).", "Pins: asking http://pins.example:80/porch.pins", "Pins: that host doesn't answer.",
				"Pins: serial 1 of epoch 0 is signed by the owner; trying it.", "Pins: those of serial 1 have delivered, and replace the older ones.")
			if n := host.asked.Load(); n > 4 {
				t.Errorf("the host was asked %d times", n)
			}
			heap := heapOf(t, board)
			t.Logf("heap: %d bytes at the peak, stack %d; the longest loop took %d ms", heap.peak, heap.stack, longestLoop(t, board))
			// After a start it knows the server at once, whatever the host does.
			again := m.boot(t, sketch, s, flash, 5_000)
			again.Says(t, "Pins: signed ones are known, up to serial 1 of epoch 0.", "POST: 200")
			again.Never(t, "Pins: asking", "trying the next pin", "FAILED")
		})
	}
}

// With the next certificate signed beforehand, the switch costs no failed connection: a refused handshake
// where pins are tried one after the other, and not even that with CAs, which are compared at once.
func TestSignedBeforehand(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	for name, c := range map[string]struct{ sketch, refused int }{"fingerprint": {looking, 1}, "key": {byKey, 1}, "CA": {byCA, 0}} {
		t.Run(name, func(t *testing.T) {
			s := m.renewsAt(t, 80)
			host := newPinsHost(t, serves(m.sign(t, m.key, c.sketch, 0, 1, nil, m.first, m.second)))
			board := m.boot(t, c.sketch, s, t.TempDir(), 110_000, host)
			delivered(t, s, 100)
			board.Says(t, "Pins: those of serial 1 have delivered")
			board.Never(t, "FAILED", "Outbox: memory is full")
			if n := strings.Count(board.Serial, "Pins: asking"); n != 1 {
				t.Errorf("the host was asked %d times, want once: by the clock", n)
			}
			if n := strings.Count(board.Serial, "trying the next pin"); n != c.refused {
				t.Errorf("%d handshakes showed that the certificate is the next one, want %d", n, c.refused)
			}
		})
	}
}

// changedLine is a file with one character of the line that begins with word changed.
func changedLine(file []byte, word string, at int) []byte {
	lines := strings.SplitAfter(string(file), "\n")
	i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, word) })
	b := []byte(lines[i])
	at = len(word) + at
	b[at] = map[bool]byte{true: '1', false: '2'}[b[at] != '1']
	lines[i] = string(b)
	return []byte(strings.Join(lines, ""))
}

// However the host lies, drips or floods, the board delivers to nobody whom no pin names, is
// held for seconds at most, asks less and less, and finds the right file as soon as there is one.
func TestHostilePinsHosts(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	good := m.sign(t, m.key, looking, 0, 3, nil, m.second)
	sign := func(change func(*pinfile.File)) []byte { return m.sign(t, m.key, looking, 0, 3, change, m.second) }
	for name, c := range map[string]struct {
		talk func(net.Conn)
		say  string
		env  string
	}{
		"nothing":           {talk: func(net.Conn) {}, say: "gives no file (status 0)"},
		"no HTTP":           {talk: says("SSH-2.0-OpenSSH_9.6\r\n\r\n" + string(good)), say: "gives no file (status 0)"},
		"a redirect":        {talk: says("HTTP/1.1 302 Found\r\nLocation: http://pins.example/other\r\n\r\n" + string(good)), say: "gives no file (status 302)"},
		"a portal's page":   {talk: says("HTTP/1.1 200 OK\r\n\r\n<html>Log in</html>"), say: "it is no file of signed pins"},
		"half of it":        {talk: serves(good[:len(good)/2]), say: "it is no file of signed pins"},
		"a line more":       {talk: serves(append(bytes.Clone(good), "pin ca 00\n"...)), say: "it is no file of signed pins"},
		"an endless head":   {talk: flood("HTTP/1.1 200 OK\r\n", "X: y\r\n"), say: "gives no file (status 0)"},
		"a gigabyte":        {talk: flood("HTTP/1.1 200 OK\r\n\r\n"+string(good), "A"), say: "it is no file of signed pins"},
		"drops":             {talk: drip, say: "gives no file (status 0)", env: "RIG_SPEED=10"},
		"a silent host":     {talk: func(conn net.Conn) { conn.Read(make([]byte, 1)) }, say: "gives no file (status 0)", env: silence},
		"the group":         {talk: serves(sign(func(f *pinfile.File) { f.Group = "shed" })), say: "it is for other boards"},
		"the host":          {talk: serves(sign(func(f *pinfile.File) { f.Host = "localhost:444" })), say: "it is for another server"},
		"another's file":    {talk: serves(m.sign(t, m.own, looking, 0, 3, nil, m.second)), say: "it isn't signed by a key that counts here"},
		"a higher epoch":    {talk: serves(m.sign(t, m.key, looking, 1, 1, func(f *pinfile.File) { f.Next = pointOf(t, m.own) }, m.second)), say: "it isn't signed by a key that counts here"},
		"group, changed":    {talk: serves(changedLine(good, "group ", 0)), say: "it is for other boards"},
		"host, changed":     {talk: serves(changedLine(good, "host ", 0)), say: "it is for another server"},
		"epoch, changed":    {talk: serves(changedLine(good, "epoch ", 0)), say: "it isn't signed by a key that counts here"},
		"serial, changed":   {talk: serves(changedLine(good, "serial ", 0)), say: "its signature is wrong"},
		"signed, changed":   {talk: serves(changedLine(good, "signed ", 3)), say: "its signature is wrong"},
		"until, changed":    {talk: serves(changedLine(good, "until ", 3)), say: "its signature is wrong"},
		"pin, changed":      {talk: serves(changedLine(good, "pin fingerprint ", 0)), say: "its signature is wrong"},
		"signer, changed":   {talk: serves(changedLine(good, "by ", 0)), say: "it isn't signed by a key that counts here"},
		"r, changed":        {talk: serves(changedLine(good, "signature ", 5)), say: "its signature is wrong"},
		"s, changed":        {talk: serves(changedLine(good, "signature ", 70)), say: "its signature is wrong"},
		"a signature of 00": {talk: serves(append(good[:len(good)-129:len(good)-129], strings.Repeat("0", 128)+"\n"...)), say: "its signature is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := renewingServer(t, m.second, nil)
			host := newPinsHost(t, c.talk)
			flash := t.TempDir()
			board := rig.Boot(t, m.program, m.env(looking, s, flash, []*pinsHost{host}, "RIG_MILLIS=200000", c.env)...)
			board.Says(t, c.say, "Pins: that host doesn't answer.")
			board.Never(t, "POST: 200", "signed by the owner")
			if requests, _, _ := s.Seen(); len(requests) > 0 {
				t.Errorf("a server that no pin names got %q", requests[0])
			}
			if n := host.asked.Load(); n < 2 || n > 4 {
				t.Errorf("the host was asked %d times in 200 seconds", n)
			}
			if longest := longestLoop(t, board); longest > 20_000 {
				t.Errorf("a loop took %d ms", longest)
			}
			// Another host has the right file, or this one has it later.
			after := rig.Boot(t, m.program, m.env(looking, s, flash, []*pinsHost{host, newPinsHost(t, serves(good))}, "RIG_MILLIS=20000", c.env)...)
			after.Says(t, "Pins: those of serial 3 have delivered", "POST: 200")
		})
	}
}

// flood says one thing, and then another up to a gigabyte, or until nobody listens.
func flood(first, more string) func(net.Conn) {
	return func(conn net.Conn) {
		block := []byte(strings.Repeat(more, 1<<16/len(more)))
		if _, err := io.WriteString(conn, first); err != nil {
			return
		}
		for range 1 << 14 {
			if _, err := conn.Write(block); err != nil {
				return
			}
		}
	}
}

// drip sends a byte now and then, for as long as somebody listens.
func drip(conn net.Conn) {
	for i := 0; ; i++ {
		if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\nX: ............................................")[i%60:][:1]); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// Old files are never taken again, whatever became of the newer one; dates don't count, since nothing
// proves the board's clock.
func TestReplayedPins(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	flash := t.TempDir()
	expired := m.sign(t, m.key, byKey, 0, 2, func(f *pinfile.File) { f.Until = time.Unix(1.7e9+1, 0) }, m.second)
	host := newPinsHost(t, serves(expired))
	s := renewingServer(t, m.second, nil)
	m.boot(t, byKey, s, flash, 10_000, host).Says(t, "Pins: those of serial 2 have delivered")

	// Serial 3 names a certificate that isn't served; the board goes on with what it has.
	s.shown.Store(&m.first)
	host.does(serves(m.sign(t, m.key, byKey, 0, 3, nil, m.third)))
	m.boot(t, byKey, s, flash, 10_000, host).Says(t, "Pins: serial 3 of epoch 0 is signed", "FAILED")
	s.shown.Store(&m.second)
	m.boot(t, byKey, s, flash, 10_000, host).Says(t, "Pins: those of serial 3 don't fit this server; going back to older ones", "POST: 200")

	// The thief of the first server key has its old file, and gets nowhere with it.
	s.shown.Store(&m.first)
	host.does(serves(m.sign(t, m.key, byKey, 0, 1, nil, m.first)))
	before, _, _ := s.Seen()
	replayed := m.boot(t, byKey, s, flash, 60_000, host)
	replayed.Says(t, "Pins: what came is refused: a newer one is known.")
	if after, _, _ := s.Seen(); len(after) != len(before) {
		t.Errorf("%d readings went to whom an old file names", len(after)-len(before))
	}
	// What serial 3 names is there at last.
	s.shown.Store(&m.third)
	m.boot(t, byKey, s, flash, 10_000).Says(t, "Pins: those of serial 3 have delivered")
}

// Pins that don't fit cost nothing: the board goes back to those that are compiled in.
func TestBackToCompiledPins(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	s := renewingServer(t, m.first, nil)
	host := newPinsHost(t, serves(m.sign(t, m.key, looking, 0, 1, nil, m.third, m.second)))
	flash := t.TempDir()
	board := m.boot(t, looking, s, flash, 100_000, host)
	board.Says(t, "Pins: serial 1 of epoch 0 is signed", "don't fit this server; going back")
	board.Never(t, "FAILED")
	delivered(t, s, 90)
	m.boot(t, looking, s, flash, 10_000, host).Says(t, "POST: 200")
	s.shown.Store(&m.second) // the day has come
	m.boot(t, looking, s, flash, 10_000, host).Says(t, "Pins: those of serial 1 have delivered")
	s.shown.Store(&m.first) // and nobody goes back behind it
	m.boot(t, looking, s, flash, 10_000).Never(t, "POST: 200")
}

// A file may come before its day, and counts from the day on.
func TestPinsBeforeTheirDay(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	s := m.renewsAt(t, 80)
	flash := t.TempDir()
	board := m.boot(t, looking, s, flash, 100_000, newPinsHost(t, serves(m.sign(t, m.key, looking, 0, 1, nil, m.second))))
	board.Says(t, "going back to older ones", "Pins: those of serial 1 have delivered")
	board.Never(t, "FAILED")
	delivered(t, s, 90)
	s.shown.Store(&m.first)
	m.boot(t, looking, s, flash, 10_000).Never(t, "POST: 200")
}

// A board that sleeps keeps its TLS session, and checks a new pin all the same.
func TestSleepersTakePins(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	s := renewingServer(t, m.first, nil)
	host := newPinsHost(t, says("HTTP/1.1 404 Not Found\r\n\r\n"))
	flash := t.TempDir()
	wake := func() rig.Run { return m.boot(t, sleepy, s, flash, 60_000, host) }
	wake().Says(t, "POST: 200", "Sleeping")
	s.shown.Store(&m.second)
	wake().Says(t, "gives no file (status 404)", "FAILED", "Sleeping")
	host.does(serves(m.sign(t, m.key, sleepy, 0, 1, nil, m.second)))
	wake().Says(t, "Pins: those of serial 1 have delivered", "POST: 200")
	last := wake()
	last.Says(t, "POST: 200")
	last.Never(t, "Pins: asking", "trying the next pin")
	// Time asleep counts: ten minutes after the look at its start the board looks again, and knows the
	// next certificate before it is served.
	host.does(serves(m.sign(t, m.key, sleepy, 0, 2, nil, m.second, m.third)))
	wakes := 1
	for ; wakes < 12 && !strings.Contains(wake().Serial, "Pins: serial 2 of epoch 0 is signed by the owner"); wakes++ {
	}
	if wakes < 5 || wakes > 10 {
		t.Errorf("the board looks in the wake %d after the first four", wakes)
	}
	wake().Says(t, "Pins: those of serial 2 have delivered")
	s.shown.Store(&m.third)
	switched := wake()
	switched.Says(t, "POST: 200")
	switched.Never(t, "FAILED", "Pins: asking")
}

// New pins have to be met by a certificate: a session that was begun under the old ones says nothing
// about them.
func TestNewPinsAreNotResumed(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	port := rig.Nginx(t, m.first, `
		keepalive_timeout 0;
		ssl_session_cache shared:tls:1m;
		ssl_session_tickets off;
		location / { return 200 "resumed=$ssl_session_reused"; }`)
	host := newPinsHost(t, serves(m.sign(t, m.key, looking, 0, 1, nil, m.third)))
	board := rig.Boot(t, m.program, rig.Sketch(looking), rig.Port(port), fmt.Sprint("RIG_PORTS=80=", host.port()), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=70000")
	board.Says(t, "resumed=r", "Pins: serial 1 of epoch 0 is signed", "Pins: those of serial 1 don't fit this server; going back")
	board.Never(t, "have delivered")
}

// The signing key is rotated, lost and stolen, and boards follow their owner.
func TestSigningKeysChange(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	type step struct {
		file  []byte
		shown rig.Identity
		says  string
	}
	naming := func(key *ecdsa.PrivateKey) func(*pinfile.File) {
		return func(f *pinfile.File) { f.Next = pointOf(t, key) }
	}
	file := func(by *ecdsa.PrivateKey, epoch, serial uint32, change func(*pinfile.File), id rig.Identity) []byte {
		return m.sign(t, by, byKey, epoch, serial, change, id)
	}
	const taken, noSigner, replay = "have delivered", "it isn't signed by a key that counts here", "a newer one is known"
	for name, steps := range map[string][]step{
		"rotated": {
			{file(m.key, 0, 1, naming(m.next), m.second), m.second, "those of serial 1 " + taken},
			{file(m.next, 0, 2, nil, m.third), m.third, "those of serial 2 " + taken},
			{file(m.key, 0, 3, nil, m.first), m.first, noSigner}, // the old key counts no longer
		},
		"rotated, and the file missed": {
			{file(m.next, 0, 2, nil, m.second), m.second, noSigner},
			{file(m.key, 0, 1, naming(m.next), m.third), m.third, "those of serial 1 " + taken},
			{file(m.next, 0, 2, nil, m.second), m.second, "those of serial 2 " + taken},
		},
		"lost": {
			{file(m.recovery, 1, 1, naming(m.next), m.second), m.second, "those of serial 1 " + taken},
			{file(m.next, 1, 2, nil, m.third), m.third, "those of serial 2 " + taken},
		},
		"stolen": {
			{file(m.key, 0, 4294967295, naming(m.own), m.third), m.third, "those of serial 4294967295 " + taken}, // the thief's
			{file(m.recovery, 1, 1, naming(m.next), m.second), m.second, "those of serial 1 " + taken},
			{file(m.key, 0, 4294967295, nil, m.third), m.third, replay},
			{file(m.own, 1, 2, nil, m.third), m.third, noSigner},
			{file(m.next, 1, 2, nil, m.first), m.first, "those of serial 2 " + taken},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flash := t.TempDir()
			for i, c := range steps {
				s := renewingServer(t, c.shown, nil)
				board := m.boot(t, byKey, s, flash, 10_000, newPinsHost(t, serves(c.file)))
				board.Says(t, c.says)
				if requests, _, _ := s.Seen(); (len(requests) > 0) != strings.Contains(c.says, taken) {
					t.Errorf("step %d: %d readings were delivered:\n%s", i+1, len(requests), board.Serial)
				}
			}
		})
	}
}

// Wherever the power fails while new pins are taken and proven, the board comes back with the old
// pins or the new ones, and delivers.
func TestPinsOutliveThePower(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	file := m.sign(t, m.key, looking, 0, 1, nil, m.second)
	host := newPinsHost(t, serves(file))
	cuts := 0
	for tear := 0; ; tear += need.Often(97, 4) {
		flash := t.TempDir()
		s := renewingServer(t, m.second, nil)
		torn := rig.Boot(t, m.program, m.env(looking, s, flash, []*pinsHost{host}, "RIG_MILLIS=10000", fmt.Sprint("RIG_TEAR=", tear))...)
		if torn.Exit != 99 {
			break
		}
		cuts++
		before, _, _ := s.Seen()
		board := m.boot(t, looking, s, flash, 10_000, host)
		board.Says(t, "POST: 200")
		if after, _, _ := s.Seen(); len(after) == len(before) {
			t.Fatalf("after a cut at %d the board delivers nothing:\n%s", tear, board.Serial)
		}
		// An impostor is refused all the same.
		impostor := renewingServer(t, m.third, nil)
		m.boot(t, looking, impostor, flash, 5_000, host).Never(t, "POST: 200")
	}
	if cuts < need.Often(7, 200) {
		t.Errorf("the power failed %d times only", cuts)
	}
}

// A file may name several keys or CAs, and fingerprints always; what a sketch has no code for is passed
// over, and said where nothing else is there.
func TestSignedPinsOfAnyMode(t *testing.T) {
	t.Parallel()
	m := newMaker(t)
	rsa, _ := pem.Decode([]byte(goldenRSAKey))
	ca := func(id rig.Identity) pinfile.Entry { return pinfile.Entry{Mode: esp8266.PinCA, Data: id.Leaf.Raw} }
	key := pinfile.Entry{Mode: esp8266.PinPublicKey, Data: m.second.Leaf.RawSubjectPublicKeyInfo}
	digits := pinfile.Entry{Mode: esp8266.PinFingerprint, Data: unhex(t, m.second.SHA1())}
	const delivers, useless = "Pins: those of serial 1 have delivered", "it names none that this sketch can use"
	for name, c := range map[string]struct {
		sketch int
		pins   []pinfile.Entry
		says   string
	}{
		"CAs":                 {byCA, []pinfile.Entry{ca(m.third), key, ca(m.second)}, delivers},
		"a fingerprint of CA": {byCA, []pinfile.Entry{ca(m.third), digits}, delivers},
		"keys":                {byKey, []pinfile.Entry{{Mode: esp8266.PinPublicKey, Data: rsa.Bytes}, ca(m.first), key}, delivers},
		"a medley":            {looking, []pinfile.Entry{ca(m.third), key, {Mode: esp8266.PinFingerprint, Data: make([]byte, 20)}, digits}, delivers},
		"nothing of use":      {looking, []pinfile.Entry{ca(m.second), key}, useless},
		"no use for keys":     {byCA, []pinfile.Entry{key}, useless},
	} {
		t.Run(name, func(t *testing.T) {
			s := renewingServer(t, m.second, nil)
			host := newPinsHost(t, serves(m.sign(t, m.key, looking, 0, 1, func(f *pinfile.File) { f.Pins = c.pins })))
			m.boot(t, c.sketch, s, t.TempDir(), 30_000, host).Says(t, c.says)
			if requests, _, _ := s.Seen(); (len(requests) > 0) != (c.says == delivers) {
				t.Errorf("%d readings were delivered", len(requests))
			}
		})
	}
}

func unhex(t *testing.T, digits string) []byte {
	t.Helper()
	data, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
