package codegen_test

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
)

// A badServer does anything at random. It stores rows by their keys, as a server
// does that knows Idempotency-Key.
type badServer struct {
	mu     sync.Mutex
	random *rand.Rand
	calm   bool              // only 200 from now on
	stored map[string]string // bodies by key
	seen   map[string]string // also of what was not stored
	no     map[string]string // the status that refuses a reading, by key
	clash  string
	did    map[string]int
}

// reply answers one request; false ends the connection.
func (s *badServer) reply(conn *tls.Conn, key, body string) bool {
	what, drip := s.decide(key, body)
	say := func(text string) bool {
		_, err := conn.Write([]byte(text))
		return err == nil
	}
	switch what {
	case "silence":
		time.Sleep(90 * time.Millisecond) // 9 s of the board's time
		return false
	case "reset":
		return false
	case "drip head", "drip body":
		head := map[string]string{"drip head": "HTTP/1.1 200 OK\r\nX-Slow: ", "drip body": "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n"}[what]
		for ok := say(head); ok && drip > 0; drip-- {
			time.Sleep(30 * time.Millisecond)
			ok = say("x")
		}
		return false
	}
	status, _ := strconv.Atoi(what)
	return say(with(status, "Location: /elsewhere\r\n", what))
}

// decide picks what happens and stores the row where that is part of it.
func (s *badServer) decide(key, body string) (what string, drip int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ways := []string{"200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "302", "400", "409", "429", "500", "silence", "reset", "drip head", "drip body"}
	what = ways[s.random.IntN(len(ways))]
	if s.calm {
		what = "200"
	}
	if status, refused := s.no[key]; refused { // once refused, always refused
		what = status
	}
	s.did[what]++
	if had, again := s.seen[key]; again && had != body {
		s.clash = key + " stands for " + had + " and " + body
	}
	s.seen[key] = body
	switch what {
	case "400", "409":
		if _, has := s.stored[key]; !has {
			s.no[key] = what
		}
	case "200", "302", "drip body":
		s.stored[key] = body
	case "silence", "reset", "drip head":
		if s.random.IntN(2) == 0 {
			s.stored[key] = body
		}
	}
	return what, 1 + s.random.IntN(30)
}

func (s *badServer) readings() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

// setAside reads the keys of what lies in a board's /refused (outbox.h, Entry).
func setAside(t *testing.T, dir string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "fs", "refused"))
	if err != nil {
		return nil
	}
	keys := make(map[string]int)
	const header = 28
	for len(data) >= header {
		word := func(i int) uint32 { return binary.LittleEndian.Uint32(data[i:]) }
		size := int(binary.LittleEndian.Uint16(data[20:]))
		if len(data) < header+size {
			break // torn when the power failed
		}
		keys[fmt.Sprintf("a1b2c3-%08x-%08x", word(4), word(8))] = int(int16(binary.LittleEndian.Uint16(data[22:])))
		data = data[header+size:]
	}
	return keys
}

// What a server can do to a board, at random, while both are killed now and then:
// every reading is delivered once, or reported as set aside, and loop() is never
// held for long. Twelve minutes of it run where ESPOST_TEST_CHAOS=1.
func TestChaos(t *testing.T) {
	t.Parallel()
	readings, kills, until := 40, 3, 4*time.Second
	if need.All() {
		readings, kills, until = need.Often(100, 300), need.Often(6, 15), 40*time.Second
	}
	if os.Getenv("ESPOST_TEST_CHAOS") == "1" {
		readings, kills, until = 500, 60, 12*time.Minute
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	id := anIdentity(t)
	p := outbox(id)
	p.Every = 20 * time.Second
	program := rig.Plain.Build(t, p)
	s := &badServer{random: rand.New(rand.NewPCG(seed, 2)), stored: map[string]string{}, seen: map[string]string{}, no: map[string]string{}, did: map[string]int{}}
	f := &flaky{config: rig.TLS12(id), reply: s.reply}
	f.start(t)
	defer f.kill()
	dir := t.TempDir()
	env := []string{"RIG_FLASH=" + dir, rig.Port(f.port.Number()), "RIG_SPEED=100"}

	longest, boardKills, serverKills := 0, 0, 0
	b := rig.Power(t, program, env...)
	for end := time.Now().Add(until); time.Now().Before(end) && (s.readings() < readings || boardKills < kills || until > time.Minute); {
		b.Hears(t, 1+random.IntN(8))
		switch {
		case !f.up():
			f.start(t)
		case random.IntN(5) > 0 || boardKills+serverKills >= 2*kills:
		case boardKills <= serverKills && boardKills < kills:
			longest = max(longest, longestHeld(b.Kill()))
			boardKills++
			b = rig.Power(t, program, env...)
		default:
			f.kill()
			serverKills++
		}
	}
	longest = max(longest, longestHeld(b.Kill()))
	if !f.up() {
		f.start(t)
	}
	s.mu.Lock()
	s.calm = true
	s.mu.Unlock()
	rig.Boot(t, program, append(env, "RIG_MILLIS=400000", "RIG_SPEED=0")...)

	f.kill()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clash != "" {
		t.Error(s.clash)
	}
	aside := setAside(t, dir)
	known := make(map[int]string) // keys by the counter's value
	last, stored, reported := 0, 0, 0
	for key, body := range s.seen {
		n, err := strconv.Atoi(strings.TrimPrefix(body, "n="))
		if err != nil {
			t.Fatalf("%s is %q", key, body)
		}
		if other, twice := known[n]; twice {
			t.Errorf("reading %d came as %s and as %s", n, other, key)
		}
		known[n] = key
		last = max(last, n)
		_, has := s.stored[key]
		status, given := aside[key]
		switch {
		case has:
			stored++
		case given:
			reported++
		default:
			t.Errorf("reading %d (%s) was neither stored nor set aside", n, key)
		}
		if given && status >= 200 && status <= 299 {
			t.Errorf("reading %d was set aside after %d", n, status)
		}
	}
	if lost := last - len(known); lost > boardKills {
		t.Errorf("%d of %d readings never came; each kill of the board may cost one, which are %d", lost, last, boardKills)
	}
	// A kept connection may have died without a word, then comes a handshake of 15 s at most, and the exchange.
	if limit := int((p.Answer.Filled().Timeout + 15*time.Second + p.Answer.Limit() + 5*time.Second).Milliseconds()); longest > limit {
		t.Errorf("loop() was held for %d ms, more than %d", longest, limit)
	}
	t.Logf("%d readings: %d stored, %d refused and reported, %d lost before they were kept; %d kills of the board, %d of the server; loop() took at most %d ms; the server did %v",
		last, stored, reported, last-len(known), boardKills, serverKills, longest, s.did)
}

// longestHeld is how long loop() took at most, as the rig noted it.
func longestHeld(notes string) int {
	longest := 0
	for line := range strings.Lines(notes) {
		var n int
		if _, err := fmt.Sscanf(line, "loop held %d ms", &n); err == nil {
			longest = max(longest, n)
		}
	}
	return longest
}
