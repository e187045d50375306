package dialog_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// the rest of a dialog, from the question after those that a test answers: more
// enters than there are questions.
func andEnters(answers ...string) []string { return append(answers, make([]string, 25)...) }

// An answer that can't be used is told in one sentence, and asked for again.
func TestBadAnswers(t *testing.T) {
	enters := func(n int) []string { return make([]string, n) }
	for _, tt := range []struct {
		name    string
		before  int // enters
		answers []string
		want    []string
	}{
		{"address", 0, []string{"https://", "porch.example.com"}, []string{"Where will the board send its data?"}},
		{"http", 0, []string{"http://porch.example.com/x"}, []string{"Note: "}},
		{"pin", 1, []string{"3", "zero", "1"}, []string{"Please answer with a number from 1 to 2."}},
		{"form, nonsense", 2, []string{"hello"}, []string{"is neither a field nor a header"}},
		{"form, no such source", 2, []string{"x@moon"}, []string{`there is no source "moon". Use one of counter, `}},
		{"form, no such field", 2, []string{"-3", "-x", "-"}, []string{"There is no field 3. The form has 2 fields.", "There is no field x."}},
		{"form, a name like a deletion", 2, []string{"-1=x"}, []string{"Added field 3: -1, text x."}},
		{"form, a taken pin", 2, []string{"a@dht22.temperature:5", "b@reed.open:5", "-4"}, []string{"Row 4 (b) uses D1 (GPIO 5), as row 3 does."}},
		{"form, a strapping pin", 2, []string{"a@reed.open:0"}, []string{"Row 3 (a) uses D3 (GPIO 0): the board starts only while it is not low."}},
		{"form, help", 2, []string{"?"}, []string{"Type name=value to add a field", "A source is what the board reads: counter", "bme280.temperature|humidity|pressure"}},
		{"test", 3, []string{"perhaps", "no"}, []string{"Please answer yes or no."}},
		{"board", 5, []string{"99"}, []string{"Please answer with a number from 1 to "}},
		{"interval", 7, []string{"often", "10ms", "5 m"}, []string{"Write it with a unit, as 60s", "shorter than a second"}},
		{"short password", 6, []string{"porch wifi", "short", "long enough"}, []string{"The Wi-Fi password is too short: WPA asks for at least 8 characters"}},
		{"a counter that sleeps", 2, []string{"n@pulse.total:14", "", "", "", "", "", "", "", "yes"}, []string{"Row 3 (n) counts nothing while the board sleeps deeply. Switch deep sleep off"}},
		{"a board that can't sleep", 5, []string{"10", "", "", "", "yes"}, []string{"has no GPIO 16 pin", "Sleep deeply between two readings? Yes or no? [no] Blink"}},
		{"long Wi-Fi name", 6, []string{strings.Repeat("x", 33), ""}, []string{"The Wi-Fi name has 33 bytes"}},
		{"name", 12, []string{"no spaces please"}, []string{"called? A name, or a path. [porch_example_com] "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSitting(t, andEnters(append(enters(tt.before), tt.answers...)...)...)
			said, err := s.run(t)
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			for _, want := range tt.want {
				if !strings.Contains(strings.ToLower(said), strings.ToLower(want)) {
					t.Errorf("%q was not said:\n%s", want, said)
				}
			}
		})
	}
}

// Where the folder can't be written, another one is asked for, and no answer is lost.
func TestAnotherFolder(t *testing.T) {
	s := newSitting(t)
	elsewhere := filepath.Join(s.dir, "elsewhere")
	s.dialog.In = strings.NewReader(strings.Repeat("\n", 14) + elsewhere + strings.Repeat("\n", 9))
	if err := os.WriteFile(filepath.Join(s.dir, "porch_example_com"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "porch_example_com: not a directory; choose another folder.", "files in "+elsewhere, "Saved to ")
}

// Fields can be added, also live and secret ones, and deleted.
func TestFormChanges(t *testing.T) {
	s := newSitting(t, andEnters("", "", "-1", "note=a b", "signal@rssi", "token!", "hunter2")...)
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "Deleted field 1: name1, text value1.", "name2=value2&note=a+b", "Added field 3: signal, Wi-Fi signal, for the test -61.", "Added field 4: token, a secret value.")
	if strings.Contains(said, "hunter2") {
		t.Errorf("the secret was said:\n%s", said)
	}
	if got := s.dialog.Session.Request.Fields; len(got) != 4 || got[3].Value != "hunter2" || !got[3].Secret || got[2].Source != esp8266.SourceRSSI {
		t.Errorf("the form is %+v", got)
	}
}

// Headers can be added and deleted, and the encoding changed.
func TestHeadersAndEncoding(t *testing.T) {
	s := newSitting(t, andEnters("", "", "X-Device: porch=1", "X-Gone:x", "-x-gone", "JSON", "Bad Name: x", "-bad name")...)
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "Added header X-Device: text porch=1.", "Deleted header X-Gone.", "The fields are sent as json.", `{"name1":"value1","name2":"value2"}`, "The form can't be sent like this:")
	if f := s.dialog.Session.Request; len(f.Headers) != 1 || f.Headers[0].Value != "porch=1" || f.Body != request.JSON || len(f.Fields) != 2 {
		t.Errorf("the form is %+v", f)
	}
}

