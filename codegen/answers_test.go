package codegen_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/internal/testkit/rig"
	"espost/request"
)

// counting is a project that sends a counter every second and keeps in flash
// what could not be sent.
func counting(id rig.Identity) codegen.Project {
	p := outbox(id)
	p.Keep = codegen.KeepFailed
	return p
}

func statusList(t *testing.T, texts ...string) request.Statuses {
	t.Helper()
	var all request.Statuses
	for _, text := range texts {
		s, err := request.ParseStatus(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// counts are the bodies that a server took, in order, as numbers of the counter.
func counts(bodies []string) string {
	return strings.ReplaceAll(strings.Join(bodies, " "), "n=", "")
}

func with(status int, headers, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s", status, headers, len(body), body)
}

// A1: a server that answers 302 after it has stored the row gets each row once,
// and those after it, too.
func TestRedirectAfterPostStoresOnce(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	for _, status := range []int{302, 303} {
		s := rig.Serve(t, rig.TLS12(id), func(int, string) string { return with(status, "Location: https://x.example/once\r\n", "") })
		p := counting(id)
		board := rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=4800")
		board.Says(t, "may have taken the form", "It points to https://x.example/once", fmt.Sprintf("after status %d; it lies in /refused", status))
		_, bodies, _ := s.Seen()
		if got := counts(bodies); got != "1 2 3 4 5" {
			t.Errorf("%d: the rows are %s", status, got)
		}
		p.Answer.Delivered = statusList(t, "2xx", "302-303")
		s = rig.Serve(t, rig.TLS12(id), func(int, string) string { return with(status, "Location: /\r\n", "") })
		board = rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=4800")
		board.Never(t, "SET ASIDE", "It points to")
		if _, bodies, _ := s.Seen(); counts(bodies) != "1 2 3 4 5" {
			t.Errorf("%d as delivered: the rows are %s", status, counts(bodies))
		}
	}
}

// 307 and 308 mean that nothing was taken: the reading stays.
func TestRedirectOfThePostKeepsTheReading(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
		if n == 1 {
			return with(308, "Location: /\r\n", "")
		}
		return rig.OK
	})
	rig.Boot(t, rig.Plain.Build(t, counting(id)), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=9000").Never(t, "SET ASIDE")
	if _, bodies, _ := s.Seen(); !strings.HasPrefix(counts(bodies), "1 1 2 3") {
		t.Errorf("the rows are %s", counts(bodies))
	}
}

// Where the rule says so, the board asks at the new address, without the headers
// of the request, and believes what that says.
func TestFollow(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.Headers = []request.Header{{Name: "Authorization", Value: "Bearer s3cret", Secret: true}}
	p.Answer = request.Answer{Follow: true, Not: "^no$"}
	program := rig.Plain.Build(t, p)
	for _, tt := range []struct{ location, answer, want string }{
		{"/done?id=1#x", with(200, "", "stored"), "POST 1, GET /done?id=1, POST 2"},
		{"https://localhost/done", with(200, "", "stored"), "POST 1, GET /done, POST 2"},
		{"/done", with(200, "", "no"), "POST 1, GET /done, POST 1"},
		{"/done", with(500, "", ""), "POST 1, GET /done, POST 2"},
		{"http://x.example/", with(500, "", ""), "POST 1, POST 2, POST 3"},
	} {
		s := rig.Serve(t, rig.TLS12(id), nil)
		s.Answer = func(n int, body string) string {
			if body != "" {
				return with(302, "Location: "+tt.location+"\r\n", "")
			}
			return tt.answer
		}
		rig.Boot(t, program, s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=8000")
		requests, bodies, _ := s.Seen()
		var got []string
		for i, r := range requests[:min(3, len(requests))] {
			line, _, _ := strings.Cut(r, "\r\n")
			method, rest, _ := strings.Cut(line, " ")
			if method == "POST" {
				got = append(got, "POST "+counts(bodies[i:i+1]))
				continue
			}
			got = append(got, method+" "+strings.TrimSuffix(rest, " HTTP/1.1"))
			next, err := p.Redirected(tt.location)
			if err != nil {
				t.Fatal(err)
			}
			if want := string(next.FollowBytes()); r != want || strings.Contains(r, "s3cret") {
				t.Errorf("%s: the board asks\n%s, the test POST\n%s", tt.location, r, want)
			}
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s, %.20q: %s, want %s", tt.location, tt.answer, got, tt.want)
		}
	}
}

// A2: a reading that the server refuses is tried three times, then set aside; the
// next one goes.
func TestRefusedReadingBlocksNothing(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	for _, status := range []int{400, 409, 422} {
		s := rig.Serve(t, rig.TLS12(id), func(_ int, body string) string {
			if body == "n=2" {
				return rig.Status(status)
			}
			return rig.OK
		})
		flash := t.TempDir()
		program := rig.Plain.Build(t, counting(id))
		board := rig.Boot(t, program, s.Port(), "RIG_FLASH="+flash, "RIG_MILLIS=30000")
		board.Says(t, fmt.Sprintf("after status %d; it lies in /refused. 1 since the start", status))
		_, bodies, _ := s.Seen()
		if got := counts(bodies); !strings.HasPrefix(got, "1 2 2 2 3 4 5 6") {
			t.Errorf("%d: the rows are %s", status, got)
		}
		rig.Boot(t, program, s.Port(), "RIG_FLASH="+flash, "RIG_MILLIS=500").Says(t, "readings that can't be sent lie in /refused")
	}
	s := rig.Serve(t, rig.TLS12(id), func(int, string) string { return rig.Status(409) })
	p := counting(id)
	p.Keep = codegen.KeepOff
	p.Answer.Delivered = statusList(t, "2xx", "409")
	rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_MILLIS=3500").Never(t, "SET ASIDE", "lost")
	if _, bodies, _ := s.Seen(); counts(bodies) != "1 2 3 4" {
		t.Errorf("409 as delivered: the rows are %s", counts(bodies))
	}
}

// 408, 425, 429 and 5xx never cost a reading.
func TestPatientStatuses(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	program := rig.Plain.Build(t, counting(id))
	for _, status := range []int{408, 425, 429, 500, 503} {
		s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
			if n <= 4 {
				return rig.Status(status)
			}
			return rig.OK
		})
		rig.Boot(t, program, s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=120000").Never(t, "SET ASIDE")
		if _, bodies, _ := s.Seen(); !strings.HasPrefix(counts(bodies), "1 1 1 1 1 2 3") {
			t.Errorf("%d: the rows are %s", status, counts(bodies))
		}
	}
}

// A3: a service that takes one row in 15 seconds, and answers 200 with 0 to the
// others, has all of a backlog in the end.
func TestBacklogIsPaced(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.Every = 5 * time.Minute
	p.Answer = request.Answer{Not: "^0$", Pause: 15 * time.Second}
	program := rig.Plain.Build(t, p)
	flash := "RIG_FLASH=" + t.TempDir()
	rig.Boot(t, program, flash, "RIG_PORT=1", fmt.Sprint("RIG_MILLIS=", 62*60*1000))
	s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string { return with(200, "", fmt.Sprint(n)) })
	board := rig.Boot(t, program, flash, s.Port(), fmt.Sprint("RIG_MILLIS=", 120*1000))
	_, bodies, _ := s.Seen()
	if n := len(bodies); n < 7 || n > 9 {
		t.Errorf("%d rows in two minutes, one in 15 s: %s\n%s", n, counts(bodies), board.Serial)
	}
	p.Answer.Pause = 0 // without a pause the answer still says it
	taken := map[string]int{}
	s = rig.Serve(t, rig.TLS12(id), func(n int, body string) string {
		if n%3 != 0 {
			return with(200, "", "0")
		}
		taken[body]++
		return with(200, "", fmt.Sprint(n))
	})
	p.Every = time.Second
	rig.Boot(t, rig.Plain.Build(t, p), "RIG_FLASH="+t.TempDir(), s.Port(), "RIG_MILLIS=120000")
	for i := 1; i <= 5; i++ {
		if taken[fmt.Sprint("n=", i)] != 1 {
			t.Errorf("row %d was taken %d times", i, taken[fmt.Sprint("n=", i)])
		}
	}
}

// A4: a slow server is waited for as long as the rule says; each reading has a key,
// also without the outbox, and the same one when it is sent again; Retry-After may
// be a date.
func TestSlowServerAndRetryAfterDate(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.Keep, p.Every = codegen.KeepOff, 10*time.Minute
	p.Answer.Timeout = time.Minute
	s := rig.Serve(t, rig.TLS12(id), func(int, string) string {
		time.Sleep(700 * time.Millisecond) // 7 s of the board's time
		return rig.OK
	})
	board := rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_MILLIS=60000", "RIG_SPEED=10")
	if _, bodies, _ := s.Seen(); counts(bodies) != "1" {
		t.Errorf("the rows are %s\n%s", counts(bodies), board.Serial)
	}
	s = rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
		if n == 1 {
			return with(503, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:54:37 GMT\r\n", "")
		}
		return rig.OK
	})
	program := rig.Plain.Build(t, p)
	rig.Boot(t, program, s.Port(), "RIG_MILLIS=290000")
	if requests, _, _ := s.Seen(); len(requests) != 1 {
		t.Errorf("%d requests within the 300 s that the server asked for", len(requests))
	}
	s = rig.Serve(t, rig.TLS12(id), s.Answer)
	rig.Boot(t, program, s.Port(), "RIG_MILLIS=310000")
	requests, _, _ := s.Seen()
	if all := keys(t, requests); len(all) != 2 || all[0] != all[1] {
		t.Errorf("the keys are %s", all)
	}
}

