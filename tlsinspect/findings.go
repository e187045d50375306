package tlsinspect

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// CodeNoCertificate is the code of Fingerprint's error about a server that speaks
// TLS, and refused the board before showing a certificate.
const CodeNoCertificate = "no-certificate"

// The codes of findings. They are stable: scripts may rely on them.
const (
	// Whether the board can connect.
	CodeTLS13Only         = "tls13-only"
	CodeVersionTooOld     = "version-too-old"
	CodeNoSharedSuite     = "no-shared-suite"
	CodeRefused           = "handshake-refused"
	CodeBadHello          = "bad-server-hello"
	CodeKeyTooBig         = "key-too-big"
	CodeKeyTooSmall       = "key-too-small"
	CodeKeyUnsupported    = "key-unsupported"
	CodePSS               = "pss"
	CodeBadKeyProof       = "bad-key-proof"
	CodeClientCertificate = "client-certificate-wanted"
	CodeNotTLS            = "not-tls"
	CodeUnreachable       = "unreachable"
	CodeIPv6Only          = "ipv6-only"
	CodeSNINeeded         = "sni-needed"
	CodeBasicRefused      = "basic-ciphers-refused"
	CodeBasicSeesAnother  = "basic-ciphers-see-another"

	// The address itself.
	CodeOnlyThisComputer = request.CodeOnlyThisComputer

	// Memory.
	CodeMFLNAccepted = "mfln-accepted"
	CodeMFLNRefused  = "mfln-refused"
	CodeMFLNIgnored  = "mfln-ignored-in-records"
	CodeMemory       = "memory"
	CodeOldTLS       = "old-tls"
	CodeSessionID    = "session-id"

	// The certificate and its chain.
	CodeExpired             = "expired"
	CodeNotYetValid         = "not-yet-valid"
	CodeExpiresSoon         = "expires-soon"
	CodeRenewalForecast     = "renewal-forecast"
	CodeNameMismatch        = "name-mismatch"
	CodeIPSANIgnored        = "ip-san-ignored"
	CodeSelfSigned          = "self-signed"
	CodeMissingIntermediate = "missing-intermediate"
	CodeChainOrder          = "chain-order"
	CodeWeakSignature       = "weak-signature"
	CodeSHA1Chain           = "sha1-chain"
	CodeUnparsable          = "unparsable-certificate"
	CodeNoCA                = "no-ca-pin"

	// What others are served.
	CodeBrowserSeesAnother = "browser-sees-another"
	CodeBrowserDistrusts   = "browser-distrusts"
	CodeAddressesDiffer    = "addresses-differ"
	CodeAddressUnvouched   = "address-unvouched"
	CodeAddressDown        = "address-unreachable"
)

// findings gathers facts worth telling.
type findings struct{ problem.List }

func (f *findings) add(s problem.Severity, code, fix, message string, args ...any) {
	f.List = append(f.List, problem.Problem{Severity: s, Code: code, Message: fmt.Sprintf(message, args...), Fix: fix})
}

// failure is the finding about an inspection that could not begin: all the ways
// not to reach a server have one code.
func failure(p problem.Problem) *problem.Problem {
	if slices.Contains([]string{netdial.CodeLookup, netdial.CodeRefused, netdial.CodeUnreachable, netdial.CodeTimeout,
		netdial.CodeReset, netdial.CodeClosed, netdial.CodeConnection}, p.Code) {
		p.Code = CodeUnreachable
	}
	return &p
}

// reason is an error of package x509 as part of a sentence: its first line,
// without the package's name, safe to show.
func reason(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	line, _, _ = strings.Cut(line, " (possibly because of ") // guesses of UnknownAuthorityError's
	return sanitize.Clip(strings.TrimPrefix(line, "x509: "), maxReason)
}

// explainPlace says when the address leads to this computer and a board can't
// follow: as its text tells, as the lookup told, or because the name stands in
// this computer's own table. Names in .local are fine: boards resolve them by
// mDNS, and where they lead on this computer says nothing.
func (in *inspection) explainPlace(out *findings) {
	t := in.target
	if strings.HasSuffix(t.Host, ".local") {
		return
	}
	if t.OnlyHere() || in.addresses.OnlyHere() {
		own := netdial.OwnAddress
		if in.client.Own != nil {
			own = in.client.Own
		}
		ip, _ := own() // the zero Addr is for none
		out.Add(new(t.OnlyThisComputer(ip)))
		return
	}
	if in.inHosts {
		out.add(problem.Warning, CodeOnlyThisComputer, "Make sure that the DNS server of the board's network knows the name, too, or give the server's IP address",
			"%s stands in this computer's own table of names (hosts), which a board doesn't read", t.Host)
	}
}

