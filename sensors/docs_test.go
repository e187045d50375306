package sensors_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"espost/sensors"
)

var update = flag.Bool("update", false, "rewrite the tables in docs/sensors.md")

const manual = "../docs/sensors.md"

// The manual's tables are the catalogue's.
func TestManual(t *testing.T) {
	old, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(old), "\n## The sensors\n")
	if !found {
		t.Fatalf("%s has no section for the sensors", manual)
	}
	want := head + "\n## The sensors\n" + tables()
	if *update {
		if err := os.WriteFile(manual, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(old) {
		t.Errorf("%s isn't as the catalogue; run go test ./sensors -update", manual)
	}
}

func tables() string {
	words := strings.NewReplacer("{pin}", "the pin", "{pin2}", "the second pin", "{sda}", "the board's SDA", "{scl}", "the board's SCL")
	var out strings.Builder
	for _, d := range sensors.Devices() {
		fmt.Fprintf(&out, "\n### %s\n\n%s.", d.Name, words.Replace(d.Wiring))
		if len(d.Addresses) > 0 {
			var all []string
			for _, a := range d.Addresses {
				all = append(all, fmt.Sprintf("0x%02X", a))
			}
			fmt.Fprintf(&out, " I²C address: %s.", strings.Join(all, ", "))
		}
		if d.Settle > 0 {
			fmt.Fprintf(&out, " It settles for %s.", d.Settle)
		}
		fmt.Fprintf(&out, " No value: %s.", d.NoValue)
		if d.Note != "" {
			out.WriteString(" " + d.Note)
		}
		out.WriteString("\n\n| source | unit | decimals | possible | sample |\n|---|---|---|---|---|\n")
		for _, q := range d.Quantities {
			fmt.Fprintf(&out, "| `%s` | %s | %d | %.10g to %.10g | %s |\n", d.Source(q), q.Unit, q.Decimals, q.Low, q.High, q.Sample)
		}
		for _, l := range d.Libraries {
			fmt.Fprintf(&out, "\nLibrary: %s %s (PlatformIO: %s).", l.Name, l.Version, l.PlatformIO)
			if l.Source != "" {
				fmt.Fprintf(&out, " Calls after %s.", l.Source)
			}
		}
		if len(d.Libraries) > 0 {
			out.WriteString("\n")
		}
	}
	return out.String()
}