// dripping is a server that answers byte by byte, first whole, then one byte in
// each pause, for ever.
func dripping(t *testing.T, id rig.Identity, whole string, pause time.Duration) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			plain, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				conn := tls.Server(plain, rig.TLS12(id))
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 4096)); err != nil {
					return
				}
				_, err := conn.Write([]byte(whole))
				for err == nil {
					time.Sleep(pause)
					_, err = conn.Write([]byte("x"))
				}
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// A5: a server that drips holds loop() no longer than EXCHANGE_MAX_MS, whether it
// drips within a line of the head, in its body, or a chunk's size.
func TestDrippingServerIsCutOff(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	program := rig.Plain.Build(t, counting(id))
	for name, whole := range map[string]string{
		"head":   "HTTP/1.1 200 OK\r\nX-Slow: ",
		"body":   "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n",
		"chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
	} {
		port := dripping(t, id, whole, 20*time.Millisecond) // 0.2 s of the board's time
		board := rig.Boot(t, program, rig.Port(port), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=40000", "RIG_SPEED=10")
		if held := longestLoop(t, board); held < 10000 || held > 25000 {
			t.Errorf("%s: loop() was held for %d ms, want 15 s\n%s", name, held, board.Serial)
		}
		if name == "head" {
			board.Says(t, "FAILED: the exchange was not over after 15 s")
		} else {
			board.Says(t, "POST: 200")
		}
	}
}

// silence lets a board run into its own time limits once a server has said nothing for a second.
const silence = "RIG_SILENCE=1000"

// longestLoop is how long loop() took at most, in the board's milliseconds.
func longestLoop(t *testing.T, r rig.Run) int { return noted(t, r, "longest loop %d ms") }

// flashErases is how many blocks of flash the run erased.
func flashErases(t *testing.T, r rig.Run) int { return noted(t, r, "flash erases %d") }

func noted(t *testing.T, r rig.Run, format string) int {
	t.Helper()
	for line := range strings.Lines(r.Notes) {
		var n int
		if _, err := fmt.Sscanf(strings.TrimSpace(line), format, &n); err == nil {
			return n
		}
	}
	t.Fatalf("the rig says nothing like %q:\n%s", format, r.Notes)
	return 0
}

// A6: a kept connection that died without a word is no fault of the server's: the
// board connects anew at once.
func TestHalfOpenConnection(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), nil)
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	s.Answer = func(n int, _ string) string {
		if n == 2 {
			<-done // nothing comes any more over this connection
		}
		return rig.OK
	}
	board := rig.Boot(t, rig.Plain.Build(t, counting(id)), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=9000", silence)
	board.Says(t, "The kept connection brought no answer")
	board.Never(t, "FAILED", "the server took the form")
	if _, bodies, connections := s.Seen(); !strings.HasPrefix(counts(bodies), "1 2 2 3") || connections != 2 {
		t.Errorf("the rows are %s over %d connections", counts(bodies), connections)
	}
}

