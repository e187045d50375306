package profile

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tlsinspect"
)

// A Status is how a saved pin stands against the server.
type Status string

// The statuses, best first.
const (
	Right   Status = "right"   // a board with this pin connects
	Soon    Status = "soon"    // it does, but the pin is about to break
	Broken  Status = "broken"  // the server answers, and a board with this pin would refuse it
	Unknown Status = "unknown" // the server could not be looked at
)

// A Verdict is the outcome of checking one profile. Sentences are safe to show.
type Verdict struct {
	Status  Status
	Reason  string           // why, in one sentence; empty for Right
	Fix     string           // what to do; empty for Right
	Breaks  time.Time        // when the pin is expected to break; zero when no date says
	Served  string           // the certificate's SHA-1 as served; empty when none was seen
	Trust   tlsinspect.Trust // what vouches for it, to somebody who has the pin
	KeyKept *bool            // whether the key stayed, where the certificate is another one; nil when that isn't known

	Report *tlsinspect.Report // nil where one connection told enough
	Err    error              // for Unknown
}

// A Checker holds saved pins against their servers. Its zero value warns of
// nothing and uses the real network.
type Checker struct {
	Warn    time.Duration    // how long before a pin is expected to break it is Soon
	Timeout time.Duration    // of each connection; 0 means tlsinspect's default
	Roots   *x509.CertPool   // what a browser trusts; nil means the system's
	Now     func() time.Time // nil means time.Now
	Signed  []esp8266.Pin    // pins that the profile's owner has signed
}

// renewalLead is the longest time before its end that a certificate is usually
// renewed (tlsinspect.Certificate.Renewal). Before that, the pin's own date is
// enough to tell that no renewal is near.
const renewalLead = 30 * 24 * time.Hour

func (c Checker) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Check looks at the profile's server. A fingerprint that is still right takes
// one connection; finding out why one isn't takes a whole inspection.
func (c Checker) Check(ctx context.Context, p *Profile) Verdict {
	return c.withSecrets(c.checkPin(ctx, p), p)
}

// withSecrets says of a profile whose pin is right that a secret of its ends. What
// only a secret's value tells isn't known here.
func (c Checker) withSecrets(v Verdict, p *Profile) Verdict {
	e := p.FirstExpiry()
	if e.At.IsZero() || e.At.Sub(c.now()) > max(c.Warn, request.ExpiryLead) || v.Status != Right {
		return v
	}
	v.Status, v.Reason, v.Fix, v.Breaks = Soon, e.Text(c.now()), e.Fix(), e.At
	if !c.now().Before(e.At) {
		v.Status, v.Report = Broken, nil // no other pin mends that
	}
	return v
}

func (c Checker) checkPin(ctx context.Context, p *Profile) Verdict {
	target := p.Target
	client := &tlsinspect.Client{Timeout: c.Timeout, Now: c.Now, Roots: c.Roots}
	if expected := p.Pin.Expires.Add(-renewalLead); p.Pin.Mode == esp8266.PinFingerprint && expected.Sub(c.now()) > c.Warn {
		if served, err := client.Fingerprint(ctx, target); err == nil && slices.Contains(p.Pin.SHA1, served) {
			return Verdict{Status: Right, Served: served, Trust: tlsinspect.TrustSameKey, Breaks: expected}
		}
	}
	report, err := client.Inspect(ctx, target)
	if err != nil {
		return Verdict{Status: Unknown, Reason: sanitize.Line(err.Error()), Trust: tlsinspect.TrustNone, Report: report, Err: err}
	}
	return c.Judge(p, report)
}

