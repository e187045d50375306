// Package randomjson makes JSON, good and broken, and conditions on it, for tests.
package randomjson

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	names  = []string{"a", "b", "ok", "a\\u0062", "*", "0", "1", "ü", "", "\\\"", "\\ud83d\\ude00", "\\ud83d", "\\ude00"}
	values = []string{"true", "false", "null", "0", "1", "-1", "12", "1.0", "1e2", "-0.5E-3", `""`, `"ok"`, `"a\u0062"`, `"ü"`, `"😀"`, `"\ud83d\ude00"`, `"\ud83dx"`, `"\/\b\f\n\r\t"`, "[]", "{}", " [ ] "}
	junk   = []string{"01", "1.", ".5", "-", "+1", "1e", "tru", "nul", "x", `"`, `"\q"`, `"\u12"`, "\"\x01\"", "[", "{", "]", "}", ",", ":", "1111111111222222222233333333334444", "\x00"}
	paths  = []string{".", "a", "b", "ok", "ab", "*", `"*"`, "0", "1", "ü", `""`, `"\""`, "a.b", "*.a", "a.*", "*.*", "0.a", "a.0", "*.*.ok", "a.b.ok", "😀", "�"}
	tests  = []string{"is true", "is false", "is null", "is empty", "is there", "is missing", "is number", "is text", "is whole", `== "ok"`, `== "ab"`, `== ""`, `!= "ü"`, "== 1", "!= 1", "== 100", "> 0", ">= 1", "< 1", "<= -0.0005", "== true", "!= null", `== "😀"`, `== "�x"`}
)

func one(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

// Condition returns one that can be read.
func Condition(r *rand.Rand) string { return one(r, paths) + " " + one(r, tests) }

// Body returns JSON, or something like it.
func Body(r *rand.Rand) string {
	body := value(r, 0)
	switch r.IntN(6) {
	case 0:
		body = body[:r.IntN(len(body)+1)]
	case 1:
		at := r.IntN(len(body) + 1)
		body = body[:at] + one(r, junk) + body[at:]
	case 2:
		body = "\n" + body + "\r\n\t "
	}
	return body
}

func value(r *rand.Rand, depth int) string {
	if depth == 0 && r.IntN(50) == 0 {
		n := 28 + r.IntN(8)
		return strings.Repeat("[", n) + strings.Repeat("]", n)
	}
	if depth > 3 || r.IntN(3) == 0 {
		return one(r, values)
	}
	parts := make([]string, r.IntN(4))
	object := r.IntN(2) == 0
	for i := range parts {
		parts[i] = value(r, depth+1)
		if object {
			parts[i] = fmt.Sprintf(`"%s":%s`, one(r, names), parts[i])
		}
	}
	inner := strings.Join(parts, []string{",", " , "}[r.IntN(2)])
	if object {
		return "{" + inner + "}"
	}
	return "[" + inner + "]"
}

// Waiting returns a path and a body that has a number there, mostly one above zero:
// what a service says that wants the board to wait.
func Waiting(r *rand.Rand) (path, body string) {
	body = one(r, []string{"1", "3", "12", "0.529", "1e2", "4000", "2.5E-3", "0", "-1"})
	steps := make([]string, 1+r.IntN(3))
	for i := len(steps) - 1; i >= 0; i-- {
		before, after := value(r, 3), value(r, 3)
		if r.IntN(3) > 0 {
			name := one(r, []string{"a", "b", "ok"})
			steps[i] = name
			body = fmt.Sprintf(`{"x":%s,"%s": %s,"y":%s}`, before, name, body, after)
		} else {
			steps[i] = "1"
			body = fmt.Sprintf("[%s,%s ,%s]", before, body, after)
		}
	}
	return strings.Join(steps, "."), body
}
