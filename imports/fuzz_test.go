package imports_test

import (
	"strings"
	"testing"

	"espost/imports"
)

// Each reader by itself, seeded with its specimens.

func FuzzPosix(f *testing.F)      { fuzzReader(f, "", "curl", "prompt", "mend", "ttn", "influxdb", "home") }
func FuzzWget(f *testing.F)       { fuzzReader(f, "", "wget") }
func FuzzHTTPie(f *testing.F)     { fuzzReader(f, "", "httpie") }
func FuzzFish(f *testing.F)       { fuzzReader(f, "", "fish") }
func FuzzCmd(f *testing.F)        { fuzzReader(f, "", "cmd") }
func FuzzPowerShell(f *testing.F) { fuzzReader(f, "", "powershell") }
func FuzzFetch(f *testing.F)      { fuzzReader(f, "", "fetch") }
func FuzzRaw(f *testing.F)        { fuzzReader(f, "", "raw") }
func FuzzHTTPFile(f *testing.F)   { fuzzReader(f, "x.http", "http-") }
func FuzzHAR(f *testing.F)        { fuzzReader(f, "x.har", "har") }
func FuzzPostman(f *testing.F)    { fuzzReader(f, "x.json", "postman") }
func FuzzInsomnia(f *testing.F)   { fuzzReader(f, "", "insomnia") }
func FuzzOpenAPI(f *testing.F)    { fuzzReader(f, "x.yaml", "openapi") }
func FuzzBruno(f *testing.F)      { fuzzReader(f, "x.bru", "bruno") }

// FuzzRead is all of them, and how they are told apart.
func FuzzRead(f *testing.F) {
	for _, s := range specimens(f) {
		f.Add(s.input, s.file)
	}
	f.Fuzz(checkReading)
}

// fuzzReader feeds one reader with a file of that name.
func fuzzReader(f *testing.F, name string, prefixes ...string) {
	for _, s := range specimens(f) {
		for _, prefix := range prefixes {
			if strings.HasPrefix(s.name, prefix) {
				f.Add(s.input)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkReading(t, text, name) })
}

// checkReading: no reader panics or makes much more than it was given, what it says
// is safe to show, and what it makes comes back the same from a curl command.
func checkReading(t *testing.T, text []byte, name string) {
	if len(text) > 64<<10 {
		return
	}
	all, err := imports.Read(text, name)
	if (err == nil) != (len(all) > 0) {
		t.Fatalf("%d requests and %v", len(all), err)
	}
	for _, r := range all[:min(len(all), 20)] {
		if n := len(r.Request.Bytes()); n > 8*len(text)+1<<20 {
			t.Fatalf("%d bytes of %d", n, len(text))
		}
		if strings.ContainsAny(strings.Join(r.Warnings, ""), "\n\x1b\x00") {
			t.Fatalf("unsafe warnings: %q", r.Warnings)
		}
		if r.Request.Validate().Err() != nil {
			continue
		}
		command, err := imports.Format(r.Request, imports.Curl, true)
		if err != nil || len(command) > 60<<10 {
			continue
		}
		again, err := imports.One([]byte(command), "")
		if err != nil {
			t.Fatalf("%q\nas\n%s\n%v", r.Request.Bytes(), command, err)
		}
		if got, want := canonical(again.Request), canonical(r.Request); got != want {
			t.Fatalf("%s\n%s\nbecame\n%s", command, want, got)
		}
	}
}
