package tlsinspect

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/request"
)

// Trust is why a certificate may be believed to be the server's own. What isn't
// TrustNone is evidence from one connection as the board; what several
// connections showed is never put together, since somebody in the path can answer
// each of them in his own way.
type Trust string

// The kinds of evidence. Scripts may rely on the words.
const (
	TrustNone     Trust = "none"      // nothing vouches for it
	TrustSameKey  Trust = "same-key"  // it is the pinned certificate, or has proved that it holds the pinned key
	TrustPublic   Trust = "public"    // the system's roots trust this very chain for the name, and a browser is served the same
	TrustSigned   Trust = "signed"    // it is, or holds, or leads to, what the boards' owner has signed (package pinfile)
	TrustPinnedCA Trust = "pinned-ca" // by BearSSL's rules the pinned CA vouches for it and for the name, and it holds its key
)

// A Shown is what one connection as the board was shown, with what that
// connection alone proves. The zero value has been shown nothing.
type Shown struct {
	Chain    []*Certificate      // as it was served, leaf first
	Exchange esp8266.KeyExchange // of the cipher suite that the server chose
	// Proven says that the leaf's key has signed this key exchange. Where RSA
	// encrypts the secret (static RSA), only a finished handshake could prove it.
	Proven bool
	// Authorities are the certificates above the leaf on the ways by which the
	// system's roots trust this chain for the name; none where they don't.
	Authorities []*Certificate
}

// Fingerprint returns the leaf's SHA-1, 40 upper-case hex digits, or "" where
// nothing was shown.
func (s Shown) Fingerprint() string {
	if len(s.Chain) == 0 {
		return ""
	}
	return s.Chain[0].SHA1()
}

// shown takes the facts of a probe.
func (in *inspection) shown(p probe) Shown {
	var s Shown
	if p.served() == "" {
		return s
	}
	f := p.flight
	for _, der := range f.chain {
		s.Chain = append(s.Chain, NewCertificate(der))
	}
	if suite, known := esp8266.CipherSuiteByID(f.hello.suite); known {
		s.Exchange = suite.KeyExchange
		s.Proven = s.Exchange.Ephemeral() && f.exchange != nil &&
			f.evaluateServerKeyExchange(boardKey(f.chain[0]), s.Exchange == esp8266.ECDHERSA) == 0 // mutant TestBadSignatureProvesNothing: == 0 => < 1<<30
	}
	paths, _ := in.client.trusted(f.chain, in.target.Host, in.now)
	for _, path := range paths {
		if len(path) > 1 {
			path = path[1:]
		}
		for _, c := range path {
			s.Authorities = append(s.Authorities, NewCertificate(c.Raw))
		}
	}
	return s
}

// Grounds are what somebody knows of a server before it is looked at.
type Grounds struct {
	Pin   esp8266.Pin // which is known to be right so far
	Named []string    // SHA-1 of certificates that the user vouches for, 40 upper-case hex digits each

	Signed []esp8266.Pin // that the boards' owner has signed
}

// Trust returns what vouches for the certificate that the board is served, to
// somebody who has this pin. In CA mode a key counts for nothing: anybody can have
// a certificate made out for a key that he knows the public half of, under a CA of
// his own.
func (r *Report) Trust(pin esp8266.Pin) Trust {
	browsers := r.Browser != nil && r.Browser.Fingerprint == r.Fingerprint() // mutant TestTrust: r.Browser.Fingerprint == r.Fingerprint() => r.Browser.Trusted
	return r.trust(r.Shown, pin, browsers)
}

// trust is Trust for one of the report's connections; witnessed says that there
// is more than a copied chain.
func (r *Report) trust(s Shown, pin esp8266.Pin, witnessed bool) Trust {
	switch {
	case len(s.Chain) == 0:
	case s.hasPinned(pin):
		return TrustSameKey
	case r.hasPinnedCA(s, pin):
		return TrustPinnedCA
	case witnessed && len(s.Authorities) > 0: // mutant TestTrust: len(s.Authorities) > 0 => r.Browser.Trusted
		return TrustPublic
	}
	return TrustNone
}

// Evidence is Trust for somebody who has these grounds; what the user has named
// isn't evidence.
func (r *Report) Evidence(g Grounds) Trust {
	if t := r.Trust(g.Pin); t != TrustNone || !r.signed(r.Shown, g) { // mutant TestTrustOfSignedPins: !r.signed(r.Shown, g) => false
		return t
	}
	return TrustSigned
}

