package dialog_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"espost/codegen"
	"espost/profile"
)

const pinsURL = "http://porch.example.com/porch.pins"

// One question, which enter passes by, asks whether boards shall fetch signed pins;
// what is needed for that is asked after a yes.
func TestRenewalIsAskedFor(t *testing.T) {
	s := newSitting(t, andEnters(append(make([]string, 13), "yes", "", "https://porch.example.com/porch.pins", pinsURL, "soon", "1s", "12h", "")...)...)
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	key := filepath.Join(s.dir, "keys", "porch_example_com.pem")
	wants(t, said, "The pin holds over renewals, as long as the host keeps its key",
		"so that a renewal needs no cable? Yes or no? [no] ", "Please give an address", "The board fetches signed pins over plain http",
		"besides when no pin fits? For example 12h, or never: [never] ", `"soon" is no time`, "Use 10m to 20d", "["+key+"] ",
		"A key was made: ", " Keep a copy of it.", "espost pins sign "+s.dialog.Session.File, "where boards look: "+pinsURL)
	if info, err := os.Stat(key); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("the key's file is %v, %v", info, err)
	}
	saved, err := profile.Load(s.dialog.Session.File)
	if err != nil {
		t.Fatal(err)
	}
	if f := saved.Fetch; !saved.Owner.Known() || !slices.Equal(f.URLs, []string{pinsURL}) || f.Refresh != 12*time.Hour {
		t.Errorf("the profile says %+v, owner %+v", f, saved.Owner)
	}
}

// Enter keeps what the profile says, and a no ends it.
func TestRenewalIsKept(t *testing.T) {
	for answer, keeps := range map[string]bool{"": true, "no": false} {
		s := newSitting(t, andEnters(append(make([]string, 13), answer)...)...)
		fetch := codegen.Fetch{URLs: []string{pinsURL}, Refresh: time.Hour}
		if _, err := s.dialog.Session.Own(profile.Owning{KeyFolder: s.dir, Fetch: fetch}); err != nil {
			t.Fatal(err)
		}
		owner := s.dialog.Session.Owner
		said, err := s.run(t)
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		wants(t, said, "Boards fetch the pins that you sign from "+pinsURL+" when those that they have fit no longer, and every 1h.", "[yes]")
		if now := s.dialog.Session; now.Owner != owner || now.Fetch.On() != keeps || now.Fetch.Refresh > 0 != keeps {
			t.Errorf("%q: the profile says %+v, owner %+v", answer, now.Fetch, now.Owner)
		}
	}
}
