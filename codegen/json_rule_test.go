package codegen_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/randomjson"
	"espost/internal/testkit/rig"
	"espost/request"
)

// judges reads cases from stdin and writes a line each: what json_test.h makes of it, and how long
// it is asked to wait.
const judges = `
#include "json_test.h"
#include <stdio.h>
#include <string>
#include <vector>
static size_t number() {
  uint32_t n = 0;
  return fread(&n, 4, 1, stdin) == 1 ? n : SIZE_MAX;
}
static std::string text() {
  std::string s(number(), 0);
  if (fread(&s[0], 1, s.size(), stdin) != s.size()) exit(2);
  return s;
}
int main() {
  for (size_t count; (count = number()) != SIZE_MAX;) {
    std::vector<std::string> kept;
    std::vector<JsonRule> rules;
    kept.reserve(2 * count);
    for (size_t i = 0; i < count; i++) {
      JsonRule r = {};
      r.op = number(), r.kind = number(), r.steps = number();
      kept.push_back(text()), kept.push_back(text());
      if (fread(&r.number, 8, 1, stdin) != 1) exit(2);
      r.path = kept[2 * i].c_str(), r.text = kept[2 * i + 1].c_str(), r.size = kept[2 * i + 1].size();
      rules.push_back(r);
    }
    const std::string body = text();
    const bool whole = number() != 0;
    static JsonTest test;
    test.start(rules.data(), rules.size());
    for (char c : body) test.feed(c);
    printf("%d ", test.finish(whole));
    printf("%lu\n", test.waitAskedFor());
  }
}
`

// Random bodies and conditions: the firmware proves what the test POST proves.
func TestJSONRulesAsRequest(t *testing.T) {
	t.Parallel()
	p := tutorial()
	p.Answer.JSON = []string{"ok is true"}
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range folder {
		if f.Path == "json_test.h" {
			err = os.WriteFile(filepath.Join(dir, f.Path), f.Data, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "judges.cpp"), []byte(judges), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := append(rig.Strict(), "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I"+rig.Board(t), "judges.cpp", "-o", "judges")
	if err := rig.Compiler(dir, flags...); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(12, 2))
	var in bytes.Buffer
	number := func(n int) { in.Write(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	text := func(s string) {
		number(len(s))
		in.WriteString(s)
	}
	var cases, want []string
	for range 20000 {
		a := request.Answer{}
		for range 1 + random.IntN(3) {
			a.JSON = append(a.JSON, randomjson.Condition(random))
		}
		a.RetryAfter, _, _ = strings.Cut(randomjson.Condition(random), " ")
		body, whole := randomjson.Body(random), random.IntN(3) > 0
		if random.IntN(20) == 0 {
			a.RetryAfter, body = randomjson.Waiting(random)
		}
		rules := a.Conditions()
		if c, ok := a.Kept(); ok {
			rules = append(rules, c)
		}
		number(len(rules))
		for _, c := range rules {
			number(int(c.Op))
			number(int(c.Kind))
			number(len(c.Path))
			text(packed(c.Path))
			text(c.Text)
			in.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(c.Number)))
		}
		text(body)
		number(map[bool]int{true: 1}[whole])
		cases = append(cases, fmt.Sprintf("%q, %q, %q, whole: %v", a.JSON, a.RetryAfter, body, whole))
		want = append(want, fmt.Sprint(int(request.Prove(a.Conditions(), []byte(body), whole)), a.Wait(nil, request.Reply{Body: []byte(body), Whole: whole}, time.Time{}).Milliseconds()))
	}
	cmd := exec.Command(filepath.Join(dir, "judges"))
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen, waits := map[string]int{}, 0
	lines := strings.Split(string(out), "\n")
	for i := range cases {
		seen[want[i][:1]]++
		if !strings.HasSuffix(want[i], " 0") {
			waits++
		}
		if got := lines[i]; got != want[i] {
			t.Fatalf("%s: the board says %s, the test POST %s", cases[i], got, want[i])
		}
	}
	for _, proof := range []string{"0", "1", "2"} {
		if seen[proof] < 500 {
			t.Errorf("only %d cases are %s: %v", seen[proof], proof, seen)
		}
	}
	if waits < 500 {
		t.Errorf("only %d cases ask to wait", waits)
	}
}

// packed is a path as the firmware holds it.
func packed(path []request.Step) string {
	var out strings.Builder
	for _, s := range path {
		if s.Every {
			out.WriteByte(255)
		} else {
			out.WriteByte(byte(len(s.Name)))
			out.WriteString(s.Name)
		}
	}
	return out.String()
}

// The board judges answers of JSON as they stream in, in chunks or cut short; what
// was accepted and can't be proven is set aside, and the next reading goes.
func TestAnswersOfJSON(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.Buffers = esp8266.Buffers{RX: 16384, TX: 512}
	p.Answer = request.Answer{JSON: []string{`ok is true`, `values.*.code == 201`}, Refused: statusList(t, "200", "4xx"), Tries: 1}
	long := strings.Repeat(" ", 600)
	answers := []string{
		with(200, "", `{"ok":true,`+long+`"values":[{"code":201},{"code":201}]}`),
		with(200, "", `{"ok":true,`+long+`"values":[{"code":201},{"code":400}]}`),
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"ok\":\r\n14\r\ntrue,\"values\":[{\"cod\r\nc\r\ne\":2.01e2}]}\r\n0\r\n\r\n",
		with(200, "", `{"ok":true,"values":[{"code":201},`+strings.Repeat(`{"code":201},`, 400)+`{"code":201}]}`),
		with(200, "", `{"ok":true,"values":[{"code":201}`),
		with(200, "", `<html>`),
		with(200, "", `{"ok":true,"values":[{"code":201}]}`),
	}
	s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string { return answers[min(n, len(answers))-1] })
	board := rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=6800")
	if _, bodies, _ := s.Seen(); counts(bodies) != "1 2 3 4 5 6 7" {
		t.Errorf("the rows are %s\n%s", counts(bodies), board.Serial)
	}
	board.Says(t, "nobody can tell whether the reading was taken", "4 since the start")
	board.Never(t, "5 since the start")
}
