package malformed

import "fmt"

// A way is one thing that can be wrong with an element.
type way struct {
	name   string
	change func(n *node)
}

// ways are those that any element can be malformed in.
var ways = [...]way{
	{"has another tag", func(n *node) { n.tag = n.tag&0x20 | 5 }},
	{"is constructed instead of primitive, or primitive instead of constructed", func(n *node) { n.tag ^= 0x20 }},
	{"is of class application", func(n *node) { n.tag |= 0x40 }},
	{"is of another class", func(n *node) { n.tag ^= 0x80 }},
	{"has a tag of more bytes", func(n *node) { n.tag |= 0x1f }},
	{"has no definite length", func(n *node) { n.header = func(tag byte, _ int) []byte { return []byte{tag, 0x80} } }},
	{"has its length in more bytes than it needs", func(n *node) {
		n.header = func(tag byte, length int) []byte { return []byte{tag, 0x83, 0, byte(length >> 8), byte(length)} }
	}},
	{"ends too late", func(n *node) { n.header = func(tag byte, length int) []byte { return derHeader(tag, length+1) } }},
	{"ends too early", func(n *node) {
		n.header = func(tag byte, length int) []byte { return derHeader(tag, max(length-1, 0)) }
	}},
	{"is empty", func(n *node) { n.setValue(nil) }},
	{"has a byte too many", func(n *node) { n.setValue(append(n.content(), 0)) }},
	{"has an element too many", func(n *node) { n.setValue(append(n.content(), 5, 0)) }},
	{"begins with a zero", func(n *node) { n.setValue(append([]byte{0}, n.content()...)) }},
	{"begins with another byte", func(n *node) {
		if c := n.content(); len(c) > 0 {
			n.setValue(append([]byte{c[0] ^ 0x80}, c[1:]...))
		}
	}},
	{"is there twice", func(n *node) { n.after = n.encode() }},
	{"is missing", func(n *node) {
		n.header = func(byte, int) []byte { return nil }
		n.setValue(nil)
	}},
	{"has a stranger behind it", func(n *node) { n.after = []byte{5, 0} }},
}

func (n *node) setValue(v []byte) { n.prefix, n.kids, n.value = nil, nil, v }

// values are contents for one tag each: dates, key usages, numbers, flags, names
// and texts.
var values = map[byte][]string{
	0x17: { // UTCTime
		"2001010000Z", "200101000000", "200101000000+0000", "200101000000z", "20010100000Z", "201301000000Z",
		"200100000000Z", "200230000000Z", "200101240000Z", "200101006000Z", "200101000061Z", "491231235960Z",
		"200101000000.5Z", "491231235959.Z", "200101000000ZZ", "2001010000 0Z", "000229000000Z", "490229000000Z",
		"500101000000Z", "491231235959Z", "-00101000000Z",
	},
	0x03: { // BIT STRING
		"\x00", "\x07\x80", "\x07\x00", "\x00\x00", "\x08\x80", "\x00\x04", "\x03\x04", "\x02\x04", "\x05\xff", "\x05\x20\x00", "\x00\x80\x80", "\x01\x00\x01",
	},
	0x02: { // INTEGER
		"\x00", "\x01", "\x02", "\x03", "\xff", "\x80", "\x00\x00", "\x00\xff", "\x7f\xff\xff\xff", "\x00\x80\x00\x00\x00", "\x00\xff\xff\xff\xff", "\x01\x00\x00\x00\x00",
	},
	0x01: {"\x00", "\x01", "\x7f", "", "\xff\xff"}, // BOOLEAN
	0x82: { // dNSName
		"LOCALHOST", "*.localhost", "*", "", "localhost.", " localhost", "localhost\x00", "local\x00host", "löcalhost", "\xefocalhost", "\xc0\x80", "\xed\xa0\x80", "\xf0\x9f\x98\x80", "\xef\xbb\xbflocalhost", "localhost\xef\xbf\xbe",
	},
	0x81: {"", "ä@b.example", "\xff"}, // rfc822Name
	0x13: { // PrintableString
		"LocalHost", "*.localhost", "", "localhost@", "lo_calhost", "l\xf6calhost", "local\x00host", "localhost\x00", "\xef\xbb\xbflocalhost",
	},
	0x06: {"", "\x80", "\x2a", "\x55\x1d\x11", "\x55\x1d\x0f", "\x55\x1d\x13", "\x55\x1d\x1e", "\x55\x1d\x20", "\x55\x04\x03", "\xff\xff"}, // OBJECT IDENTIFIER
}

// kinds are other tags for a text, or a date.
var kinds = map[byte][]byte{
	0x13: {0x0c, 0x12, 0x14, 0x16, 0x1e, 0x1c, 0x1a, 0x04},
	0x17: {0x18, 0x13, 0x16},
	0x82: {0x80, 0x81, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa4, 0xa6},
	0x30: {0x31, 0xa0, 0xa1, 0xa2, 0xa3},
	0xa3: {0xa0, 0xa1, 0xa2, 0xa4, 0x81, 0x82},
}

// waysFor returns every way that an element of n's kind can be malformed in.
func waysFor(n *node) []way {
	list := ways[:]
	list = list[:len(list):len(list)]
	for _, v := range values[n.tag] {
		if n.kids == nil && len(n.value) < 40 { // a key or a signature is changed in the ways above
			list = append(list, way{"is " + fmt.Sprintf("%q", v), func(n *node) { n.setValue([]byte(v)) }})
		}
	}
	for _, tag := range kinds[n.tag] {
		list = append(list, way{"has the tag " + fmt.Sprintf("%#x", tag), func(n *node) { n.tag = tag }})
	}
	return list
}
