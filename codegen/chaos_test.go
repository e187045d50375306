package codegen_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A board that runs in the background, to be killed.
type board struct {
	cmd   *exec.Cmd
	lines chan struct{} // one for each line on the serial port; closed at its end
}

func power(t *testing.T, program string, env ...string) *board {
	t.Helper()
	b := &board{cmd: exec.CommandContext(t.Context(), program), lines: make(chan struct{}, 1)}
	b.cmd.Env = append(os.Environ(), env...)
	serial, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(b.lines)
		in := bufio.NewReader(serial)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if strings.Contains(line, "dropped") {
				t.Errorf("the board says: %s", line)
			}
			select {
			case b.lines <- struct{}{}:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return b
}

// kill takes the power away.
func (b *board) kill() {
	_ = b.cmd.Process.Kill()
	for range b.lines {
	}
	_ = b.cmd.Wait()
}

// hears waits for n lines.
func (b *board) hears(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case _, running := <-b.lines:
			if !running {
				t.Fatal("the board stopped by itself")
			}
		case <-time.After(time.Minute):
			t.Fatal("the board says nothing any more")
		}
	}
}

// 500 readings or more, while the server and the board are killed 20 times each,
// whenever it happens: every reading that was kept arrives.
func TestEveryReadingArrives(t *testing.T) {
	t.Parallel()
	const readings, kills = 500, 20
	id := anIdentity(t)
	program := build(t, outbox(id), plainRig)
	f := &flaky{config: tls12(id), bodies: make(map[int]string)}
	f.start(t)
	defer f.kill()
	env := []string{"RIG_FLASH=" + t.TempDir(), "RIG_PORT=" + itoa(f.port)}
	paced := append([]string{"RIG_PACE=100"}, env...)

	b := power(t, program, paced...)
	boardKills, serverKills := 0, 0
	for boardKills < kills || serverKills < kills || f.entries() < readings {
		if f.up() {
			b.hears(t, 1+rand.IntN(2*readings/kills))
		} else { // a failure is three lines; their distance grows
			b.hears(t, 1+rand.IntN(9))
		}
		switch {
		case !f.up():
			f.start(t)
		case serverKills < kills && serverKills <= boardKills:
			f.kill()
			serverKills++
		case boardKills < kills:
			b.kill()
			boardKills++
			b = power(t, program, paced...)
		}
	}
	b.kill()
	if !f.up() {
		f.start(t)
	}
	boot(t, program, append(env, "RIG_MILLIS=90000")...)

	f.mu.Lock()
	defer f.mu.Unlock()
	if f.clash != "" {
		t.Error(f.clash)
	}
	seen := make(map[string]int)
	last := 0
	for n := 1; n <= len(f.bodies); n++ {
		body, ok := f.bodies[n]
		if !ok {
			t.Fatalf("reading %d of %d never arrived", n, len(f.bodies))
		}
		if first, dup := seen[body]; dup {
			t.Errorf("%s arrived as reading %d and %d", body, first, n)
		}
		seen[body] = n
		if count, err := strconv.Atoi(strings.TrimPrefix(body, "n=")); err != nil || count <= last {
			t.Errorf("reading %d is %s after n=%d", n, body, last)
		} else {
			last = count
		}
	}
	if lost := last - len(f.bodies); lost > boardKills {
		t.Errorf("%d of %d readings were never kept; each kill of the board may cost one, which are %d", lost, last, boardKills)
	}
	t.Logf("%d readings in %d requests, with %d kills of the server and %d of the board, which cost %d readings before they were kept",
		len(f.bodies), f.posts, serverKills, boardKills, last-len(f.bodies))
}
