package cli

import (
	"fmt"

	"github.com/spf13/pflag"

	"espost/esp8266"
	"espost/internal/sanitize"
	"espost/tlsinspect"
)

// trustNew is the certificates that the user vouches for, as --trust-new names
// them.
type trustNew struct{ texts []string }

func (n *trustNew) addFlag(f *pflag.FlagSet) {
	f.Var(wordList{&n.texts}, "trust-new", "pin the certificate with this SHA-1 fingerprint, although\nnothing else vouches for it (repeatable)")
}

// grounds are what may be believed of a server whose pin was right so far.
func (n *trustNew) grounds(pin esp8266.Pin) (tlsinspect.Grounds, error) {
	g := tlsinspect.Grounds{Pin: pin}
	for _, text := range n.texts {
		digits, err := esp8266.ParseFingerprint(text)
		if err != nil {
			return g, fmt.Errorf("--trust-new: %w", err)
		}
		g.Named = append(g.Named, digits)
	}
	return g, nil
}

// tellLeftOut names the certificates of other addresses that are not pinned.
func (p *Program) tellLeftOut(r *tlsinspect.Report, g tlsinspect.Grounds) {
	for _, a := range r.LeftOut(g) {
		fmt.Fprintf(p.Stderr, "espost: the address %s serves another certificate, which nothing vouches for: it is not pinned: %s\n", sanitize.Line(a.IP), a.Fingerprint())
	}
}

// distrust is a certificate that nothing vouches for, beside the pinned one, as SSH
// shows a changed host key.
func distrust(e *tlsinspect.TrustError) string {
	text := e.Error() + "; nothing was written, and nothing was sent.\n"
	known := e.Pin.Pinned() && e.Pin.Mode != esp8266.PinInsecure
	if known {
		text += "  pinned  " + tlsinspect.Pinned(e.Pin) + "\n"
	}
	text += "  served  " + e.Report.Served(e.Pin) + "\n"
	if e.Name() != e.Report.Fingerprint() {
		text += fmt.Sprintf("  its CA  %s, %s\n", e.Name(), e.Choice.Name)
	}
	if known {
		text += "Boards with the old pin refuse it, as they would somebody who stands between you and the server.\n"
	}
	return text + "Compare it with the certificate's file on the server (openssl x509 -in cert.pem -noout -fingerprint -sha1), or look through another network.\n" +
		"If it is your server's, repeat the command with --trust-new " + e.Name()
}
