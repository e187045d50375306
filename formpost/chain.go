package formpost

import (
	"crypto/x509"

	"espost/esp8266"
	"espost/tlsinspect"
)

// judgeChain returns BearSSL's error for the chain as served, or 0 if the board
// trusts it: the judge is tlsinspect's, so that what a look said about a CA holds
// for the test POST.
func (p *pinCheck) judgeChain(chain []*x509.Certificate, suite uint16) esp8266.SSLError {
	var served []*tlsinspect.Certificate
	for _, c := range chain {
		served = append(served, tlsinspect.NewCertificate(c.Raw))
	}
	s, _ := esp8266.CipherSuiteByID(suite)
	return tlsinspect.ValidateChain(served, p.anchors, p.host, p.now(), s.KeyExchange)
}