// A7: an interim answer is the answer for the core: whether the row arrived is
// open, and it isn't sent again.
func TestInterimAnswer(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), func(int, string) string { return "HTTP/1.1 100 Continue\r\n\r\n" + rig.OK })
	board := rig.Boot(t, rig.Plain.Build(t, counting(id)), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=2800")
	board.Says(t, "after status 100; it lies in /refused")
	if _, bodies, _ := s.Seen(); counts(bodies) != "1 2 3" {
		t.Errorf("the rows are %s", counts(bodies))
	}
}

// A8: what the server says goes to the user's own function, cut to ANSWER_MAX.
func TestOnAnswer(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	program := rig.Sanitized.BuildEdited(t, p, func(path, text string) string {
		if path == "readings.h" {
			text += `
void on_answer(int status, const char *body, size_t size) {
  Serial.printf_P(PSTR("mine: %d, %u bytes, %s\n"), status, static_cast<unsigned>(size), size < 100 ? body : "long");
}
`
		}
		return text
	})
	long := strings.Repeat("y", 600)
	s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
		return []string{with(200, "", "relay=on"), "HTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n", with(200, "", long), rig.Status(204)}[min(n, 4)-1]
	})
	board := rig.Boot(t, program, s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=20000")
	board.Says(t, "mine: 200, 8 bytes, relay=on", "mine: 404, 3 bytes, no!", "mine: 200, 512 bytes, long", "mine: 204, 0 bytes, \n")
}

