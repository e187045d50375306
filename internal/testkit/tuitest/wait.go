package tuitest

import (
	"fmt"
	"strings"
	"testing/synctest"
	"time"
)

// WaitFor waits until the screen, as [Terminal.Screen] returns it, meets a condition. In a bubble fake
// time passes meanwhile. It fails the test, showing the screen, at the timeout or when the program ends.
func (term *Terminal) WaitFor(condition func(screen string) bool) {
	term.t.Helper()
	term.waitFor("the screen does not become what is waited for", condition)
}

// WaitText waits until all the texts are on the screen, each in one row.
func (term *Terminal) WaitText(texts ...string) {
	term.t.Helper()
	term.waitFor(fmt.Sprintf("the screen does not show %q", texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// WaitGone waits until a text is no longer on the screen.
func (term *Terminal) WaitGone(text string) {
	term.t.Helper()
	term.waitFor(fmt.Sprintf("the screen still shows %q", text), func(screen string) bool {
		return !strings.Contains(screen, text)
	})
}

func (term *Terminal) waitFor(failure string, condition func(screen string) bool) {
	term.t.Helper()
	met := false
	term.await(failure, func() bool {
		met = condition(term.text())
		return met || term.ended
	})
	if !met {
		term.fatalf("%s: the program has ended", failure)
	}
	term.settle()
}

// Advance lets fake time pass. It makes sense only in a bubble, and fails the test elsewhere.
func (term *Terminal) Advance(d time.Duration) {
	term.t.Helper()
	if !term.fake {
		term.t.Fatal("Advance outside of testing/synctest would have to sleep: wait for something instead")
	}
	time.Sleep(d)
	synctest.Wait()
}

// settle lets a bubble draw and come to rest. Outside of one it does nothing.
func (term *Terminal) settle() {
	if term.fake {
		time.Sleep(rest)
		synctest.Wait()
	}
}

// await is wait, failing the test at the timeout.
func (term *Terminal) await(failure string, condition func() bool) {
	term.t.Helper()
	if !term.wait(condition) {
		term.fatalf("%s (waited %v)", failure, term.timeout)
	}
}

// wait blocks until the condition holds, asking each time that something has changed, or until the
// timeout, and reports whether it holds. The condition is called with term.mu held.
func (term *Terminal) wait(condition func() bool) bool {
	term.mu.Lock()
	defer term.mu.Unlock()
	expired := false
	timer := time.AfterFunc(term.timeout, func() {
		term.mu.Lock()
		defer term.mu.Unlock()
		expired = true
		term.changed.Broadcast()
	})
	defer timer.Stop()
	for !condition() {
		if expired {
			return false
		}
		term.changed.Wait()
	}
	return true
}

// fatalf ends the test and shows the screen.
func (term *Terminal) fatalf(format string, args ...any) {
	term.t.Helper()
	rule := strings.Repeat("─", 80)
	term.t.Fatalf("%s\n%s\n%s\n%s", fmt.Sprintf(format, args...), rule, strings.TrimRight(term.Screen(), "\n"), rule)
}