// The values of secrets that a profile doesn't keep are asked for, and neither
// they nor the Wi-Fi password are ever said.
func TestSecretsAreAskedForAndNeverSaid(t *testing.T) {
	s := newSitting(t, andEnters("", "", "tok-hunter2", "key-hunter3", "", "", "", "", "porch wifi", "pw-hunter4")...)
	s.dialog.Session.Request.Headers = []request.Header{{Name: "X-Token", Secret: true}}
	s.dialog.Session.Request.Fields = append(s.dialog.Session.Request.Fields, request.Field{Name: "key", Source: esp8266.SourceText, Secret: true})
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "What is the secret value of the header X-Token? It is not shown:", "the field key?", "What is its password? It is not shown.")
	if strings.Contains(said, "hunter") {
		t.Errorf("a secret was said:\n%s", said)
	}
	secrets, err := os.ReadFile(filepath.Join(s.dir, "porch_example_com", "arduino_secrets.h"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, string(secrets), "tok-hunter2", "key-hunter3", "porch wifi", "pw-hunter4")
}

// A server that the board can't connect to leads back to the address; one that
// doesn't answer too, with the reason and what to do.
func TestAnotherServer(t *testing.T) {
	s := newSitting(t, andEnters("gone.example", "old.example", "good.example")...)
	good := s.dialog.Inspect
	s.dialog.Inspect = func(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		switch target.Host {
		case "gone.example":
			return &tlsinspect.Report{}, &problem.Problem{Code: netdial.CodeRefused, Message: "Nothing listens there", Fix: "Check the port"}
		case "old.example":
			return &tlsinspect.Report{Target: target, Findings: []problem.Problem{{Severity: problem.Fatal, Message: "It speaks only TLS 1.3", Fix: "Enable TLS 1.2"}}}, nil
		}
		return good(ctx, target, progress)
	}
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "Nothing listens there. Check the port.\n", "An ESP8266 can't connect to this server.\nProblem: It speaks only TLS 1.3. Enable TLS 1.2.\n", "good_example")
}

// A failed test POST is told in the board's words, sent again only on demand,
// and doesn't bar the way to firmware.
func TestFailedPost(t *testing.T) {
	s := newSitting(t, andEnters("", "", "", "yes", "yes", "no")...)
	s.dialog.Send = func(context.Context, *profile.Profile, *tlsinspect.Report) (*formpost.Response, error) {
		s.posts++
		return nil, &formpost.Error{Problem: *problem.New("", "The server has another certificate", "Look at it again"), HTTPClient: -1, BearSSL: 62}
	}
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "There was no answer. The server has another certificate. Look at it again.\nThe board would report HTTPClient -1 and BearSSL 62.\nSend it again? Yes or no? [no] ", "files in ")
	if s.posts != 2 {
		t.Errorf("%d tries, want 2", s.posts)
	}
}

// What changed after the question was asked is not replaced by its answer.
func TestAnswerIsAboutWhatWasShown(t *testing.T) {
	s := newSitting(t)
	file := filepath.Join(s.dir, "porch_example_com", "porch_example_com.ino")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
	put("mine\n")
	s.dialog.In = io.MultiReader(strings.NewReader(strings.Repeat("\n", 14)), &late{Reader: strings.NewReader("yes\n"), before: func() { put("an hour's work\n") }})
	said, err := s.run(t)
	if err == nil || !strings.Contains(said, "changed since you were asked; nothing was written") { // and no more input
		t.Errorf("%v\n%s", err, said)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "an hour's work\n" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

// A late reader does something before it is first read.
type late struct {
	io.Reader
	before func()
}

func (l *late) Read(p []byte) (int, error) {
	if l.before != nil {
		l.before()
		l.before = nil
	}
	return l.Reader.Read(p)
}

// Files that are there are not replaced without a yes.
func TestRefusesToOverwrite(t *testing.T) {
	for answer, replaced := range map[string]bool{"": false, "no": false, "yes": true} {
		s := newSitting(t, append(make([]string, 14), answer)...)
		s.dialog.In = strings.NewReader(strings.Repeat("\n", 14) + answer + "\n")
		file := filepath.Join(s.dir, "porch_example_com", "porch_example_com.ino")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("mine\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		said, err := s.run(t)
		if err != nil {
			t.Fatalf("%q: %v\n%s", answer, err, said)
		}
		wants(t, said, "porch_example_com.ino was not written by espost and would be replaced.", "Replace these files? Yes or no? [no] ")
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(content) != "mine\n"; got != replaced {
			t.Errorf("%q: replaced is %t", answer, got)
		}
		if !replaced {
			wants(t, said, "Nothing was written.")
		}
	}
}

// What such an answer counts as can be changed, until it is as it should be.
func TestRuleIsChanged(t *testing.T) {
	s := newSitting(t, andEnters("", "", "", "", "yes", "yes", "yes", "yes", "no")...)
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "This answer counts as: delivered.", "This answer counts as: refused.", "This answer counts as: try again.", "Shall such an answer count as something else? Yes or no? [no]")
	if a := s.dialog.Session.Answer; a.Judge(request.Reply{Method: "POST", Status: 200, Whole: true}) != request.Refused {
		t.Errorf("the rule is %+v", a)
	}
}
