package dialog_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// Everything that the screens can do with files and steps, a line can: save, save
// under another name, open, go back. What is written is saved, too.
func TestOrders(t *testing.T) {
	target, err := request.ParseTarget("https://garden.example.com/in")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	garden, shed := filepath.Join(dir, "garden.yaml"), filepath.Join(dir, "shed")
	if err := profile.New(target).Save(garden); err != nil {
		t.Fatal(err)
	}
	s := newSitting(t, andEnters(
		":open "+filepath.Join(dir, "none.yaml"), // not there: asked again
		"", "", "late=1", ":save", ":save "+garden, ":save "+shed, "PUT",
		":back", ":back", ":open "+garden, "", "", "a=2", "", "", "", ":back")...)
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, ":back goes one step back", "none.yaml", "Saved to "+filepath.Join(s.dir, "espost.yaml"), "Not saved: ", "Saved to "+shed+".yaml", "[https://garden.example.com/in]", "Saved to "+garden)
	load := func(file string) string {
		t.Helper()
		p, err := profile.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		return p.Method + " " + p.Target.Host + " " + request.FormatFields(p.Request.Fields)
	}
	for file, want := range map[string]string{
		filepath.Join(s.dir, "espost.yaml"): "POST porch.example.com name1=value1\nname2=value2\nlate=1",
		shed + ".yaml":                      "POST porch.example.com name1=value1\nname2=value2\nlate=1",
		garden:                              "POST garden.example.com name1=value1\nname2=value2\na=2",
	} {
		if got := strings.TrimSpace(load(file)); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
	if strings.Count(said, "Step 4 of 6") < 2 {
		t.Errorf("it doesn't go back from the firmware to the test:\n%s", said)
	}
	if _, err := os.Stat(filepath.Join(dir, "garden_example_com", "garden_example_com.ino")); err != nil {
		t.Error(err)
	}
}

// A new pin has the CA as its backup; an order takes it away and has it again, and a no stays one on the way back.
func TestBackupOrder(t *testing.T) {
	s := newSitting(t, ":backup", "", "", ":backup", ":backup", ":backup", ":back", "")
	s.dialog.Inspect = func(_ context.Context, target request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		r := report(t, target)
		ca := r.Chain[0]
		r.Pins.CAs = []tlsinspect.PinChoice{{Pin: esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{ca.PEM()}}, Name: ca.Name(), Works: true}}
		return r, nil
	}
	said, _ := s.run(t)
	wants(t, said, "There is no pin yet", "Where this pin doesn't fit, the board goes on by the CA porch.example.com. The order :backup leaves that out.",
		"The pin has no backup.", "The pin's backup: the CA porch.example.com.",
		"The order :backup has the board go on by the CA porch.example.com where this pin doesn't fit.")
	if pin := s.dialog.Session.Pin; pin.Backup != "" || pin.Mode != esp8266.PinPublicKey {
		t.Errorf("the pin is by %s, its backup %q", pin.Mode, pin.Backup)
	}
}
