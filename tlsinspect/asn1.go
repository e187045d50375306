package tlsinspect

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"net"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// certificateParts are the pieces of a certificate that are found without
// judging them, so that they are there for certificates that x509 refuses too.
// What comes after the first broken element stays zero.
type certificateParts struct {
	whole             bool   // everything was found
	tbs               []byte // the signed part, with its header
	version           int    // 2 for X.509 v3
	serial            []byte
	signatureOID      asn1.ObjectIdentifier
	issuer            []byte // Name, DER
	notBefore         time.Time
	notAfter          time.Time
	badDates          bool
	subject           []byte // Name, DER
	spki              []byte // SubjectPublicKeyInfo, DER
	key               publicKey
	extensions        []pkix.Extension
	outerSignatureOID asn1.ObjectIdentifier
	signature         []byte
}

var errCertificate = errors.New("the certificate's DER is broken")

// splitCertificate finds the parts (RFC 5280 §4.1). On an error the parts found
// before it are returned.
func splitCertificate(der []byte) (certificateParts, error) {
	var p certificateParts
	input := cryptobyte.String(der)
	var outer, tbs cryptobyte.String
	if !input.ReadASN1(&outer, cbasn1.SEQUENCE) || !input.Empty() {
		return p, errCertificate
	}
	var tbsElement cryptobyte.String
	if !outer.ReadASN1Element(&tbsElement, cbasn1.SEQUENCE) {
		return p, errCertificate
	}
	p.tbs = tbsElement
	if !tbsElement.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return p, errCertificate
	}
	if err := p.splitTBS(tbs); err != nil {
		return p, err
	}
	var signature asn1.BitString
	if !readAlgorithm(&outer, &p.outerSignatureOID) || !outer.ReadASN1BitString(&signature) {
		return p, errCertificate
	}
	p.signature = signature.RightAlign()
	p.whole = true
	return p, nil
}

// splitTBS reads the signed part's fields.
func (p *certificateParts) splitTBS(tbs cryptobyte.String) error {
	var serial, validity cryptobyte.String
	var issuer, subject, spki cryptobyte.String
	if !tbs.ReadOptionalASN1Integer(&p.version, cbasn1.Tag(0).Constructed().ContextSpecific(), 0) ||
		!tbs.ReadASN1(&serial, cbasn1.INTEGER) {
		return errCertificate
	}
	p.serial = serial
	if !readAlgorithm(&tbs, &p.signatureOID) || !tbs.ReadASN1Element(&issuer, cbasn1.SEQUENCE) {
		return errCertificate
	}
	p.issuer = issuer
	if !tbs.ReadASN1(&validity, cbasn1.SEQUENCE) {
		return errCertificate
	}
	var ok, okToo bool
	p.notBefore, ok = readTime(&validity)
	p.notAfter, okToo = readTime(&validity)
	p.badDates = !ok || !okToo || !validity.Empty()
	if !tbs.ReadASN1Element(&subject, cbasn1.SEQUENCE) {
		return errCertificate
	}
	p.subject = subject
	if !tbs.ReadASN1Element(&spki, cbasn1.SEQUENCE) {
		return errCertificate
	}
	p.spki = spki
	p.key = parsePublicKey(spki)
	var list cryptobyte.String
	var present bool
	if !tbs.SkipOptionalASN1(cbasn1.Tag(1).ContextSpecific()) || !tbs.SkipOptionalASN1(cbasn1.Tag(2).ContextSpecific()) ||
		!tbs.ReadOptionalASN1(&list, &present, cbasn1.Tag(3).Constructed().ContextSpecific()) {
		return errCertificate
	}
	if present {
		return p.splitExtensions(list)
	}
	return nil
}

func (p *certificateParts) splitExtensions(list cryptobyte.String) error {
	if !list.ReadASN1(&list, cbasn1.SEQUENCE) {
		return errCertificate
	}
	for !list.Empty() {
		var one, value cryptobyte.String
		var e pkix.Extension
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&e.Id) {
			return errCertificate
		}
		if one.PeekASN1Tag(cbasn1.BOOLEAN) && !one.ReadASN1Boolean(&e.Critical) {
			return errCertificate
		}
		if !one.ReadASN1(&value, cbasn1.OCTET_STRING) {
			return errCertificate
		}
		e.Value = value
		p.extensions = append(p.extensions, e)
	}
	return nil
}

// readAlgorithm reads an AlgorithmIdentifier and drops its parameters.
func readAlgorithm(s *cryptobyte.String, oid *asn1.ObjectIdentifier) bool {
	var algorithm cryptobyte.String
	return s.ReadASN1(&algorithm, cbasn1.SEQUENCE) && algorithm.ReadASN1ObjectIdentifier(oid)
}

// readTime reads a UTCTime or GeneralizedTime in UTC, to the second (RFC 5280
// §4.1.2.5). Like BearSSL it takes fractions of a second.
func readTime(s *cryptobyte.String) (t time.Time, ok bool) {
	var text cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&text, &tag) {
		return t, false
	}
	var err error
	switch tag {
	case cbasn1.UTCTime:
		t, err = time.Parse("060102150405Z", string(text))
		if t.Year() >= 2050 { // two digits stand for 1950 to 2049
			t = t.AddDate(-100, 0, 0)
		}
	case cbasn1.GeneralizedTime:
		t, err = time.Parse("20060102150405Z", string(text))
	default:
		return t, false
	}
	return t, err == nil
}

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

// alternativeNames returns the DNS names and addresses of subjectAltName
// (RFC 5280 §4.2.1.6).
func (p *certificateParts) alternativeNames() (names, ips []string) {
	for _, e := range p.extensions {
		if !e.Id.Equal(oidSubjectAltName) {
			continue
		}
		list := cryptobyte.String(e.Value)
		if !list.ReadASN1(&list, cbasn1.SEQUENCE) {
			return nil, nil
		}
		for !list.Empty() {
			var value cryptobyte.String
			var tag cbasn1.Tag
			if !list.ReadAnyASN1(&value, &tag) {
				return names, ips
			}
			switch {
			case tag == cbasn1.Tag(2).ContextSpecific():
				names = append(names, string(value))
			case tag == cbasn1.Tag(7).ContextSpecific() && (len(value) == 4 || len(value) == 16):
				ips = append(ips, net.IP(value).String())
			}
		}
	}
	return names, ips
}

// name decodes a Name, nil when it is broken.
func name(der []byte) *pkix.Name {
	var sequence pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &sequence); err != nil || len(rest) > 0 {
		return nil
	}
	n := new(pkix.Name)
	n.FillFromRDNSequence(&sequence)
	return n
}

func nameString(der []byte) string {
	if n := name(der); n != nil {
		return n.String()
	}
	return ""
}

// commonNames returns the subject's, first to last.
func (p *certificateParts) commonNames() (names []string) {
	n := name(p.subject)
	if n == nil {
		return nil
	}
	for _, attribute := range n.Names {
		if cn, ok := attribute.Value.(string); ok && attribute.Type.Equal(oidCommonName) {
			names = append(names, cn)
		}
	}
	return names
}

var oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}
