package simulate_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/internal/duration"
	"espost/request"
	"espost/services"
)

const documentFile = "../../docs/services.md"

// document compares docs/services.md with what the test has seen, or writes it.
func document(t *testing.T, rows []string) {
	t.Helper()
	text := introduction + strings.Join(rows, "") + sources()
	if *update {
		if err := os.WriteFile(documentFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	was, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(was), text); diff != "" {
		t.Errorf("docs/services.md isn't what the test sees; run ESPOST_TEST_ALL=1 go test ./services/simulate -update (-file +test):\n%s", diff)
	}
}

const introduction = "# Services\n\n" +
	"`espost services` lists these places to post to; `espost services NAME` tells what one asks for and where you find it. Then\n" +
	"`espost post --service NAME` tries it, and `espost generate --service NAME` writes the firmware; in the app, ctrl+l on the first page opens the list.\n" +
	"Fields that you give (`field1@dht22.temperature:4`) take the place of the example's.\n\n" +
	"A board keeps to a service's pace by the pause between two requests, which never lets a day's number be used up, and counts no days: a restart\n" +
	"begins without a pause, so each may cost one request more. Where a service takes one field in a request, the pace is a request's, and a\n" +
	"reading takes as many; `espost services` shows the readings.\n\n" +
	"This page is made by a test: for each of them five readings were posted over TLS to a simulator that plays the service, by the test\n" +
	"POST and by the generated firmware, compiled for a board that is a process here, with the real BearSSL. All arrived, once each; “equal” says how many\n" +
	"of the board's requests were, byte for byte, those of the test POST, but for the reading's key. Then each refusal was provoked; the last\n" +
	"column tells what the test POST made of it → and the board: **set aside** after three tries, and the next reading went; **taken later**, since it kept the\n" +
	"reading and sent it until it was taken; **sent again** for as long as the test went; **sent once**. What is “accepted” says yes and proves nothing\n" +
	"([profile.md](profile.md)). The rules are those of the\n" +
	"service's documentation where it has them; the wording of a refusal, and some statuses, are what the service likely says: no real service was asked.\n\n" +
	"| service | what it takes | pace | size | equal | on a refusal → the board |\n|---|---|---|---|---|---|\n"

// row is one service, as the test has seen it.
func row(r request.Request, s services.Service, equal string, refusals []string) string {
	takes := "`" + r.Method + "`"
	if r.Body != request.None {
		takes += " " + string(r.Body)
	}
	if r.Split {
		takes += ", one field each"
	}
	if n := len(s.Secrets()); n > 0 {
		takes += ", secret: " + strings.Join(s.Secrets(), ", ")
	}
	cells := []string{fmt.Sprintf("[%s](%s) `%s`", s.Title, s.Docs, s.ID), takes, pace(s), size(s), equal, strings.Join(refusals, "; ")}
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

func pace(s services.Service) string {
	var parts []string
	if s.Every > 0 {
		parts = append(parts, "every "+duration.Format(s.Every.Round(time.Millisecond)))
	}
	if s.Daily > 0 {
		parts = append(parts, fmt.Sprintf("%d a day", s.Daily))
	}
	return strings.Join(parts, ", ")
}

func size(s services.Service) string {
	if s.Size == 0 {
		return ""
	}
	return fmt.Sprintf("%d B", s.Size)
}

// sources are the traps, what can't be done, and the pages that it all is from.
func sources() string {
	var b strings.Builder
	for _, s := range services.All() {
		fmt.Fprintf(&b, "\n## %s\n\nIt %s. %s", s.Title, s.About, s.Trap)
		if s.Cannot != "" {
			fmt.Fprintf(&b, " **Not on a board:** %s", s.Cannot)
		}
		b.WriteString("\n\n")
		for _, f := range s.Facts {
			day := "from memory: it could not be read"
			if f.Read != "" {
				day = "read " + f.Read
			}
			fmt.Fprintf(&b, "- %s: <%s>, %s\n", f.About, f.URL, day)
		}
	}
	return b.String()
}
