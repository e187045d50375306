package tlsinspect

import (
	"strings"

	"espost/esp8266"
	"espost/internal/problem"
)

// explainOthers tells where others are served something else than the board.
func (in *inspection) explainOthers(r *Report, out *findings) {
	in.explainAddresses(r, out)
	if len(r.Chain) == 0 {
		return
	}
	in.explainBrowser(r, out)
	served := r.Fingerprint()
	switch l := in.nameless; {
	case l.served() == served, l.served() == "" && !l.refused():
	case l.refused():
		out.add(problem.Note, CodeSNINeeded, "Use the host name, never its IP address, and don't trust probeMaxFragmentLength, which sends no name",
			"The server insists on being asked by name (server_name): without one it refuses")
	default:
		out.add(problem.Note, CodeSNINeeded, "Use the host name, never its IP address, and don't trust probeMaxFragmentLength, which sends no name",
			"The server holds several certificates and picks one by name: without server_name it serves %s", l.served())
	}
	if r.Board.Connects {
		in.explainBasic(served, out)
	}
}

// explainBasic tells where a build with basic ciphers would fail and an ordinary
// one does not.
func (in *inspection) explainBasic(served string, out *findings) {
	const fix = "Build with all SSL ciphers (ssl=all), as the generated project does"
	switch l := in.basic; {
	case l.refused(), l.served() != "" && l.flight.judge() != 0:
		out.add(problem.Note, CodeBasicRefused, fix, "A board built with \"Basic SSL ciphers\" could not connect: the server does no RSA key exchange")
	case l.served() != "" && l.served() != served:
		out.add(problem.Note, CodeBasicSeesAnother, fix, "A board built with \"Basic SSL ciphers\" is served another certificate (SHA-1 %s): the fingerprint would fail on it", l.served())
	}
}

// explainAddresses compares the host's addresses.
func (in *inspection) explainAddresses(r *Report, out *findings) {
	var other, down []string
	for _, a := range r.Addresses {
		switch {
		case a.Fingerprint == "" && a.Err != nil:
			down = append(down, a.IP)
		case a.Fingerprint != r.Fingerprint():
			other = append(other, a.IP)
		}
	}
	if len(other) > 0 {
		out.add(problem.Warning, CodeAddressesDiffer, "Pin all of their fingerprints, as espost offers to, or the CA",
			"The host's addresses serve different certificates: %s differ from %s", strings.Join(other, ", "), r.Addresses[in.chosen].IP)
	}
	if len(down) > 0 && len(down) < len(r.Addresses) {
		out.add(problem.Warning, CodeAddressDown, "Ask the host to repair or remove them: the board tries one address only",
			"Some of the host's addresses don't answer: %s", strings.Join(down, ", "))
	}
}

// explainBrowser compares with what a browser is served.
func (in *inspection) explainBrowser(r *Report, out *findings) {
	b := r.Browser
	if b == nil || b.Fingerprint == "" {
		return
	}
	if b.Fingerprint != r.Fingerprint() {
		out.add(problem.Warning, CodeBrowserSeesAnother, "Use the fingerprint that espost shows",
			"Browsers are served another certificate over %s: a fingerprint copied from one would fail (BearSSL error 62)", esp8266.VersionName(b.Version))
	}
	if !b.Trusted && b.Err != nil && !out.Has(CodeSelfSigned) {
		out.add(problem.Note, CodeBrowserDistrusts, "Nothing to do if the server is your own: a pin takes the CA's place",
			"A browser would not trust this server: %s", reason(b.Err))
	}
}
