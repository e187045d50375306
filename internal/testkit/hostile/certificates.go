package hostile

import (
	"bytes"
	"crypto/tls"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte/asn1"
)

// Payloads are texts that must reach no screen as they are: what moves a
// cursor, sets a window's title, reorders, hides or cuts a text short.
func Payloads() []string {
	return []string{
		"\x1b[2J\x1b[H\x1b[31m",            // ECMA-48: erase the screen
		"\x1b]0;owned\a",                   // the window's title
		"\x1b]52;c;b3duZWQ=\x1b\\",         // the clipboard
		"\x1bP+q544e\x1b\\",                // a question to the terminal
		"\u009b31m\u009d0;owned\u009c",     // the same with C1 controls
		"good.example\x00.evil.example",    // NUL
		"\u202egpj.exe\u202c",              // bidi override
		"\u2066isolate\u2069\u200e\u200f",  // bidi isolates and marks
		"a\u200bb\u200dc\ufeffd\u00ade",    // invisible
		"line\r\nforged: line\n\x1b[1A",    // more lines than one
		"back\b\b\b\bspace\x7f",            // overwriting
		"sep\u2028sep\u2029",               // line separators
		"tag\U000e0041\U000e007f \ue000",   // tags, private use
		"filler\u3164\u115f",               // letters without a look
		"bad\xff\xfe\xc0\x80\xed\xa0\x80.", // no UTF-8
	}
}

// certificateTricks are certificates with one strange part.
func certificateTricks() []Behaviour {
	serials := [][]byte{{}, {0}, {0x80}, {0xff, 0xff}, {0, 0, 1}, bytes.Repeat([]byte{0x7f}, 21), bytes.Repeat([]byte{0x7f}, 8192)}
	names := doctoredNames()
	times := strangeTimes()
	extras := strangeExtensions()
	whole := brokenCertificates()
	return []Behaviour{
		{
			Name: "strange serials", About: "has a negative, huge, empty or zero serial number", Layer: Certificate, Variants: len(serials), Usable: true,
			serve: shows(func(v int) certificate { c := goodLeaf(); c.serial = serials[v]; return c }),
		},
		{
			Name: "doctored names", About: "has escape sequences, NUL, bidi marks and broken UTF-8 in each of its names", Layer: Certificate, Variants: len(names), Usable: true,
			serve: shows(func(v int) certificate { return names[v] }),
		},
		{
			Name: "absurd dates", About: "is valid in other millennia, backwards, or never", Layer: Certificate, Variants: len(times), Usable: true,
			serve: shows(func(v int) certificate {
				c := goodLeaf()
				c.notBefore, c.notAfter = times[v][0], times[v][1]
				return c
			}),
		},
		{
			Name: "strange extensions", About: "has extensions that are broken, critical, doubled or huge", Layer: Certificate, Variants: len(extras), Usable: true,
			serve: shows(func(v int) certificate { c := goodLeaf(); c.extensions = extras[v]; return c }),
		},
		{
			Name: "broken certificates", About: "is cut short, nested without end, or not DER at all", Layer: Certificate, Variants: len(whole), Usable: true,
			serve: afterHello(func(c *Conn, client [32]byte) {
				f := goodFlight(client)
				f.chain = [][]byte{whole[c.variant]}
				c.say(f.records())
			}),
		},
	}
}

// shows makes an otherwise good TLS server show a certificate.
func shows(leaf func(variant int) certificate) func(*Conn) {
	return func(c *Conn) {
		c.serveTLS(served(leaf(c.variant).der()), func(conn *tls.Conn) { c.answer(conn, okAnswer) })
	}
}

