package tlsinspect

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"espost/esp8266"
)

// Pins are the ways in which the firmware can know the server. One of them is
// recommended, if there is any.
type Pins struct {
	Fingerprint PinChoice
	PublicKey   PinChoice
	CAs         []PinChoice // best first; empty when nothing signed the chain that could be pinned

	Reason string // why the recommended one is, in one sentence without its full stop
}

// A PinChoice is one way, tried on the chain as served.
type PinChoice struct {
	Pin   esp8266.Pin      // ready for the firmware
	Name  string           // what is pinned, safe to show: "this certificate", "its public key", "ISRG Root X1"
	Works bool             // the board would connect with it now
	Error esp8266.SSLError // BearSSL's where it would not
	Bytes int              // of memory that the pin itself takes on the board
	Heap  int              // bytes of heap at the handshake's peak, with Board.Buffers
	Holds string           // until when it holds and what breaks it, for people

	Recommended bool // the one to take unless the user knows better; true for one choice only
}

// Choice returns the first choice of a mode; there is none for insecure.
func (p Pins) Choice(mode esp8266.PinMode) (PinChoice, bool) {
	switch {
	case mode == esp8266.PinFingerprint && p.Fingerprint.Pin.Mode != "":
		return p.Fingerprint, true
	case mode == esp8266.PinPublicKey && p.PublicKey.Pin.Mode != "":
		return p.PublicKey, true
	case mode == esp8266.PinCA && len(p.CAs) > 0:
		return p.CAs[0], true
	}
	return PinChoice{}, false
}

// Mode is how to know the server where the user has no wish: by its public key,
// since the board then never reads a certificate before it knows whose it is; by
// its fingerprint where the board can't use the key.
func (p Pins) Mode() esp8266.PinMode {
	// mutant TestDefaultMode: len(problems) > 0 => len(problems) > 99
	if _, problems := p.PublicKey.Pin.Read(); len(problems) > 0 {
		return esp8266.PinFingerprint
	}
	return esp8266.PinPublicKey
}

// Working returns the choices with which the board would connect now, the
// fingerprint first.
func (p Pins) Working() []PinChoice {
	var list []PinChoice
	for _, c := range p.all() {
		if c.Works {
			list = append(list, *c)
		}
	}
	return list
}

// pins works out the ways to pin what the report's board was shown.
func (in *inspection) pins(r *Report) Pins {
	chain, b := r.Chain, r.Board
	if len(chain) == 0 {
		return Pins{}
	}
	leaf := chain[0]
	in.roots, in.rootsErr = in.client.anchors(chain, in.now)
	p := Pins{
		Fingerprint: PinChoice{
			Pin:   esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: r.Fingerprints(Grounds{}), Expires: leaf.NotAfter},
			Name:  "this certificate",
			Works: b.Connects, Error: b.Error,
			Bytes: 20,
			Holds: esp8266.PinFingerprint.Holds() + often(leaf),
		},
	}
	if spki := leaf.PublicKeyPEM(); spki != "" {
		works, code := in.connects(in.probes[in.chosen].flight.evaluateWith(pinnedKey(leaf)))
		p.PublicKey = PinChoice{
			Pin:   esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: spki},
			Name:  "its public key",
			Works: works, Error: code,
			Bytes: leaf.parts.key.size(),
			Holds: esp8266.PinPublicKey.Holds() + often(leaf),
		}
	}
	p.CAs = in.caChoices(chain, b)
	for _, choice := range p.all() {
		choice.Heap = b.Buffers.Heap(choice.Pin.Mode) + choice.Bytes
		if choice.Pin.Mode == esp8266.PinCA {
			choice.Holds += fmt.Sprintf(", and %.1f KB more memory", float64(choice.Heap-p.Fingerprint.Heap)/1000)
		}
	}
	if !r.split() {
		in.recommend(&p, leaf)
	}
	return p
}

// all returns the choices, to be changed in place.
func (p *Pins) all() (list []*PinChoice) {
	if p.Fingerprint.Pin.Mode != "" {
		list = append(list, &p.Fingerprint)
	}
	if p.PublicKey.Pin.Mode != "" {
		list = append(list, &p.PublicKey)
	}
	for i := range p.CAs {
		list = append(list, &p.CAs[i])
	}
	return list
}

