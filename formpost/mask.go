package formpost

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"espost/internal/sanitize"
	"espost/request"
)

// A masker hides secret values that a server sends back, by what a text means:
// it is found however it is escaped. Its zero value hides nothing.
type masker struct {
	starts map[uint32][]string // secret values by their first four bytes
	fourth [256]bool           // whether one has that byte fourth
}

// maskerOf returns what hides r's secret values in foreign text. A server that
// wants to can disguise them beyond its layers, but it has them by then.
func maskerOf(r request.Request) masker {
	secrets := r.Target.Secrets() // mutant TestPartsOfCredentials: r.Target.Secrets() => []string(nil)
	for _, h := range r.Headers {
		if h.Secret {
			secrets = append(secrets, h.Value)
			secrets = append(secrets, credentials(h.Value)...)
		}
	}
	for _, f := range r.Fields {
		if f.Secret {
			secrets = append(secrets, f.Value)
		}
	}
	return newMasker(secrets)
}

func newMasker(secrets []string) masker {
	m := masker{starts: make(map[uint32][]string)}
	for _, s := range secrets {
		for _, s := range []string{s, string([]rune(s))} { // JSON has U+FFFD for what is no UTF-8
			if len(s) < shortestMasked {
				continue
			}
			start := uint32(s[0])<<24 | uint32(s[1])<<16 | uint32(s[2])<<8 | uint32(s[3])
			if !slices.Contains(m.starts[start], s) {
				m.starts[start] = append(m.starts[start], s)
				m.fourth[s[3]] = true
			}
		}
	}
	return m
}

// shortestPart is the shortest part of a header's value, in bytes, that is taken
// for a secret of its own.
const shortestPart = 8

// credentials are the parts of a secret header's value that are secret by
// themselves: what follows a scheme and the password of Basic (RFC 9110 §11.4,
// RFC 7617 §2), a cookie's value or a parameter's.
func credentials(value string) []string {
	var parts []string
	scheme, rest, hasScheme := strings.Cut(value, " ")
	if hasScheme {
		parts = append(parts, rest)
	}
	if decoded, err := base64.StdEncoding.DecodeString(rest); err == nil && strings.EqualFold(scheme, "Basic") {
		user, password, _ := strings.Cut(string(decoded), ":")
		parts = append(parts, string(decoded), password)
		if password == "" || request.IsSecret("key", user) { // some services take the token for the user
			parts = append(parts, user)
		}
	}
	for _, pair := range strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ';' || r == ',' }) {
		if _, v, ok := strings.Cut(pair, "="); ok && len(v) >= shortestPart {
			parts = append(parts, strings.Trim(v, `"`))
		}
	}
	return parts
}

// mask returns s with Mask in place of each secret value: where it stands as it
// is, and where one or two layers of escapes hide it.
func (m masker) mask(s string) string {
	if len(m.starts) == 0 || len(s) < shortestMasked {
		return s
	}
	found := hits{masker: m, size: len(s)}
	whole := view{text: []byte(s)}
	found.search(whole)
	for i, outer := range layers() {
		once := outer(whole)
		found.search(once)
		for j, inner := range layers() {
			if i == base64Layer && j == base64Layer || len(once.text) == 0 {
				continue
			}
			found.search(inner(once)) // mutant TestNoSpellingIsShown: inner(once) => inner(view{})
		}
	}
	return found.replace(s)
}

// clipped is foreign text made safe and short enough for a sentence, without
// secret values.
func (m masker) clipped(s string) string { return sanitize.Clip(m.mask(s), maxQuoted) }

// Masked returns text of the answer with Mask in place of the secret values that
// the request held, in whatever spelling. Notes need none of it.
func (r *Response) Masked(text string) string { return r.secrets.mask(text) }

// hits are the places of secret values in a text.
type hits struct {
	masker
	size int     // of the text
	ends []int32 // where the longest that begins at a byte ends; nil for no hits
}

// search looks for secret values in a view of the text.
func (h *hits) search(v view) {
	var start uint32
	for i, b := range v.text {
		start = start<<8 | uint32(b)
		if i < shortestMasked-1 || !h.fourth[b] {
			continue
		}
		first := i - (shortestMasked - 1)
		for _, s := range h.starts[start] {
			if rest := v.text[first:]; len(rest) >= len(s) && string(rest[:len(s)]) == s {
				from, to := v.place(first, first+len(s))
				if h.ends == nil {
					h.ends = make([]int32, h.size)
				}
				h.ends[from] = max(h.ends[from], int32(to))
			}
		}
	}
}