// explainBoard adds the findings that say why the board can't connect.
func (in *inspection) explainBoard(b Board, out *findings) {
	p := in.probes[in.chosen]
	if len(in.addresses.V4) == 0 {
		out.add(problem.Fatal, CodeIPv6Only, "Ask the host for an IPv4 address, or put a proxy that has one in front of it",
			"The host has IPv6 addresses only, and the board speaks IPv4")
	}
	f := p.flight
	switch {
	case p.refused() && f.chain == nil, f == nil || f.hello == nil:
		in.explainRefusal(out)
	case in.certAlert != 0 && b.Error == esp8266.AlertReceived+esp8266.SSLError(in.certAlert):
		out.add(problem.Fatal, CodeClientCertificate, "Switch client certificates off for this address, or add one to the sketch (setClientRSACert, setClientECCert)",
			"The server insists on a client certificate and refuses the board, which has none (%s)", alertText(b.Alert))
		return
	case b.Error != 0:
		in.explainError(b, out)
	case !f.complete:
		why := "the server ended it"
		if p.err != nil {
			why = p.err.Message
		}
		out.add(problem.Fatal, CodeRefused, "Look into the server's log for this connection", "The handshake breaks off half-way: %s", why)
	}
	if f != nil && f.request != nil {
		out.add(problem.Warning, CodeClientCertificate, "Check with a test POST that the server answers without one",
			"The server asks for a client certificate; it goes on with the board, which has none")
	}
	if b.Connects && b.Version < esp8266.VersionTLS12 {
		out.add(problem.Warning, CodeOldTLS, "Ask the host to enable TLS 1.2",
			"The server speaks only %s, which was deprecated in 2021 (RFC 8996)", esp8266.VersionName(b.Version))
	}
}

// explainRefusal says why the server ended the handshake before it showed a
// certificate. The extended offer and the browser's tell what the server wants.
func (in *inspection) explainRefusal(out *findings) {
	p := in.probes[in.chosen]
	alert := -1
	if p.flight != nil {
		alert = p.flight.alert
	}
	seen := func() string {
		if alert >= 0 {
			return " (" + alertText(alert) + ")"
		}
		return " (it hangs up)"
	}
	switch {
	case in.extendedOffer.served() != "":
		in.explainExtendedOffer(in.extendedOffer.flight, seen(), out)
	case in.browser != nil && in.browser.Version == tls.VersionTLS13:
		out.add(problem.Fatal, CodeTLS13Only, "Ask the host to enable TLS 1.2, or put a proxy in front of it",
			"The server speaks only TLS 1.3; the board stops at 1.2%s", seen())
	case alert == alertProtocolVersion:
		out.add(problem.Fatal, CodeVersionTooOld, "Ask the host to enable TLS 1.2",
			"The server speaks no version of TLS that the board knows (1.0 to 1.2)%s", seen())
	case alert == alertHandshakeFailure, alert == alertInsufficientSecurity:
		out.add(problem.Fatal, CodeNoSharedSuite, "Ask the host to enable an ECDHE suite with AES-GCM for TLS 1.2",
			"The server accepts none of the board's 45 cipher suites%s", seen())
	case alert == alertUnrecognizedName:
		out.add(problem.Fatal, CodeRefused, "Check the host name: use the one that the server is set up for",
			"The server does not know the name %s%s", sanitize.Clip(in.target.Host, maxQuoted), seen())
	case p.err != nil && p.err.Code == netdial.CodeMalformed:
		out.add(problem.Fatal, CodeBadHello, p.err.Fix, "%s", p.err.Message)
	default:
		out.add(problem.Fatal, CodeRefused, "Look into the server's log for this connection; a browser may well get through",
			"The server refuses the board's handshake%s", seen())
	}
}

