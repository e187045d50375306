package imports_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/formpost"
	"espost/imports"
	"espost/internal/testkit/need"
	"espost/request"
)

// randomRequest is a request that can be sent, full of what quoting gets wrong.
func randomRequest(random *rand.Rand) request.Request {
	alphabet := []rune("ab1 \t\r\n\"'`^%&|<>(){}[]$\\!#~*+=,;:/?@-._éü☕’“")
	text := func(most int) string {
		out := make([]rune, random.IntN(most))
		for i := range out {
			out[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(out)
	}
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	line := func(s string) string {
		return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "", "\t", " ").Replace(s))
	}
	target, err := request.ParseURL("https://porch.example.com" + pick("", ":8443") + "/" + pick("", "a/b", "x?y=1&z=%20", "üb~er/{id}"))
	if err != nil {
		panic(err)
	}
	r := request.Request{Method: pick(request.Methods()...), Target: target, Body: request.None}
	if !request.Bodiless(r.Method) {
		r.Body = request.Bodies()[random.IntN(4)]
	}
	for i := range random.IntN(4) {
		r.Headers = append(r.Headers, request.Header{Name: fmt.Sprintf("X-%c", 'A'+i), Value: line(text(9)), Secret: random.IntN(3) == 0})
	}
	if random.IntN(4) == 0 {
		r.Headers = append(r.Headers, request.Header{Name: "User-Agent", Value: "porch/1"})
	}
	for i := range random.IntN(4) {
		f := request.Field{Name: fmt.Sprintf("%c%s", 'a'+i, line(text(3))), Value: text(12), Secret: random.IntN(4) == 0}
		if r.Body == request.JSON && random.IntN(3) == 0 {
			f = request.Field{Name: f.Name, Source: esp8266.SourceJSON, Value: pick("1.50", "null", `{"a":[1,"é"]}`)}
		}
		r.Fields = append(r.Fields, f)
	}
	if r.Body == request.Text {
		r.Template = "t" + text(20) + "."
	}
	if r.Body == request.JSON && random.IntN(3) == 0 {
		r.Template = `{"b":"` + "{{n}}" + `", "c":[{{n}}]}`
		r.Fields = append(r.Fields, request.Field{Name: "n", Value: text(9)})
	}
	return r
}

var seed = flag.Int("seed", 2026, "of the random requests that go through every notation and back")

// harTrip reports whether a request comes back from an HTTP Archive.
func harTrip(t *testing.T, r request.Request) bool {
	t.Helper()
	all, err := imports.Read(imports.FormatHAR([]*formpost.Response{exchange(r)}, true), "x.har")
	if err != nil {
		t.Fatalf("%v\n%q", err, r.Bytes())
	}
	return canonical(all[0].Request) == canonical(r)
}

// A request that is exported and imported again is the same, in every notation.
func TestRoundTrips(t *testing.T) {
	random := rand.New(rand.NewPCG(16, uint64(*seed)))
	trips, requests, all := make(map[imports.Notation]int), 0, need.Often(1000, 5000)
	for requests < all {
		r := randomRequest(random)
		if r.Validate().Err() != nil {
			continue
		}
		requests++
		for _, as := range imports.Notations() {
			text, err := imports.Format(r, as, true)
			if err != nil {
				continue
			}
			name := ""
			if as == imports.HTTP {
				name = "x.http"
			}
			again, err := imports.One([]byte(text), name)
			if err != nil {
				t.Fatalf("%s\n%v\n%q", text, err, r.Bytes())
			}
			if got, want := canonical(again.Request), canonical(r); got != want {
				t.Fatalf("%s\n%s\nbecame\n%s\nof\n%s", as, text, got, want)
			}
			trips[as]++
		}
		if !harTrip(t, r) {
			t.Fatalf("%q as HAR", r.Bytes())
		}
	}
	for _, as := range imports.Notations() {
		if trips[as] < all/2 {
			t.Errorf("%s: %d of %d requests came back", as, trips[as], requests)
		}
	}
}

// canonical is what r sends, without what may differ: the blanks between JSON's
// tokens and the order of headers.
func canonical(r request.Request) string {
	head, body, _ := strings.Cut(string(r.Bytes()), "\r\n\r\n")
	var lines []string
	for line := range strings.SplitSeq(head, "\r\n") {
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case name == "Content-Length", name == "Accept" && strings.HasPrefix(value, "application/json, */*"):
			continue
		}
		lines = append(lines, name+": "+strings.Trim(value, " \t")) // blanks around a value are no part of it (RFC 9110 §5.5)
	}
	first := lines[0]
	rest := lines[1:]
	slices.Sort(rest)
	return alike(first) + "\n" + strings.Join(rest, "\n") + "\n\n" + alike(compact(body))
}

// Secrets are masked unless they are asked for.
func TestExportMasks(t *testing.T) {
	target, err := request.ParseTarget("https://porch.example.com/x?api_key=hunter2")
	if err != nil {
		t.Fatal(err)
	}
	r := request.Request{Method: "POST", Target: target, Body: request.Form,
		Headers: []request.Header{{Name: "Authorization", Value: "Bearer hunter2", Secret: true}},
		Fields:  []request.Field{{Name: "token", Value: "hunter2", Secret: true}}}
	for _, as := range imports.Notations() {
		masked, err := imports.Format(r, as, false)
		if err != nil || strings.Contains(masked, "hunter2") {
			t.Errorf("%s: %s (%v)", as, masked, err)
		}
		if plain, _ := imports.Format(r, as, true); strings.Count(plain, "hunter2") != 3 {
			t.Errorf("%s: %s", as, plain)
		}
	}
}
