package curl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"espost/request"
)

// addData takes in -d and its relatives (curl(1)).
func (c *command) addData(f option) error {
	value := f.value
	file := ""
	switch f.name {
	case "data", "data-ascii", "data-binary", "json":
		if name, ok := strings.CutPrefix(value, "@"); ok {
			file = name
		}
	case "data-urlencode":
		if i := strings.IndexAny(value, "=@"); i >= 0 && value[i] == '@' {
			file = value[i+1:]
		}
	}
	switch {
	case file == "-" && c.hasInput:
		c.hasInput = false
		value = c.takeInput(f)
	case file == "-":
		return refusal("it reads its data from another command", "write the data after -d")
	case file != "":
		return refusal("it reads its data from a file", "write the file's content after -d")
	}
	switch f.name {
	case "json":
		c.hasJSON = true
		c.json.WriteString(value)
		return nil
	case "data-urlencode":
		name, content, ok := strings.Cut(value, "=")
		if !ok {
			name, content = "", value
		}
		if value = escape.Replace(request.PercentEncode(content)); name != "" {
			value = name + "=" + value
		}
	}
	c.data = append(c.data, value)
	return nil
}

// escape makes curl's encoding, which leaves unreserved characters only, of a
// form's (curl_easy_escape(3)).
var escape = strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~")

// takeInput is the data that f, whose value ends in "@-", reads.
func (c *command) takeInput(f option) string {
	switch f.name {
	case "data", "data-ascii":
		return lineEnds.Replace(c.input) // curl(1): -d strips them from what it reads
	case "data-urlencode":
		return strings.TrimSuffix(f.value, "@-") + "=" + c.input
	default:
		return c.input
	}
}

var lineEnds = strings.NewReplacer("\r", "", "\n", "", "\x00", "")

// join hands the data on.
func (c *command) join() error {
	c.Data, c.HasData = strings.Join(c.data, "&"), len(c.data) > 0
	c.Implied = request.Form.ContentType()
	if !c.hasJSON {
		c.HasData = c.HasData || c.InQuery
		return c.whole()
	}
	if c.HasData {
		return refusal("it has both --json and -d", "keep one of them")
	}
	c.Data, c.HasData = c.json.String(), true
	for _, name := range []string{"Content-Type", "Accept"} {
		if _, set := (request.Request{Headers: c.Headers}).Header(name); !set {
			c.Headers = append(c.Headers, request.Header{Name: name, Value: request.JSON.ContentType()})
		}
	}
	return c.whole()
}

// whole refuses JSON in which only a shell could fill in what is missing.
func (c *command) whole() error {
	label, _ := request.Request{Headers: c.Headers}.Header("Content-Type")
	if u := c.brokenBy(c.Data); u != "" && strings.Contains(strings.ToLower(label.Value), "json") {
		return refusal(fmt.Sprintf("its JSON holds %s, which only a shell could fill in", request.Placeholder(u, "something")), "write the value in its place")
	}
	return nil
}

// brokenBy is what only a shell could fill in at the place where data stops
// being JSON, or "".
func (c *command) brokenBy(data string) string {
	var wrong *json.SyntaxError
	if !errors.As(json.Unmarshal([]byte(data), new(any)), &wrong) || wrong.Offset < 1 {
		return ""
	}
	for _, u := range c.Open {
		if strings.HasPrefix(data[wrong.Offset-1:], u) {
			return u
		}
	}
	return ""
}