// explainExtendedOffer compares what the server does for a client that offers more.
func (in *inspection) explainExtendedOffer(f *flight, seen string, out *findings) {
	key := NewCertificate(f.chain[0]).parts.key
	suite, known := esp8266.CipherSuiteByID(f.hello.suite)
	switch {
	case key.algorithm.Equal(oidRSAPSS):
		out.add(problem.Fatal, CodePSS, "Have the certificate issued for an ordinary RSA or a P-256 key",
			"The server's key is for RSA-PSS only, which the board doesn't know%s", seen)
	case !key.isRSA() && !(key.isEC() && key.group != 0):
		out.add(problem.Fatal, CodeKeyUnsupported, "Have the certificate issued for an RSA key of 2048 bits or a P-256 key",
			"The server's key is %s, which the board doesn't know%s", key, seen)
	case !known:
		out.add(problem.Fatal, CodeNoSharedSuite, "Ask the host to enable an ECDHE suite with AES-GCM for TLS 1.2",
			"The server accepts none of the board's 45 cipher suites; it wants 0x%04x%s", f.hello.suite, seen)
	case f.exchange != nil && isPSS(f.exchange.algorithm):
		out.add(problem.Fatal, CodePSS, "Ask the host to allow RSA PKCS#1 v1.5 signatures (RSA-SHA256)",
			"The server signs with RSA-PSS only, which the board doesn't know%s", seen)
	default:
		out.add(problem.Fatal, CodeRefused, "Ask the host which groups and signature algorithms it insists on; P-256 and RSA-SHA256 or ECDSA-SHA256 serve the board",
			"The server would use %s, but not on the terms that the board offers%s", suite.Name, seen)
	}
}

// explainError turns BearSSL's error number into a cause.
func (in *inspection) explainError(b Board, out *findings) {
	f := in.probes[in.chosen].flight
	number := fmt.Sprintf(" (BearSSL error %d)", b.Error)
	key := publicKey{}
	if f.chain != nil {
		key = NewCertificate(f.chain[0]).parts.key
	}
	const ask = "Have the certificate issued for an RSA key of 2048 bits or a P-256 key"
	switch b.Error {
	case esp8266.SSLWrongKeyUsage, esp8266.SSLLimitExceeded:
		in.explainKey(key, ask, number, out)
	case esp8266.SSLBadSignature:
		out.add(problem.Fatal, CodeBadKeyProof, "Check that the server's certificate and private key belong together; if they do, something in between answers in its place",
			"The server does not prove that it holds its certificate's key%s", number)
	case esp8266.SSLInvalidAlgorithm:
		if f.exchange != nil && isPSS(f.exchange.algorithm) {
			out.add(problem.Fatal, CodePSS, "Ask the host to allow RSA PKCS#1 v1.5 signatures (RSA-SHA256)",
				"The server signs with RSA-PSS, which the board doesn't know%s", number)
			return
		}
		out.add(problem.Fatal, CodeBadHello, "Ask the host to enable the groups P-256 or X25519 for TLS 1.2",
			"The server's key exchange uses something that the board did not offer%s", number)
	case esp8266.X509WeakPublicKey:
		out.add(problem.Fatal, CodeKeyTooSmall, ask, "The server's key (%s) is too small for the board%s", key, number)
	case esp8266.SSLExtraExtension:
		out.add(problem.Fatal, CodeBadHello, "Report it to the host: a server may only answer extensions that were sent (RFC 5246, section 7.4.1.4)",
			"The server answers with an extension that the board did not send%s", number)
	default:
		if b.Error >= esp8266.AlertReceived {
			out.add(problem.Fatal, CodeRefused, "Look into the server's log for this connection",
				"The server breaks the handshake off half-way (%s)", alertText(int(b.Error-esp8266.AlertReceived)))
			return
		}
		out.add(problem.Fatal, CodeBadHello, "Check that nothing between you and the server rewrites the connection, and report it to the host",
			"The server's answer breaks the rules of TLS as the board knows them%s", number)
	}
}

// explainKey says what is wrong with the server's key.
func (in *inspection) explainKey(key publicKey, ask, number string, out *findings) {
	switch {
	case key.isRSA() && key.bits() > 8*maxRSABytes:
		out.add(problem.Fatal, CodeKeyTooBig, ask, "The server's key (%s) is too big: the board takes RSA up to 4096 bits%s", key, number)
	case key.algorithm.Equal(oidRSAPSS):
		out.add(problem.Fatal, CodePSS, ask, "The server's key is for RSA-PSS only, which the board doesn't know%s", number)
	case key.String() == "":
		out.add(problem.Fatal, CodeUnparsable, "Have the certificate issued anew", "The board can't find the key in the server's certificate%s", number)
	default:
		out.add(problem.Fatal, CodeKeyUnsupported, ask, "The server's key (%s) is of a kind that the board can't use%s", key, number)
	}
}

// isPSS tells RSA-PSS schemes (RFC 8446 §4.2.3).
func isPSS(s esp8266.SignatureAlgorithm) bool {
	return s >= 0x0804 && s <= 0x0806 || s >= 0x0809 && s <= 0x080b
}

