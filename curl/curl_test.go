package curl_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/curl"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/request"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite testdata")

// parse reads a command in a POSIX shell's notation.
func parse(text string) (curl.Import, error) {
	sh, err := curl.ReadShell(text, "curl")
	if err != nil {
		return curl.Import{}, err
	}
	return curl.FromShell(sh)
}

// Each file of testdata holds a command as a service's documentation,
// cited in the first line, writes it (keys are placeholders), and what it
// becomes. The second line says where the values in it are others than the
// page's, and where that page shows the request only.
func TestParseCurlOfRealServices(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	imported := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(archive.Files[1].Data, []byte("error:")) {
			imported++
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			cited, note, _ := strings.Cut(string(archive.Comment), "\n")
			if !strings.HasPrefix(cited, "https://") {
				t.Error("no documentation is cited")
			}
			switch note {
			case "", "Written as on this page, with values of our own.\n", "Written from the request that this page documents.\n":
			default:
				t.Errorf("the second line is %q", note)
			}
			got := describeImport(string(archive.Files[0].Data))
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "import", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if imported < 64 {
		t.Errorf("%d of %d commands are imported, want 64 and more", imported, len(files))
	}
}

// describeImport is what command becomes, as text.
func describeImport(command string) string {
	imported, err := parse(command)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var out strings.Builder
	r := imported.Request
	fmt.Fprintf(&out, "%s %s port %d %s, %s\n", r.Method, r.Target.Host, r.Target.Port, r.Target.Path, r.Body)
	secret := map[bool]string{true: " (secret)"}
	for _, h := range r.Headers {
		fmt.Fprintf(&out, "header %s: %s%s\n", h.Name, h.Value, secret[h.Secret])
	}
	for _, f := range r.Fields {
		value := fmt.Sprintf("%q", f.Value)
		if f.Source == esp8266.SourceJSON {
			value = f.Value
		}
		fmt.Fprintf(&out, "row %q = %s%s\n", f.Name, value, secret[f.Secret])
	}
	if imported.Insecure {
		out.WriteString("insecure\n")
	}
	for _, w := range imported.Warnings {
		fmt.Fprintf(&out, "warning: %s\n", w)
	}
	if err := r.Validate().Err(); err != nil {
		fmt.Fprintf(&out, "invalid: %v\n", err)
	}
	return out.String()
}

func TestParseCurlNotation(t *testing.T) {
	rows := func(pairs ...string) []request.Field {
		var out []request.Field
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, request.Field{Name: pairs[i], Value: pairs[i+1]})
		}
		return out
	}
	tests := []struct {
		command string
		want    []request.Field
	}{
		{`$ curl https://h/ -da=1 -d"b=2" --data 'c=3'`, rows("a", "1", "b", "2", "c", "3")},
		{"curl https://h/ \\\n  -d a=1 \\\r\n  -d b=2\n", rows("a", "1", "b", "2")},
		{`curl -sSfLd a=1 https://h/`, rows("a", "1")},
		{`curl https://h/ -d $'a=it\'s\t\x41\101\u00e9\U1F600\n'`, rows("a", "it's\tAAé😀\n")},
		{`curl https://h/ -d "a=\"\$1\` + "`" + `\\ \x"`, rows("a", `"$1`+"`"+`\ \x`)},
		{`curl https://h/ -d a\=b\+c`, rows("a", "b c")},
		{`curl https://h/ -d 'a=A+b%2b%20%3F&c='`, rows("a", "A b+ ?", "c", "")},
		{`curl https://h/ --data-urlencode c=d=e --data-urlencode 'f=&'`, rows("c", "d=e", "f", "&")},
		{`curl https://h/ --data-raw @a=1`, nil},
		{"curl https://h/ -d @- <<EOF\na=1&b=\\$2\\\"\n&c=3\nEOF", rows("a", "1", "b", `$2\"`, "c", "3")},
		{"curl https://h/ --data-binary @- <<-'EOF'\n\ta=\\$1\n\t&b=2\nEOF\n", rows("a", "\\$1\n", "b", "2\n")},
		{"curl https://h/ --data-urlencode a@- <<< 'b c'", rows("a", "b c\n")},
		{"curl https://h/ --json @- << EOF | jq .\n{\"a\":\n\"1\"}\nEOF", rows("a", "1")},
		{`/usr/bin/curl -- https://h/ 2>/dev/null`, nil},
		{`FOO=1 curl.exe -XPOST https://h/`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.command, func(t *testing.T) {
			imported, err := parse(tt.command)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, imported.Request.Fields); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a JSON object holds comes out of the request as it went in.
func TestCurlKeepsJSONValues(t *testing.T) {
	const object = `{"text":"25","number":-2.5e3,"yes":true,"none":null,"list":[1,"two"],"inner":{"unit":"°C"}}`
	got, err := parse("curl https://h.example/ --json '" + object + "'")
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Request.Validate().Err(); err != nil {
		t.Error(err)
	}
	if body := string(got.Request.BodyBytes()); body != object {
		t.Errorf("the body is %s, want %s", body, object)
	}
	got.Request.Fields[3].Value = "nul"
	if err := got.Request.Validate().Err(); err == nil {
		t.Error("broken JSON is sent")
	}
}

func TestParseCurlRefuses(t *testing.T) {
	for command, says := range map[string]string{
		"":                                  "no curl command",
		"wget https://h/":                   "no curl command",
		"curl":                              "no address",
		"curl -d a=1":                       "no address",
		"curl -X BREW https://h/":           "BREW",
		"curl -X GET -d a=1 https://h/":     "sends a body with GET",
		"curl -d":                           "-d has no value",
		"curl -d a=1 https://h/ https://i/": "more than one address",
		"curl -d a=1 ftp://h/":              "begin with https://",
		"curl -d a=1 https://h:port/":       "port",
		"curl -d @file https://h/":          "its data from a file",
		"echo 1 | curl -d @- https://h/":    "another command",
		"curl --data-urlencode a@file https://h/":            "its data from a file",
		"curl -d @- -d @- https://h/ <<< a=1":                "another command",
		"curl --json '{\"a\":\"$A\",\"b\":'$B'}' https://h/": "its JSON holds $B",
		"curl -F a=1 https://h/":                             "multipart",
		"curl -u me:$PASS -d a=1 https://h/":                 "-u holds something",
		"curl -u me -d a=1 https://h/":                       "without a password",
		"curl -d 'a=1 https://h/":                            "shell couldn't read",
		"curl -d a=1 https://h/?a=1&b=2":                     "the & in it",
		"curl -d a=1 https://h/<id>/state":                   "the < and > of <id>",
		"curl -u <key>:<secret> -d a=1 https://h/":           "the < and > of <key>",
		"curl -d “a=1” https://h/":                           "typographic",
		"curl https://h/ \\ \n-d a=1":                        "followed by a space",
		"curl https://h/ --json '{\"a\":'":                   "no JSON",
		"curl https://h/ --digest -u a:b -d a=1":             "sign",
		"curl https://h/ -b cookies.txt -d a=1":              "cookies from a file",
		"curl https://h/ -H @h.txt -d a=1":                   "headers from a file",
		"curl https://h/ -K c.txt -d a=1":                    "options from a file",
		"curl https://h/ -T f":                               "uploads",
		"curl https://h/ -I":                                 "headers only",
		"curl https://h/ -d a=1 --next https://i/ -d b=2":    "several requests",
	} {
		_, err := parse(command)
		var e *problem.Problem
		if !errors.As(err, &e) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s\n\t%v, want …%s…", command, err, says)
		}
	}
}

// Whatever isn't made of rows stays the text that curl would send.
func TestParseCurlTexts(t *testing.T) {
	for command, want := range map[string]request.Request{
		"curl https://h.example/ -d hello":                                       {Body: request.Text, Template: "hello"},
		"curl https://h.example/ --data-binary 'weather,room=porch temp=21.5 1'": {Body: request.Text, Template: "weather,room=porch temp=21.5 1"},
		"curl https://h.example/ -d '<a b=\"c\"/>'":                              {Body: request.Text, Template: `<a b="c"/>`},
		"curl https://h.example/ -H 'Content-Type: text/csv' -d 'a=1'":           {Body: request.Text, Template: "a=1"},
		"curl https://h.example/ --json '[{\"a\":1}]'":                           {Body: request.JSON, Template: `[{"a":1}]`},
		"curl https://h.example/":                                                {Body: request.None},
		"curl -X DELETE https://h.example/x":                                     {Body: request.None},
		"curl -G https://h.example/x -d a=1 -d 'b=x+y'":                          {Body: request.None, Fields: []request.Field{{Name: "a", Value: "1"}, {Name: "b", Value: "x y"}}},
		"curl -XPOST https://h.example/x":                                        {Body: request.None},
		"curl https://h.example/x -d ''":                                         {Body: request.Form},
	} {
		got, err := parse(command)
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		r := got.Request
		if r.Body != want.Body || r.Template != want.Template || !cmp.Equal(r.Fields, want.Fields) || r.Validate().Err() != nil {
			t.Errorf("%s: %s %q %v (%v)", command, r.Body, r.Template, r.Fields, r.Validate().Err())
		}
	}
}

func TestParseCurlWarns(t *testing.T) {
	for command, says := range map[string]string{
		"curl http://h/ -d a=1":                "isn't https",
		"curl https://h/$X -d a=1":             "$X is the shell's",
		"curl \"https://h/$(date)\" -d a=1":    "a variable or command in it is the shell's",
		"curl https://h/ -d a=1 --frobnicate":  "--frobnicate is no option",
		"curl https://h/ -d a=1 -W":            "-W is no option",
		"curl https://h/ -d a=1 --proxy p:1":   "--proxy has no counterpart",
		"curl https://h/ -d a=1 -E cert.pem":   "--cert has no counterpart",
		"curl https://h/ -d a=1 -H 'Host: x'":  "own Host",
		"curl https://h/ -d a=1 -H 'Accept:'":  "takes one of curl's own away",
		"curl https://h/ -d a=1 -H 'nonsense'": "no colon",
		"curl https://h/ -d a=1 | jq .":        `"jq" is another command`,
		"curl https://h/ -d a=1 > out":         "> and what follows it are the shell's",
		"curl https://h/ -d 'a=1 2'":           "labelled application/x-www-form-urlencoded",
		"curl https://h/ -d '{\"a\":1}'":       "data is json, but it is labelled",
		"curl https://h/{id} -d a=1":           "replace it",
		"curl https://[board]:80/ -d a=1":      "the address holds [board]",
		"curl https://h/ -d a=1 << E\nb=2\nE":  "<< and what follows it are the shell's",
		"curl https://h/ -d a=1 -L":            "doesn't follow redirects",
	} {
		imported, err := parse(command)
		if err != nil || len(imported.Warnings) != 1 || !strings.Contains(imported.Warnings[0], says) {
			t.Errorf("%s\n\t%q, %v, want one …%s…", command, imported.Warnings, err, says)
		}
	}
}

// What stands for a host's name is none, and an IPv6 address needs no brackets.
func TestParseCurlHost(t *testing.T) {
	for command, want := range map[string]string{
		"curl http://[board]/ -d a=1":        "",
		"curl http://[board]:80/ -d a=1":     "",
		"curl https://[2001:db8::1]/ -d a=1": "2001:db8::1",
		"curl https://[::1]:8443/ -d a=1":    "::1",
	} {
		imported, err := parse(command)
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		if r := imported.Request; r.Target.Host != want || (r.Validate().Err() == nil) != (want != "") || !strings.HasPrefix(imported.Address, "https://[") {
			t.Errorf("%s: host %q, address %q, %v; want %q", command, r.Target.Host, imported.Address, r.Validate().Err(), want)
		}
	}
}

// A command that is nested without end is refused before the shell's parser runs
// out of stack, which nothing could catch.
func TestParseCurlIsBounded(t *testing.T) {
	for _, nested := range []string{"$(", "(", "${a:-", "\"$(", "$((", "`", "{ ", "if ", "! ", "<(", "[[ ("} {
		for _, size := range []int{60 << 10, 4 << 20} {
			command := "curl " + strings.Repeat(nested, size/len(nested))
			var e *problem.Problem
			got, err := parse(command)
			if err == nil && got.Request.Target.Host == "" {
				continue // it was read, and has no address
			}
			if !errors.As(err, &e) || len(err.Error()) > 1000 {
				t.Errorf("%d bytes of %q: %.1000v", len(command), nested, err)
			}
		}
	}
}

// FuzzCurl: what an import is exported as, imports as the same.
func FuzzCurl(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if archive, err := txtar.ParseFile(file); err == nil {
			f.Add(string(archive.Files[0].Data))
		}
	}
	f.Fuzz(func(t *testing.T, command string) {
		first, err := parse(command)
		if err != nil || first.Request.Validate().Err() != nil {
			return
		}
		exported := curl.Format(first.Request, true)
		second, err := parse(exported)
		if err != nil {
			t.Fatalf("%s\nexported as\n%s\n%v", command, exported, err)
		}
		if diff := cmp.Diff(string(first.Request.Bytes()), string(second.Request.Bytes())); diff != "" {
			t.Fatalf("%s\nexported as\n%s\n(-first +second):\n%s", command, exported, diff)
		}
		if len(second.Warnings) > 0 && !strings.ContainsAny(first.Request.Target.Path, "{<[") {
			t.Fatalf("%s\nwarns %q", exported, second.Warnings)
		}
	})
}

// What is sent may be secret, wherever in a command it stands by a slip: neither
// a refusal nor a warning repeats it.
func TestMessagesQuoteNoValue(t *testing.T) {
	const secret = "hunter2"
	for _, command := range []string{
		"curl https://h/ -d @" + secret, "curl https://h/ -d " + secret, "curl https://h/ --json '{\"a\": " + secret + "}'",
		"curl https://h/ -d 'a=1 " + secret + "'", "curl https://h/ -d 'password=a " + secret + "'", "curl https://h/ -b " + secret + " -d a=1",
		"curl https://h/ -d a=1 -H '" + secret + "'", "curl https://h/ -d a=1 -H '" + secret + ":'", "curl https://h/ -d a=1 -H 'Host: " + secret + "'",
		"curl https://h/ -d a=1 -H @" + secret, "curl https://h/ -d a=1 -A " + secret, "curl https://h/ -d a=1 -u " + secret,
		"curl https://h/ -d a=1 -u me:$" + secret, "curl https://h/ -d a=1 -u \"me:$(cat " + secret + ")\"", "curl https://h/ -d \"a=$" + secret + "\"",
		"curl https://me:" + secret + "/x@h/ -d a=1", "curl https://me:" + secret + "@h:x/ -d a=1", secret + "://h/ curl " + secret + "://h/ -d a=1",
		"TOKEN=" + secret + "; curl https://h/ -d a=1", "echo " + secret + " | curl https://h/ -d a=1 -H 'A: b'", "curl https://h/ -d a=1 <<< " + secret,
		"curl https://h/ -d a=1 --token=" + secret, "curl https://h/ -d a=1 --proxy-user me:" + secret, "curl https://h/ -d '" + secret,
		"curl https://h/ -d \"a=${" + secret + "!}\"", "curl https://h/ -d a=1 > " + secret, "curl https://h/ -d '{\"a\": \"" + secret + "}'",
		"curl https://h/{" + secret + "} -d a=1", "curl https://h/ -d a=1 -K " + secret,
	} {
		imported, err := parse(command)
		said := strings.Join(imported.Warnings, "\n")
		if err != nil {
			said += err.Error()
		}
		if strings.Contains(said, secret) {
			t.Errorf("%s\n%s", command, said)
		}
	}
}

// An address shows its tokens only with the other secrets.
func TestFormatMasksTheAddress(t *testing.T) {
	target, err := request.ParseTarget("https://h.example/bot123:AA-token/send?chat=1&api_key=hunter2")
	if err != nil {
		t.Fatal(err)
	}
	r := request.Request{Method: "POST", Target: target, Body: request.Form}
	if got := curl.Format(r, false); strings.Contains(got, "hunter2") || strings.Contains(got, "AA-token") || !strings.Contains(got, "chat=1") {
		t.Error(got)
	}
	if got := curl.Format(r, true); !strings.Contains(got, "bot123:AA-token/send?chat=1&api_key=hunter2") {
		t.Error(got)
	}
}
