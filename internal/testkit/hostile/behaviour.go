package hostile

import "slices"

// A Layer is the part of a conversation in which a server misbehaves.
type Layer string

// The layers, in the order in which a client meets them.
const (
	Connection  Layer = "connection"  // something else than TLS, or nothing
	Records     Layer = "records"     // TLS records and alerts
	Handshake   Layer = "handshake"   // the messages inside them
	Certificate Layer = "certificate" // the handshake is in order, what it shows is not
	HTTP        Layer = "http"        // TLS is in order, the answer is not
)

// A Behaviour is one way to misbehave.
type Behaviour struct {
	Name  string // stable, in lower case
	About string // what the server does, a phrase
	Layer Layer
	// Variants is how many forms the behaviour has; 0 means one.
	Variants int
	// Usable says that a board with a fingerprint pin may well accept what the
	// server shows in its first flight. Where it is false, no variant lets it.
	Usable bool
	// Waits says that the server never ends a connection: the client's patience
	// has to.
	Waits bool
	// Fickle says that what a client makes of it may differ from run to run.
	Fickle bool

	serve func(*Conn)
}

// Count is the number of variants, at least 1.
func (b Behaviour) Count() int { return max(b.Variants, 1) }

// All returns every behaviour, layer by layer.
func All() []Behaviour {
	return slices.Concat(
		strangers(), slowpokes(),
		recordTricks(), alertTricks(),
		helloTricks(), orderTricks(), lies(), floods(),
		certificateTricks(), keyTricks(), chainTricks(),
		headTricks(), bodyTricks(), screenTricks(),
	)
}

// Named returns the behaviour with that name.
func Named(name string) (Behaviour, bool) {
	all := All()
	i := slices.IndexFunc(all, func(b Behaviour) bool { return b.Name == name })
	if i < 0 {
		return Behaviour{}, false
	}
	return all[i], true
}
