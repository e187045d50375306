package profile

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
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
	Backup  Status = "backup"  // it does by the pin's backup, which is all that fits
	Soon    Status = "soon"    // it does, but the pin, or its backup, is about to break
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
	// What a backup is good for now tells only a whole look.
	if expected := p.Pin.Expires.Add(-renewalLead); p.Pin.Mode == esp8266.PinFingerprint && p.Pin.Backup == "" && expected.Sub(c.now()) > c.Warn {
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
	kept := p.Pin.PublicKey != "" && tlsinspect.SamePEM(p.Pin.PublicKey, leaf.PublicKeyPEM())
	// A key that is named without a proof may be anybody's.
	if p.Pin.PublicKey != "" && !slices.Contains(p.Pin.SHA1, v.Served) && (!kept || r.Proven) { // mutant TestTwentyServers in ./test/trust: (!kept || r.Proven) => true
		v.KeyKept = &kept
	}
	switch p.Pin.Mode {
	case esp8266.PinFingerprint:
		if !slices.Contains(p.Pin.SHA1, v.Served) {
			return c.unfit(v, p, r)
		}
		if other := strangers(p, r); other != "" {
			v.Status = Soon
			v.Reason = "another address of the host serves " + other + ": boards that get there refuse it"
			v.Fix = "Make sure that it is your server's, then pin both fingerprints, or the public key or the CA"
			return v
		}
		if p.Pin.By(esp8266.PinCA) {
			return c.timedByCA(v, p, r)
		}
		return c.timed(v, leaf.Renewal(), leaf.NotAfter)
	case esp8266.PinPublicKey:
		if !kept {
			return c.unfit(v, p, r)
		}
		if p.Pin.By(esp8266.PinCA) && r.AnchoredIn(p.Pin.CAs) < 0 {
			return c.timedByCA(v, p, r)
		}
	case esp8266.PinCA:
		if r.AnchoredIn(p.Pin.CAs) < 0 {
			return c.unfit(v, p, r)
		}
		return c.timedByCA(v, p, r)
	}
	return v
}

// timedByCA is timed for a pin that holds as long as its CA does.
func (c Checker) timedByCA(v Verdict, p *Profile, r *tlsinspect.Report) Verdict {
	i := r.AnchoredIn(p.Pin.CAs)
	if i < 0 {
		v.Status = Soon
		v.Reason = "it fits the server, but its backup doesn't: the certificate comes from another CA (" + r.Chain[0].IssuerName() + ")"
		v.Fix = "Take that one (espost check --update) and flash the boards again"
		return v
	}
	end := tlsinspect.NotAfter(p.Pin.CAs[i])
	return c.timed(v, end, end)
}

// strangers returns a fingerprint that is served but isn't pinned, by an address that boards don't know by
// the pin's backup either.
func strangers(p *Profile, r *tlsinspect.Report) string {
	for _, a := range r.Addresses {
		if sha1 := a.Fingerprint(); sha1 != "" && !slices.Contains(p.Pin.SHA1, sha1) && r.BackupFor(a.Shown, p.Pin) == "" {
			return sha1
		}
	}
	return ""
}

// unfit says what becomes of boards whose pin doesn't fit by its own mode: they go on
// by its backup, or no longer.
func (c Checker) unfit(v Verdict, p *Profile, r *tlsinspect.Report) Verdict {
	how := r.Backup(p.Pin)
	if how == "" {
		return v.broken(p, r)
	}
	v.Status = Backup
	v.Reason = v.renewed(p, r)
	if v.Trust == tlsinspect.TrustNone {
		v.Reason = "the server shows another certificate than the pinned one"
	}
	v.Reason += "; boards go on by " + how
	v.Fix = "Take the new pin at leisure (espost check --update), and flash the boards when you have them at hand"
	if i := r.AnchoredIn(p.Pin.CAs); i >= 0 && p.Pin.By(esp8266.PinCA) {
		v.Breaks = tlsinspect.NotAfter(p.Pin.CAs[i])
	}
	return v
}

// broken says why a pin doesn't fit what is served. That a certificate was renewed
// is said only where something vouches for the new one.
func (v Verdict) broken(p *Profile, r *tlsinspect.Report) Verdict {
	v.Status = Broken
	leaf := r.Chain[0]
	if v.Trust == tlsinspect.TrustNone { // mutant TestTwentyServers in ./test/trust: v.Trust == tlsinspect.TrustNone => false
		v.Reason = "the server shows another certificate, and nothing vouches for it: " + r.Served(p.Pin)
		v.Fix = "Compare the digits with the certificate's file on the server, or look through another network; if it is your server's, name them: espost check --update --trust-new " + toName(p.Pin, r)
		if r.Findings.Has(tlsinspect.CodeNameMismatch) {
			v.Reason = fmt.Sprintf("another server answers: its certificate is for %s, and nothing vouches for it", leaf.Name())
			v.Fix = "Check that the name still leads to your server"
		}
		return v
	}
	v.Reason = v.renewed(p, r)
	v.Fix = "Update the pin (espost check --update) and flash the boards again"
	return v
}

// toName is the fingerprint that the user has to vouch for so that the pin's successor is taken.
func toName(pin esp8266.Pin, r *tlsinspect.Report) string {
	choice, _ := r.Best(pin.Mode, tlsinspect.Grounds{Pin: pin})
	return (&tlsinspect.TrustError{Report: r, Choice: choice}).Name()
}

// renewed says what became of the certificate.
func (v Verdict) renewed(p *Profile, r *tlsinspect.Report) string {
	leaf := r.Chain[0]
	if p.Pin.Mode == esp8266.PinCA {
		return fmt.Sprintf("the certificate now comes from another CA (%s)", leaf.IssuerName())
	}
	return fmt.Sprintf("the certificate was renewed on %s%s", leaf.NotBefore.UTC().Format("2 Jan 2006"), v.keyPhrase())
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
