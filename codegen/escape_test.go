package codegen_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/request"
)

// What a format within the body makes of a value, the board makes of it as the test
// POST does: of secrets and of the user's own texts.
func TestEscapes(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	var ascii strings.Builder
	for c := byte(1); c < 0x80; c++ {
		ascii.WriteByte(c)
	}
	const own = "a \"quoted\", tag=1\\\n\t\x01;ä"
	p := counting(id)
	p.Body = request.Text
	p.Template = "{{n}},\"{{own|csv}}\",\"{{key|csv}}\"\n{{own|tag}},k={{key|tag}} v=\"{{own|line}}\",k=\"{{key|line}}\"\n{\"a\":\"{{own|json}}{{key|json}}\"}"
	p.Fields = append(p.Fields, request.Field{Name: "own", Source: esp8266.SourceCode, Sample: own}, request.Field{Name: "key", Value: ascii.String(), Secret: true})
	nested := p
	nested.Body, nested.Template = request.JSON, `{"n":{{n}},"a":"{\"a\":\"{{own|json}}\"}","b":{{key|csv}},"c":{{own|line}}}`
	var folders []codegen.Folder
	for _, p := range []codegen.Project{p, nested} {
		folder, err := codegen.Generate(p)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range folder {
			folder[i].Data = []byte(strings.Replace(string(f.Data), "value.number(21.5, 1);  // replace this", fmt.Sprintf("value.text(%s);", `"a \"quoted\", tag=1\\\n\t\001;\303\244"`), 1))
		}
		folders = append(folders, folder)
	}
	program, err := rig.Sanitized.CompileJoined(folders)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range []codegen.Project{p, nested} {
		s := rig.Serve(t, rig.TLS12(id), nil)
		board := rig.Boot(t, program, rig.Sketch(i), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=900")
		requests, _, _ := s.Seen()
		r := p.Sent()
		r.Fields[0].Sample = "1"
		if diff := cmp.Diff([]string{string(r.Bytes())}, sampled(requests)); diff != "" {
			t.Errorf("sketch %d: the test POST sends (-), the board (+):\n%s\n%s", i, diff, board.Serial)
		}
	}
}