// doctoredNames are certificates with all payloads in one part.
func doctoredNames() []certificate {
	text := []byte("localhost " + strings.Join(Payloads(), " "))
	var all []certificate
	add := func(change func(c *certificate)) {
		c := goodLeaf()
		change(&c)
		all = append(all, c)
	}
	attributes := map[string]asn1.Tag{ // by OID, the string types in use
		oidCN: asn1.UTF8String, "\x55\x04\x0a": asn1.UTF8String, "\x55\x04\x0b": asn1.T61String, "\x55\x04\x06": asn1.PrintableString,
		"\x55\x04\x05": asn1.PrintableString, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01": asn1.IA5String,
		"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19": asn1.IA5String, "\x2a\x03\x04": asn1.UTF8String, "\x55\x04\x03\x01": asn1.Tag(30), // BMPString
	}
	encoded := make([]string, 0, len(attributes))
	for e := range attributes {
		encoded = append(encoded, e)
	}
	slices.Sort(encoded)
	for _, e := range encoded {
		name := element(asn1.SEQUENCE, attribute(e, attributes[e], text))
		add(func(c *certificate) { c.subject = name })
		add(func(c *certificate) { c.issuer = name })
	}
	// One payload by itself each: package x509 reads UTF-8 only where all of it is.
	for _, p := range Payloads() {
		add(func(c *certificate) { c.subject, c.issuer = commonName(p), commonName(p) })
		add(func(c *certificate) { c.extensions = [][]byte{alternativeNames(dnsName([]byte(p)))} })
	}
	const rfc822, directory, uri, ip = 1, 4, 6, 7 // GeneralName (RFC 5280 §4.2.1.6)
	add(func(c *certificate) {
		c.extensions = [][]byte{alternativeNames(element(asn1.Tag(rfc822).ContextSpecific(), text))}
	})
	add(func(c *certificate) {
		c.extensions = [][]byte{alternativeNames(element(asn1.Tag(uri).ContextSpecific(), text))}
	})
	add(func(c *certificate) {
		c.extensions = [][]byte{alternativeNames(element(asn1.Tag(ip).ContextSpecific(), text))}
	})
	add(func(c *certificate) {
		c.extensions = [][]byte{alternativeNames(element(asn1.Tag(directory).Constructed().ContextSpecific(), commonName(string(text))))}
	})
	add(func(c *certificate) { c.subject = commonName(string(repeated("x\x1b[31m", 60000))) })
	add(func(c *certificate) { c.subject, c.issuer = element(asn1.SEQUENCE), element(asn1.SEQUENCE) })
	return all
}

// strangeTimes are pairs of notBefore and notAfter.
func strangeTimes() [][2][]byte {
	utc := func(s string) []byte { return element(asn1.UTCTime, []byte(s)) }
	general := func(s string) []byte { return element(asn1.GeneralizedTime, []byte(s)) }
	return [][2][]byte{
		{general("00000101000000Z"), general("99991231235959Z")}, // without an end (RFC 5280 §4.1.2.5)
		{utc("491231235959Z"), utc("500101000000Z")},             // 2049 to 1950
		{general("99991231235959Z"), general("00010101000000Z")},
		{utc("200101000000Z"), utc("200101000000Z")},
		{utc("700101000000Z"), utc("800101000000Z")},
		{utc("201301000000Z"), utc("491340256060Z")}, // months, days and hours that are none
		{utc("2001010000Z"), utc("4912312359Z")},     // without seconds
		{utc("200101000000+0100"), general("20491231235959.5Z")},
		{utc("\x1b[2J\u202e"), utc("\x00")},
		{utc(""), general("")},
		{element(asn1.INTEGER, []byte{1}), element(asn1.INTEGER, []byte{2})},
	}
}

// strangeExtensions are lists of extensions.
func strangeExtensions() [][][]byte {
	localhost := alternativeNames(dnsName([]byte("localhost")))
	var many [][]byte
	for range 5000 {
		many = append(many, dnsName([]byte("a\x1b.example")))
	}
	const basicConstraints, nameConstraints, keyUsage, unknown = "\x55\x1d\x13", "\x55\x1d\x1e", "\x55\x1d\x0f", "\x2a\x03\x04\x05"
	return [][][]byte{
		{},
		{localhost, localhost},
		{alternativeNames()},
		{alternativeNames(many...)},
		{alternativeNames(element(asn1.Tag(7).ContextSpecific(), make([]byte, 5)))},
		{extra(oidSAN, true, []byte("\x30\x84\xff\xff\xff\xff"))},
		{localhost, extra(unknown, true, []byte("\x1b[2J"))},
		{localhost, extra(unknown, false, make([]byte, 60000))},
		{localhost, extra(basicConstraints, true, []byte("\x30\x06\x01\x01\xff\x02\x01\xff"))},
		{localhost, extra(nameConstraints, true, []byte("\x30\x00"))},
		{localhost, extra(keyUsage, true, []byte("\x03\x02\x07\x00"))},
		{localhost, extra("", false, nil)},
	}
}

// brokenCertificates hold no key that anybody could find.
func brokenCertificates() [][]byte {
	deep := nested(10000)
	good := goodLeaf()
	nestedName, nestedKey := good, good
	nestedName.subject, nestedKey.spki = deep, deep
	return [][]byte{
		{}, {0x30}, {0x30, 0x80, 0, 0}, {0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
		good.der()[:100],
		append(good.der(), 0),
		deep, nestedKey.der(), nestedName.der(),
		noise(1, 1000), repeated("\x1b[2J", 1000), []byte("-----BEGIN CERTIFICATE-----\n"),
	}
}

// nested is a SEQUENCE in a SEQUENCE, and so on.
func nested(levels int) []byte {
	const header = 6 // tag, and a length in four bytes
	var der []byte
	for left := levels - 1; left >= 0; left-- {
		der = append(der, 0x30, 0x84, 0, 0, 0, 0)
		putLength(der[len(der)-4:], left*header)
	}
	return der
}