// Judge holds the profile's pin against a report.
func (c Checker) Judge(p *Profile, r *tlsinspect.Report) Verdict {
	v := Verdict{Status: Right, Served: r.Fingerprint(), Trust: r.Evidence(tlsinspect.Grounds{Pin: p.Pin, Signed: c.Signed}), Report: r}
	if !r.Board.Connects {
		v.Status = Broken
		v.Reason, v.Fix = "no board can connect any more", "Let espost inspect the server"
		if i := slices.IndexFunc(r.Findings, func(f problem.Problem) bool { return f.Severity == problem.Fatal }); i >= 0 {
			v.Reason, v.Fix = sanitize.Line(r.Findings[i].Message), sanitize.Line(r.Findings[i].Fix)
		}
		return v
	}
	leaf := r.Chain[0]
	kept := p.Pin.PublicKey != "" && sameText(p.Pin.PublicKey, leaf.PublicKeyPEM())
	// A key that is named without a proof may be anybody's.
	if p.Pin.PublicKey != "" && !slices.Contains(p.Pin.SHA1, v.Served) && (!kept || r.Proven) { // mutant TestTwentyServers in ./test/trust: (!kept || r.Proven) => true
		v.KeyKept = &kept
	}
	switch p.Pin.Mode {
	case esp8266.PinFingerprint:
		if !slices.Contains(p.Pin.SHA1, v.Served) {
			return v.broken(p, r)
		}
		if other := strangers(p, r); other != "" {
			v.Status = Soon
			v.Reason = "another address of the host serves " + other + ": boards that get there refuse it"
			v.Fix = "Make sure that it is your server's, then pin both fingerprints, or the public key or the CA"
			return v
		}
		return c.timed(v, leaf.Renewal(), leaf.NotAfter)
	case esp8266.PinPublicKey:
		if !kept {
			return v.broken(p, r)
		}
	case esp8266.PinCA:
		i := r.AnchoredIn(p.Pin.CAs)
		if i < 0 {
			return v.broken(p, r)
		}
		end := tlsinspect.NotAfter(p.Pin.CAs[i])
		return c.timed(v, end, end)
	}
	return v
}

// strangers returns a fingerprint that is served but isn't pinned.
func strangers(p *Profile, r *tlsinspect.Report) string {
	for _, a := range r.Addresses {
		if sha1 := a.Fingerprint(); sha1 != "" && !slices.Contains(p.Pin.SHA1, sha1) {
			return sha1
		}
	}
	return ""
}

// sameText compares PEM texts, whose line ends and edges may differ.
func sameText(a, b string) bool {
	return a != "" && b != "" && strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// broken says why a pin doesn't fit what is served. That a certificate was renewed
// is said only where something vouches for the new one.
func (v Verdict) broken(p *Profile, r *tlsinspect.Report) Verdict {
	v.Status = Broken
	leaf := r.Chain[0]
	switch {
	case v.Trust == tlsinspect.TrustNone: // mutant TestTwentyServers in ./test/trust: v.Trust == tlsinspect.TrustNone => false
		v.Reason = "the server shows another certificate, and nothing vouches for it: " + r.Served(p.Pin)
		v.Fix = "Compare the digits with the certificate's file on the server, or look through another network; if it is your server's, name them: espost check --update --trust-new " + v.Served
		if r.Findings.Has(tlsinspect.CodeNameMismatch) {
			v.Reason = fmt.Sprintf("another server answers: its certificate is for %s, and nothing vouches for it", leaf.Name())
			v.Fix = "Check that the name still leads to your server"
		}
		return v
	case p.Pin.Mode == esp8266.PinCA:
		v.Reason = fmt.Sprintf("the certificate now comes from another CA (%s)", leaf.IssuerName())
	default:
		v.Reason = fmt.Sprintf("the certificate was renewed on %s%s", leaf.NotBefore.UTC().Format("2 Jan 2006"), v.keyPhrase())
	}
	v.Fix = "Update the pin (espost check --update) and flash the boards again"
	return v
}

func (v Verdict) keyPhrase() string {
	switch {
	case v.KeyKept == nil:
		return ""
	case *v.KeyKept:
		return ", with the same key; a public-key pin would have held"
	}
	return ", with a new key"
}

// timed makes a Right verdict Soon where the expected break is near. end is
// when the pin breaks at the latest.
func (c Checker) timed(v Verdict, expected, end time.Time) Verdict {
	v.Breaks = expected
	if expected.IsZero() || expected.Sub(c.now()) > c.Warn {
		return v
	}
	v.Status = Soon
	v.Reason = fmt.Sprintf("a renewal is expected around %s; the certificate ends on %s",
		expected.UTC().Format("2 Jan 2006"), end.UTC().Format("2 Jan 2006"))
	if expected.Equal(end) {
		v.Reason = "the pinned certificate ends on " + end.UTC().Format("2 Jan 2006")
	}
	v.Fix = "Plan to update the pin then, or pin the public key or the CA"
	return v
}