// signed reports whether s is, or has proved to hold, or by BearSSL's rules leads to,
// something that the owner has signed.
func (r *Report) signed(s Shown, g Grounds) bool {
	return slices.ContainsFunc(g.Signed, func(pin esp8266.Pin) bool {
		return s.hasPinned(pin) || r.hasPinnedCA(s, pin)
	})
}

// cas are the CAs that the owner has signed, PEM.
func (g Grounds) cas() (all []string) {
	for _, pin := range g.Signed {
		if pin.Mode == esp8266.PinCA {
			all = append(all, pin.CAs...)
		}
	}
	return all
}

// split reports that a browser is served what CAs vouch for, and the board
// something else that none does: what somebody in the path brings about who knows
// how a board's first message looks.
func (r *Report) split() bool {
	return r.Browser != nil && r.Browser.Trusted && len(r.Chain) > 0 && r.Browser.Fingerprint != r.Fingerprint() && len(r.Authorities) == 0
}

// hasPinned reports whether s is the pinned certificate, or has proved that it
// holds a pinned key. In fingerprint mode the pinned certificate's key is one.
func (s Shown) hasPinned(pin esp8266.Pin) bool {
	keys := pin.Keys()
	if pin.Mode == esp8266.PinFingerprint { // mutant TestTrust: pin.Mode == esp8266.PinFingerprint => true
		if slices.Contains(pin.SHA1, s.Fingerprint()) {
			return true
		}
		keys = append(slices.Clone(keys), pin.PublicKey)
	}
	return s.Proven && slices.ContainsFunc(keys, s.hasKey) // mutant TestTrust: s.Proven => true
}

// hasPinnedCA reports whether a CA by which the pin knows its server vouches for s,
// which holds its key.
func (r *Report) hasPinnedCA(s Shown, pin esp8266.Pin) bool {
	return pin.By(esp8266.PinCA) && s.Proven && r.anchoredIn(s, pin.CAs) >= 0 // mutant TestTrust: s.Proven => true
}

// hasKey reports whether the leaf names that key, PEM; proof is another matter.
func (s Shown) hasKey(key string) bool {
	block, _ := pem.Decode([]byte(key))
	return block != nil && len(s.Chain) > 0 && bytes.Equal(block.Bytes, s.Chain[0].parts.spki)
}

// AnchoredIn returns which of these CAs, PEM, the board in CA mode would find that
// the served chain leads to; -1 for none. The name and the dates must fit, too.
func (r *Report) AnchoredIn(cas []string) int { return r.anchoredIn(r.Shown, cas) }

func (r *Report) anchoredIn(s Shown, cas []string) int {
	return slices.IndexFunc(cas, func(ca string) bool {
		block, _ := pem.Decode([]byte(ca))
		return block != nil && ValidateChain(s.Chain, []*Certificate{NewCertificate(block.Bytes)}, r.Target.Host, r.Taken, s.Exchange) == 0
	})
}

// Vouched reports whether a choice may be pinned on these grounds. A CA needs more
// than the certificate below it: it must itself be pinned, named, or stand on the
// way to a root of the system's.
func (r *Report) Vouched(choice PinChoice, g Grounds) bool {
	switch choice.Pin.Mode {
	case esp8266.PinInsecure:
		return true
	case esp8266.PinCA:
		return len(choice.Pin.CAs) > 0 && !slices.ContainsFunc(choice.Pin.CAs, func(ca string) bool { return !r.vouchedCA(ca, g) })
	}
	return r.Evidence(g) != TrustNone || r.Fingerprint() != "" && slices.Contains(g.Named, r.Fingerprint())
}

func (r *Report) vouchedCA(ca string, g Grounds) bool {
	is := func(other string) bool { return SamePEM(ca, other) }
	return slices.Contains(g.Named, sha1OfPEM(ca)) || slices.ContainsFunc(g.cas(), is) ||
		g.Pin.By(esp8266.PinCA) && slices.ContainsFunc(g.Pin.CAs, is) || // mutant TestTrustOfKeptCAs: g.Pin.By(esp8266.PinCA) => true
		r.Trust(esp8266.Pin{}) == TrustPublic && slices.ContainsFunc(r.Authorities, func(c *Certificate) bool { return is(c.PEM()) }) // mutant TestTrustOfCAs: is(c.PEM()) => true
}

// sha1OfPEM is the fingerprint of a certificate in PEM, "" for what is none.
func sha1OfPEM(text string) string {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return ""
	}
	return fingerprint(block.Bytes)
}

