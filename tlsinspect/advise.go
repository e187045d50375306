package tlsinspect

import (
	"fmt"
	"time"

	"espost/esp8266"
)

const (
	day = 24 * time.Hour
	// longLived is the lifetime from which a certificate is no matter of
	// automatic renewal: public CAs give less (CA/Browser Forum, SC-081v3: 398
	// days until 2026, 47 from 2029).
	longLived = 2 * 365 * day
)

// Renewal is when the certificate will likely be replaced: hosts renew when a
// third of the lifetime is left, at most 30 days before the end, and certificates
// for less than ten days at half-time (Let's Encrypt's advice, and what certbot
// and acme.sh do).
func (c *Certificate) Renewal() time.Time {
	before := min(c.Lifetime()/3, 30*day)
	if c.Lifetime() < 10*day {
		before = c.Lifetime() / 2
	}
	return c.NotAfter.Add(-before)
}

// advise picks the mode that will trouble the user least.
func (in *inspection) advise(p Pins, leaf *Certificate) (esp8266.PinMode, string) {
	ca, hasCA := p.Choice(esp8266.PinCA)
	_, hasKey := p.Choice(esp8266.PinPublicKey)
	left := leaf.NotAfter.Sub(in.now)
	switch {
	case hasCA && ca.Works && !leaf.SelfIssued() && leaf.Lifetime() < longLived:
		return esp8266.PinCA, fmt.Sprintf("the certificate will be renewed around %s; the CA %s outlives that, for %d bytes of memory and a clock set from the network",
			date(leaf.Renewal()), ca.Name, ca.Heap-p.Fingerprint.Heap)
	case leaf.Lifetime() >= longLived && left > 365*day:
		return esp8266.PinFingerprint, fmt.Sprintf("the certificate is made to last until %s, and the board doesn't look at dates in this mode", date(leaf.NotAfter))
	case hasKey && leaf.SelfIssued():
		return esp8266.PinPublicKey, "the certificate signs itself: its key can stay when the certificate is renewed, no CA could help"
	case hasKey:
		why := "no CA of this chain passes the board's checks"
		if hasCA {
			why = fmt.Sprintf("with its CA the board would stop with BearSSL error %d", ca.Error)
		}
		return esp8266.PinPublicKey, why + "; the key at least survives renewals that keep it"
	}
	return esp8266.PinFingerprint, "it is the only way that the board can check this server"
}

func date(t time.Time) string { return t.UTC().Format("2 Jan 2006") }
