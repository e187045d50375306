package profile_test

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/demo"
	"espost/esp8266"
	"espost/internal/testkit/loopback"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// trusting is a pool of the servers' roots, as if they were public CAs.
func trusting(servers ...*demo.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, s := range servers {
		pool.AddCert(s.Root())
	}
	return pool
}

// captured is a profile that pins s by mode, as espost does it; in CA mode the
// root is pinned, which demo doesn't serve.
func captured(t *testing.T, s *demo.Server, mode esp8266.PinMode) *profile.Profile {
	t.Helper()
	p := profile.Session{Profile: profile.New(target(s.URL()))}
	report, err := new(tlsinspect.Client).Inspect(t.Context(), p.Target)
	if err != nil {
		t.Fatal(err)
	}
	known := tlsinspect.Grounds{Named: []string{s.Fingerprint()}}
	if mode == esp8266.PinCA {
		known.Named = append(known.Named, report.Chain[1].SHA1())
	}
	if err := p.Capture(report, mode, known); err != nil {
		t.Fatal(err)
	}
	if mode == esp8266.PinCA {
		p.Pin.CAs = []string{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Root().Raw}))}
	}
	return p.Profile
}

func serve(t *testing.T, o demo.Options) *demo.Server {
	t.Helper()
	s, err := demo.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// What each kind of renewal does to each kind of pin.
func TestCheckAfterRenewal(t *testing.T) {
	right := func(standing profile.Status) string { return string(standing) }
	tests := []struct {
		renewal              demo.Renewal
		fingerprint, key, ca string
		says                 string // of the fingerprint
	}{
		{"", right(profile.Right), right(profile.Right), right(profile.Right), ""},
		{demo.SameKey, right(profile.Broken), right(profile.Right), right(profile.Right), "with the same key"},
		{demo.NewKey, right(profile.Broken), right(profile.Broken), right(profile.Right), "with a new key"},
		{demo.NewIntermediate, right(profile.Broken), right(profile.Broken), right(profile.Right), "with a new key"},
		{demo.NewRoot, right(profile.Broken), right(profile.Broken), right(profile.Broken), "with a new key"},
	}
	for _, tt := range tests {
		t.Run("renewal "+string(tt.renewal), func(t *testing.T) {
			s := serve(t, demo.Options{})
			profiles := map[string]*profile.Profile{
				tt.fingerprint + " fingerprint": captured(t, s, esp8266.PinFingerprint),
				tt.key + " public-key":          captured(t, s, esp8266.PinPublicKey),
				tt.ca + " ca":                   captured(t, s, esp8266.PinCA),
				"right insecure":                captured(t, s, esp8266.PinInsecure),
			}
			if tt.renewal != "" {
				if err := s.Renew(tt.renewal); err != nil {
					t.Fatal(err)
				}
			}
			for want, p := range profiles {
				v := profile.Checker{Roots: trusting(s)}.Check(t.Context(), p)
				if got := string(v.Status) + " " + string(p.Pin.Mode); got != want {
					t.Errorf("got %s, want %s: %s", got, want, v.Reason)
				}
				if p.Pin.Mode != esp8266.PinInsecure && v.Trust == tlsinspect.TrustNone {
					t.Errorf("%s: nothing vouches for the server", want)
				}
				if p.Pin.Mode == esp8266.PinFingerprint && !strings.Contains(v.Reason, tt.says) {
					t.Errorf("%s: %q lacks %q", want, v.Reason, tt.says)
				}
				if v.Served != s.Fingerprint() {
					t.Errorf("%s: served %s", want, v.Served)
				}
			}
		})
	}
}

// Where the pin itself no longer fits, its backup does; and where only that doesn't, it's said in time.
func TestCheckOnBackup(t *testing.T) {
	for _, tt := range []struct {
		renewal demo.Renewal
		status  profile.Status // of a fingerprint with the CA as its backup
		says    string
	}{
		{"", profile.Right, ""},
		{demo.SameKey, profile.Backup, "with the same key; a public-key pin would have held; boards go on by the CA"},
		{demo.NewKey, profile.Backup, "with a new key; boards go on by the CA"},
		{demo.NewRoot, profile.Broken, "with a new key"},
	} {
		t.Run("renewal "+string(tt.renewal), func(t *testing.T) {
			s := serve(t, demo.Options{})
			p := captured(t, s, esp8266.PinFingerprint)
			p.Pin.Backup, p.Pin.CAs = esp8266.PinCA, captured(t, s, esp8266.PinCA).Pin.CAs
			if tt.renewal != "" {
				if err := s.Renew(tt.renewal); err != nil {
					t.Fatal(err)
				}
			}
			check := func() profile.Verdict {
				return profile.Checker{Roots: trusting(s)}.Check(t.Context(), p)
			}
			v := check()
			if v.Status != tt.status || !strings.Contains(v.Reason, tt.says) {
				t.Errorf("%s: %s; want %s with %q", v.Status, v.Reason, tt.status, tt.says)
			}
			if end := s.Root().NotAfter; tt.status != profile.Broken && !v.Breaks.Equal(end) {
				t.Errorf("it breaks on %s, the CA on %s", v.Breaks, end)
			}
			if tt.renewal == "" { // a fingerprint that fits, and a CA that doesn't
				p.Pin.CAs = captured(t, serve(t, demo.Options{}), esp8266.PinCA).Pin.CAs
				if v := check(); v.Status != profile.Soon || !strings.Contains(v.Reason, "its backup doesn't") {
					t.Errorf("with another CA: %s: %s", v.Status, v.Reason)
				}
			}
		})
	}
}

// Another address of the host serves another certificate: that is told in time, unless boards know it by
// their backup.
func TestCheckOfAddressesOnBackup(t *testing.T) {
	s, stranger := serve(t, demo.Options{}), serve(t, demo.Options{})
	look := func(s *demo.Server) *tlsinspect.Report {
		report, err := (&tlsinspect.Client{Roots: trusting(s)}).Inspect(t.Context(), captured(t, s, esp8266.PinFingerprint).Target)
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	p, first, foreign := captured(t, s, esp8266.PinFingerprint), look(s), look(stranger)
	authority := captured(t, s, esp8266.PinCA).Pin.CAs
	if err := s.Renew(demo.NewKey); err != nil {
		t.Fatal(err)
	}
	second := look(s)
	for name, c := range map[string]struct {
		other  *tlsinspect.Report
		backup esp8266.PinMode
		want   profile.Status
	}{
		"by the same CA, without a backup": {second, "", profile.Soon},
		"by the same CA, the backup":       {second, esp8266.PinCA, profile.Right},
		"a stranger's":                     {foreign, esp8266.PinCA, profile.Soon},
	} {
		p.Pin.CAs, p.Pin.Backup = authority, c.backup
		report := *first
		report.Addresses = append(slices.Clone(first.Addresses), tlsinspect.Address{Shown: c.other.Shown})
		if v := (profile.Checker{}).Judge(p, &report); v.Status != c.want {
			t.Errorf("%s: %s: %s", name, v.Status, v.Reason)
		}
	}
}

func TestCheckTime(t *testing.T) {
	s := serve(t, demo.Options{})
	p := captured(t, s, esp8266.PinFingerprint)
	const day = 24 * time.Hour
	for _, tt := range []struct {
		later time.Duration // than now
		warn  time.Duration
		want  profile.Status
	}{
		{0, 14 * day, profile.Right},
		{45 * day, 14 * day, profile.Right},
		{47 * day, 14 * day, profile.Soon}, // the renewal is expected on day 60
		{47 * day, 7 * day, profile.Right},
		{59 * day, 0, profile.Right},
		{61 * day, 0, profile.Soon},
		{89 * day, 0, profile.Soon},
		{100 * day, 0, profile.Soon}, // expired; the board doesn't look at dates
	} {
		c := profile.Checker{Warn: tt.warn, Now: func() time.Time { return time.Now().Add(tt.later) }}
		if v := c.Check(t.Context(), p); v.Status != tt.want {
			t.Errorf("after %v, warning %v: %s (%s), want %s", tt.later, tt.warn, v.Status, v.Reason, tt.want)
		}
	}
}

func TestCheckTrouble(t *testing.T) {
	port, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port.Close)
	s := serve(t, demo.Options{Listen: port.Addr()})
	other := serve(t, demo.Options{})
	p := captured(t, s, esp8266.PinFingerprint)

	p.Target = target(strings.Replace(other.URL(), "localhost", "127.0.0.1", 1))
	if v := (profile.Checker{}).Check(t.Context(), p); v.Status != profile.Broken || v.Trust != tlsinspect.TrustNone || !strings.Contains(v.Reason, "shows another certificate, and nothing vouches for it") {
		t.Errorf("another certificate for the name: %+v", v)
	}
	dialled := serve(t, demo.Options{Listen: "127.0.0.3:0", Trouble: demo.WrongName})
	p.Target = target("https://127.0.0.3:" + dialled.Addr()[strings.LastIndex(dialled.Addr(), ":")+1:])
	if v := (profile.Checker{}).Check(t.Context(), p); v.Status != profile.Broken || v.Trust != tlsinspect.TrustNone || !strings.Contains(v.Reason, "another server answers") {
		t.Errorf("a certificate for another name: %+v", v)
	}

	nameless := serve(t, demo.Options{Trouble: demo.WrongName})
	p = captured(t, nameless, esp8266.PinFingerprint)
	if err := nameless.Renew(demo.SameKey); err != nil {
		t.Fatal(err)
	}
	if v := (profile.Checker{}).Check(t.Context(), p); v.Status != profile.Broken || v.Trust != tlsinspect.TrustSameKey || !strings.Contains(v.Reason, "with the same key") {
		t.Errorf("a server that never had the name, with its key: %+v", v)
	}
	if err := nameless.Renew(demo.NewKey); err != nil {
		t.Fatal(err)
	}
	if v := (profile.Checker{}).Check(t.Context(), p); v.Status != profile.Broken || v.Trust != tlsinspect.TrustNone || !strings.Contains(v.Reason, "another server answers") {
		t.Errorf("a server that never had the name, with another key: %+v", v)
	}

	p = captured(t, s, esp8266.PinFingerprint)
	_ = s.Close()
	v := profile.Checker{}.Check(t.Context(), p)
	if v.Status != profile.Unknown || v.Err == nil || !strings.Contains(v.Reason, "Nothing listens") {
		t.Errorf("no server: %+v", v)
	}
}

func TestCapture(t *testing.T) {
	s := serve(t, demo.Options{})
	for _, mode := range esp8266.PinModes() {
		p := captured(t, s, mode)
		known := len(p.Pin.SHA1) > 0 && p.Pin.SHA1[0] == s.Fingerprint() && p.Pin.PublicKey != ""
		if !p.Pin.Pinned() || p.Pin.Mode != mode || known != (mode != esp8266.PinInsecure) {
			t.Errorf("%s: %+v", mode, p.Pin)
		}
		if err := p.Validate().Err(); err != nil {
			t.Error(err)
		}
		if p.Firmware.Buffers == (esp8266.Buffers{}) {
			t.Errorf("%s: no buffers", mode)
		}
	}
	for _, mode := range esp8266.PinModes() {
		if got := (esp8266.Pin{Mode: mode}).Pinned(); got != (mode == esp8266.PinInsecure) {
			t.Errorf("an empty %s pin: %v", mode, got)
		}
	}
	if err := (&profile.Session{Profile: profile.New(target("x"))}).Capture(&tlsinspect.Report{}, esp8266.PinCA, tlsinspect.Grounds{}); err == nil {
		t.Error("nothing to pin, no error")
	}
}

// A secret that ends is told about before and after, and no update of the pin is
// offered for it.
func TestCheckKnowsWhenASecretEnds(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{})
	p := captured(t, s, esp8266.PinPublicKey)
	now := time.Now()
	for want, days := range map[profile.Status]int{profile.Right: 40, profile.Soon: 20, profile.Broken: -1} {
		p.Request.Fields = []request.Field{{Name: "token", Secret: true, Expires: now.AddDate(0, 0, days)}}
		v := profile.Checker{Roots: trusting(s), Now: func() time.Time { return now }}.Check(t.Context(), p)
		if v.Status != want || want != profile.Right && !strings.Contains(v.Reason, "the secret token end") || want == profile.Broken && v.Report != nil {
			t.Errorf("%d days: %+v", days, v)
		}
	}
}
