package codegen_test

import (
	"slices"
	"strings"
	"testing"

	"espost/codegen"
	"espost/internal/testkit/rig"
)

// The README's example, put into readings.h as it stands there, switches the relay
// as the server says.
func TestRelayExample(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	var example string
	for _, f := range folder {
		if f.Path == "README.md" {
			_, rest, _ := strings.Cut(string(f.Data), "    void on_answer")
			code, _, _ := strings.Cut(rest, "    }\n")
			example = "void on_answer" + code + "}\n"
		}
	}
	for i, f := range folder {
		if f.Path == "readings.h" {
			folder[i].Data = slices.Concat(f.Data, []byte(example))
		}
	}
	program, err := rig.Plain.CompileJoined([]codegen.Folder{folder})
	if err != nil {
		t.Fatal(err)
	}
	s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
		return []string{with(200, "", "relay=on"), with(500, "", "relay=off"), with(200, "", "relay=off")}[min(n, 3)-1]
	})
	board := rig.Boot(t, program, rig.Sketch(0), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=9000")
	var switched []string
	for line := range strings.Lines(board.Notes) {
		if value, ok := strings.CutPrefix(line, "pin 5 = "); ok {
			switched = append(switched, strings.TrimSpace(value))
		}
	}
	if got := strings.Join(switched, " "); !strings.HasPrefix(got, "1 0") {
		t.Errorf("the relay was switched %q\n%s", got, board.Notes)
	}
}