// NotAfter is when a certificate in PEM ends; the zero time for what is none.
func NotAfter(text string) time.Time {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return time.Time{}
	}
	return NewCertificate(block.Bytes).NotAfter
}

// Best returns the way to pin in a mode that the board could use now, one that is
// vouched for if there is any. Where it fails, ok is false, and the choice is the
// one that comes closest.
func (r *Report) Best(mode esp8266.PinMode, g Grounds) (choice PinChoice, ok bool) {
	switch {
	case mode == esp8266.PinInsecure:
		return PinChoice{Pin: esp8266.Pin{Mode: mode}, Works: true}, true
	case mode == esp8266.PinCA && r.hasPinnedCA(r.Shown, g.Pin): // which a server need not send
		pin := esp8266.Pin{Mode: mode, CAs: g.Pin.CAs, Expires: NotAfter(g.Pin.CAs[r.AnchoredIn(g.Pin.CAs)])}
		return PinChoice{Pin: pin, Name: caNames(pin), Works: true}, true
	}
	for _, c := range r.Pins.all() {
		if c.Pin.Mode == mode && c.Works && r.Vouched(*c, g) {
			return *c, true
		}
	}
	if i := r.AnchoredIn(g.cas()); mode == esp8266.PinCA && i >= 0 && r.Proven { // which a server need not send either
		pin := esp8266.Pin{Mode: mode, CAs: g.cas(), Expires: NotAfter(g.cas()[i])}
		return PinChoice{Pin: pin, Name: caNames(pin), Works: true}, true
	}
	choice, _ = r.Pins.Choice(mode)
	return choice, choice.Works
}

// Take returns the pin of a choice, if these grounds allow to believe it; the
// error is a *TrustError. Whatever the mode, fingerprint and key are kept with it.
// Nothing is learnt from a server that nobody asks for a proof.
func (r *Report) Take(choice PinChoice, g Grounds) (esp8266.Pin, error) {
	if choice.Pin.Mode == esp8266.PinInsecure {
		return esp8266.Pin{Mode: esp8266.PinInsecure}, nil
	}
	if !r.Vouched(choice, g) { // mutant TestTwentyServers in ./test/trust: !r.Vouched(choice, g) => false
		return esp8266.Pin{}, &TrustError{Pin: g.Pin, Report: r, Choice: choice}
	}
	return esp8266.Pin{
		Mode:      choice.Pin.Mode,
		SHA1:      r.Fingerprints(g),
		PublicKey: r.Chain[0].PublicKeyPEM(),
		CAs:       choice.Pin.CAs,
		Expires:   choice.Pin.Expires,
	}.Clone(), nil
}

// Back returns pin with what its backup needs, if these grounds allow it: the CA in
// g.Pin where that vouches for the server, otherwise the best that there is. The error is
// a *TrustError, or says what the server lacks.
func (r *Report) Back(pin esp8266.Pin, g Grounds) (esp8266.Pin, error) {
	pin = pin.Clone()
	if pin.Mode == esp8266.PinInsecure {
		return esp8266.Pin{Mode: pin.Mode}, nil
	}
	if pin.Backup == pin.Mode {
		pin.Backup = ""
	}
	pin.Reserve = reserveOf(pin, g.Pin.PublicKey)
	if pin.Backup != esp8266.PinCA {
		return pin, r.backByKey(&pin, g)
	}
	choice, works := r.Best(esp8266.PinCA, g)
	switch {
	case g.Pin.By(esp8266.PinCA) && r.AnchoredIn(g.Pin.CAs) >= 0: // pinned already, whatever else is proved
		pin.CAs = slices.Clone(g.Pin.CAs)
		return pin, nil
	case !works:
		return pin, problem.New("", "no CA of this server can be the backup of its pin", "leave the CA out as the backup")
	case !r.Vouched(choice, g): // mutant TestTrustOfBackups: !r.Vouched(choice, g) => false
		return pin, &TrustError{Pin: g.Pin, Report: r, Choice: choice}
	}
	pin.CAs = slices.Clone(choice.Pin.CAs)
	return pin, nil
}

// BackupCA returns the CA that may be a pin's backup on these grounds, if there is any.
func (r *Report) BackupCA(g Grounds) (choice PinChoice, ok bool) {
	choice, works := r.Best(esp8266.PinCA, g)
	return choice, works && r.Vouched(choice, g) // mutant TestDefaultBackup: r.Vouched(choice, g) => true
}

