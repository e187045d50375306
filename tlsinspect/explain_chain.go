package tlsinspect

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// expiresSoon is when a pin that ends with its certificate should be on the
// user's mind.
const expiresSoon = 14 * day

// explainChain tells what is to be said of the certificates.
func (in *inspection) explainChain(r *Report, out *findings) {
	if len(r.Chain) == 0 {
		return
	}
	leaf := r.Chain[0]
	for _, c := range r.Chain {
		if c.X509 == nil {
			out.add(problem.Warning, CodeUnparsable, "Pin its fingerprint or key; have it issued anew if the board must check its CA",
				"The certificate of %s is malformed: %s", c.Name(), reason(c.ParseErr))
		}
	}
	in.explainDates(leaf, out)
	in.explainNames(leaf, out)
	in.explainPath(r, out)
	explainSignatures(r.Chain, out)
}

// explainDates judges the leaf's validity. The board looks at dates in CA mode
// only.
func (in *inspection) explainDates(leaf *Certificate, out *findings) {
	left := leaf.NotAfter.Sub(in.now)
	switch {
	case leaf.NotAfter.IsZero():
		return
	case left < 0:
		out.add(problem.Warning, CodeExpired, "Ask the host to renew it; then pin the new one",
			"The certificate expired on %s: in CA mode the board refuses it (BearSSL error 54), the other pins ignore dates until it is replaced", date(leaf.NotAfter))
		return
	case leaf.NotBefore.After(in.now):
		out.add(problem.Warning, CodeNotYetValid, "Check this computer's clock and the server's certificate",
			"The certificate is not valid before %s: in CA mode the board refuses it (BearSSL error 54)", date(leaf.NotBefore))
		return
	case left < expiresSoon && leaf.Lifetime() > 2*expiresSoon:
		out.add(problem.Warning, CodeExpiresSoon, "Wait for the renewal before you pin the certificate, or pin its key or its CA",
			"The certificate expires in %s, on %s: a fingerprint breaks then at the latest", days(left), date(leaf.NotAfter))
	}
	renewal := leaf.Renewal()
	if leaf.Lifetime() >= longLived || leaf.SelfIssued() {
		return
	}
	when := "any day now"
	if renewal.After(in.now) {
		when = fmt.Sprintf("around %s, in %s", date(renewal), days(renewal.Sub(in.now)))
	}
	out.add(problem.Note, CodeRenewalForecast, "Pin the CA, or plan to update the fingerprint then",
		"The certificate lasts %s and will likely be renewed %s: a fingerprint breaks at that moment", days(leaf.Lifetime()), when)
}

// days writes a time span in days.
func days(d time.Duration) string { return count(int((d+12*time.Hour)/day), "day", "days") }

// explainNames compares the certificate's names with the host, by BearSSL's
// rules: they matter in CA mode only.
func (in *inspection) explainNames(leaf *Certificate, out *findings) {
	host := in.target.Host
	matches := func(pattern string) bool { return boardNameMatches(pattern, host) }
	names := leaf.DNSNames
	if !leaf.hasAlternativeNames() {
		names = leaf.parts.commonNames()
	}
	if slices.ContainsFunc(names, matches) {
		return
	}
	if ip, err := netip.ParseAddr(host); err == nil && slices.Contains(leaf.IPAddresses, ip.String()) {
		out.add(problem.Note, CodeIPSANIgnored, "Pin the fingerprint or the key, or use a host name",
			"The certificate is made out to the address %s; the board ignores addresses in certificates, so that a CA pin would fail (BearSSL error 56)", host)
		return
	}
	shown := "no name"
	if len(names) > 0 {
		shown = sanitize.Clip(strings.Join(names[:min(len(names), 3)], ", "), maxReason)
	}
	out.add(problem.Warning, CodeNameMismatch, "Use the host name that the certificate is made out to, or pin the fingerprint or the key, which don't look at names",
		"The certificate is made out to %s, not to %s: a CA pin would fail (BearSSL error 56), a fingerprint or key pin works", shown, host)
}

func (c *Certificate) hasAlternativeNames() bool {
	for _, e := range c.parts.extensions {
		if e.Id.Equal(oidSubjectAltName) {
			return true
		}
	}
	return false
}

// explainPath judges how the chain hangs together.
func (in *inspection) explainPath(r *Report, out *findings) {
	leaf := r.Chain[0]
	if leaf.SelfIssued() {
		out.add(problem.Note, CodeSelfSigned, "Pin its fingerprint or its key",
			"The certificate signs itself: no CA vouches for it, and a pin is the only check there is")
		return
	}
	for i := 1; i < len(r.Chain); i++ {
		if string(r.Chain[i].parts.subject) != string(r.Chain[i-1].parts.issuer) {
			out.add(problem.Warning, CodeChainOrder, "Ask the host to send leaf, then issuers, in order and nothing else",
				"The chain is out of order: %s follows, but did not sign, %s; a CA pin above that point fails (BearSSL error 55)", r.Chain[i].Name(), r.Chain[i-1].Name())
			break
		}
	}
	_, err := in.client.anchors(r.Chain, in.now)
	dated := errors.As(err, new(x509.CertificateInvalidError)) // expired, say: no path was looked for
	if err != nil && !dated && len(r.Chain) == 1 {
		out.add(problem.Warning, CodeMissingIntermediate, "Ask the host to send the whole chain (fullchain.pem); until then pin the fingerprint or the key",
			"The server sends its certificate without the issuer's (%s): a CA pin can't be built from what it sends", leaf.IssuerName())
	}
	if ca, ok := r.Pins.Choice("ca"); r.Board.Connects && ok && !ca.Works && !out.Has(CodeNameMismatch) && !out.Has(CodeIPSANIgnored) &&
		!out.Has(CodeExpired) && !out.Has(CodeNotYetValid) {
		out.add(problem.Note, CodeNoCA, "Pin the fingerprint or the key",
			"A CA pin would fail on this chain (BearSSL error %d)", ca.Error)
	}
}

// explainSignatures looks at how the certificates are signed; how a root signs
// itself matters to nobody.
func explainSignatures(chain []*Certificate, out *findings) {
	for _, c := range chain {
		if c.SelfIssued() {
			continue
		}
		switch name := c.parts.signatureName(); {
		case strings.HasPrefix(name, "MD"):
			out.add(problem.Warning, CodeWeakSignature, "Have the certificate issued anew, with SHA-256",
				"%s is signed with %s, which is broken: a CA pin fails (BearSSL error 49)", c.Name(), name)
		case strings.Contains(name, "SHA1"):
			out.add(problem.Note, CodeSHA1Chain, "Have the certificate issued anew, with SHA-256",
				"%s is signed with %s: the board accepts it, browsers no longer do", c.Name(), name)
		}
	}
}
