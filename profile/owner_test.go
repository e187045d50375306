package profile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/pinfile"
	"espost/profile"
)

// generator is P-256's point G (SP 800-186, 3.2.1.3), which is somebody's key.
const generator = "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"

// Whose signed pins are taken is saved and read back, beside the rest of the file.
func TestOwnerIsKept(t *testing.T) {
	key, err := pinfile.ParseKey(generator)
	if err != nil {
		t.Fatal(err)
	}
	for _, owner := range []pinfile.Owner{
		{},
		{Group: "porch", Key: key},
		{Group: "porch", Key: key, Next: key, Recovery: key, Epoch: 1<<32 - 1, Serial: 1<<32 - 1},
	} {
		p := exampleProfile()
		p.Owner = owner
		if owner.Known() {
			p.Fetch = codegen.Fetch{URLs: []string{"http://example.org/porch.pins"}, Refresh: 12 * time.Hour}
		}
		copied := p.Clone()
		if got := parse(t, string(p.Bytes())); got.Owner != owner || !cmp.Equal(got.Fetch, p.Fetch) {
			t.Errorf("%+v, %+v comes back as %+v, %+v", owner, p.Fetch, got.Owner, got.Fetch)
		}
		if copied.Fetch.On() {
			copied.Fetch.URLs[0] = "changed"
			if p.Fetch.URLs[0] == "changed" {
				t.Error("a copy shares its addresses")
			}
		}
	}
}

func TestWrongOwner(t *testing.T) {
	for pins, says := range map[string]string{
		`{group: porch, key: "12"}`:                                 "has 130 hexadecimal digits",
		`{group: porch, key: "04` + strings.Repeat("0", 128) + `"}`: "no point of the curve",
		`{group: "a b", key: "` + generator + `"}`:                  "name of a group",
		`{group: porch}`:               "have no key",
		`{urls: http://example.org/x}`: "have no key",
		`{group: porch, key: "` + generator + `", urls: [https://example.org/x]}`:             "over plain http",
		`{group: porch, key: "` + generator + `", urls: [http://example.org/x], refresh: 1s}`: "at that interval",
		`{group: porch, key: "` + generator + `", serial: -1}`:                                "serial",
		`{group: porch, key: "` + generator + `", serial: 4294967296}`:                        "serial",
		`{group: porch, key: "` + generator + `", private: x}`:                                "private",
	} {
		_, err := profile.Parse([]byte("espost: 2\ntarget: example.org\npins: " + pins + "\n"))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", pins, err, says)
		}
	}
}