// The firmware judges as the test POST does.
func TestSameJudgeAsRequest(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	answers := []request.Answer{
		{},
		{Delivered: statusList(t, "200-201", "302", "409"), Not: "^0$", Refused: statusList(t, "4xx", "503")},
		{Contains: `^{"ok":`, Equals: `{"ok":true}`},
		{Contains: "end$"},
		{Contains: "\x00\xff\"\\??/"},
	}
	bodies := []string{"", "0", " 0\r\n", "00", `{"ok":true}`, `{"ok":true} `, `x{"ok":true}`, "the end\n", "end.", "a\x00\xff\"\\??/b", strings.Repeat(" ", 511) + "0", strings.Repeat(" ", 512) + "0", strings.Repeat("x", 509) + "end", strings.Repeat("x", 510) + "end"}
	for i, a := range answers {
		p := counting(id)
		p.Answer = a
		p.Answer.Tries = 1
		statuses := []int{200, 202, 302, 307, 400, 409, 429, 500, 503}
		if i > 0 {
			statuses = []int{200, 409}
		}
		var replies []request.Reply
		for _, status := range statuses {
			for _, body := range bodies {
				replies = append(replies, request.Reply{Method: "POST", Status: status, Body: []byte(body), Whole: true})
			}
		}
		program := rig.Plain.BuildEdited(t, p, func(path, text string) string {
			if strings.HasSuffix(path, ".ino") {
				return strings.Replace(text, "retry.failed(server.waitAskedFor());", "retry.reset(), outbox.remove();", 1)
			}
			if path == "https_post.h" {
				return strings.Replace(text, "tell(status_", `Serial.printf("outcome %d\n", static_cast<int>(outcome_)); tell(status_`, 1)
			}
			return text
		})
		s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
			r := replies[min(n, len(replies))-1]
			return with(r.Status, "Location: /\r\n", string(r.Body))
		})
		board := rig.Boot(t, program, s.Port(), "RIG_FLASH="+t.TempDir(), fmt.Sprint("RIG_MILLIS=", 1000*len(replies)+500))
		var got []string
		for line := range strings.Lines(board.Serial) {
			if n, ok := strings.CutPrefix(strings.TrimSpace(line), "outcome "); ok {
				got = append(got, map[string]string{"0": "delivered", "1": "refused", "2": "try-again", "3": "maybe"}[n])
			}
		}
		if len(got) < len(replies) {
			t.Fatalf("rule %d: %d outcomes of %d", i, len(got), len(replies))
		}
		for j, r := range replies {
			if want := string(p.Answer.Judge(r)); got[j] != want {
				t.Errorf("rule %d, %d %.30q of %d bytes: the board says %s, the test POST %s", i, r.Status, r.Body, len(r.Body), got[j], want)
			}
		}
	}
}
