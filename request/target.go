package request

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A Target is what the user typed, understood: where the board will send its
// data.
type Target struct {
	Host string // lower case; IDN in ASCII; an IPv6 address without brackets
	Port int    // 1 to 65535
	Path string // begins with "/" and keeps the query; no fragment; ASCII only

	PlainHTTP bool // http:// or port 80 was typed, and https is meant
}

// Notes returns what had to be changed to understand what was typed.
func (t Target) Notes() []problem.Problem {
	if !t.PlainHTTP {
		return nil
	}
	return []problem.Problem{plainHTTPNote(t.Port)}
}

// ErrTarget is what ParseTarget's errors wrap.
var ErrTarget = errors.New("not a target")

func notTarget(message, fix string, args ...any) error {
	return problem.At("target", fmt.Sprintf(message, args...), fix).Because(ErrTarget)
}

// ParseTarget understands what a person has at hand: a host, host:port,
// [::1]:8443 or an https URL. Stray spaces, quotes and invisible characters are
// removed. An http:// URL and port 80 become https and port 443, with a
// "plain-http" note. An error is a *problem.Problem that wraps
// ErrTarget and says what to do.
func ParseTarget(s string) (Target, error) {
	if len(s) > maxInput {
		return Target{}, errTooLong()
	}
	t, err := ParseURL(tidy(s))
	return t, withoutUser(s, err)
}

// ParseURL is ParseTarget for an address that nobody typed: it takes every
// character as it is meant. It is how profiles and commands are read.
func ParseURL(s string) (Target, error) {
	if len(s) > maxInput {
		return Target{}, errTooLong()
	}
	t, err := parseURL(s)
	return t, withoutUser(s, err)
}

// withoutUser is the error for what can't be understood. A password may hold
// any sign, also those that end a host or a port: before an @, nothing that
// might be one is quoted.
func withoutUser(s string, err error) error {
	if err == nil || !strings.Contains(s, "@") { // mutant TestUserInformationIsNotQuoted: !strings.Contains(s, "@") => errors.Is(err, ErrTarget)
		return err
	}
	return notTarget("the address holds a user name or password", "remove what stands before the @, and send credentials in an Authorization header")
}

func parseURL(s string) (Target, error) {
	s, _, _ = strings.Cut(s, "#")
	if s == "" {
		return Target{}, notTarget("nothing was given", "type a host such as postman-echo.com, or an https URL")
	}
	scheme, rest, err := splitScheme(s)
	if err != nil {
		return Target{}, err
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	if strings.Contains(authority, "@") {
		return Target{}, withoutUser(s, ErrTarget)
	}
	host, port, err := splitAuthority(strings.ReplaceAll(authority, " ", ""))
	if err != nil {
		return Target{}, err
	}
	t := Target{Port: port, Path: normalizePath(path)}
	if t.Host, err = normalizeHost(host); err != nil {
		return Target{}, err
	}
	if scheme == "http" || port == 80 {
		if port == 80 || port == 0 {
			t.Port = 443
		}
		t.PlainHTTP = true
	}
	if t.Port == 0 {
		t.Port = 443
	}
	if len(t.URL()) > maxInput { // percent-encoding has made it longer
		return Target{}, errTooLong()
	}
	return t, nil
}

func errTooLong() error {
	return notTarget("the address is too long", fmt.Sprintf("give a host or an https URL of at most %d bytes", maxInput))
}

// CodePlainHTTP is the code of the note on an address that isn't https.
const CodePlainHTTP = "plain-http"

func plainHTTPNote(port int) problem.Problem {
	return problem.Problem{
		Severity: problem.Warning,
		Code:     CodePlainHTTP,
		Message:  fmt.Sprintf("http:// and port 80 are not encrypted: https on port %d is used instead", port),
		Fix:      "Write https:// and, if the server needs one, its HTTPS port; 443 is the usual one",
	}
}

// Addr returns host:port, ready to be dialled.
func (t Target) Addr() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// URL returns the target as an https URL; port 443 is left out.
func (t Target) URL() string {
	host := t.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.Port != 443 {
		host += ":" + strconv.Itoa(t.Port)
	}
	return "https://" + host + t.Path
}

// String is URL.
func (t Target) String() string { return t.URL() }

// tidy removes what copying and typing leave behind: invisible characters
// anywhere, and spaces, quotes and brackets of quotation around it, and with
// them a URL's fragment. Every kind of space becomes an ASCII one.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Zs, r), r == '\t':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector),
			r == '\u034f', r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0', r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	s, _, _ = strings.Cut(s, "#")
	return strings.Trim(s, " \"'`<>,;“”‘’«»")
}

// splitScheme cuts a scheme off. Without one it is "https".
func splitScheme(s string) (scheme, rest string, err error) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return "https", strings.TrimPrefix(s, "//"), nil
	}
	if strings.ContainsAny(scheme, "/?") { // an address in the query, not a scheme
		return "https", s, nil
	}
	switch scheme = strings.ToLower(strings.TrimSpace(scheme)); scheme {
	case "https", "http":
		return scheme, strings.TrimLeft(rest, "/ "), nil
	}
	return "", "", notTarget("%q is no scheme that espost speaks", "give an https:// URL or just the host", quoted(scheme))
}

