package tlsinspect

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// normalizeHost turns a host into what DNS and server_name take: lower case
// ASCII, or an IP address in its canonical form.
func normalizeHost(s string) (string, error) {
	if s == "" {
		return "", fmt.Errorf("%w: the host is missing; type one such as postman-echo.com", ErrTarget)
	}
	if ip, err := netip.ParseAddr(s); err == nil {
		if ip.Zone() != "" {
			return "", fmt.Errorf("%w: an address with a zone (%%%s) means something on this computer only; remove the zone or use a name", ErrTarget, quoted(ip.Zone()))
		}
		return ip.String(), nil
	}
	if strings.Contains(s, ":") {
		return "", fmt.Errorf("%w: %q is neither host:port nor an IPv6 address", ErrTarget, quoted(s))
	}
	// UTS 46 mapping as browsers do it; the characters are checked below, since
	// names with an underscore exist.
	profile := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckHyphens(false), idna.StrictDomainName(false), idna.Transitional(false))
	host, err := profile.ToASCII(s)
	if err != nil {
		return "", fmt.Errorf("%w: %q is no host name; check its spelling (%s)", ErrTarget, quoted(s), quoted(err.Error()))
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
		return fmt.Errorf("%w: %q is no host name: %s; type one such as postman-echo.com", ErrTarget, quoted(host), why)
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
