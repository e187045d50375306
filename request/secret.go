package request

import (
	"net/url"
	"slices"
	"strings"

	"espost/esp8266"
	"espost/internal/lazyregexp"
)

// secretWords are what services call their credentials, without the signs
// between words: X-AIO-Key, api_key and apikey are one.
var secretWords = []string{
	"authorization", "cookie", "token", "apikey", "aiokey", "writekey", "readkey", "accesskey", "privatekey",
	"secret", "password", "passwd", "credential", "bearer",
}

// secretNames are names that are credentials only as a whole: "pass" is one,
// "passengers" isn't.
var secretNames = []string{"auth", "pass", "pwd", "psk", "passphrase", "xauth"}

// IsSecret reports whether a header or field holds, with the services that
// makers use, something that only they may know. Such a value starts out secret,
// however it came in: typed, imported, or given on the command line. The name
// decides; a mere "key", which is as often the name of a reading, is secret
// where its value looks like one. A value with a {{field}} in it is none: the
// field may be.
func IsSecret(name, value string) bool {
	if len(placeholders(value)) > 0 {
		return false
	}
	name = strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	if name == "key" {
		return looksRandom(value)
	}
	return slices.Contains(secretNames, name) ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) })
}

// looksRandom reports whether s is one long word with digits and letters in it.
func looksRandom(s string) bool {
	const shortest = 8
	letters := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	digits := func(r rune) bool { return r >= '0' && r <= '9' }
	return len(s) >= shortest && !strings.ContainsAny(s, " \t\r\n") && strings.ContainsFunc(s, letters) && strings.ContainsFunc(s, digits)
}

// Credentials returns r with every header and constant text that holds a
// credential by its name and value (IsSecret) marked secret, whoever forgot to.
func (r Request) Credentials() Request {
	r = r.Clone()
	for i := range r.Headers {
		h := &r.Headers[i]
		h.Secret = h.Secret || h.Value != "" && IsSecret(h.Name, h.Value)
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		f.Secret = f.Secret || f.Source == esp8266.SourceText && f.Value != "" && IsSecret(f.Name, f.Value)
	}
	return r
}

// KeepSecrets gives the secrets of r that have no value those that before has under
// the same names, in their order.
func (r *Request) KeepSecrets(before Request) {
	before = before.Credentials()
	fields, headers := keptSecrets(before.Fields), make(secretValues)
	for _, h := range before.Headers {
		if name := strings.ToLower(h.Name); h.Secret {
			headers[name] = append(headers[name], h.Value)
		}
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; f.HoldsSecret() && f.Value == "" {
			fields.take(f.Name, &f.Value)
		}
	}
	for i := range r.Headers {
		if h := &r.Headers[i]; h.Secret && h.Value == "" {
			headers.take(strings.ToLower(h.Name), &h.Value)
		}
	}
}

// Shown returns the URL for people: with Mask in place of the credentials that
// it holds, which are the values of a query's parameters by such names
// (IsSecret) and a bot's token in the path.
func (t Target) Shown() string {
	t.Path = t.ShownPath()
	return t.URL()
}

// ShownPath is the path of Shown.
func (t Target) ShownPath() string {
	var out strings.Builder
	end := 0
	for _, c := range t.credentials() {
		out.WriteString(t.Path[end:c.from] + Mask)
		end = c.to
	}
	return out.String() + t.Path[end:]
}

// Public returns the URL without its query and, if the path holds a credential or
// what looks like one, without the path: what may be remembered.
func (t Target) Public() string {
	t.Path, _, _ = strings.Cut(t.Path, "?")
	if len(t.credentials()) > 0 || slices.ContainsFunc(t.values(), func(p place) bool { return looksLikeKey(decoded(t.Path[p.from:p.to])) }) {
		t.Path = "/"
	}
	return t.URL()
}

// Secrets returns the credentials that the address holds, decoded.
func (t Target) Secrets() []string {
	var all []string
	for _, c := range t.credentials() {
		all = append(all, decoded(t.Path[c.from:c.to]))
	}
	return all
}

// span is where in a path something stands.
type span struct{ from, to int }

// botToken is the part of a path that Telegram's bots are known by
// (core.telegram.org/bots/api, "Authorizing your bot").
var botToken = lazyregexp.New(`/bot[0-9]+(?::|%3[Aa])([^/?]+)`)

// credentials returns where in the path t's credentials stand, in order.
func (t Target) credentials() []span {
	var all []span
	path, query, _ := strings.Cut(t.Path, "?")
	for _, at := range botToken.Get().FindAllStringSubmatchIndex(path, -1) {
		all = append(all, span{at[2], at[3]})
	}
	from := len(path) + 1
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if value != "" && IsSecret(decoded(name), decoded(value)) {
			all = append(all, span{from + len(name) + 1, from + len(pair)})
		}
		from += len(pair) + 1
	}
	return all
}

// decoded undoes percent-encoding where it can be undone.
func decoded(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
