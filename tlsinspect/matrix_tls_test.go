package tlsinspect_test

import (
	"crypto/elliptic"
	"crypto/tls"
	"errors"
	"slices"
	"testing"
)

func TestMatrixProtocols(t *testing.T) {
	rsa, ec := selfSigned(t, rsa2048()), selfSigned(t, p256())
	const old = "ALL:@SECLEVEL=0"
	setups := []setup{
		{"TLS 1.0 only", withOpenSSL(rsa, "-tls1", "-cipher", old), nil, true, []string{"old-tls"}, nil},
		{"TLS 1.0 only, ECDSA", withOpenSSL(ec, "-tls1", "-cipher", old), nil, true, []string{"old-tls"}, nil},
		{"TLS 1.1 only", withOpenSSL(rsa, "-tls1_1", "-cipher", old), nil, true, []string{"old-tls"}, nil},
		{"TLS 1.2 only", withOpenSSL(rsa, "-tls1_2"), nil, true, nil, []string{"old-tls"}},
		{"TLS 1.3 only", withOpenSSL(rsa, "-tls1_3"), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.3 only, Go", withGo(ec, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.3 only, nginx", withNginx(rsa, "ssl_protocols TLSv1.3;"), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.3 only, gnutls", withGnuTLS(rsa, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.2 only, gnutls", withGnuTLS(rsa, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"), nil, true, nil, nil},
		{"DHE only", withOpenSSL(rsa, "-tls1_2", "-cipher", "DHE-RSA-AES128-SHA256"), nil, false, []string{"no-shared-suite"}, nil},
		{"Camellia only", withOpenSSL(rsa, "-tls1_2", "-cipher", "ECDHE-RSA-CAMELLIA128-SHA256"), nil, false, []string{"no-shared-suite"}, nil},
		{"X25519 only", withOpenSSL(rsa, "-cipher", "ECDHE", "-groups", "X25519"), nil, true, nil, nil},
		{"P-384 only", withOpenSSL(rsa, "-cipher", "ECDHE", "-groups", "P-384"), nil, true, nil, nil},
		{"P-521 only", withOpenSSL(ec, "-groups", "P-521:P-256"), nil, true, nil, nil},
		{"X448 only", withOpenSSL(rsa, "-cipher", "ECDHE", "-groups", "X448"), nil, false, nil, nil},
		{"optional client certificate", withOpenSSL(rsa, "-verify", "1", "-tls1_2"), nil, true, []string{"client-certificate-wanted"}, nil},
		{"client certificate, nginx", withNginx(rsa, "ssl_verify_client optional_no_ca;"), nil, true, []string{"client-certificate-wanted"}, nil},
		{"client certificate required", withOpenSSL(rsa, "-Verify", "1", "-tls1_2"), nil, false, []string{"client-certificate-wanted"}, nil},
		{"client certificate required, Go", withGo(ec, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), nil, false, []string{"client-certificate-wanted"}, nil},
		{"no session tickets, gnutls", withGnuTLS(ec, "--noticket"), nil, true, nil, nil},
		{"needs a name", withGo(ec, func(c *tls.Config) {
			c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				if h.ServerName == "" {
					return nil, errors.New("who?")
				}
				return nil, nil
			}
		}), nil, true, []string{"sni-needed"}, nil},
		{"serves another without a name", withGo(ec, func(c *tls.Config) {
			mine, other := c.Certificates[0], rsa.tls()
			c.Certificates = nil
			c.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				if h.ServerName == "" {
					return &other, nil
				}
				return &mine, nil
			}
		}), nil, true, []string{"sni-needed"}, nil},
		{"serves browsers another", withGo(rsa, func(c *tls.Config) {
			other := ec.tls()
			c.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				if slices.Contains(h.SupportedVersions, tls.VersionTLS13) {
					return &other, nil
				}
				return nil, nil
			}
		}), nil, true, []string{"browser-sees-another"}, nil},
		{"another's certificate", withGo(&identity{cert: rsa.cert, key: rsa1024()}), nil, false, []string{"bad-key-proof"}, nil},
		{"another's certificate, ECDSA", withGo(&identity{cert: ec.cert, key: ecKey(elliptic.P256())()}), nil, false, []string{"bad-key-proof"}, nil},
		{"TLS 1.0, another's key", withGo(&identity{cert: rsa.cert, key: rsa4096()}, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS10 }), nil, false, []string{"bad-key-proof"}, nil},
	}
	for _, suite := range []string{
		"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA",
		"AES128-GCM-SHA256", "AES256-CCM", "AES128-CCM8", "AES256-SHA256", "AES128-SHA",
	} {
		setups = append(setups, setup{suite, withOpenSSL(rsa, "-tls1_2", "-cipher", suite), nil, true, nil, nil})
	}
	for _, suite := range []string{"ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES256-CCM8", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256"} {
		setups = append(setups, setup{suite, withOpenSSL(ec, "-tls1_2", "-cipher", suite), nil, true, []string{"basic-ciphers-refused"}, nil})
	}
	run(t, setups)
}
