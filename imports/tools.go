package imports

import (
	"encoding/json"
	"slices"
	"strings"

	"espost/curl"
	"espost/internal/lazyregexp"
	"espost/internal/sanitize"
	"espost/request"
)

// shellDraft is a draft with what a shell left open.
func shellDraft(sh *curl.Shell) *request.Draft {
	d := &request.Draft{Open: sh.Unexpanded}
	for _, w := range sh.Warnings {
		d.Warn("%s", w)
	}
	return d
}

// Options of wget that say nothing about the request (wget(1), 1.21).
var wgetQuiet = []string{"-q", "--quiet", "-nv", "--no-verbose", "-v", "--verbose", "-S", "--server-response", "-c", "--continue", "--content-on-error", "--keep-session-cookies", "--https-only", "-4", "-6", "-d", "--debug", "-qO-", "-O-", "--show-progress"}

// readWget reads a wget command.
func readWget(sh *curl.Shell) (Import, error) {
	d := shellDraft(sh)
	d.Implied = request.Form.ContentType()
	insecure, addresses := false, 0
	user, password := "", ""
	for i := 0; i < len(sh.Words); i++ {
		word := sh.Words[i]
		name, v, glued := strings.Cut(word, "=")
		next := func() bool {
			if glued {
				return true
			}
			i++
			if i < len(sh.Words) {
				v = sh.Words[i]
			}
			return i < len(sh.Words)
		}
		switch {
		case !strings.HasPrefix(word, "-"):
			d.URL = word
			addresses++
		case slices.Contains(wgetQuiet, word):
		case word == "--no-check-certificate":
			insecure = true
		case slices.Contains([]string{"-O", "-o", "-P", "-t", "-T", "--output-document", "--output-file", "--tries", "--timeout", "--ca-certificate", "--directory-prefix"}, name):
			next()
		case slices.Contains([]string{"--method", "--header", "--body-data", "--post-data", "--user", "--password", "--http-user", "--http-password", "-U", "--user-agent", "--referer"}, name):
			if !next() {
				return Import{}, refusal(name+" has no value", "copy the command to its end")
			}
			switch name {
			case "--method":
				d.Method = v
			case "--header":
				header, text, colon := strings.Cut(v, ":")
				if colon {
					d.Headers = append(d.Headers, request.Header{Name: header, Value: strings.TrimSpace(text)})
				}
			case "--post-data", "--body-data":
				d.Data, d.HasData = v, true
			case "--user", "--http-user":
				user = v
			case "--password", "--http-password":
				password = v
			case "-U", "--user-agent":
				d.Headers = append(d.Headers, request.Header{Name: "User-Agent", Value: v})
			default:
				d.Headers = append(d.Headers, request.Header{Name: "Referer", Value: v})
			}
		case name == "--post-file" || name == "--body-file" || name == "-i":
			return Import{}, refusal("it reads its data from a file", "write the file's content after --post-data=")
		default:
			d.Warn("%s has no counterpart on the board and was left out", sanitize.Clip(name, 30))
		}
	}
	if addresses > 1 {
		return Import{}, refusal("it names more than one address", "keep one, and put addresses and data that hold spaces or & into quotes")
	}
	if user != "" {
		d.User = user + ":" + password
	}
	r, err := finish(d, "")
	r.Insecure = insecure
	return r, err
}

// httpieEscape is a sign behind a backslash.
var httpieEscape = lazyregexp.New(`\\(.)`)

// httpieItem is where an item is cut (httpie.io/docs/cli/request-items, version 3).
var httpieItem = lazyregexp.New(`^((?:\\.|[^\\:=@])*?)(==@|==|:=@|=@|:=|:@|:|=|@)((?s).*)$`)

// readHTTPie reads a command of HTTPie or xh.
func readHTTPie(sh *curl.Shell) (Import, error) {
	h := httpie{draft: shellDraft(sh)}
	var words []string
	for i := 0; i < len(sh.Words); i++ {
		word := sh.Words[i]
		if !strings.HasPrefix(word, "-") || word == "-" {
			words = append(words, word)
			continue
		}
		name, v, glued := strings.Cut(word, "=")
		if takes, known := httpieOptions[name]; known && takes && !glued {
			if i++; i == len(sh.Words) {
				return Import{}, refusal(name+" has no value", "copy the command to its end")
			}
			v = sh.Words[i]
		}
		if err := h.option(name, v); err != nil {
			return Import{}, err
		}
	}
	switch {
	case h.authType == "bearer":
		h.draft.Headers = append(h.draft.Headers, request.Header{Name: "Authorization", Value: "Bearer " + h.draft.User, Secret: true})
		h.draft.User = ""
	case h.authType != "" && h.authType != "basic":
		return Import{}, refusal("it authenticates in a way that the board can't", "use Basic authentication or -A bearer")
	case sh.Fed && !h.alone:
		return Import{}, refusal("it reads its body from a file or another command", "write the body after --raw")
	}
	if sh.InputName != "" && !h.hasRaw {
		h.raw, h.hasRaw = sh.Input, true
	}
	if err := h.items(words, strings.HasSuffix(sh.Program, "s")); err != nil {
		return Import{}, err
	}
	if err := h.body(); err != nil {
		return Import{}, err
	}
	r, err := finish(h.draft, "")
	r.Insecure = h.insecure
	return r, err
}

