package curl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"strings"

	"espost/esp8266"
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
		if value = request.PercentEncode(content); name != "" {
			value = name + "=" + value
		}
	}
	c.data = append(c.data, value)
	return nil
}

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

// body turns the data into rows where it is made of rows, and into a text where
// it isn't: what is sent stays what curl would send.
func (c *command) body(r *request.Request) error {
	data := strings.Join(c.data, "&")
	if c.hasJSON {
		if len(c.data) > 0 {
			return refusal("it has both --json and -d", "keep one of them")
		}
		data = c.json.String()
		for _, h := range []request.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Accept", Value: "application/json"}} {
			if _, set := r.Header(h.Name); !set {
				r.Headers = append(r.Headers, h)
			}
		}
	}
	switch {
	case c.get:
		r.Body = request.None
		r.Fields, _ = formRows(data)
		return nil
	case len(c.data) == 0 && !c.hasJSON:
		r.Body = request.None
		return nil
	case request.Bodiless(r.Method):
		return refusal("it sends a body with "+r.Method, "a board sends one with POST, PUT or PATCH only; -G puts the data into the query")
	}
	declared, own := r.Header("Content-Type")
	if !own {
		declared.Value = request.Form.ContentType()
	}
	mediaType, _, err := mime.ParseMediaType(declared.Value)
	if err != nil {
		mediaType = strings.ToLower(strings.TrimSpace(declared.Value))
	}
	labelled := mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
	if u := c.brokenBy(data); labelled && u != "" {
		return refusal(fmt.Sprintf("its JSON holds %s, which only a shell could fill in", nameOf(u, "something")), "write the value in its place")
	}
	if err := c.fill(r, data, labelled, mediaType == request.Form.ContentType()); err != nil {
		return err
	}
	switch {
	case r.Body.ContentType() == declared.Value:
		dropDefaultType(r, declared.Value)
	case !own: // the same bytes under the media type that curl names
		r.Headers = append(r.Headers, request.Header{Name: "Content-Type", Value: request.Form.ContentType()})
		if r.Body == request.JSON {
			c.warn("the data is JSON, but curl labels it as a form; the header Content-Type says so too, remove it to send application/json")
		} else {
			c.warn("the data isn't made of rows, but curl labels it as a form; the header Content-Type says so too, remove it to send text/plain")
		}
	}
	return nil
}

// fill chooses the kind of body by what data looks like.
func (c *command) fill(r *request.Request, data string, labelledJSON, labelledForm bool) error {
	start := strings.TrimSpace(data)
	looksJSON := (strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[")) && json.Valid([]byte(data))
	if !labelledJSON && labelledForm && !looksJSON {
		if data == "" || isForm(data) {
			var same bool
			r.Body = request.Form
			if r.Fields, same = formRows(data); !same {
				c.warn("the board writes the same rows a little differently; the preview shows how")
			}
			return nil
		}
	}
	if labelledJSON || labelledForm && looksJSON {
		r.Body = request.JSON
		if strings.HasPrefix(start, "{") {
			rows, err := jsonRows(data)
			r.Fields = rows
			return err
		}
		if !json.Valid([]byte(data)) {
			return refusal("its data is no JSON", "check quotes and commas")
		}
		r.Template = data
		return nil
	}
	r.Body, r.Template = request.Text, data
	return nil
}

// formName is what a name in a form looks like; a "=" in other texts stands
// behind something else.
var formName = regexp.MustCompile(`^[\w.%+*@\[\]~-]*$`)

// isForm reports whether data is application/x-www-form-urlencoded, rather than
// a text with an equals sign in it (a line of InfluxDB's protocol, XML, YAML).
func isForm(data string) bool {
	for pair := range strings.SplitSeq(data, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if !formName.MatchString(name) {
			return false
		}
	}
	return strings.ContainsAny(data, "=%")
}

// brokenBy is what only a shell could fill in at the place where data stops
// being JSON, or "".
func (c *command) brokenBy(data string) string {
	var wrong *json.SyntaxError
	if !errors.As(json.Unmarshal([]byte(data), new(any)), &wrong) || wrong.Offset < 1 {
		return ""
	}
	for _, u := range c.unexpanded {
		if strings.HasPrefix(data[wrong.Offset-1:], u) {
			return u
		}
	}
	return ""
}

// dropDefaultType removes a Content-Type that the encoding sets anyway.
func dropDefaultType(r *request.Request, declared string) {
	if declared != r.Body.ContentType() {
		return
	}
	for i, h := range r.Headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			r.Headers = append(r.Headers[:i:i], r.Headers[i+1:]...)
			return
		}
	}
}

// formRows reads application/x-www-form-urlencoded (WHATWG URL §5.1), and reports
// whether the board writes the rows in the same bytes.
func formRows(data string) (rows []request.Field, same bool) {
	for pair := range strings.SplitSeq(data, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = percentDecode(name, true), percentDecode(value, true)
		rows = append(rows, request.Field{Name: name, Value: value, Secret: request.IsSecret(name, value)})
	}
	r := request.Request{Body: request.Form, Fields: rows}
	return rows, string(r.BodyBytes()) == data
}

// percentDecode undoes %XX, and "+" where plus is set; what is no escape stays.
func percentDecode(s string, plus bool) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && i+2 < len(s) && isDigit(s[i+1], 16) && isDigit(s[i+2], 16):
			out.WriteByte(hexDigit(s[i+1])<<4 | hexDigit(s[i+2]))
			i += 2
		case s[i] == '+' && plus:
			out.WriteByte(' ')
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// jsonRows reads one JSON object, its order kept: texts become texts, everything
// else stands as it is.
func jsonRows(data string) ([]request.Field, error) {
	invalid := func(err error) error {
		return refusal(fmt.Sprintf("its data is no JSON: %v", err), "check quotes and commas")
	}
	if !json.Valid([]byte(data)) {
		return nil, invalid(json.Unmarshal([]byte(data), new(any)))
	}
	decoder := json.NewDecoder(strings.NewReader(data))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, refusal("its JSON isn't an object", "use a call that takes {\"name\": value, …}")
	}
	var rows []request.Field
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, invalid(err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, invalid(err)
		}
		row := request.Field{Name: fmt.Sprint(name)}
		switch {
		case value[0] == '"':
			if err := json.Unmarshal(value, &row.Value); err != nil {
				return nil, invalid(err)
			}
			row.Secret = request.IsSecret(row.Name, row.Value)
		default:
			var compact bytes.Buffer
			if err := json.Compact(&compact, value); err != nil {
				return nil, invalid(err)
			}
			row.Value, row.Source = compact.String(), esp8266.SourceJSON
		}
		rows = append(rows, row)
	}
	return rows, nil
}
