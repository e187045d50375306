package demo

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"strings"
	"time"
)

// A Trouble is something that goes wrong with servers, to see what it looks
// like from a board. Empty means none.
type Trouble string

// The troubles.
const (
	Expired        Trouble = "expired"
	NotYetValid    Trouble = "not-yet-valid"
	WrongName      Trouble = "wrong-name"
	NoIntermediate Trouble = "no-intermediate"
	Rotate         Trouble = "rotate"
	TLS13          Trouble = "tls13"
	Ed25519        Trouble = "ed25519"
	ClientCert     Trouble = "client-cert"
	Reset          Trouble = "reset"
	Silence        Trouble = "silence"
	PlainHTTP      Trouble = "plain-http"
	Slow           Trouble = "slow"
	BigRecords     Trouble = "big-records"
	Endless        Trouble = "endless"
	Redirect       Trouble = "redirect"
	Failing        Trouble = "failing"
	Closing        Trouble = "closing"
)

// A TroubleInfo describes a trouble for people.
type TroubleInfo struct {
	Trouble Trouble
	About   string
}

var troubles = [...]TroubleInfo{
	{Expired, "the certificate expired ten days ago"},
	{NotYetValid, "the certificate is valid from ten days on"},
	{WrongName, "the certificate is for another host"},
	{NoIntermediate, "the intermediate certificate is not sent"},
	{Rotate, "the certificate is renewed every 20 seconds, with a new key"},
	{TLS13, "only TLS 1.3 is spoken"},
	{Ed25519, "the certificate holds an Ed25519 key"},
	{ClientCert, "a client certificate is wanted"},
	{Reset, "the connection is reset during the handshake"},
	{Silence, "the connection is accepted, and nothing follows"},
	{PlainHTTP, "HTTP is spoken, not HTTPS"},
	{Slow, "each answer takes seven seconds; a board waits five"},
	{BigRecords, "each answer has 64 KB, in TLS records of 16 KB"},
	{Endless, "the answer's body never ends"},
	{Redirect, "the form is sent elsewhere (307)"},
	{Failing, "each answer is an internal error (500)"},
	{Closing, "each connection is closed after one answer"},
}

// Troubles returns every trouble that a Server can play.
func Troubles() []TroubleInfo {
	all := troubles
	return all[:]
}

// Check reports whether there is such a trouble. The error names those there are.
func (t Trouble) Check() error {
	if t == "" {
		return nil
	}
	var names []string
	for _, i := range troubles {
		if i.Trouble == t {
			return nil
		}
		names = append(names, string(i.Trouble))
	}
	return fmt.Errorf("there is no trouble %q; choose one of %s", string(t), strings.Join(names, ", "))
}

// rotation is how long Rotate keeps a certificate.
const rotation = 20 * time.Second

// notBefore is the start of validity of certificates made at now.
func (t Trouble) notBefore(now time.Time) time.Time {
	const tenDays = 10 * 24 * time.Hour
	switch t {
	case Expired:
		return now.Add(-LeafLifetime - tenDays)
	case NotYetValid:
		return now.Add(tenDays + backdate)
	}
	return now
}

// names are what the certificate is for, instead of the server's own.
func (t Trouble) names(own []string) []string {
	if t == WrongName {
		return []string{"wrong.espost.test"}
	}
	return own
}

// leafKey makes the leaf's key.
func (t Trouble) leafKey(kind Key) (crypto.Signer, error) {
	if t == Ed25519 {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return kind.generate()
}

// configure changes what the server speaks.
func (t Trouble) configure(c *tls.Config) {
	switch t {
	case TLS13:
		c.MinVersion = tls.VersionTLS13
	case ClientCert:
		c.ClientAuth = tls.RequireAnyClientCert
	case BigRecords:
		c.DynamicRecordSizingDisabled = true
	}
}

// present changes what certificates are sent.
func (t Trouble) present(c *tls.Certificate) *tls.Certificate {
	if t == NoIntermediate {
		c.Certificate = c.Certificate[:1]
	}
	return c
}
