// Package hostile holds servers that mean harm, or are merely broken, for
// tests: of what looks at a server, of what posts to one, and of the screens
// above them. A Behaviour is one way to misbehave; Start serves it on a loopback
// port that the system picks and takes it down again when the test ends:
//
//	for _, b := range hostile.All() {
//		t.Run(b.Name, func(t *testing.T) {
//			s := hostile.Start(t, b, hostile.Options{})
//			…connect to 127.0.0.1 and s.Port()…
//		})
//	}
//
// Everything is bounded: the connections of a server, the bytes of a flood and
// the time of a connection. Everything is the same on every run as well: keys
// are fixed, signatures deterministic, random bytes seeded.
package hostile
