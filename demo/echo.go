package demo

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// Handler answers like postman-echo.com:
//
//   - POST, PUT or PATCH to /post, /put or /patch: a JSON object of args, data,
//     files, form, headers, json and url, which say what has arrived;
//   - GET of /get: args, headers and url;
//   - anything else: 404 and a line of text.
//
// A name that occurs several times has an array of its values. A form's fields
// are in json too, as they are there. It works over plain HTTP as well.
func Handler() http.Handler { return http.HandlerFunc(echo) }

func echo(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/post", "/put", "/patch":
		if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
			echoBody(w, r)
			return
		}
	case "/get":
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			var answer object
			answer.set("args", parsePairs(r.URL.RawQuery))
			answer.set("headers", headersOf(r))
			answer.set("url", urlOf(r))
			reply(w, answer)
			return
		}
	}
	plain(w, http.StatusNotFound, "There is nothing here. POST a form to /post, or GET /get.")
}

// echoBody answers a request that has a body.
func echoBody(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		plain(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("The body is longer than %d bytes.", MaxBody))
		return
	}
	if err != nil {
		plain(w, http.StatusBadRequest, "The body ended early.")
		return
	}
	c, err := parseContent(r.Header.Get("Content-Type"), body)
	if err != nil {
		plain(w, http.StatusBadRequest, fmt.Sprintf("The body does not fit its Content-Type: %v.", err))
		return
	}
	var answer object
	answer.set("args", parsePairs(r.URL.RawQuery))
	answer.set("data", c.data)
	answer.set("files", c.files)
	answer.set("form", c.form)
	answer.set("headers", headersOf(r))
	answer.set("json", c.json)
	answer.set("url", urlOf(r))
	reply(w, answer)
}

// A content is a body, sorted into the places where postman-echo.com puts it.
type content struct {
	data  any
	files *object
	form  *object
	json  any
}

func parseContent(contentType string, body []byte) (content, error) {
	c := content{data: "", files: new(object), form: new(object)}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "" // as text
	}
	switch {
	case kind == "application/x-www-form-urlencoded":
		c.form = parsePairs(string(body))
		c.json = c.form
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		switch {
		case !json.Valid(body):
			return content{}, errors.New("it isn't valid JSON")
		case depth(body) > maxDepth:
			return content{}, fmt.Errorf("its JSON is nested more than %d deep", maxDepth)
		}
		c.data = json.RawMessage(body)
		c.json = c.data
	case kind == "multipart/form-data":
		if err := c.readMultipart(multipart.NewReader(bytes.NewReader(body), params["boundary"])); err != nil {
			return content{}, fmt.Errorf("it isn't a valid multipart form (%w)", err)
		}
	default:
		c.data = string(body)
	}
	return c, nil
}

// readMultipart puts files into c.files, by their names and as data: URLs, and
// the other parts into c.form.
func (c *content) readMultipart(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it means that the form ended too early
			return nil
		}
		if err != nil {
			return err
		}
		value, err := io.ReadAll(part) // within MaxBody, as the body is
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			c.form.add(part.FormName(), string(value))
			continue
		}
		c.files.add(part.FileName(), "data:application/octet-stream;base64,"+base64.StdEncoding.EncodeToString(value))
	}
}

// headersOf returns the headers as Node.js names and joins them, Host first.
func headersOf(r *http.Request) *object {
	headers := new(object)
	headers.set("host", r.Host)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		headers.set(strings.ToLower(name), strings.Join(r.Header[name], ", "))
	}
	if r.ContentLength > 0 {
		headers.set("content-length", fmt.Sprint(r.ContentLength))
	}
	return headers
}

func urlOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.URL.RequestURI()
}

func reply(w http.ResponseWriter, answer object) {
	body, err := answer.indented()
	if err != nil {
		plain(w, http.StatusInternalServerError, "The answer could not be written as JSON.")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body) // a client that has gone needs no answer
}

func plain(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, line+"\n")
}
