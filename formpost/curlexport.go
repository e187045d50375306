package formpost

import (
	"net"
	"strconv"
	"strings"
)

// Curl returns a curl command, for a POSIX shell, that sends what r sends apart
// from curl's own headers. Secret values are Mask unless showSecrets is set.
func Curl(r Request, showSecrets bool) string {
	mask := !showSecrets
	args := []string{"curl"}
	if r.Method != "POST" {
		args = append(args, "-X "+r.Method)
	}
	if strings.ContainsAny(r.Path, "[]{}") {
		args = append(args, "-g") // no globbing
	}
	if strings.Contains(r.Path, "/.") {
		args = append(args, "--path-as-is")
	}
	args[0] = strings.Join(append(args, shellQuote(r.url())), " ")
	args = args[:1]
	for _, h := range r.Headers {
		switch {
		case mask && h.Secret:
			args = append(args, "-H "+shellQuote(h.Name+": "+Mask))
		case strings.Trim(h.Value, " \t") == "":
			args = append(args, "-H "+shellQuote(h.Name+";")) // curl's way to send an empty one
		default:
			args = append(args, "-H "+shellQuote(h.Name+": "+h.Value))
		}
	}
	if _, own := r.header("Content-Type"); !own && r.Encoding != Form {
		args = append(args, "-H "+shellQuote("Content-Type: "+r.Encoding.ContentType()))
	}
	args = append(args, "--data-raw "+shellQuote(r.body(mask)))
	return strings.Join(args, " \\\n  ")
}

// url is r's address, the port left out when it is 443.
func (r Request) url() string {
	host := r.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if r.Port != 443 {
		host = net.JoinHostPort(r.Host, strconv.Itoa(r.Port))
	}
	return "https://" + host + r.Path
}

// shellQuote puts s between single quotes (POSIX.1-2017, XCU 2.2.2).
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