// httpieOptions are those that are known, and whether they take a value.
var httpieOptions = map[string]bool{
	"--raw": true, "--auth": true, "-a": true, "--auth-type": true, "-A": true, "--verify": true, "--timeout": true, "--print": true, "-p": true,
	"--output": true, "-o": true, "--pretty": true, "--style": true, "-s": true, "--session": true, "--proxy": true, "--cert": true, "--default-scheme": true,
	"--form": false, "-f": false, "--json": false, "-j": false, "--multipart": false, "--follow": false, "-F": false, "--verbose": false, "-v": false,
	"--headers": false, "-h": false, "--body": false, "-b": false, "--check-status": false, "--ignore-stdin": false, "-I": false, "--stream": false, "-S": false,
	"--download": false, "-d": false, "--quiet": false, "-q": false, "--offline": false, "--all": false,
}

// An httpie collects what a command says.
type httpie struct {
	draft    *request.Draft
	form     bool
	json     bool
	insecure bool
	authType string
	alone    bool // nothing is read from stdin
	raw      string
	hasRaw   bool
	rows     value
	query    []string
}

func (h *httpie) option(name, v string) error {
	switch name {
	case "-f", "--form":
		h.form = true
	case "-j", "--json":
		h.json = true
	case "--multipart":
		return refusal("it sends multipart/form-data, which the board would have to build piece by piece", "use --form if the service takes it")
	case "--raw":
		h.raw, h.hasRaw = v, true
	case "-a", "--auth":
		h.draft.User = v
	case "-A", "--auth-type":
		h.authType = v
	case "-I", "--ignore-stdin":
		h.alone = true
	case "--verify":
		h.insecure = v == "no" || v == "false"
	default:
		if _, known := httpieOptions[name]; !known {
			h.draft.Warn("%s is no option that HTTPie is known to have, and was left out", sanitize.Clip(name, 30))
		}
	}
	return nil
}

var (
	httpieMethod = lazyregexp.New(`^[A-Z]+$`)
	httpieLocal  = lazyregexp.New(`^:(\d*)(/.*)?$`)
)

// items reads method, address and items.
func (h *httpie) items(words []string, https bool) error {
	if len(words) > 1 && httpieMethod.Get().MatchString(words[0]) {
		h.draft.Method, words = words[0], words[1:]
	}
	if len(words) == 0 {
		return refusal("it has no address", "give one that begins with https://")
	}
	h.draft.URL = words[0]
	if m := httpieLocal.Get().FindStringSubmatch(words[0]); m != nil {
		h.draft.URL = "localhost" + strings.TrimSuffix(":"+m[1], ":") + m[2]
	}
	if https && !strings.Contains(h.draft.URL, "://") {
		h.draft.URL = "https://" + h.draft.URL
	}
	h.rows.kind = anObj
	for _, item := range words[1:] {
		if name, empty := strings.CutSuffix(item, ";"); empty && !strings.ContainsAny(name, ":=@") {
			h.draft.Headers = append(h.draft.Headers, request.Header{Name: name})
			continue
		}
		m := httpieItem.Get().FindStringSubmatch(item)
		if m == nil {
			return refusal("an item in it is neither a field nor a header", "write name=value, name:=JSON, name==value or Name:value")
		}
		name := httpieEscape.Get().ReplaceAllString(m[1], "$1")
		if err := h.item(name, m[2], m[3]); err != nil {
			return err
		}
	}
	h.draft.URL = withQuery(h.draft.URL, strings.Join(h.query, "&"))
	return nil
}

func (h *httpie) item(name, separator, v string) error {
	switch separator {
	case "==":
		h.query = append(h.query, request.PercentEncode(name)+"="+request.PercentEncode(v))
	case ":":
		if v == "" {
			h.draft.Warn("a header without a value takes one of HTTPie's own away and was left out")
			return nil
		}
		h.draft.Headers = append(h.draft.Headers, request.Header{Name: name, Value: strings.TrimSpace(v)})
	case "=":
		if strings.ContainsAny(name, "[]") && !h.form {
			return refusal("it builds nested JSON", "write the JSON after --raw")
		}
		h.add(name, value{text: v})
	case ":=":
		if !json.Valid([]byte(v)) {
			return refusal("a value behind := is no JSON", "check quotes and commas")
		}
		h.add(name, value{kind: aWord, text: v})
	default:
		return refusal("it reads a value from a file", "write the value behind =")
	}
	return nil
}

// add adds a row: a form may hold a name twice.
func (h *httpie) add(name string, v value) {
	if h.form {
		h.rows.names, h.rows.items = append(h.rows.names, name), append(h.rows.items, v)
		return
	}
	h.rows.set(name, v)
}

// body makes the data of the rows.
func (h *httpie) body() error {
	d := h.draft
	switch {
	case h.hasRaw && len(h.rows.items) > 0:
		return refusal("it has both rows and a raw body", "keep one of them")
	case h.hasRaw:
		d.Data, d.HasData, d.Implied = h.raw, true, request.JSON.ContentType()
		switch {
		case h.form:
			d.Implied = request.Form.ContentType()
		case !json.Valid([]byte(h.raw)) && !h.typed():
			return refusal("its raw data is no JSON, as which HTTPie sends it", "check quotes and commas, or give a Content-Type")
		default:
			h.accept()
		}
	case h.form && len(h.rows.items) > 0:
		d.Data, d.HasData, d.Implied = h.rows.form(), true, "application/x-www-form-urlencoded; charset=utf-8"
	case len(h.rows.items) > 0:
		d.Data, d.HasData, d.Implied = h.rows.json(), true, request.JSON.ContentType()
		h.accept()
	}
	return nil
}

// typed reports whether a header says what the body is.
func (h *httpie) typed() bool {
	_, typed := (request.Request{Headers: h.draft.Headers}).Header("Content-Type")
	return typed
}

// accept adds what HTTPie sends with JSON.
func (h *httpie) accept() {
	if _, set := (request.Request{Headers: h.draft.Headers}).Header("Accept"); !set {
		h.draft.Headers = append(h.draft.Headers, request.Header{Name: "Accept", Value: "application/json, */*;q=0.5"})
	}
}
