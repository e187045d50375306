package malformed

import (
	"bytes"
	"crypto"
	"math/rand/v2"
	"testing"
)

// A Maker makes chains with several things wrong with one certificate, which ones
// its random numbers say.
type Maker struct {
	chains [2][]link
	keys   [2]crypto.Signer
	rand   *rand.Rand
}

// NewMaker returns one whose choices, though not its keys, depend on the seed.
func NewMaker(t testing.TB, seed uint64) *Maker {
	t.Helper()
	m := &Maker{keys: [2]crypto.Signer{ecKey(t), rsaKey(t)}, rand: rand.New(rand.NewPCG(seed, 0))}
	for i, key := range m.keys {
		m.chains[i] = soundChain(t, key)
	}
	return m
}

// Chain returns the next one. Signing with RSA takes long, so few are RSA's.
func (m *Maker) Chain(t testing.TB) Chain {
	t.Helper()
	kind := 0
	if m.rand.IntN(8) == 0 {
		kind = 1
	}
	links := m.chains[kind]
	place := m.rand.IntN(len(links))
	tree := mustParse(t, links[place].der)
	for range 1 + m.rand.IntN(3) {
		m.change(t, tree)
	}
	if len(tree.kids) > 0 && m.rand.IntN(8) > 0 {
		sign(t, tree, links[place].signer)
	}
	der := tree.encode()
	if m.rand.IntN(16) == 0 && len(der) > 0 {
		der[m.rand.IntN(len(der))] = m.byte()
	}
	served := [][]byte{links[0].der, links[1].der, links[2].der}
	served[place] = der
	return Chain{Name: links[place].name, Served: served[:2], Anchor: served[2], Sound: links[0].der, Key: m.keys[kind]}
}

// change changes one element, at any depth, in one of the ways, in its bytes, or
// to another of the certificate's or of another one's.
func (m *Maker) change(t testing.TB, tree *node) {
	t.Helper()
	n := m.pick(tree)
	switch m.rand.IntN(4) {
	case 0:
		from := tree
		if m.rand.IntN(2) == 0 {
			from = mustParse(t, m.chains[m.rand.IntN(2)][m.rand.IntN(3)].der)
		}
		other := m.pick(from)
		n.tag, n.header = other.tag, other.header
		n.setValue(other.content())
	case 1:
		n.setValue(m.bytes(bytes.Clone(n.content())))
	default:
		list := waysFor(n)
		list[m.rand.IntN(len(list))].change(n)
	}
}

func (m *Maker) pick(tree *node) *node {
	var all []*node
	tree.walk("", func(_ string, n *node) { all = append(all, n) })
	return all[m.rand.IntN(len(all))]
}

// bytes changes, adds or takes away one.
func (m *Maker) bytes(b []byte) []byte {
	if len(b) == 0 {
		return []byte{m.byte()}
	}
	at := m.rand.IntN(len(b))
	switch m.rand.IntN(4) {
	case 0:
		return append(b[:at], b[at+1:]...)
	case 1:
		return append(b[:at+1], b[at:]...)
	default:
		b[at] = m.byte()
	}
	return b
}

// byte prefers those that mean something in DER.
func (m *Maker) byte() byte {
	special := []byte{0, 1, 0x7f, 0x80, 0x81, 0x82, 0xff, 0x30, 0x31, 2, 3, 4, 5, 6, 0xa0, 0xa3}
	if m.rand.IntN(2) == 0 {
		return special[m.rand.IntN(len(special))]
	}
	return byte(m.rand.Uint32())
}

// SPKI returns a malformed SubjectPublicKeyInfo, and a certificate that is sound
// but for it.
func (m *Maker) SPKI(t testing.TB) (spki, certificate []byte) {
	t.Helper()
	tree := mustParse(t, m.chains[m.rand.IntN(2)][0].der)
	key := tree.kids[0].kids[6]
	m.change(t, key)
	key.header, key.after = nil, nil // the element itself stays one
	return key.encode(), tree.encode()
}
