package formpost

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"espost/request"
)

// A speller writes text in random spellings.
type speller struct{ *rand.Rand }

// one returns one of several texts.
func (r speller) one(of ...string) string { return of[r.IntN(len(of))] }

// cased puts each letter into either case.
func (r speller) cased(s string) string {
	if r.IntN(2) == 0 {
		return strings.ToUpper(s)
	}
	return strings.ToLower(s)
}

// json spells s within the quotes of a JSON string.
func (r speller) json(s string) string {
	var out strings.Builder
	for _, c := range s {
		u := `\u` + r.cased(fmt.Sprintf("%04x", c))
		if c > 0xffff {
			high, low := utf16.EncodeRune(c)
			u = fmt.Sprintf(`\u%s\u%s`, r.cased(fmt.Sprintf("%04x", high)), r.cased(fmt.Sprintf("%04x", low)))
		}
		switch {
		case c == '"' || c == '\\' || c == '/':
			out.WriteString(r.one(u, `\`+string(c)))
		case c < ' ':
			out.WriteString(u)
		default:
			out.WriteString(r.one(u, string(c), string(c)))
		}
	}
	return out.String()
}

// html spells s in HTML.
func (r speller) html(s string) string {
	named := map[rune]string{'<': "lt", '>': "gt", '&': "amp", '"': "quot", 'ä': "auml", 'é': "eacute", '\'': "apos"}
	var out strings.Builder
	for _, c := range s {
		forms := []string{fmt.Sprintf("&#%d;", c), fmt.Sprintf("&#%0*d;", 3+r.IntN(4), c), "&#" + r.one("x", "X") + r.cased(fmt.Sprintf("%x", c)) + ";"}
		if name, ok := named[c]; ok {
			forms = append(forms, "&"+name+";", "&"+name+";")
		} else {
			forms = append(forms, string(c), string(c), string(c))
		}
		out.WriteString(r.one(forms...))
	}
	return out.String()
}

// form spells s as a form or an address holds it.
func (r speller) form(s string) string {
	plus := r.IntN(2) == 0
	var out strings.Builder
	for i := range len(s) {
		escaped := "%" + r.cased(fmt.Sprintf("%02x", s[i]))
		switch c := s[i]; {
		case c == ' ' && plus:
			out.WriteString(r.one("+", escaped))
		case isAlphanumeric(c) || c == '+' && !plus:
			out.WriteString(r.one(escaped, string(c), string(c)))
		default:
			out.WriteString(escaped)
		}
	}
	return out.String()
}

// base64 spells s, within other text, in either alphabet.
func (r speller) base64(s string) string {
	s = strings.Repeat("~", r.IntN(4)) + s + strings.Repeat("~", r.IntN(4))
	of := []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}
	return of[r.IntN(len(of))].EncodeToString([]byte(s))
}

// secret makes one up.
func (r speller) secret() string {
	const signs = `abcXYZ0189"\/<>&'+%=: ;äéü€😀日本~#?`
	all := []rune(signs)
	var out strings.Builder
	for out.Len() < shortestMasked+r.IntN(20) {
		out.WriteRune(all[r.IntN(len(all))])
	}
	return "§" + out.String() // which no text around it holds
}

// However a secret is spelled, with one layer of escapes or two, it isn't shown,
// and what is around it is.
func TestNoSpellingIsShown(t *testing.T) {
	r := speller{rand.New(rand.NewPCG(20, 1))}
	layers := []func(string) string{r.json, r.html, r.form, r.base64, func(s string) string { return s }}
	places := []string{ // around it
		`{"open":"yes","token":"%s","more":[1]}`, "<p title='x'>token: %s</p> yes", "open=yes&token=%s&more=1",
		"HTTP/1.1 200 OK\r\nX-Echo: yes; %s\r\nContent-Length: 2\r\n\r\n", "Location: https://yes.example/next?token=%s&more=1",
	}
	for i := range 1000 {
		secret := r.secret()
		outer, inner := r.IntN(len(layers)), r.IntN(len(layers))
		spelled := layers[inner](secret)
		if !(outer == 3 && inner == 3) {
			spelled = layers[outer](spelled)
		}
		before, after, _ := strings.Cut(places[i%len(places)], "%s")
		m := newMasker([]string{secret})
		got := m.mask(before + spelled + after)
		if want := before + request.Mask + after; outer != 3 && inner != 3 && got != want {
			t.Fatalf("the secret %q in the spelling %q (layers %d, %d):\ngot  %q\nwant %q", secret, spelled, outer, inner, got, want)
		}
		if !strings.HasPrefix(got, before) || !strings.HasSuffix(got, after) || !strings.Contains(got, request.Mask) || strings.Contains(got, spelled) {
			t.Fatalf("the secret %q in the spelling %q (layers %d, %d): %q", secret, spelled, outer, inner, got)
		}
	}
}

// Text that holds no secret is left alone, however it is escaped.
func TestOtherTextIsUnchanged(t *testing.T) {
	r := speller{rand.New(rand.NewPCG(20, 2))}
	m := newMasker([]string{"§secret", "hunter22", "\xff\xfe\xfd\xfc"})
	ways := []func(string) string{r.json, r.html, r.form, r.base64}
	for i := range 1000 {
		text := ways[i%len(ways)](r.secret() + r.secret())
		if got := m.mask(text); got != text {
			t.Fatalf("%q became %q", text, got)
		}
	}
}

// What belongs to a secret header is hidden alone, too.
func TestPartsOfCredentials(t *testing.T) {
	for _, test := range []struct{ name, value, answer, want string }{
		{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("me:hunter22")), `{"user":"me","password":"hunter\u0032\u0032"}`, `{"user":"me","password":"` + request.Mask + `"}`},
		{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("sk_4eC39Hq:")), "user sk_4eC39Hq", "user " + request.Mask},
		{"Authorization", "Bearer hunter22", "token=hunter22", "token=" + request.Mask},
		{"Cookie", "theme=dark; sid=hunter22", `{"theme":"dark","sid":"hunter22"}`, `{"theme":"dark","sid":"` + request.Mask + `"}`},
		{"X-Key", "hunter22-and-more", "hunter22 and hunter22-and-more.", "hunter22 and " + request.Mask + "."},
	} {
		m := maskerOf(request.Request{Headers: []request.Header{{Name: test.name, Value: test.value, Secret: true}}})
		if got := m.mask(test.answer); got != test.want {
			t.Errorf("%s: %q became %q, want %q", test.value, test.answer, got, test.want)
		}
	}
	m := maskerOf(request.Request{Target: request.Target{Path: "/post?api_key=hunter%32%32"}})
	if got, want := m.mask(`{"url":"/post?api_key=hunter22"}`), `{"url":"/post?api_key=`+request.Mask+`"}`; got != want {
		t.Errorf("the address's became %q, want %q", got, want)
	}
}
