package nearest_test

import (
	"testing"

	"espost/internal/nearest"
)

func TestName(t *testing.T) {
	names := []string{"fingerprint", "file", "json", "jobs", "timeout", "h"}
	for word, want := range map[string]string{
		"fingerprnt": "fingerprint", "fingreprint": "fingerprint", "josn": "json", "tiemout": "timeout", "files": "file",
		"board": "", "": "", "x": "", "zz": "", "füle": "file",
	} {
		if got, ok := nearest.Name(word, names); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t; want %q", word, got, ok, want)
		}
	}
}
