package hostile

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// screenTricks are answers that cost the one who lays them out for people more
// than they cost the server.
func screenTricks() []Behaviour {
	nested := func(open, value, end string, levels, values int) string {
		return strings.Repeat(open, levels) + strings.Repeat(value+",", values) + value + strings.Repeat(end, levels)
	}
	deep := []string{
		nested("[", "1", "]", 9999, 100_000),
		nested(`{"a":`, "1", "}", 9999, 0),
		nested("[", "1", "]", 100, 100_000),
		nested("[", "1", "", 100_000, 0),
	}
	lines := []string{
		"e" + strings.Repeat("\u0301", 60_000),
		strings.Repeat("\u0301", 60_000),
		strings.Repeat("漢", 80_000),
		strings.Repeat("👩\u200d👩\u200d👧\ufe0f", 8_000),
		strings.Repeat("x\t", 100_000),
		strings.Repeat("\n", 250_000),
		strings.Repeat("\u0e33\u1100\u1161", 20_000),
	}
	for _, texts := range [][]string{deep, lines} {
		for i, body := range texts {
			texts[i] = fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	}
	return []Behaviour{
		{Name: "deep JSON", About: "answers with JSON that would become gigabytes when it is indented", Layer: HTTP, Variants: len(deep), Usable: true, serve: answers(deep...)},
		{Name: "strange lines", About: "answers with lines without end, towers of marks, wide and joined characters", Layer: HTTP, Variants: len(lines), Usable: true, serve: answers(lines...)},
		{Name: "parrot", About: "sends the request back, in every place of its answer", Layer: HTTP, Variants: len(echoes()), Usable: true, serve: overTLS(func(c *Conn) {
			head, body, _ := strings.Cut(string(c.request), "\r\n\r\n")
			c.say([]byte(echoes()[c.variant](head, body)))
		})},
	}
}

// echoes write an answer from a request's head and body.
func echoes() []func(head, body string) string {
	oneLine := strings.NewReplacer("\r\n", " ")
	answer := func(status, headers, body string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, headers, len(body), body)
	}
	inHeader := func(status, name string) func(head, body string) string {
		return func(head, body string) string {
			return answer(status, name+": "+body+"\r\n"+name+": "+oneLine.Replace(head)+"\r\n"+name+": "+body+"\r\n", "")
		}
	}
	return []func(head, body string) string{
		func(head, body string) string { return answer("200 OK", "", head+"\r\n\r\n"+body) },
		func(head, body string) string { return answer("200 "+body+" "+oneLine.Replace(head), "", "") },
		func(head, body string) string {
			text, _ := json.Marshal(map[string]string{"head": head, "body": body})
			return answer("400 Bad Request", "", string(text))
		},
		func(head, body string) string {
			plain := body
			if form, err := url.QueryUnescape(body); err == nil && !strings.HasPrefix(body, "{") {
				plain = form
			}
			return answer("500 Sorry", "", "<pre>"+plain+"</pre>\xff\x00"+head)
		},
		func(head, _ string) string { // the credentials, unpacked
			_, after, _ := strings.Cut(head, "Authorization: Basic ")
			packed, _, _ := strings.Cut(after, "\r\n")
			plain, _ := base64.StdEncoding.DecodeString(packed)
			return answer("401 Unauthorized", "", "you are "+string(plain))
		},
		inHeader("307 Temporary Redirect", "Location"),
		inHeader("200 OK", "Content-Encoding"),
		inHeader("200 OK", "Transfer-Encoding"),
		inHeader("200 OK", "Connection"),
		inHeader("200 OK", "Set-Cookie"),
	}
}
