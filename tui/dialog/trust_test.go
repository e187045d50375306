package dialog_test

import (
	"context"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/request"
	"espost/tlsinspect"
)

// unvouched is a sitting in front of a server that nobody vouches for.
func unvouched(t *testing.T, answers ...string) *sitting {
	t.Helper()
	s := newSitting(t, answers...)
	s.dialog.Inspect = func(_ context.Context, target request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		r := report(t, target)
		r.Authorities, r.Browser.Trusted = nil, false
		return r, nil
	}
	return s
}

// Enter alone trusts nobody: it leads back to the address, and nothing is pinned.
// The built-in server needs no word, since the process itself knows it.
func TestEnterAloneTrustsNobody(t *testing.T) {
	s := unvouched(t, "", "", "", "")
	said, err := s.run(t)
	wants(t, said, "Nothing vouches for the certificate that porch.example.com:443 shows.", "shall it be trusted? Yes or no? [no]", "Nothing was pinned.")
	if err == nil || strings.Contains(said, "Step 3") || s.dialog.Session.Pin.Pinned() || s.posts != 0 {
		t.Errorf("%v, the pin is %+v:\n%s", err, s.dialog.Session.Pin, said)
	}
	s = unvouched(t, "", "", "yes", "", "", "")
	said, _ = s.run(t)
	if wants(t, said, "Step 3 of 6"); !s.dialog.Session.Pin.Pinned() || s.dialog.Session.Pin.Mode != esp8266.PinPublicKey {
		t.Errorf("the pin is %+v", s.dialog.Session.Pin)
	}
	s = unvouched(t, "", "", "", "")
	s.dialog.Known = func() []string { return []string{report(t, s.dialog.Session.Target).Fingerprint()} }
	said, _ = s.run(t)
	if wants(t, said, "Step 3 of 6"); strings.Contains(said, "shall it be trusted") {
		t.Errorf("a word is wanted for a server that is known:\n%s", said)
	}
}

// Nor does it take another certificate than the profile pins.
func TestChangedCertificate(t *testing.T) {
	old := esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{strings.Repeat("C6", 20)}}
	for answer, taken := range map[string]bool{"": false, "no": false, "yes": true} {
		s := unvouched(t, "", answer, "", "")
		s.dialog.Session.Pin = old.Clone()
		said, _ := s.run(t)
		wants(t, said, "This is not the certificate that espost.yaml pins.", "Pinned: "+old.SHA1[0], "Served: ", "Take the new certificate, and pin it? Yes or no? [no]", "Step 3 of 6")
		if kept := s.dialog.Session.Pin.SHA1[0] == old.SHA1[0]; kept == taken {
			t.Errorf("answer %q: the pin is %+v:\n%s", answer, s.dialog.Session.Pin, said)
		}
	}
}
