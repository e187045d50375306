package malformed

import "bytes"

// A node is one DER element, taken apart as far as it holds others.
type node struct {
	tag    byte
	prefix []byte // before the elements inside: a BIT STRING's count of unused bits
	kids   []*node
	value  []byte // of a node without kids

	header func(tag byte, length int) []byte // nil means DER
	after  []byte                            // what follows the element
}

// parse takes DER apart; ok is false for what is none.
func parse(der []byte) (nodes []*node, ok bool) {
	for len(der) > 0 {
		if len(der) < 2 {
			return nil, false
		}
		length, size := int(der[1]), 2
		if der[1] >= 0x80 {
			count := int(der[1] - 0x80)
			if count == 0 || count > 2 || len(der) < 2+count {
				return nil, false
			}
			length = 0
			for _, b := range der[2 : 2+count] {
				length = length<<8 + int(b)
			}
			size += count
		}
		if len(der) < size+length {
			return nil, false
		}
		nodes = append(nodes, newNode(der[0], der[size:size+length]))
		der = der[size+length:]
	}
	return nodes, true
}

// newNode opens what holds elements: constructed ones, and OCTET STRINGs and BIT
// STRINGs around DER.
func newNode(tag byte, value []byte) *node {
	n := &node{tag: tag, value: bytes.Clone(value)}
	inside := value
	switch {
	case tag&0x20 != 0, tag == 0x04:
	case tag == 0x03 && len(value) > 1 && value[0] == 0 && value[1] == 0x30:
		n.prefix, inside = []byte{0}, value[1:]
	default:
		return n
	}
	if kids, ok := parse(inside); ok && len(kids) > 0 {
		n.kids, n.value = kids, nil
	} else {
		n.prefix = nil
	}
	return n
}

func (n *node) content() []byte {
	if n.kids == nil {
		return n.value
	}
	out := append([]byte{}, n.prefix...)
	for _, k := range n.kids {
		out = append(out, k.encode()...)
	}
	return out
}

func (n *node) encode() []byte {
	content := n.content()
	header := n.header
	if header == nil {
		header = derHeader
	}
	return append(append(header(n.tag, len(content)), content...), n.after...)
}

func derHeader(tag byte, length int) []byte {
	switch {
	case length < 0x80:
		return []byte{tag, byte(length)}
	case length < 0x100:
		return []byte{tag, 0x81, byte(length)}
	}
	return []byte{tag, 0x82, byte(length >> 8), byte(length)}
}

// walk calls f with each node below n, n first, and its path.
func (n *node) walk(path string, f func(path string, n *node)) {
	f(path, n)
	for i, k := range n.kids {
		k.walk(path+"."+string(rune('0'+i)), f)
	}
}
