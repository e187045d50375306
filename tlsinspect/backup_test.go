package tlsinspect_test

import (
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/esp8266"
	"espost/tlsinspect"
)

// A pin's backup vouches for a renewed certificate as what the mode names does: a key in reserve by a proof,
// the CA for the name and with a proof. A new CA becomes the backup only where something vouches for it.
func TestTrustOfBackups(t *testing.T) {
	p := newPKI(t)
	root := issue(t, authority("Private Root"), p521(), nil) // which no browser knows
	foreign := pki{root, issue(t, authority("Private Intermediate"), ecKey(elliptic.P256())(), root)}
	old, later := foreign.leaf(t, rsa2048()), foreign.leaf(t, p256())
	reserve, stranger, public := selfSigned(t, rsaKey(3072)()), selfSigned(t, p384()), p.leaf(t, p256())
	own := foreign.leaf(t, rsa2048()) // with the key of old
	backedBy := func(ca *identity, pin esp8266.Pin) esp8266.Pin {
		pin.Backup, pin.CAs = esp8266.PinCA, caPin(ca, old).CAs
		return pin
	}
	inReserve := func(pin esp8266.Pin) esp8266.Pin {
		pin.Reserve = []string{keyPin(reserve).PublicKey}
		return pin
	}
	kept := fingerprintPin(old) // a CA that isn't the backup
	kept.CAs = caPin(root, old).CAs
	for _, tt := range []struct {
		name   string
		server *tls.Config
		pin    esp8266.Pin
		want   tlsinspect.Trust
		backed bool // and the backup is found
	}{
		{"a key in reserve", same(reserve), inReserve(keyPin(old)), tlsinspect.TrustSameKey, true},
		{"a key in reserve, with a fingerprint", same(reserve), inReserve(fingerprintPin(old)), tlsinspect.TrustSameKey, true},
		{"a key in reserve, with a CA", same(reserve), inReserve(caPin(root, old)), tlsinspect.TrustSameKey, true},
		{"a key in reserve, not proved", staticRSA(reserve), inReserve(fingerprintPin(old)), tlsinspect.TrustNone, true},
		{"none in reserve", same(stranger), inReserve(keyPin(old)), tlsinspect.TrustNone, true},
		{"the CA", same(later), backedBy(root, fingerprintPin(old)), tlsinspect.TrustPinnedCA, true},
		{"the CA, with a key", same(later), backedBy(root, keyPin(old)), tlsinspect.TrustPinnedCA, true},
		{"the CA, not proved", staticRSA(own), backedBy(root, fingerprintPin(later)), tlsinspect.TrustNone, true},
		{"the CA, for another name", same(foreign.leaf(t, p256(), named("other.test"))), backedBy(root, fingerprintPin(old)), tlsinspect.TrustNone, false},
		{"a CA that isn't the backup", same(later), kept, tlsinspect.TrustNone, true},
		{"the pinned key, from a CA that nobody knows", same(own), backedBy(p.root, fingerprintPin(old)), tlsinspect.TrustSameKey, false},
		{"from a public CA", same(public), backedBy(root, fingerprintPin(old)), tlsinspect.TrustPublic, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report := inspect(t, &tlsinspect.Client{Roots: p.pool()}, goServer(t, tt.server))
			g := tlsinspect.Grounds{Pin: tt.pin}
			if got := report.Trust(tt.pin); got != tt.want {
				t.Errorf("trust is %s, want %s", got, tt.want)
			}
			pin, err := report.Back(tt.pin, g)
			if (err == nil) != tt.backed {
				t.Errorf("backed: %v", err)
			}
			if err == nil && pin.Backup == esp8266.PinCA && tt.want != tlsinspect.TrustNone && report.AnchoredIn(pin.CAs) < 0 {
				t.Error("the backup doesn't fit the server")
			}
		})
	}
}

// A CA that a profile has kept from another mode vouches for nothing, and doesn't become the backup.
func TestTrustOfKeptCAs(t *testing.T) {
	foreign := newPKI(t) // which no browser knows
	old, later := foreign.leaf(t, rsa2048()), foreign.leaf(t, p256())
	before := fingerprintPin(old)
	before.CAs = caPin(foreign.intermediate, old).CAs
	wanted := before
	wanted.Backup = esp8266.PinCA
	report := inspect(t, &tlsinspect.Client{Roots: x509.NewCertPool()}, goServer(t, same(later)))
	if _, err := report.Back(wanted, tlsinspect.Grounds{Pin: before}); err == nil {
		t.Error("it becomes the backup")
	}
	if _, err := report.Back(wanted, tlsinspect.Grounds{Pin: wanted}); err != nil {
		t.Errorf("the backup is no longer one: %v", err)
	}
}

