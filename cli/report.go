package cli

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/tlsinspect"
)

// The signal colours: the terminal's own green, yellow and red, never alone
// but with a mark and a word.
type palette struct{ good, caution, bad, strong, dim lipgloss.Style }

func newPalette() palette {
	colour := func(n uint) lipgloss.Style { return lipgloss.NewStyle().Foreground(lipgloss.ANSIColor(n)) }
	return palette{
		good:    colour(2),
		caution: colour(3),
		bad:     colour(1),
		strong:  lipgloss.NewStyle().Bold(true),
		dim:     lipgloss.NewStyle().Faint(true),
	}
}

// mark is a severity's sign.
func (c palette) mark(s problem.Severity) string {
	switch s {
	case problem.OK:
		return c.good.Render("✓")
	case problem.Warning:
		return c.caution.Render("!")
	case problem.Fatal:
		return c.bad.Render("✗")
	}
	return c.dim.Render("·")
}

// printReport prints a report for people: headline, fingerprint, chain,
// findings with their cures. err is why the inspection ended early; lines are
// wrapped at width, 0 for not at all.
func printReport(w io.Writer, width int, r *tlsinspect.Report, err error, now time.Time) {
	c, out := newPalette(), &paragraphs{width: width}
	host := sanitize.Line(r.Target.Addr())
	switch {
	case err != nil:
		out.add("", "  ", c.mark(problem.Fatal)+" "+c.strong.Render(host+" could not be looked at"))
	case r.Board.Connects:
		headline := c.mark(problem.OK) + " " + c.strong.Render("An ESP8266 can connect to "+host)
		if both := headline + "    " + terms(r.Board); width == 0 || ansi.StringWidth(both) <= width {
			out.add("", "  ", both)
		} else {
			out.add("", "  ", headline)
			out.add("  ", "  ", terms(r.Board))
		}
	default:
		out.add("", "  ", c.mark(problem.Fatal)+" "+c.strong.Render("An ESP8266 can't connect to "+host))
	}
	if r.Fingerprint() != "" {
		out.gap()
		label := "SHA-1   "
		for _, digits := range r.Fingerprints(tlsinspect.Grounds{}) {
			out.add(label, "", digits)
			label = "        "
		}
		trust, advice := "nobody vouches for this certificate", "← take this one, after comparing the SHA-1"
		if r.Trust(esp8266.Pin{}) == tlsinspect.TrustPublic {
			trust, advice = "CAs that browsers trust vouch for it, and a browser is served the same", "← take this one"
		}
		out.add("Trust   ", "        ", trust)
		printPins(out, c, r.Pins, advice)
		printChain(out, c, r.Chain, now)
	}
	printFindings(out, c, r.Findings)
	fmt.Fprintln(w, out.String())
}

// paragraphs are texts under each other, each wrapped at a width of its own.
type paragraphs struct {
	strings.Builder
	width int // of a line, 0 for no limit
}

// add adds a text that begins with first and goes on, on further lines, under
// rest.
func (p *paragraphs) add(first, rest, text string) {
	if room := p.width - max(ansi.StringWidth(first), ansi.StringWidth(rest)); p.width > 0 {
		text = strings.ReplaceAll(ansi.Wrap(text, max(room, 1), ""), "\n", "\n"+rest)
	}
	p.WriteString(first + text + "\n")
}

func (p *paragraphs) gap() { p.WriteByte('\n') }

// terms are version, suite, group and memory of the board's connection.
func terms(board tlsinspect.Board) string {
	parts := []string{esp8266.VersionName(board.Version), board.CipherSuite.Name}
	if board.Group != 0 {
		parts = append(parts, board.Group.String())
	}
	if board.Heap != 0 {
		parts = append(parts, fmt.Sprintf("%.1f KB", float64(board.Heap)/1000))
	}
	return strings.Join(parts, " · ")
}

func printPins(out *paragraphs, c palette, pins tlsinspect.Pins, recommendation string) {
	label := "Pin     "
	for _, mode := range esp8266.PinModes() {
		choice, ok := pins.Choice(mode)
		if !ok || !choice.Works {
			continue
		}
		advice := ""
		if choice.Recommended {
			advice = "  " + c.good.Render(recommendation)
		}
		out.add(fmt.Sprintf("%s%-12s ", label, mode), strings.Repeat(" ", len(label)+13), choice.Name+": "+choice.Holds+advice)
		label = "        "
	}
}

func printChain(out *paragraphs, c palette, chain []*tlsinspect.Certificate, now time.Time) {
	label, indent := "Chain   ", "        "
	for _, cert := range chain {
		out.add(label, indent, cert.Name())
		out.add(indent, indent, c.dim.Render(fmt.Sprintf("%s, %s to %s (%s), by %s",
			sanitize.Line(cert.Key), day(cert.NotBefore), day(cert.NotAfter), left(cert, now), issuer(cert))))
		label = indent
	}
}

// issuer is the name of who signed cert, as short as cert's own.
func issuer(cert *tlsinspect.Certificate) string {
	if cert.SelfIssued() {
		return "itself"
	}
	return cert.IssuerName()
}

func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// left says how long a certificate still holds.
func left(cert *tlsinspect.Certificate, now time.Time) string {
	switch remaining := cert.NotAfter.Sub(now); {
	case now.Before(cert.NotBefore):
		return "not yet valid"
	case remaining < 0:
		return "expired"
	default:
		return span(remaining) + " left"
	}
}

// span is a duration in the unit that suits it.
func span(d time.Duration) string {
	days := int(math.Round(d.Hours() / 24))
	switch {
	case days >= 730:
		return fmt.Sprintf("%d years", days/365)
	case days >= 2:
		return fmt.Sprintf("%d days", days)
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}

func printFindings(out *paragraphs, c palette, findings []problem.Problem) {
	if len(findings) > 0 {
		out.gap()
	}
	for _, f := range findings {
		out.add(c.mark(f.Severity)+" ", "  ", sanitize.Line(problem.Sentence(f.Message)))
		if f.Fix != "" && f.Severity != problem.OK {
			out.add("  ", "  ", c.dim.Render(sanitize.Line(problem.Sentence(f.Fix))))
		}
	}
}