// DefaultBackup returns the backup of a new pin of that mode whose user has said nothing about one: the CA,
// where the certificate is renewed several times a year, since each renewal may bring a new key (certbot's
// does unless told --reuse-key). A certificate that signs itself has no CA that would outlive it, and
// what is pinned already stays as it is.
func (r *Report) DefaultBackup(mode esp8266.PinMode, g Grounds) esp8266.PinMode {
	pinned := g.Pin.Pinned() && g.Pin.Mode != esp8266.PinInsecure
	byItself := mode == esp8266.PinFingerprint || mode == esp8266.PinPublicKey
	if pinned || !byItself || !r.renewedOften() || r.Chain[0].SelfIssued() { // mutant TestDefaultBackup: pinned || !byItself => pinned && !byItself
		return ""
	}
	if _, ok := r.BackupCA(g); !ok {
		return ""
	}
	return esp8266.PinCA
}

// reserveOf returns the keys in reserve once the server has pin.PublicKey, before which it had another
// one. A key that it has come to use is none any more where the pin names the server's key anyway.
// Otherwise it stays in place of the one before: boards accept it already, and a sketch
// whose last key went would be another sketch.
func reserveOf(pin esp8266.Pin, before string) []string {
	var list []string
	for _, key := range pin.Reserve {
		if SamePEM(key, before) && pin.PublicKey != "" {
			key = pin.PublicKey
		}
		named := SamePEM(key, pin.PublicKey) && (pin.Mode == esp8266.PinPublicKey || pin.Backup == esp8266.PinPublicKey)
		if !named && !inReserve(list, key) {
			list = append(list, key)
		}
	}
	return list
}

// Spare counts the keys in reserve that aren't the server's now.
func Spare(pin esp8266.Pin) int {
	if inReserve(pin.Reserve, pin.PublicKey) {
		return len(pin.Reserve) - 1
	}
	return len(pin.Reserve)
}

func inReserve(list []string, key string) bool {
	return slices.ContainsFunc(list, func(other string) bool { return SamePEM(key, other) })
}

// backByKey has a pin that lacks the server's key, and needs it, get it.
func (r *Report) backByKey(pin *esp8266.Pin, g Grounds) error {
	if pin.Backup == "" || pin.PublicKey != "" || len(r.Chain) == 0 {
		return nil
	}
	if !r.Vouched(r.Pins.PublicKey, g) {
		return &TrustError{Pin: g.Pin, Report: r, Choice: r.Pins.PublicKey}
	}
	pin.PublicKey = r.Chain[0].PublicKeyPEM()
	return nil
}

