package codegen

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/pinfile"
)

// A Fetch is where a board fetches signed pins from when it knows its server no
// longer, over plain HTTP, and how often it looks besides.
type Fetch struct {
	URLs    []string
	Refresh time.Duration // zero: only when no known pin fits
}

// Limits of a Fetch. A dead host holds the board for seconds, and the board asks
// one after the other.
const (
	MaxFetchURLs  = 3
	maxFetchURL   = 200
	MinRefresh    = 10 * time.Minute
	MaxRefresh    = MaxEvery
	defaultHTTP   = 80
	fetchUsage    = "write http://HOST/PATH, such as http://example.org/porch.pins"
	refreshLimits = "use 10m to 20d, or leave it out"
)

// On reports whether the board fetches anything.
func (f Fetch) On() bool { return len(f.URLs) > 0 }

// Check returns what is wrong with f itself; none for the zero value.
func (f Fetch) Check() problem.List {
	var l problem.List
	for i, text := range f.URLs {
		if _, err := parseFetch(text); err != nil {
			l.Add(problem.At(fmt.Sprintf("pins.urls[%d]", i), err.Error(), fetchUsage))
		}
	}
	if len(f.URLs) > MaxFetchURLs {
		l.Add(problem.At("pins.urls", fmt.Sprintf("a board asks at most %d hosts for signed pins", MaxFetchURLs), "remove some"))
	}
	switch {
	case f.Refresh == 0:
	case !f.On():
		l.Add(problem.At("pins.refresh", "there is no address to look at for signed pins", "name one under pins.urls"))
	case f.Refresh < MinRefresh, f.Refresh > MaxRefresh:
		l.Add(problem.At("pins.refresh", "the board can't look for signed pins at that interval", refreshLimits))
	}
	return l
}

// A hostPath is where one file lies.
type hostPath struct {
	Host string
	Port int
	Path string // with its query
}

// parseFetch reads an address that a board can ask.
func parseFetch(text string) (hostPath, error) {
	shown := sanitize.Clip(text, 60)
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' {
			return hostPath{}, fmt.Errorf("the address %q holds characters that belong into no address", shown)
		}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "":
		return hostPath{}, fmt.Errorf("%q is no address of a file", shown)
	case u.Scheme != "http":
		return hostPath{}, fmt.Errorf("the board fetches signed pins over plain http, and not from %q", shown)
	case len(text) > maxFetchURL:
		return hostPath{}, fmt.Errorf("the address %q has more than %d characters", shown, maxFetchURL)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !ip.Is4() {
		return hostPath{}, fmt.Errorf("the board speaks IPv4 only, and can't reach %q", shown)
	}
	a := hostPath{Host: u.Hostname(), Port: defaultHTTP, Path: u.RequestURI()}
	if u.Port() != "" {
		if a.Port, err = strconv.Atoi(u.Port()); err != nil || a.Port < 1 || a.Port > 65535 {
			return hostPath{}, fmt.Errorf("%q has no port of 1 to 65535", shown)
		}
	}
	return a, nil
}

// CanFetch returns why this board, or with this pin, can't fetch signed pins; nil where
// it can.
func (p Project) CanFetch() *problem.Problem {
	switch {
	case p.Pin.Mode == esp8266.PinInsecure:
		return problem.At("pins.urls", "a board that trusts everybody needs no signed pins", "pin the server, or remove pins.urls")
	case p.Board.Flash == "512K":
		return problem.At("pins.urls", fmt.Sprintf("the flash of %s is too small for signed pins", p.Board.Name), "remove pins.urls, or choose another board")
	}
	return nil
}

// CheckFetch returns what is wrong with f for this board and this pin.
func (p Project) CheckFetch(f Fetch) problem.List {
	l := f.Check()
	if !f.On() {
		return l
	}
	l.Add(p.CanFetch())
	return l
}

// checkFetch refuses signed pins that this board, or this pin, can't use, or that
// nobody signs.
func (v *validator) checkFetch() {
	v.List = append(v.List, v.CheckFetch(v.Fetch)...)
	if !v.Fetch.On() {
		return
	}
	if v.Owner.Group != "" {
		v.List.Add(pinfile.CheckGroup(v.Owner.Group))
	}
	if !v.Owner.Known() {
		v.List.Add(problem.At("pins", "there is no key that signs the pins that the board fetches", "let espost pins init make one"))
	}
}

// SignedPins reports whether the sketch fetches them, and Refresh whether also
// while the server is known.
func (s sketch) SignedPins() bool { return s.Fetch.On() }
func (s sketch) Refresh() bool    { return s.SignedPins() && s.Fetch.Refresh > 0 }

// RefreshMS is how often.
func (s sketch) RefreshMS() int64 { return s.Fetch.Refresh.Milliseconds() }

// Addresses are where from. AddressMax is how long the longest of them is.
func (s sketch) Addresses() ([]hostPath, error) {
	var all []hostPath
	for _, text := range s.Fetch.URLs {
		a, err := parseFetch(text)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func (s sketch) AddressMax() int {
	most := 0
	for _, text := range s.Fetch.URLs {
		most = max(most, len(text))
	}
	return most
}

// ManyWays reports whether there may be more than one way to know the server. How many
// fingerprints and keys there are only pins.h tells: a renewal changes their number, and no other file.
func (s sketch) ManyWays() bool {
	return s.PinFingerprint() || s.PinPublicKey() || s.ManyModes() || s.SignedPins()
}

// PinSum stands for what is pinned: a board that was flashed with another pin
// forgets the signed ones that it had.
func (s sketch) PinSum() uint32 {
	sum := fnv.New32a()
	for _, text := range slices.Concat([]string{s.Pin.Label(), s.CAs}, s.Keys, s.Fingerprints) {
		fmt.Fprintf(sum, "%d %s", len(text), text)
	}
	return sum.Sum32()
}

// keyBytes are a key's bytes as an initializer holds them; nothing for none.
func keyBytes(k pinfile.Key) string {
	if k.IsZero() {
		return ""
	}
	return byteList(k[:])
}

// byteList are bytes as an initializer holds them.
func byteList(bytes []byte) string {
	var b strings.Builder
	for i, c := range bytes {
		switch {
		case i == 0:
		case i%16 == 0:
			b.WriteString(",\n    ")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "0x%02X", c)
	}
	return b.String()
}
