package ui

// A Memo remembers what was made of a value for as long as the value stays the
// same: frames ask again and again.
type Memo[K interface {
	Equal(K) bool
	Clone() K
}, V any] struct {
	key   K
	value V
	known bool
}

// Of returns what of makes of key.
func (m *Memo[K, V]) Of(key K, of func(K) V) V {
	if !m.known || !m.key.Equal(key) {
		m.key, m.value, m.known = key.Clone(), of(key), true
	}
	return m.value
}