// splitAuthority cuts host[:port]; port is 0 when none is given.
func splitAuthority(s string) (host string, port int, err error) {
	if strings.HasPrefix(s, "[") {
		inside, after, closed := strings.Cut(s[1:], "]")
		if !closed {
			return "", 0, notTarget("the ] after the IPv6 address is missing", "write [address]:port")
		}
		if _, err := netip.ParseAddr(inside); err != nil || !strings.Contains(inside, ":") {
			return "", 0, notTarget("%q is no IPv6 address", "brackets are for IPv6 only", quoted(inside))
		}
		host, s = inside, after
		if s == "" {
			return host, 0, nil
		}
		if s[0] != ':' {
			return "", 0, notTarget("%q stands after the IPv6 address", "write [address]:port", quoted(s))
		}
	} else {
		if strings.Count(s, ":") > 1 { // a bare IPv6 address; a port would need brackets
			return s, 0, nil
		}
		i := strings.IndexByte(s, ':')
		if i < 0 {
			return s, 0, nil
		}
		host, s = s[:i], s[i:]
	}
	digits := s[1:]
	if digits == "" { // "host:" is a legal URL authority (RFC 3986 §3.2.3)
		return host, 0, nil
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n == 0 {
		return "", 0, notTarget("%q is no port", "a port is a number from 1 to 65535, for HTTPS usually 443", quoted(digits))
	}
	return host, int(n), nil
}

// normalizePath makes an empty path "/" and percent-encodes what an HTTP request
// line can't hold. What is encoded already stays.
func normalizePath(s string) string {
	if !strings.HasPrefix(s, "/") {
		s = "/" + s
	}
	var b strings.Builder
	kept := placeholders(s)
	for i := 0; i < len(s); i++ {
		if len(kept) > 0 && i == kept[0].from { // {{field}} is filled in when the request is sent
			b.WriteString("{{" + kept[0].inner() + "}}")
			i, kept = kept[0].to-1, kept[1:]
			continue
		}
		switch c := s[i]; {
		case c <= ' ', c >= 0x7f, strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Limits of a target.
const (
	maxInput = 4096 // bytes of a target, as typed
	maxHost  = 253  // bytes of a host name (RFC 1035 §2.3.4, without the root's dot)
	maxLabel = 63   // bytes of one of its labels

	maxQuoted = 60 // characters quoted of what can't be understood
)

// quoted is foreign text made safe and short enough for a sentence.
func quoted(s string) string { return sanitize.Clip(s, maxQuoted) }

// normalizeHost turns a host into what DNS and server_name take: lower case
// ASCII, or an IP address in its canonical form.
func normalizeHost(s string) (string, error) {
	if s == "" {
		return "", notTarget("the host is missing", "type one such as postman-echo.com")
	}
	if ip, err := netip.ParseAddr(s); err == nil {
		if ip.Zone() != "" {
			return "", notTarget("an address with a zone (%%%s) means something on this computer only", "remove the zone or use a name", quoted(ip.Zone()))
		}
		return ip.String(), nil
	}
	if strings.Contains(s, ":") {
		return "", notTarget("%q is neither host:port nor an IPv6 address", "write host:port, or an IPv6 address in brackets", quoted(s))
	}
	// UTS 46 mapping as browsers do it; the characters are checked below, since
	// names with an underscore exist.
	profile := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckHyphens(false), idna.StrictDomainName(false), idna.Transitional(false))
	host, err := profile.ToASCII(s)
	if err != nil {
		return "", notTarget("%q is no host name", "check its spelling", quoted(s))
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if err := checkHost(host); err != nil {
		return "", err
	}
	return host, nil
}

// checkHost checks an ASCII host name: letters, digits, hyphens and underscores
// in labels of 1 to 63 bytes.
func checkHost(host string) error {
	bad := func(why string) error {
		return notTarget("%q is no host name: %s", "type one such as postman-echo.com", quoted(host), why)
	}
	if len(host) > maxHost {
		return bad(fmt.Sprintf("it has more than %d bytes", maxHost))
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		switch {
		case l == "":
			return bad("a part between its dots is empty")
		case len(l) > maxLabel:
			return bad(fmt.Sprintf("a part has more than %d bytes", maxLabel))
		case strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-"):
			return bad("a part begins or ends with a hyphen")
		case l == "*":
			return bad("it is a pattern, and the board needs one host")
		}
		if i := strings.IndexFunc(l, notInHost); i >= 0 {
			return bad(fmt.Sprintf("it can't hold %q", quoted(l[i:i+1])))
		}
	}
	if strings.Trim(labels[len(labels)-1], "0123456789") == "" { // RFC 3696 §2: no top-level domain is all digits
		return bad("it looks like an incomplete IP address")
	}
	return nil
}

func notInHost(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}
