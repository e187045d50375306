package pinfile

import (
	"fmt"
	"time"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// An Owner is whom signed pins are taken from, and how far they have come. Its zero
// value takes no file.
//
// The rules: a file of the same epoch, with a serial that isn't lower, is taken from
// Key, and from Next where a file has named one; the first file by Next makes it Key.
// A file of a higher epoch is taken from Recovery alone, and must name the key that
// replaces Key. So whoever has stolen Key can't outlast Recovery, whatever serial he
// has signed.
type Owner struct {
	Group         string
	Key           Key    // signs from day to day
	Next          Key    // is going to; zero for none
	Recovery      Key    // replaces a lost or stolen Key; zero for none
	Epoch, Serial uint32 // of the newest file so far
}

// Known reports whether there is an owner at all.
func (o Owner) Known() bool { return !o.Key.IsZero() }

// Accept reads a file for the server host:port and returns what it says, and the
// owner after it. Everything cheap is looked at before the signature. The error is a
// *problem.Problem with one of this package's codes.
func (o Owner) Accept(data []byte, host string) (*File, Owner, error) {
	f, err := Parse(data)
	if err != nil {
		return nil, o, err
	}
	key, p := o.signer(f, host)
	if p != nil {
		return nil, o, p
	}
	if !f.SignedBy(key) { // mutant TestEveryByteIsSigned: !f.SignedBy(key) => key.IsZero()
		return nil, o, problem.New(CodeSignature, "the pins' signature is wrong: somebody has changed the file, or it was damaged", "fetch it again from where it was signed")
	}
	if err := f.usable(); err != nil {
		return nil, o, problem.New(CodeSyntax, err.Error(), "sign the pins again")
	}
	return f, o.after(f), nil
}

// signer is the key that must have signed f, if f is for this owner and not older than
// what is known.
func (o Owner) signer(f *File, host string) (Key, *problem.Problem) {
	switch {
	case f.Group != o.Group: // mutant TestRefused: f.Group != o.Group => false
		return Key{}, problem.New(CodeGroup, fmt.Sprintf("the pins are for the boards %s, not for %s", f.Group, sanitize.Clip(o.Group, MaxGroup)), "give the file that was signed for these")
	case f.Host != host: // mutant TestRefused: f.Host != host => false
		return Key{}, problem.New(CodeHost, fmt.Sprintf("the pins are for %s, not for %s", f.Host, sanitize.Clip(host, 80)), "give the file that was signed for this server")
	case f.Epoch < o.Epoch, f.Epoch == o.Epoch && f.Serial < o.Serial: // mutant TestRefused: f.Serial < o.Serial => false
		return Key{}, problem.New(CodeReplay, fmt.Sprintf("the pins have the serial %d of epoch %d, and %d of epoch %d is known already", f.Serial, f.Epoch, o.Serial, o.Epoch), "give the newest file; somebody may be showing you an old one")
	case f.Epoch > o.Epoch:
		if o.Recovery.IsZero() || f.By != o.Recovery.ID() || f.Next.IsZero() {
			return Key{}, problem.New(CodeSigner, "the pins are of a higher epoch, and no recovery key that is known has signed them", "name the recovery key by espost pins init --recovery, or look whose file this is")
		}
		return o.Recovery, nil
	case !o.Key.IsZero() && f.By == o.Key.ID():
		return o.Key, nil
	case !o.Next.IsZero() && f.By == o.Next.ID():
		return o.Next, nil
	}
	return Key{}, problem.New(CodeSigner, "the pins are signed by a key that isn't the owner's ("+f.By+")", "give the file that you have signed; after a change of keys, give the file that names the new key first")
}

// after is the owner after an accepted file.
func (o Owner) after(f *File) Owner {
	switch {
	case f.Epoch > o.Epoch:
		o.Key, o.Next = f.Next, Key{}
	case f.By != o.Key.ID():
		o.Key, o.Next = o.Next, f.Next
	case !f.Next.IsZero():
		o.Next = f.Next
	}
	o.Epoch, o.Serial = f.Epoch, f.Serial
	return o
}

// Dated returns why a computer, whose clock is right, takes a file no longer, or not
// yet; nil if it does. A board's clock proves nothing: there, only the serial counts.
func (f *File) Dated(now time.Time) *problem.Problem {
	const skew = 24 * time.Hour
	switch {
	case now.After(f.Until): // mutant TestDates: now.After(f.Until) => false
		return problem.New(CodeExpired, "the pins were to be used until "+f.Until.Format("2 Jan 2006"), "sign them again")
	case f.Signed.After(now.Add(skew)):
		return problem.New(CodeExpired, "the pins are signed in the future, on "+f.Signed.Format("2 Jan 2006"), "check this computer's clock")
	}
	return nil
}