// SamePEM compares PEM texts, whose line ends and edges may differ.
func SamePEM(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// OldBoards says what becomes of boards with this pin, whose own mode doesn't fit any more.
func (r *Report) OldBoards(pin esp8266.Pin) string {
	if how := r.Backup(pin); how != "" {
		return "Boards flashed with the old pin go on by " + how
	}
	return "Boards flashed with the old pin no longer connect"
}

// Backup names what lets a board with this pin go on where its own mode doesn't fit,
// safe to show: "a reserve key"; "" for nothing.
func (r *Report) Backup(pin esp8266.Pin) string { return r.BackupFor(r.Shown, pin) }

// BackupFor is Backup for what another connection to the host was shown.
func (r *Report) BackupFor(s Shown, pin esp8266.Pin) string {
	if len(s.Chain) == 0 {
		return ""
	}
	for _, mode := range pin.Modes() {
		switch {
		case mode == esp8266.PinPublicKey && pin.Mode != mode && s.hasKey(pin.PublicKey) && slices.ContainsFunc(pin.Keys(), s.hasKey):
			return "its key"
		case mode == esp8266.PinPublicKey && slices.ContainsFunc(pin.Reserve, s.hasKey):
			return "a reserve key"
		case mode == esp8266.PinCA && pin.Backup == mode:
			if i := r.anchoredIn(s, pin.CAs); i >= 0 {
				return Pinned(esp8266.Pin{Mode: mode, CAs: pin.CAs[i : i+1]})
			}
		}
	}
	return ""
}

// Fingerprints returns what is pinned along with the served certificate, that one
// first, each once: the certificates of the host's other addresses, as far as each
// has evidence of its own, or holds the very key that is being pinned.
func (r *Report) Fingerprints(g Grounds) []string {
	var list []string
	if len(r.Chain) > 0 {
		list = append(list, r.Fingerprint())
	}
	served := esp8266.Pin{Mode: esp8266.PinPublicKey}
	if len(r.Chain) > 0 {
		served.PublicKey = r.Chain[0].PublicKeyPEM()
	}
	for _, a := range r.Addresses {
		sha1 := a.Fingerprint()
		if sha1 == "" || slices.Contains(list, sha1) {
			continue
		}
		// mutant TestTrustOfAddresses: r.trust(a.Shown, g.Pin, a.Proven) != TrustNone => true
		if r.trust(a.Shown, g.Pin, a.Proven) != TrustNone || r.signed(a.Shown, g) || a.hasPinned(served) || slices.Contains(g.Named, sha1) {
			list = append(list, sha1)
		}
	}
	return list
}

// LeftOut returns the addresses whose certificate nothing vouches for.
func (r *Report) LeftOut(g Grounds) (list []Address) {
	pinned := r.Fingerprints(g)
	for _, a := range r.Addresses {
		if sha1 := a.Fingerprint(); sha1 != "" && !slices.Contains(pinned, sha1) {
			list = append(list, a)
		}
	}
	return list
}

// A TrustError says that nothing vouches for what a server shows, so that it
// isn't pinned.
type TrustError struct {
	Pin    esp8266.Pin // what was known of the server; not Pinned for nothing
	Report *Report
	Choice PinChoice // what was to be pinned
}

func (e *TrustError) Error() string {
	if len(e.Choice.Pin.CAs) > 0 && e.Report.Trust(e.Pin) != TrustNone {
		return fmt.Sprintf("nothing vouches for the CA %s of %s", e.Choice.Name, e.Report.Target.Addr())
	}
	if e.Pin.Pinned() && e.Pin.Mode != esp8266.PinInsecure {
		return fmt.Sprintf("%s shows another certificate than the pinned one, and nothing vouches for it", e.Report.Target.Addr())
	}
	return fmt.Sprintf("nothing vouches for the certificate that %s shows", e.Report.Target.Addr())
}

// Name is the fingerprint that the user would have to vouch for: the served
// certificate's, or that of the CA where one was to be pinned.
func (e *TrustError) Name() string {
	if len(e.Choice.Pin.CAs) > 0 {
		return sha1OfPEM(e.Choice.Pin.CAs[0])
	}
	return e.Report.Fingerprint()
}

// caNames names the CAs of a pin, safe to show.
func caNames(pin esp8266.Pin) string {
	var names []string
	for _, ca := range pin.CAs {
		if block, _ := pem.Decode([]byte(ca)); block != nil {
			names = append(names, NewCertificate(block.Bytes).Name())
		}
	}
	return request.OrList(names)
}

// Pinned describes a pin in one line, safe to show.
func Pinned(pin esp8266.Pin) string {
	var what string
	switch known := strings.Join(pin.SHA1, " or "); {
	case pin.Mode == esp8266.PinCA:
		what = "the CA " + caNames(pin)
	case pin.Mode == esp8266.PinPublicKey && known == "":
		what = "a public key"
	case pin.Mode == esp8266.PinPublicKey:
		what = "the public key of " + known
	default:
		what = known
	}
	if !pin.Expires.IsZero() {
		what += ", until " + date(pin.Expires)
	}
	if backing := Backing(pin); backing != "" {
		what += "; as its backup " + backing
	}
	return what
}

// Backing describes a pin's backup in one line, safe to show; "" for none.
func Backing(pin esp8266.Pin) string {
	var parts []string
	n := Spare(pin)
	if n > 0 {
		parts = append(parts, count(n, "key in reserve", "keys in reserve"))
	}
	if n < len(pin.Reserve) || pin.Backup == esp8266.PinPublicKey {
		parts = append(parts, "the server's key")
	}
	if pin.Backup == esp8266.PinCA {
		parts = append(parts, Pinned(esp8266.Pin{Mode: pin.Backup, CAs: pin.CAs}))
	}
	return strings.Join(parts, " and ")
}

// Served describes the certificate that the board is served in one line, as far
// as it matters to somebody who has this pin; it is safe to show.
func (r *Report) Served(pin esp8266.Pin) string {
	if len(r.Chain) == 0 {
		return "no certificate"
	}
	leaf := r.Chain[0]
	text := fmt.Sprintf("%s, since %s", leaf.SHA1(), date(leaf.NotBefore))
	switch {
	case pin.PublicKey == "":
	case !r.hasKey(pin.PublicKey):
		text += ", with another key"
	case r.Proven:
		text += ", with the same key"
	default:
		text += ", with the same key, which it hasn't proved to hold"
	}
	if leaf.SelfIssued() {
		return text + ", signed by itself"
	}
	return text + ", issued by " + leaf.IssuerName()
}