// replace returns s, the text itself, with Mask for each place or, where they
// overlap, for all of them.
func (h *hits) replace(s string) string {
	if h.ends == nil {
		return s
	}
	var out strings.Builder
	shown := 0
	for i := 0; i < len(s); {
		end := h.ends[i]
		if end == 0 {
			i++
			continue
		}
		out.WriteString(s[shown:i])
		out.WriteString(request.Mask)
		for ; i < int(end); i++ {
			end = max(end, h.ends[i])
		}
		shown = i
	}
	return out.String() + s[shown:]
}

// A view is a text after layers of escapes were taken off.
type view struct {
	text     []byte
	from, to []int32 // where the bytes of text stand in the original; nil for the original itself
}

// place is where text[i:j] stands in the original.
func (v view) place(i, j int) (from, to int) {
	if v.from == nil {
		return i, j
	}
	return int(v.from[i]), int(v.to[j-1])
}

// add appends one byte that stands for of's text[i:j].
func (v *view) add(b byte, of view, i, j int) {
	from, to := of.place(i, j)
	v.text, v.from, v.to = append(v.text, b), append(v.from, int32(from)), append(v.to, int32(to))
}

func emptyView(size int) view {
	return view{text: make([]byte, 0, size), from: make([]int32, 0, size), to: make([]int32, 0, size)}
}

// A layer is a way to write text in another one. It returns what a view says
// without it: nothing where it isn't used.
type layer func(view) view

const base64Layer = 0 // its index: a text wrapped twice is no answer that anybody gives

func layers() []layer {
	return []layer{unwrapBase64, escapes(`\`, jsonEscape), escapes("&", htmlEntity), escapes("%", percentEscape), formEscapes}
}

// escapes is a layer of escapes that begin with one of signs. unescape appends
// what the escape at the beginning of s stands for, and returns its length: 0
// where there is none.
func escapes(signs string, unescape func(out, s []byte) ([]byte, int)) layer {
	return func(v view) view {
		if !bytes.ContainsAny(v.text, signs) {
			return view{}
		}
		w := emptyView(len(v.text))
		var scratch [8]byte
		for i := 0; i < len(v.text); {
			if b := v.text[i]; strings.IndexByte(signs, b) < 0 {
				w.add(b, v, i, i+1)
				i++
				continue
			}
			out, n := unescape(scratch[:0], v.text[i:])
			if n == 0 {
				out, n = append(out, v.text[i]), 1
			}
			for _, b := range out {
				w.add(b, v, i, i+n)
			}
			i += n
		}
		return w
	}
}

// formEscapes is percent-encoding with + for a space.
func formEscapes(v view) view {
	if bytes.IndexByte(v.text, '+') < 0 {
		return view{} // the layer without
	}
	return escapes("%+", formEscape)(v)
}

// unwrapBase64 decodes each word that could be base64 (RFC 4648 §4 and §5), from
// its beginning and, since a path's slash is a digit as well, from behind each
// sign.
func unwrapBase64(v view) view {
	const shortest = (shortestMasked*8 + 5) / 6 // of a secret's digits
	w := emptyView(len(v.text))
	for i := 0; i < len(v.text); i++ {
		from, begins := i, [4]bool{true} // by their distance from the word's, modulo 4
		for ; i < len(v.text) && base64Digit(v.text[i]) >= 0; i++ {
			if base64Digit(v.text[i]) >= 62 {
				begins[(i+1-from)%4] = true
			}
		}
		if i-from < shortest {
			continue
		}
		for skip, begin := range begins {
			if begin {
				w.addBase64(v, from+skip, i)
				w.add(0xff, v, i-1, i) // no UTF-8: nothing is found across
			}
		}
	}
	return w
}

// addBase64 appends what the digits of.text[i:end] stand for.
func (v *view) addBase64(of view, i, end int) {
	bits, have := uint32(0), 0
	for ; i < end; i++ {
		bits, have = bits<<6|uint32(base64Digit(of.text[i])), have+6
		if have >= 8 {
			have -= 8
			v.add(byte(bits>>have), of, i-1, i+1)
		}
	}
}

// base64Digit is the value of a digit of either alphabet, -1 for none.
func base64Digit(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return -1
}
