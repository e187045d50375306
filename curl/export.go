package curl

import (
	"strings"

	"espost/request"
)

// Format returns a curl command, for a POSIX shell, that sends what r sends apart
// from curl's own headers. Secret values, also those in the address, are Mask
// unless showSecrets is set.
func Format(r request.Request, showSecrets bool) string {
	mask := !showSecrets
	args := []string{"curl"}
	if r.Method != "POST" || r.Body == request.None {
		args = append(args, "-X "+r.Method)
	}
	url := r.URL(mask)
	if strings.ContainsAny(url, "[]{}") {
		args = append(args, "-g") // no globbing
	}
	if strings.Contains(url, "/.") {
		args = append(args, "--path-as-is")
	}
	args[0] = strings.Join(append(args, shellQuote(url)), " ")
	args = args[:1]
	for _, h := range r.Added(mask) {
		if strings.Trim(h.Value, " \t") == "" {
			args = append(args, "-H "+shellQuote(h.Name+";")) // curl's way to send an empty one
		} else {
			args = append(args, "-H "+shellQuote(h.Name+": "+h.Value))
		}
	}
	if r.Key != "" {
		args = append(args, "-H "+shellQuote(request.KeyHeader+": "+r.Key))
	}
	if _, own := r.Header("Content-Type"); !own && r.Body != request.Form && r.Body != request.None {
		args = append(args, "-H "+shellQuote("Content-Type: "+r.Body.ContentType()))
	}
	if r.Body != request.None {
		body := string(r.BodyBytes())
		if mask {
			_, body = r.Preview()
		}
		args = append(args, "--data-raw "+shellQuote(body))
	}
	return strings.Join(args, " \\\n  ")
}

// shellQuote puts s between single quotes (POSIX.1-2017, XCU 2.2.2).
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
