package esp8266

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"espost/internal/lazyregexp"
)

// A PinMode is how the firmware knows its server. Modes exclude each other; in
// the core the last call wins.
type PinMode string

// The pin modes, by the WiFiClientSecure call that sets them.
const (
	PinPublicKey   PinMode = "public-key"  // setKnownKey: the key alone
	PinFingerprint PinMode = "fingerprint" // setFingerprint: SHA-1 of the first certificate; no name, no date, no chain
	PinCA          PinMode = "ca"          // setTrustAnchors: chain, dates, name
	PinInsecure    PinMode = "insecure"    // setInsecure: nothing
)

// PinModes returns the modes, the one that espost starts with first.
func PinModes() []PinMode { return []PinMode{PinPublicKey, PinFingerprint, PinCA, PinInsecure} }

// Valid reports whether m is one of the modes.
func (m PinMode) Valid() bool {
	switch m {
	case PinPublicKey, PinFingerprint, PinCA, PinInsecure:
		return true
	}
	return false
}

// A Pin is what the firmware is given to know its server by: what Mode names and,
// where that doesn't fit, its backup, in the sense of RFC 7469, section 4.3. Other
// parts may be kept for when the user changes the mode.
type Pin struct {
	Mode      PinMode
	SHA1      []string // fingerprint: 40 upper-case hex digits each, the first is the current one
	PublicKey string   // public-key: SubjectPublicKeyInfo, PEM
	CAs       []string // ca: certificates, PEM each

	Reserve []string // backup: public keys that the server may have later, PEM each
	Backup  PinMode  // backup: what this mode names counts, too; PinCA, PinPublicKey, or "" for none

	Expires time.Time // when what Mode pins breaks at the latest; zero when no date says
}

// Clone returns a copy that shares nothing with p.
func (p Pin) Clone() Pin {
	p.SHA1, p.CAs, p.Reserve = slices.Clone(p.SHA1), slices.Clone(p.CAs), slices.Clone(p.Reserve)
	return p
}

// Modes returns the modes by which a board with p knows its server, in the order in
// which it tries them: p's own, keys, CAs.
func (p Pin) Modes() []PinMode {
	modes := []PinMode{p.Mode}
	if p.Mode == PinInsecure {
		return modes
	}
	if p.Mode != PinPublicKey && (len(p.Reserve) > 0 || p.Backup == PinPublicKey) {
		modes = append(modes, PinPublicKey)
	}
	if p.Mode != PinCA && p.Backup == PinCA {
		modes = append(modes, PinCA)
	}
	return modes
}

// By reports whether a board with p tries that mode.
func (p Pin) By(mode PinMode) bool { return slices.Contains(p.Modes(), mode) }

// Keys returns the public keys that a board with p accepts, PEM each.
func (p Pin) Keys() []string {
	switch {
	case !p.By(PinPublicKey):
		return nil
	case p.Mode == PinPublicKey, p.Backup == PinPublicKey:
		return append([]string{p.PublicKey}, p.Reserve...)
	}
	return p.Reserve
}

// Label names p's mode and its backup: "fingerprint + ca".
func (p Pin) Label() string {
	return p.label(string(p.Mode), func(backup PinMode) string { return string(backup) })
}

// Words is Label for those who don't know the modes: "this certificate + CA".
func (p Pin) Words() string {
	what := map[PinMode]string{PinFingerprint: "this certificate", PinPublicKey: "its public key", PinCA: "its CA", PinInsecure: "none: any server is believed"}
	return p.label(what[p.Mode], func(backup PinMode) string {
		return map[PinMode]string{PinPublicKey: "key", PinCA: "CA"}[backup]
	})
}

func (p Pin) label(mode string, name func(backup PinMode) string) string {
	label := mode
	for _, mode := range p.Modes()[1:] {
		label += " + " + name(mode)
	}
	if p.Mode == PinPublicKey && len(p.Reserve) > 0 {
		label += " + reserve"
	}
	return label
}

// HasBackup reports whether anything lets boards go on where p's own mode doesn't fit.
func (p Pin) HasBackup() bool {
	return p.Mode != PinInsecure && (p.Backup != "" || len(p.Reserve) > 0)
}

// Pinned reports whether the pin has what its mode needs.
func (p Pin) Pinned() bool {
	switch p.Mode {
	case PinFingerprint:
		return len(p.SHA1) > 0
	case PinPublicKey:
		return p.PublicKey != ""
	case PinCA:
		return len(p.CAs) > 0
	}
	return p.Mode == PinInsecure
}

// Backed reports whether the pin has what its backup needs.
func (p Pin) Backed() bool {
	return (p.Backup != PinCA || len(p.CAs) > 0) && (p.Backup != PinPublicKey || p.PublicKey != "")
}

// ErrFingerprint is what ParseFingerprint's errors wrap.
var ErrFingerprint = errors.New("not a SHA-1 fingerprint")

// fingerprintLabel matches what stands before the digits where a whole line was
// copied: "SHA1 Fingerprint=" (openssl 1.1), "sha1 Fingerprint=" (openssl 3),
// "sha1:" (certtool), and the same of SHA-256.
var fingerprintLabel = lazyregexp.New(`^(?i)[\s\pZ\p{Cf}]*SHA-?(1|256)(?:[\s\pZ]+Fingerprint)?[\s\pZ]*[=:]`)

// fingerprintList matches the bytes of a list in C++.
var fingerprintList = lazyregexp.New(`^\s*\{?\s*0[xX][0-9a-fA-F]{2}(?:\s*,\s*0[xX][0-9a-fA-F]{2})*\s*,?\s*\}?\s*;?\s*$`)

// ParseFingerprint reads a SHA-1 fingerprint as people paste it: any case, with
// or without colons, spaces, invisible characters and openssl's "SHA1
// Fingerprint=", or as a sketch's list {0x40, 0xaf, …}, and returns the 40 upper-case hex digits that setFingerprint
// takes. An error wraps ErrFingerprint and says what to do.
func ParseFingerprint(s string) (string, error) {
	if label := fingerprintLabel.Get().FindStringSubmatch(s); label != nil {
		if label[1] == "256" {
			return "", fmt.Errorf("%w: this is a SHA-256 fingerprint; the board compares SHA-1, so copy the SHA-1 line", ErrFingerprint)
		}
		s = s[len(label[0]):]
	}
	if fingerprintList.Get().MatchString(s) {
		s = strings.NewReplacer("0x", "", "0X", "", ",", "", "{", "", "}", "", ";", "").Replace(s)
	}
	var hex strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'F':
			hex.WriteRune(r)
		case r >= 'a' && r <= 'f':
			hex.WriteRune(r - 'a' + 'A')
		case r == ':' || r == '-' || unicode.IsSpace(r) || unicode.In(r, unicode.Cf):
		default:
			return "", fmt.Errorf("%w: %q is no hexadecimal digit; copy the 40 digits of the SHA-1 line only", ErrFingerprint, r)
		}
	}
	switch n := hex.Len(); n {
	case 40:
		return hex.String(), nil
	case 64:
		return "", fmt.Errorf("%w: 64 digits are a SHA-256 fingerprint; the board compares SHA-1, so copy the SHA-1 line", ErrFingerprint)
	default:
		return "", fmt.Errorf("%w: it has %d hexadecimal digits, a SHA-1 fingerprint has 40", ErrFingerprint, n)
	}
}
