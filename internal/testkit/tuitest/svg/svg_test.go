package svg_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/charmbracelet/x/vt"
	"github.com/google/go-cmp/cmp"

	"espost/internal/testkit/tuitest/svg"
)

// screen writes output on a terminal and returns its cells.
func screen(width, height int, output string) [][]uv.Cell {
	em := vt.NewEmulator(width, height)
	_, _ = em.WriteString("\x1b[20h" + output)
	rows := make([][]uv.Cell, height)
	for y := range rows {
		for x := range width {
			rows[y] = append(rows[y], *em.CellAt(x, y))
		}
	}
	return rows
}

func draw(t *testing.T, p svg.Picture) string {
	t.Helper()
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// texts returns what the text elements of a picture say. It fails the test if the picture is no
// well-formed XML.
func texts(t *testing.T, picture string) []string {
	t.Helper()
	var all []string
	for d, inText := xml.NewDecoder(strings.NewReader(picture)), false; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				all = append(all, string(token))
			}
		}
	}
}

const sample = "" +
	" \x1b[1;38;2;32;160;96mespost\x1b[m  \x1b[32m✓\x1b[m Connect  \x1b[36;1m●\x1b[m Form  \x1b[2m○ Test\x1b[m\n" +
	"─────────────────────────────────────\n" +
	"╭ sent ──────╮┌─┬─┐┏━┓  ▓▓▓▓░░░░ ▏▍▊█\n" +
	"│ a=1&b=<2>  │├─┼─┤┃ ┃  \x1b[4munderlined\x1b[m\n" +
	"╰────────────╯└─┴─┘┗━┛  \x1b[9mstruck\x1b[m \x1b[3mitalic\x1b[m\n" +
	"\x1b[7m reversed \x1b[m \x1b[41;97m red \x1b[m \x1b[38;5;208mindexed\x1b[m\n" +
	"日本 👩‍🚒 é \x1b[8mhidden\x1b[m \x1b[2;7mdim reversed\x1b[m"

func TestSample(t *testing.T) {
	for _, light := range []bool{false, true} {
		t.Run(fmt.Sprintf("light=%t", light), func(t *testing.T) {
			picture := draw(t, svg.Picture{Title: "espost <demo>", Cells: screen(37, 8, sample), Light: light})
			want := []string{
				"espost <demo>",
				"espost", "✓", "Connect", "●", "Form", "○", "Test",
				"sent", "a=1&b=<2>", "underlined", "struck", "italic",
				"reversed", "red", "indexed",
				"日", "本", "👩‍🚒", "é", "dim reversed",
			}
			if diff := cmp.Diff(want, texts(t, picture)); diff != "" {
				t.Errorf("texts (-want +got):\n%s", diff)
			}
			golden.RequireEqual(t, picture)
		})
	}
}

func TestSameScreenSameBytes(t *testing.T) {
	p := svg.Picture{Title: "twice", Cells: screen(37, 8, sample)}
	if first, second := draw(t, p), draw(t, p); first != second {
		t.Error("two drawings of one picture differ")
	}
}

// Whatever stands on the screen, the picture is well-formed and shows nothing outside of its frame.
func TestPictureHoldsAnything(t *testing.T) {
	position := regexp.MustCompile(`<(?:text|rect)[^>]* x="([0-9.]+)" y="([0-9.]+)"`)
	for _, output := range []string{
		"", "\x1b[2J", strings.Repeat("日", 100), strings.Repeat("x", 1000), "a\u0301\u200d\ufe0f\U0001f3fd",
		"]]>&amp;<script>\"'", "\x00\x7f\ufffe\uffff\ufffd",
	} {
		for _, size := range [][2]int{{1, 1}, {2, 1}, {20, 5}} {
			picture := draw(t, svg.Picture{Title: output, Cells: screen(size[0], size[1], output)})
			texts(t, picture)
			for _, at := range position.FindAllStringSubmatch(picture, -1) {
				x, _ := strconv.ParseFloat(at[1], 64)
				y, _ := strconv.ParseFloat(at[2], 64)
				if x > float64(size[0]*9+28) || y > float64(size[1]*19+46) {
					t.Errorf("%q on %v: something is drawn at %v,%v", output, size, x, y)
				}
			}
		}
	}
	texts(t, draw(t, svg.Picture{}))
}

func TestWriteError(t *testing.T) {
	if err := (svg.Picture{}).Write(brokenWriter{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Write() = %v, want %v", err, io.ErrClosedPipe)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// A film shows each screen for its time, one at a time, and stands still for readers
// who want it so; it is XML.
func TestFilm(t *testing.T) {
	film := svg.Film{Title: "two", Frames: []svg.Frame{{screen(20, 3, "first"), time.Second}, {screen(20, 3, "second"), 3 * time.Second}}}
	var out bytes.Buffer
	if err := film.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"animation:4s step-end infinite", "@keyframes a0{0%{visibility:visible}25%{visibility:hidden}}", "@keyframes a1{0%{visibility:hidden}25%{visibility:visible}}",
		"#f1{visibility:visible}@media(prefers-reduced-motion:reduce){g{animation:none}}", `<g id="f0">`, ">first<", `<g id="f1">`, ">second<",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if err := xml.Unmarshal(out.Bytes(), new(struct{})); err != nil {
		t.Error(err)
	}
}
