package request_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/internal/testkit/need"
	"espost/request"
)

// randomText is short and full of what encoders get wrong; always UTF-8, since
// JavaScript's strings can't hold anything else.
func randomText(r *rand.Rand) string {
	alphabet := []rune("abcXYZ019 \t\r\n\x00\x01\x1f\x7f!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡ßéÿĀ€\u200b\u2028\ufeff\ufffd😀𝔘\U0010ffff")
	out := make([]rune, r.IntN(9))
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

// Node's URLSearchParams, an implementation of the WHATWG URL Standard that
// shares no code with Go, encodes 10,000 random forms; each must be equal.
func TestUrlencodingAgreesWithNode(t *testing.T) {
	node := need.Program(t, "node")
	rnd := rand.New(rand.NewPCG(1, 2))
	forms := make([][][2]string, 10_000)
	for i := range forms {
		forms[i] = make([][2]string, rnd.IntN(6))
		for j := range forms[i] {
			forms[i][j] = [2]string{randomText(rnd), randomText(rnd)}
		}
	}
	in, err := json.Marshal(forms)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", `
		const forms = JSON.parse(require('fs').readFileSync(0, 'utf8'))
		console.log(JSON.stringify(forms.map(f => new URLSearchParams(f).toString())))`)
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(out, &want); err != nil || len(want) != len(forms) {
		t.Fatalf("node answered %d forms, %v", len(want), err)
	}
	for i, form := range forms {
		r := request.Request{Body: request.Form}
		for _, pair := range form {
			r.Fields = append(r.Fields, request.Field{Name: pair[0], Value: pair[1]})
		}
		if got := string(r.BodyBytes()); got != want[i] {
			t.Fatalf("%q:\n got %s\nnode %s", form, got, want[i])
		}
	}
}

func FuzzUrlencoding(f *testing.F) {
	f.Add("name", "value", "", "a b&c=d+e%20\xff\x00")
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2 string) {
		r := request.Request{Body: request.Form, Fields: []request.Field{{Name: n1, Value: v1}, {Name: n2, Value: v2}}}
		back, err := url.ParseQuery(string(r.BodyBytes()))
		want := url.Values{}
		want.Add(n1, v1)
		want.Add(n2, v2)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, back); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", r.BodyBytes(), diff)
		}
	})
}