// A reserve key that the server has come to use is no longer in reserve; beside a pin that doesn't name the
// server's key it stays until the next one is used, which takes its place.
func TestReserveIsUsedUp(t *testing.T) {
	id, other, used := selfSigned(t, p256()), selfSigned(t, p384()), selfSigned(t, p256())
	report := inspect(t, new(tlsinspect.Client), goServer(t, same(id)))
	key := func(id *identity) string { return keyPin(id).PublicKey }
	for name, c := range map[string]struct {
		mode          esp8266.PinMode
		reserve, want []string
		spare         int
	}{
		"a key":                          {esp8266.PinPublicKey, []string{key(other), key(id)}, []string{key(other)}, 1},
		"a fingerprint":                  {esp8266.PinFingerprint, []string{key(other), key(id)}, []string{key(other), key(id)}, 1},
		"a fingerprint, the second time": {esp8266.PinFingerprint, []string{key(used), key(id)}, []string{key(id)}, 0},
		"a fingerprint, with a new key":  {esp8266.PinFingerprint, []string{key(used), key(other)}, []string{key(id), key(other)}, 1},
	} {
		pin := fingerprintPin(id)
		pin.Mode, pin.PublicKey, pin.Reserve = c.mode, key(id), c.reserve
		before := keyPin(used)
		after, err := report.Back(pin, tlsinspect.Grounds{Pin: before})
		if err != nil || !slices.Equal(after.Reserve, c.want) || tlsinspect.Spare(after) != c.spare {
			t.Errorf("%s: in reserve are %d keys, %d of them spare, %v", name, len(after.Reserve), tlsinspect.Spare(after), err)
		}
	}
}

// A new pin has the CA as its backup where its certificate is short-lived, and something vouches for the CA.
func TestDefaultBackup(t *testing.T) {
	const key, sha1, ca = esp8266.PinPublicKey, esp8266.PinFingerprint, esp8266.PinCA
	p, foreign := newPKI(t), newPKI(t)
	short, private, own := p.leaf(t, p256()), foreign.leaf(t, p256()), selfSigned(t, p256())
	long := p.leaf(t, p256(), func(c *x509.Certificate) { c.NotAfter = c.NotBefore.AddDate(0, 0, 397) })
	named := func(ids ...*identity) (g tlsinspect.Grounds) {
		for _, id := range ids {
			g.Named = append(g.Named, tlsinspect.NewCertificate(id.cert.Raw).SHA1())
		}
		return g
	}
	for name, c := range map[string]struct {
		served *identity
		mode   esp8266.PinMode
		g      tlsinspect.Grounds
		want   esp8266.PinMode
	}{
		"the key":                       {short, key, tlsinspect.Grounds{}, ca},
		"the fingerprint":               {short, sha1, tlsinspect.Grounds{}, ca},
		"the CA itself":                 {short, ca, tlsinspect.Grounds{}, ""},
		"nothing":                       {short, esp8266.PinInsecure, tlsinspect.Grounds{}, ""},
		"instead of nothing":            {short, key, tlsinspect.Grounds{Pin: esp8266.Pin{Mode: esp8266.PinInsecure}}, ca},
		"pinned already":                {short, key, tlsinspect.Grounds{Pin: fingerprintPin(short)}, ""},
		"renewed once a year":           {long, key, tlsinspect.Grounds{}, ""},
		"a private CA":                  {private, key, tlsinspect.Grounds{}, ""},
		"a private CA's, on one's word": {private, key, named(private), ""},
		"both, on one's word":           {private, key, named(private, foreign.intermediate), ca},
		"self-signed, on one's word":    {own, key, named(own), ""},
	} {
		t.Run(name, func(t *testing.T) {
			roots := p.pool()
			if c.served == private {
				roots = x509.NewCertPool()
			}
			report := inspect(t, &tlsinspect.Client{Roots: roots}, goServer(t, same(c.served)))
			if got := report.DefaultBackup(c.mode, c.g); got != c.want {
				t.Errorf("the backup is %q, want %q", got, c.want)
			}
		})
	}
}

// What each way costs is told in numbers: renewals a year, memory; and when a backup takes them.
func TestAdviceInNumbers(t *testing.T) {
	p := newPKI(t)
	now := time.Now()
	report := inspect(t, &tlsinspect.Client{Roots: p.pool()}, goServer(t, same(p.leaf(t, p256(), func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = now, now.Add(90*24*time.Hour)
	}))))
	ca, _ := report.Pins.Choice(esp8266.PinCA)
	for text, want := range map[string]string{
		report.Pins.Fingerprint.Holds: "flashed again, about 6 times a year",
		report.Pins.PublicKey.Holds:   "with every renewal, about 6 times a year",
		ca.Holds:                      " KB more memory",
		report.Pins.Reason:            "as the backup of another pin it takes both from the day on which that no longer fits",
		finding(t, report, tlsinspect.CodeRenewalForecast).Message: ", 6 times a year: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
}