// alertText names an alert by number and name: "alert 40, handshake_failure".
func alertText(n int) string {
	return fmt.Sprintf("alert %d, %s", n, esp8266.AlertName(n))
}

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
			out.add(problem.Warning, CodeUnparsable, "Have it issued anew; until then pin its key, which the board takes without reading the certificate",
				"The certificate of %s is malformed: %s", c.Name(), reason(c.ParseErr))
		}
	}
	in.explainDates(r, out)
	in.explainNames(leaf, out)
	in.explainPath(r, out)
	explainSignatures(r.Chain, out)
}

// explainDates tells about the leaf's validity. The board looks at dates in CA mode
// only.
func (in *inspection) explainDates(r *Report, out *findings) {
	leaf := r.Chain[0]
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
	case left < expiresSoon && leaf.lifetime() > 2*expiresSoon:
		out.add(problem.Warning, CodeExpiresSoon, "Pin its key or its CA, or wait for the renewal before you pin the certificate",
			"The certificate expires in %s, on %s: a fingerprint breaks then at the latest", days(left), date(leaf.NotAfter))
	}
	renewal := leaf.Renewal()
	if leaf.lifetime() >= longLived || leaf.SelfIssued() {
		return
	}
	when := "any day now"
	if renewal.After(in.now) {
		when = fmt.Sprintf("around %s, in %s", date(renewal), days(renewal.Sub(in.now)))
	}
	fix := "Pin the CA, have it as the backup of another pin (--backup ca), or plan to update the pin then"
	if r.DefaultBackup(esp8266.PinPublicKey, Grounds{}) == esp8266.PinCA {
		fix = "Keep the CA as the pin's backup, which a new pin gets by itself and an older one by --backup ca, or plan to update the pin then"
	}
	out.add(problem.Note, CodeRenewalForecast, fix,
		"The certificate lasts %s and will likely be renewed %s, %s a year: a fingerprint breaks each time, a key when the host makes a new one",
		days(leaf.lifetime()), when, count(leaf.renewals(), "time", "times"))
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
		out.add(problem.Note, CodeIPSANIgnored, "Pin the key, or use a host name",
			"The certificate is made out to the address %s; the board ignores addresses in certificates, so that a CA pin would fail (BearSSL error 56)", host)
		return
	}
	shown := "no name"
	if len(names) > 0 {
		shown = sanitize.Clip(strings.Join(names[:min(len(names), 3)], ", "), maxReason)
	}
	out.add(problem.Warning, CodeNameMismatch, "Use the host name that the certificate is made out to, or pin the key, which doesn't look at names",
		"The certificate is made out to %s, not to %s: a CA pin would fail (BearSSL error 56), a fingerprint or key pin works", shown, host)
}

