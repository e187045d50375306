package demo

import "fmt"

// A Renewal is what a new certificate keeps of the old one.
type Renewal string

// The renewals, from the mildest for a pin to the hardest.
const (
	SameKey         Renewal = "same-key"         // new leaf certificate for the old key
	NewKey          Renewal = "new-key"          // new leaf certificate, new key
	NewIntermediate Renewal = "new-intermediate" // that, from a new intermediate of the old root
	NewRoot         Renewal = "new-root"         // everything new
)

// Renew replaces the server's certificate, as an administrator does: new
// connections are served the new one, established ones go on.
func (s *Server) Renew(r Renewal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.renewed(r)
	if err != nil {
		return fmt.Errorf("renewing the demo server's certificate: %w", err)
	}
	s.chain = next
	return nil
}

func (s *Server) renewed(r Renewal) (chain, error) {
	next, now := s.chain, s.options.Trouble.notBefore(s.options.now())
	var err error
	switch r {
	case SameKey:
		next.leaf, err = newLeaf(next.leaf.key, s.names, next.intermediate, now)
		return next, err
	case NewRoot:
		return newChain(s.options, s.names)
	case NewIntermediate:
		next.intermediate, err = newAuthority(s.options.Key, "espost demo intermediate 2", next.root, now, intermediateLifetime)
		if err != nil {
			return chain{}, err
		}
	case NewKey:
	default:
		return chain{}, fmt.Errorf("there is no renewal %q", string(r))
	}
	key, err := s.options.Trouble.leafKey(s.options.Key)
	if err != nil {
		return chain{}, err
	}
	next.leaf, err = newLeaf(key, s.names, next.intermediate, now)
	return next, err
}

// rotate renews the certificate when it is time, for the trouble of that name.
func (s *Server) rotate() error {
	if s.options.Trouble != Rotate || s.options.now().Sub(s.current().made()) < rotation {
		return nil
	}
	return s.Renew(NewKey)
}
