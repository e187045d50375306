package tlsinspect

import (
	"math/big"

	"espost/esp8266"
)

// An x509Decoder is BearSSL's decoder of that name (src/x509/x509_decoder.t0):
// the core reads anchors with it, and the server's certificate in fingerprint
// mode.
type x509Decoder struct {
	asn1Reader
	key     publicKey // found, even if an error follows
	subject []byte    // Name, DER
	ca      bool
	whole   bool
}

// A trustAnchor is what the core keeps of a pinned CA certificate
// (BearSSLHelpers.cpp, certificate_to_trust_anchor_inner).
type trustAnchor struct {
	subject []byte // Name, DER
	key     publicKey
	ca      bool
}

// is reports whether an anchor that is no CA has a leaf's name and key
// (x509_minimal.t0, check_single_direct_trust).
func (a trustAnchor) is(subject []byte, k publicKey) bool {
	if a.ca || string(a.subject) != string(subject) {
		return false
	}
	if a.key.isRSA() {
		return k.isRSA() && a.key.n.Cmp(k.n) == 0 && a.key.e.Cmp(k.e) == 0
	}
	return k.isEC() && a.key.group == k.group && string(a.key.point) == string(k.point)
}

// readAnchor reads an anchor as the core does; ok is false for one that it
// leaves out, which is any with an error.
func readAnchor(der []byte) (a trustAnchor, ok bool) {
	d := x509Decoder{asn1Reader: asn1Reader{in: der}}
	code := d.run(d.certificate)
	return trustAnchor{d.subject, d.key, d.ca}, code == 0 && d.whole
}

// pushed is the bytes of a certificate that the engine hands on at a time
// (src/ssl/ssl_hs_common.t0, read-certificate).
const pushed = 256

// boardKey returns the key that the board sees in a server's certificate in
// fingerprint mode, a zero one for none. The core's validator doesn't ask its
// decoder for errors (WiFiClientSecureBearSSL.cpp, insecure_append), so one that
// comes after the key is no matter, and one before it only drops what was pushed
// together with it.
//
// A key that BearSSL has no room for counts as what it says it is: it fails at its
// first use (measured).
func boardKey(der []byte) publicKey {
	d := x509Decoder{asn1Reader: asn1Reader{in: der, chunk: pushed}}
	if code := d.run(d.certificate); code == esp8266.X509LimitExceeded && d.key.algorithm == nil {
		parts, _ := splitCertificate(der)
		if parts.key.isRSA() {
			return parts.key
		}
	}
	return d.key
}

// pinnedKey returns the certificate's key as public-key mode holds it, a zero one
// where BearSSL can't read it. Nothing else of the certificate is read then.
func pinnedKey(c *Certificate) publicKey {
	if k := c.parts.key; k.isRSA() && k.size() > maxKeyBytes {
		return k // for which there is no room: it fails at its first use
	}
	return readKey(c.parts.spki)
}

// readKey reads SubjectPublicKeyInfo, a zero key where BearSSL can't.
func readKey(spki []byte) (k publicKey) {
	r := asn1Reader{in: spki}
	left := int32(len(spki))
	if r.run(func() { r.publicKey(&left, 0, &k) }) != 0 {
		return publicKey{}
	}
	return k
}

// certificate is "main"; 40 for bytes behind the certificate.
func (d *x509Decoder) certificate() {
	total := int32(0xffffff)
	outer := d.sequence(&total)
	tbs := d.sequence(&outer)
	d.version(&tbs)
	inner := d.sequence(&tbs)
	d.skip(&inner)
	d.name(&tbs)
	inner = d.sequence(&tbs)
	d.date(&inner)
	d.date(&inner)
	d.close(inner)
	d.subject = d.name(&tbs)
	d.publicKey(&tbs, 0, &d.key)
	d.extensionList(&tbs, func(oid string, _ bool, value *int32) {
		if oid == derBasicConstraints {
			d.basicConstraints(value)
		} else {
			d.skip(value)
		}
	})
	d.close(tbs)
	inner = d.sequence(&outer)
	d.oid(&inner)
	d.skip(&inner)
	inner = d.bits(&outer)
	d.skip(&inner)
	d.close(outer)
	if d.pos < len(d.in) {
		// One more piece then runs off the end of BearSSL's program, and the board crashes.
		if d.take(1); d.chunk > 0 && d.end < len(d.in) {
			d.key = publicKey{}
		}
		d.stop(esp8266.X509ExtraElement)
	}
	d.whole = true
}

// basicConstraints is "process-basicConstraints": only the flag is wanted, and
// the last one counts.
func (d *x509Decoder) basicConstraints(lim *int32) {
	inner := d.sequence(lim)
	if t := d.tagOrEnd(&inner); t.value == tagBoolean {
		d.ca = d.boolean(&inner, t)
	}
	d.skip(&inner)
}

// publicKey reads SubjectPublicKeyInfo, as both of BearSSL's readers do: 49 for
// other keys than RSA and EC on the board's curves, 50 for one that is too
// long, 60 for an RSA modulus under least bytes. k is set as soon as the key is read.
func (r *asn1Reader) publicKey(lim *int32, least int, k *publicKey) {
	spki := r.sequence(lim)
	algorithm := r.sequence(&spki)
	switch oid := r.oid(&algorithm); oid {
	case derRSA:
		r.skip(&algorithm)
		*k = r.rsaKey(&spki, least)
	case derEC:
		oid := r.oid(&algorithm)
		group, ok := derCurves[oid]
		var bits int32
		if ok {
			r.close(algorithm)
			bits = r.bits(&spki)
		} else {
			// Where that only drops a piece, BearSSL goes on one value short: each
			// count is taken for the one inside it, and the innermost for the curve.
			r.fail(esp8266.X509Unsupported)
			group = esp8266.Group(algorithm)
			r.close(spki)
			bits = r.bits(lim)
		}
		if bits > maxKeyBytes {
			r.stop(esp8266.X509LimitExceeded)
		}
		*k = publicKey{algorithm: oidEC, group: group, point: r.take(bits)}
		if !ok {
			r.stop(esp8266.X509Unsupported) // no key follows
		}
	default:
		r.stop(esp8266.X509Unsupported)
	}
	r.close(spki)
}

func (r *asn1Reader) rsaKey(spki *int32, least int) publicKey {
	bits := r.bits(spki)
	inner := r.sequence(&bits)
	n := r.integer(&inner, maxKeyBytes)
	e := r.integer(&inner, maxKeyBytes-len(n))
	r.close(inner)
	if len(n) < least {
		r.fail(esp8266.X509WeakPublicKey)
	}
	r.close(bits)
	return publicKey{
		algorithm: oidRSA, n: new(big.Int).SetBytes(n), e: new(big.Int).SetBytes(e), nLen: len(n), eLen: len(e),
	}
}

// Object identifiers of keys, as asn1Reader returns them.
const (
	derRSA = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	derEC  = "\x2a\x86\x48\xce\x3d\x02\x01"
)

var derCurves = map[string]esp8266.Group{
	"\x2a\x86\x48\xce\x3d\x03\x01\x07": esp8266.P256,
	"\x2b\x81\x04\x00\x22":             esp8266.P384,
	"\x2b\x81\x04\x00\x23":             esp8266.P521,
}