// caChoices tries every certificate that could be embedded as a trust anchor:
// the roots that a browser would end at, the issuers that the server sends, and
// a self-signed leaf itself. Those that BearSSL's rules accept come first; of
// them roots, since issuers below them change; of those the ones with at least
// two years left; of those the smallest.
func (in *inspection) caChoices(chain []*Certificate, b Board) []PinChoice {
	type candidate struct {
		choice        PinChoice
		root, lasting bool
	}
	var list []candidate
	seen := make(map[string]bool)
	namesakes := make(map[string]int)
	for i, c := range slices.Concat(in.roots, chain) {
		leaf := i == len(in.roots)
		subject := string(c.parts.subject)
		if seen[string(c.Raw)] || leaf && !c.SelfIssued() || namesakes[subject] == maxNamesakes { // mutant TestNamesakesAreBounded: namesakes[subject] == maxNamesakes => false
			continue
		}
		namesakes[subject]++
		if !signsOne(c, chain) {
			continue
		}
		seen[string(c.Raw)] = true
		code := in.tryAnchor(chain, c, b)
		holds := esp8266.PinCA.Holds()
		if leaf {
			holds = "until the certificate is renewed, as a fingerprint; also checks name and dates, and needs the time from the network"
		}
		list = append(list, candidate{
			PinChoice{
				Pin:   esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{c.PEM()}, Expires: c.NotAfter},
				Name:  c.Name(),
				Works: code == 0 && b.Connects, Error: code,
				// the core keeps the DER, and a trust anchor's name and key besides
				// (BearSSLHelpers.cpp, X509List::append)
				Bytes: len(c.Raw) + len(c.parts.subject) + c.parts.key.size() + anchorOverhead,
				Holds: holds,
			},
			c.SelfIssued() || i < len(in.roots), c.NotAfter.After(in.now.AddDate(2, 0, 0)),
		})
	}
	slices.SortStableFunc(list, func(x, y candidate) int {
		return cmp.Or(trueFirst(x.choice.Works, y.choice.Works), trueFirst(x.root, y.root),
			trueFirst(x.lasting, y.lasting), cmp.Compare(x.choice.Bytes, y.choice.Bytes))
	})
	var choices []PinChoice
	for _, c := range list {
		choices = append(choices, c.choice)
	}
	return choices
}

// anchorOverhead is br_x509_certificate and br_x509_trust_anchor on the board's
// 32 bits.
const anchorOverhead = 8 + 32

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// signsOne reports whether a certificate, or its twin, issued one of the chain;
// that a root issued itself doesn't count, but a leaf may have.
func signsOne(issuer *Certificate, chain []*Certificate) bool {
	for i, c := range chain {
		itself := i > 0 && string(c.Raw) == string(issuer.Raw)
		if !itself && string(c.parts.issuer) == string(issuer.parts.subject) && c.parts.signedBy(issuer.parts.key) {
			return true
		}
	}
	return false
}

// tryAnchor returns BearSSL's error number for the board in CA mode with one
// anchor. The chain is checked while it is read, so its errors come before those
// of the key and what follows.
func (in *inspection) tryAnchor(chain []*Certificate, anchor *Certificate, b Board) esp8266.SSLError {
	f := in.probes[in.chosen].flight
	if code := f.evaluateServerHello(); code != 0 {
		return code
	}
	code := ValidateChain(chain, []*Certificate{anchor}, in.target.Host, in.now, b.CipherSuite.KeyExchange)
	if code != 0 {
		return code
	}
	return b.Error
}

const (
	day = 24 * time.Hour
	// longLived is the lifetime from which a certificate is no matter of
	// automatic renewal: public CAs give less (CA/Browser Forum, SC-081v3: 398
	// days until 2026, 47 from 2029).
	longLived = 2 * 365 * day
)

// recommend marks the choice that will trouble the user least.
func (in *inspection) recommend(p *Pins, leaf *Certificate) {
	choice := &p.Fingerprint
	var ca, key *PinChoice
	for _, c := range p.all() {
		switch {
		case c.Pin.Mode == esp8266.PinPublicKey:
			key = c
		case c.Pin.Mode == esp8266.PinCA && ca == nil:
			ca = c
		}
	}
	switch {
	case ca != nil && ca.Works && !leaf.SelfIssued() && leaf.lifetime() < longLived:
		choice = ca
		p.Reason = fmt.Sprintf("the certificate will be renewed around %s%s; the CA %s outlives that, for %d bytes of memory and a clock set from the network; "+
			"as the backup of another pin it takes both from the day on which that no longer fits", date(leaf.Renewal()), often(leaf), ca.Name, ca.Heap-p.Fingerprint.Heap)
	case key != nil && leaf.lifetime() >= longLived && leaf.NotAfter.Sub(in.now) > 365*day:
		choice = key
		p.Reason = fmt.Sprintf("the certificate is made to last until %s, and its key needs no clock on the board", date(leaf.NotAfter))
	case key != nil && leaf.SelfIssued():
		choice = key
		p.Reason = "the certificate signs itself: its key can stay when the certificate is renewed, no CA could help"
	case key != nil:
		choice = key
		p.Reason = "no CA of this chain passes the board's checks; the key at least survives renewals that keep it, and one in reserve those that don't"
		if ca != nil {
			p.Reason = fmt.Sprintf("with its CA the board would stop with BearSSL error %d; the key at least survives renewals that keep it, and one in reserve those that don't", ca.Error)
		}
	default:
		p.Reason = "it is the only way that the board can check this server"
	}
	choice.Recommended = true
}

// often says how often a certificate is renewed, where it is by a machine.
func often(leaf *Certificate) string {
	if n := leaf.renewals(); n > 1 && leaf.lifetime() < longLived {
		return fmt.Sprintf(", about %d times a year", n)
	}
	return ""
}

func date(t time.Time) string { return t.UTC().Format("2 Jan 2006") }
