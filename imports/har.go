package imports

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"espost/formpost"
	"espost/request"
)

// harFile is an HTTP Archive 1.2 (w3c.github.io/web-performance/specs/HAR).
type harFile struct {
	Log struct {
		Entries []struct {
			Request struct {
				Method   string
				URL      string
				Headers  []pair
				PostData *struct {
					MimeType string
					Text     string
					Params   []pair
					Encoding string
				}
			}
		}
	}
}

func readHAR(file string) ([]Import, error) {
	var har harFile
	if err := json.Unmarshal([]byte(file), &har); err != nil {
		return nil, refusal("it is no HTTP Archive", "export it again")
	}
	return collect(func(add func(string, *request.Draft, error)) {
		for i, entry := range har.Log.Entries {
			r := entry.Request
			d := &request.Draft{Method: r.Method, URL: r.URL}
			addHeaders(d, r.Headers)
			var err error
			if post := r.PostData; post != nil {
				d.Data, d.HasData, d.Implied = post.Text, post.Text != "", post.MimeType
				switch {
				case strings.HasPrefix(post.MimeType, "multipart/"):
					err = refusal("it sends multipart/form-data, which the board would have to build piece by piece", "choose another request")
				case post.Encoding == "base64":
					err = refusal("its body is no text", "choose another request")
				case post.Text == "" && len(post.Params) > 0:
					setForm(d, post.Params)
				}
			}
			add(fmt.Sprintf("%d %s", i+1, r.Method), d, err)
		}
	})
}

// The parts of an HTTP Archive that are written: all that version 1.2 requires
// (w3c.github.io/web-performance/specs/HAR).
type (
	harName struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harEntry struct {
		Started  time.Time   `json:"startedDateTime"`
		Time     float64     `json:"time"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Server   string      `json:"serverIPAddress,omitempty"`
	}
	harMessage struct {
		Version  string    `json:"httpVersion"`
		Cookies  []harPair `json:"cookies"`
		Headers  []harPair `json:"headers"`
		HeadSize int       `json:"headersSize"`
		BodySize int       `json:"bodySize"` // as it was sent; -1 for unknown
	}
	harRequest struct {
		harMessage
		Method string      `json:"method"`
		URL    string      `json:"url"`
		Query  []harPair   `json:"queryString"`
		Post   *harContent `json:"postData,omitempty"`
	}
	harResponse struct {
		harMessage
		Status   int        `json:"status"`
		Reason   string     `json:"statusText"`
		Content  harContent `json:"content"`
		Redirect string     `json:"redirectURL"`
	}
	harContent struct {
		Size     *int   `json:"size,omitempty"` // a response's
		Type     string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding,omitempty"`
	}
	harTimings struct { // in milliseconds; connect includes ssl
		DNS     float64 `json:"dns"`
		Connect float64 `json:"connect"`
		TLS     float64 `json:"ssl"`
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// FormatHAR writes test requests and their answers as an HTTP Archive 1.2.
// Secret values are Mask, also where the server repeats them, unless showSecrets
// is set.
func FormatHAR(answers []*formpost.Response, showSecrets bool) []byte {
	var file struct {
		Log struct {
			Version string     `json:"version"`
			Creator harName    `json:"creator"`
			Entries []harEntry `json:"entries"`
		} `json:"log"`
	}
	file.Log.Version, file.Log.Creator, file.Log.Entries = "1.2", harName{"espost", "(devel)"}, []harEntry{}
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		file.Log.Creator.Version = build.Main.Version
	}
	var requests []*formpost.Response
	for _, a := range answers {
		requests = append(requests, a.All()...)
	}
	for _, a := range requests {
		file.Log.Entries = append(file.Log.Entries, harOf(a, showSecrets))
		if a.Followed != nil {
			file.Log.Entries = append(file.Log.Entries, harOf(a.Followed, showSecrets))
		}
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil // nothing in it can fail
	}
	return append(text, '\n')
}

func harOf(a *formpost.Response, showSecrets bool) harEntry {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	mask := a.Masked
	if showSecrets {
		mask = func(s string) string { return s }
	}
	e := harEntry{
		Started: a.Started, Time: ms(a.Phases.Total()), Server: a.Address,
		Timings: harTimings{DNS: ms(a.Phases.DNS), Connect: ms(a.Phases.TCP + a.Phases.TLS), TLS: ms(a.Phases.TLS), Wait: ms(a.Phases.FirstByte), Receive: ms(a.Phases.Body)},
		Request: harSent(a, mask, showSecrets),
	}
	size := len(a.Body)
	e.Response = harResponse{
		harMessage: message(mask(string(a.HeadRaw)), a.Proto, len(a.HeadRaw)),
		Status:     a.Status, Reason: mask(a.Reason), Redirect: mask(a.Header.Get("Location")),
		Content: harContent{Size: &size, Type: mask(a.Header.Get("Content-Type"))},
	}
	for _, line := range a.Header.Values("Set-Cookie") {
		if set, err := http.ParseSetCookie(mask(line)); err == nil {
			e.Response.Cookies = append(e.Response.Cookies, harPair{set.Name, set.Value})
		}
	}
	e.Response.Content.Text, e.Response.Content.Encoding = harText(mask(string(a.Body)))
	return e
}

// harSent is the request of an answer.
func harSent(a *formpost.Response, mask func(string) string, showSecrets bool) harRequest {
	head, body := a.Sent.Preview()
	plainHead, plainBody, _ := strings.Cut(string(a.Request), "\r\n\r\n")
	if showSecrets {
		head, body = plainHead, plainBody
	}
	r := harRequest{harMessage: message(head, "HTTP/1.1", len(plainHead)+len("\r\n\r\n")), Method: a.Sent.Method, URL: mask(a.Sent.URL(!showSecrets)), Query: []harPair{}}
	r.BodySize = len(plainBody)
	_, query, _ := strings.Cut(r.URL, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); pair != "" {
			r.Query = append(r.Query, harPair{unescaped(name), unescaped(value)})
		}
	}
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, "Cookie") {
			all, _ := http.ParseCookie(h.Value) // none where it is no cookie
			for _, c := range all {
				r.Cookies = append(r.Cookies, harPair{c.Name, c.Value})
			}
		}
	}
	if plainBody != "" {
		r.Post = &harContent{Type: a.Sent.ContentType(), Text: body}
	}
	return r
}

// message is what a head says.
func message(head, version string, size int) harMessage {
	m := harMessage{Version: version, Cookies: []harPair{}, Headers: []harPair{}, HeadSize: size, BodySize: -1}
	_, lines, _ := strings.Cut(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			m.Headers = append(m.Headers, harPair{name, strings.TrimSpace(value)})
		}
	}
	return m
}

// harText is a body as JSON can hold it.
func harText(body string) (text, encoding string) {
	if utf8.ValidString(body) {
		return body, ""
	}
	return base64.StdEncoding.EncodeToString([]byte(body)), "base64"
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