// explainPath tells how the chain hangs together.
func (in *inspection) explainPath(r *Report, out *findings) {
	leaf := r.Chain[0]
	if leaf.SelfIssued() {
		out.add(problem.Note, CodeSelfSigned, "Compare its fingerprint with the certificate's file on the server, then pin its key",
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
	dated := errors.As(in.rootsErr, new(x509.CertificateInvalidError)) // expired, say: no path was looked for
	if in.rootsErr != nil && !dated && len(r.Chain) == 1 {
		out.add(problem.Warning, CodeMissingIntermediate, "Ask the host to send the whole chain (fullchain.pem); until then pin the key",
			"The server sends its certificate without the issuer's (%s): a CA pin can't be built from what it sends", leaf.IssuerName())
	}
	if ca, ok := r.Pins.Choice("ca"); r.Board.Connects && ok && !ca.Works && !out.Has(CodeNameMismatch) && !out.Has(CodeIPSANIgnored) &&
		!out.Has(CodeExpired) && !out.Has(CodeNotYetValid) {
		out.add(problem.Note, CodeNoCA, "Pin the key",
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

// explainMemory says what the connection takes on the board, and what its
// buffers should be.
func (in *inspection) explainMemory(b Board, out *findings) {
	if !b.Connects {
		return
	}
	full := esp8266.DefaultBuffers().Heap(esp8266.PinFingerprint)
	accepted, broken := in.fragmentLengths()
	if broken {
		out.add(problem.Warning, CodeMFLNIgnored, "Keep the full receiving buffer, as the generated firmware does, and report it to the host",
			"The server accepts shorter fragments and then sends longer records all the same (up to %d bytes)", in.longestBroken())
	}
	switch {
	case len(accepted) > 0:
		out.add(problem.OK, CodeMFLNAccepted, fmt.Sprintf("Use setBufferSizes(%d, %d), as the generated firmware does", b.Buffers.RX, b.Buffers.TX),
			"Fragments of %s bytes accepted: %s of memory instead of %s", request.AndList(accepted), kilobytes(b.Heap), kilobytes(full))
	case !broken:
		out.add(problem.Note, CodeMFLNRefused, "Keep the full receiving buffer, as the generated firmware does: with a smaller one the connection breaks with BearSSL error 6 as soon as the server sends a longer record",
			"The server does not negotiate shorter fragments (max_fragment_length): the board must be ready for records of 16 KB (its handshake alone has one of %d bytes)", in.probes[in.chosen].flight.longest)
	}
	left := esp8266.HeapOfSketch - b.Heap
	severity, advice := problem.OK, "Nothing to do"
	if left < esp8266.HeapOfSketch/3 {
		severity, advice = problem.Note, "Keep big buffers out of the sketch, and don't open a second connection meanwhile"
	}
	out.add(severity, CodeMemory, advice, "A connection takes %s of the board's memory; about %s are left to the sketch",
		kilobytes(b.Heap), kilobytes(left))
	if id := in.probes[in.chosen].flight.hello.sessionID; len(id) > 0 {
		out.add(problem.OK, CodeSessionID, "Nothing to do", "The server gives session IDs: the board can resume and reconnect faster")
	}
}

// longestBroken is the longest record seen where a shorter fragment was agreed.
func (in *inspection) longestBroken() (longest int) {
	for _, length := range esp8266.FragmentLengths() {
		if p := in.mfln[length]; p.granted(length) && !p.keeps(length) {
			longest = max(longest, p.flight.longest)
		}
	}
	return longest
}

// kilobytes writes bytes as people count memory: "12.5 KB".
func kilobytes(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1000) }

// explainOthers tells where others are served something else than the board.
func (in *inspection) explainOthers(r *Report, out *findings) {
	in.explainAddresses(r, out)
	if len(r.Chain) == 0 {
		return
	}
	in.explainBrowser(r, out)
	served := r.Fingerprint()
	switch p := in.withoutSNI; {
	case p.served() == served, p.served() == "" && !p.refused():
	case p.refused():
		out.add(problem.Note, CodeSNINeeded, "Use the host name, never its IP address, and don't trust probeMaxFragmentLength, which sends no name",
			"The server insists on being asked by name (server_name): without one it refuses")
	default:
		out.add(problem.Note, CodeSNINeeded, "Use the host name, never its IP address, and don't trust probeMaxFragmentLength, which sends no name",
			"The server holds several certificates and picks one by name: without server_name it serves %s", p.served())
	}
	if r.Board.Connects {
		in.explainBasic(served, out)
	}
}

// explainBasic tells where a build with basic ciphers would fail and an ordinary
// one does not.
func (in *inspection) explainBasic(served string, out *findings) {
	const fix = "Build with all SSL ciphers (ssl=all), as the generated project does"
	switch p := in.basic; {
	case p.refused(), p.served() != "" && p.flight.evaluate() != 0:
		out.add(problem.Note, CodeBasicRefused, fix, "A board built with \"Basic SSL ciphers\" could not connect: the server does no RSA key exchange")
	case p.served() != "" && p.served() != served:
		out.add(problem.Note, CodeBasicSeesAnother, fix, "A board built with \"Basic SSL ciphers\" is served another certificate (SHA-1 %s): the fingerprint would fail on it", p.served())
	}
}

// explainAddresses compares the host's addresses.
func (in *inspection) explainAddresses(r *Report, out *findings) {
	var other, down []string
	for _, a := range r.Addresses {
		switch {
		case a.Fingerprint() == "" && a.Err != nil:
			down = append(down, a.IP)
		case a.Fingerprint() != r.Fingerprint():
			other = append(other, a.IP)
		}
	}
	left := r.LeftOut(Grounds{})
	for _, a := range left {
		out.add(problem.Warning, CodeAddressUnvouched, "Compare it with the certificate's file on the server; espost pins it only with --trust-new and these digits",
			"The address %s serves another certificate, which nothing vouches for and which is not pinned: %s", a.IP, a.Fingerprint())
	}
	if len(other) > len(left) {
		out.add(problem.Warning, CodeAddressesDiffer, "Pin all of their fingerprints, as espost does, or the CA",
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
	if r.split() {
		out.add(problem.Warning, CodeBrowserSeesAnother, "Pin nothing that you haven't compared with the certificate's file on the server; look again through another network",
			"A browser is served a certificate that CAs vouch for, and the board another one that none does: somebody between you and the server may be answering in its place")
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
