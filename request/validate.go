package request

import (
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/sensors"
)

// KeyHeader is the header, sent behind the request's own, that tells a server
// which reading it has before it, so that it can drop one that comes twice
// (draft-ietf-httpapi-idempotency-key-header).
const KeyHeader = "Idempotency-Key"

// maxPath is the longest path that the firmware has room for, in bytes.
const maxPath = 8192

// Validate returns everything that keeps the board from sending r, in the order
// of r's parts, by where it is: "target", "request.method",
// "request.headers[0]", "request.fields[2]". Fields that are off aren't sent and
// so can't be wrong, their sources aside.
func (r Request) Validate() problem.List {
	l := r.CheckWords()
	l.Add(r.Target.check())
	r.checkBody(&l)
	r.checkHeaders(&l)
	r.checkFields(&l)
	r.checkBulk(&l)
	r.checkSplit(&l)
	r.checkPlaceholders(&l)
	for _, part := range r.Parts() {
		if len(l) == 0 {
			part.checkMessage(&l)
		}
	}
	return l
}

// Notes returns what is odd about a request that can be sent, as warnings.
func (r Request) Notes() problem.List {
	var l problem.List
	warn := func(where, message, fix string) {
		l = append(l, problem.Problem{Severity: problem.Warning, Where: where, Message: message, Fix: fix})
	}
	if h, own := r.Header("Content-Type"); own && r.Body != Text {
		mediaType, _, _ := mime.ParseMediaType(h.Value)
		json := mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
		switch {
		case r.Body == None:
			warn("request.headers", "the header Content-Type speaks of a body, and there is none", "remove it")
		case r.Body == JSON && !json, r.Body == Form && mediaType != Form.ContentType():
			warn("request.headers", fmt.Sprintf("the header Content-Type says %s, and the body is %s", quoted(h.Value), r.Body), "make the two agree, unless the service wants it so")
		}
	}
	if r.Split && !r.valueSent() {
		warn("request.template", "{{value}} stands nowhere in the text, so no value is sent", "write it where each field's value belongs")
	}
	if r.Template != "" && !r.Split {
		places := r.layout()
		for _, text := range r.templates() {
			places.template(text.text, Plain)
		}
		for _, row := range places.rest() {
			name := shown(places.fields[row].Name)
			warn("request.fields", fmt.Sprintf("the field %s stands nowhere in the text, so it isn't sent", name), fmt.Sprintf("write {{%s}} where it belongs, or switch it off", name))
		}
	}
	return l
}

// checkBody refuses a body that its method or template contradicts.
func (r Request) checkBody(l *problem.List) {
	switch {
	case Bodiless(r.Method) && r.Body != None:
		l.Add(problem.At("request.body", "a "+r.Method+" carries no body", "use none: the fields stand in the query then"))
	case r.Body == Text && r.Template == "":
		l.Add(problem.At("request.template", "there is no text to send", "write one, with {{name}} where a field's value stands"))
	case r.Template != "" && r.Body != Text && r.Body != JSON:
		l.Add(problem.At("request.template", fmt.Sprintf("a template makes up a body of text or JSON, and the body is %s", r.Body), "choose text or json, or remove the template"))
	}
}

// templates are the texts that may hold placeholders, with their places.
func (r Request) templates() []struct{ where, text string } {
	all := []struct{ where, text string }{{"target", r.Target.Path}, {"request.template", r.Template}, {"request.bulk.first", r.Bulk.First}, {"request.bulk.last", r.Bulk.Last}}
	for i, h := range r.Headers {
		if h.Secret {
			continue // it is taken as it is
		}
		all = append(all, struct{ where, text string }{fmt.Sprintf("request.headers[%d]", i), h.Value})
	}
	return all
}

// checkPlaceholders refuses those that name no field that is on.
func (r Request) checkPlaceholders(l *problem.List) {
	active := r.Active()
	for _, t := range r.templates() {
		for _, p := range placeholders(t.text) {
			if !(r.Split && splits(p.name)) && !slices.ContainsFunc(active, func(f Field) bool { return f.Name == p.name }) {
				l.Add(problem.At(t.where, fmt.Sprintf("{{%s}} names no field that is sent", shown(p.name)), "add a field of that name, or switch it on"))
			}
		}
	}
}

// inHeader reports whether a header's value names the field.
func (r Request) inHeader(name string) bool {
	return slices.ContainsFunc(r.Headers, func(h Header) bool {
		return !h.Secret && slices.ContainsFunc(placeholders(h.Value), func(p placeholder) bool { return p.name == name })
	})
}

// checkMessage looks at what comes of it all.
func (r Request) checkMessage(l *problem.List) {
	m := r.Message()
	if n := len(text(m.Path, false)); n > maxPath {
		l.Add(problem.At("target", fmt.Sprintf("path and query have %d bytes", n), fmt.Sprintf("keep them under %d", maxPath)))
	}
	if body := text(m.Whole(), false); r.Body == JSON && (r.Template != "" || r.Bulk.On()) && !json.Valid([]byte(body)) {
		l.Add(problem.At("request.template", "with its values filled in the text is no JSON", "check quotes and commas; a text's value needs no quotes of its own around {{name}}"))
	}
	for i, pieces := range m.Headers {
		for _, p := range pieces {
			if p.Field != nil && strings.ContainsFunc(p.Field.Sent(), func(c rune) bool { return c < 0x80 && isControl(byte(c)) }) {
				l.Add(problem.At(fmt.Sprintf("request.headers[%d]", i), fmt.Sprintf("header %d (%s) would hold a control character", i+1, shown(r.Headers[i].Name)), "remove it from the value; a header is one line"))
			}
		}
	}
	for _, f := range r.Active() {
		if f.Source.Constant() && !f.Secret && strings.ContainsFunc(f.Value, func(c rune) bool { return c < 0x80 && isControl(byte(c)) }) && r.inHeader(f.Name) {
			l.Add(problem.At("request.headers", fmt.Sprintf("the value of %s, which stands in a header, holds a control character", shown(f.Name)), "remove it; a header is one line"))
		}
	}
}

// CheckWords returns what in r means nothing: a method, a body, a source or a
// pin that doesn't exist. A request may be kept while it is being made, even if
// it can't be sent; one with such words can't.
func (r Request) CheckWords() problem.List {
	var l problem.List
	l.Add(CheckMethod(r.Method))
	l.Add(r.Body.Check())
	for i, f := range r.Fields {
		l.Add(f.checkSource(i))
	}
	return append(l, r.Answer.check()...)
}

// CheckMethod returns why a request can't have that method, nil when it can.
func CheckMethod(method string) *problem.Problem {
	if slices.Contains(Methods(), method) {
		return nil
	}
	return problem.At("request.method", fmt.Sprintf("there is no method %q", quoted(method)), "use "+OrList(Methods()))
}

// Check returns why there is no such body, nil when there is.
func (b Body) Check() *problem.Problem {
	if slices.Contains(Bodies(), b) {
		return nil
	}
	return problem.At("request.body", fmt.Sprintf("there is no body %q", quoted(string(b))), "use "+OrList(Bodies()))
}

// OrList joins words for a sentence: "a, b or c".
func OrList[S any](words []S) string { return list(words, " or ") }

// AndList joins words or numbers for a sentence: "a, b and c".
func AndList[S any](words []S) string { return list(words, " and ") }

func list[S any](words []S, last string) string {
	var out strings.Builder
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			out.WriteString(last)
		case i > 0:
			out.WriteString(", ")
		}
		fmt.Fprint(&out, w)
	}
	return out.String()
}

// check returns why t can't be a target, whoever filled it in.
func (t Target) check() *problem.Problem {
	const where = "target"
	if t.Host == "" {
		return problem.At(where, "there is no address to send to", "give a host such as postman-echo.com, or an https URL")
	}
	if again, err := ParseURL(t.URL()); err != nil || again.Host != t.Host || again.Port != t.Port || again.Path != t.Path {
		return problem.At(where, fmt.Sprintf("%q is no address that can be sent to", quoted(t.Shown())), "give a host such as postman-echo.com, or an https URL").Because(err)
	}
	if len(t.Path) > maxPath {
		return problem.At(where, fmt.Sprintf("the path has %d bytes", len(t.Path)), fmt.Sprintf("keep it under %d", maxPath))
	}
	return nil
}

func (r Request) checkHeaders(l *problem.List) {
	var lines strings.Builder // as HTTPClient collects them
	for i, h := range r.Headers {
		at := func(message, fix string) {
			l.Add(problem.At(fmt.Sprintf("request.headers[%d]", i), fmt.Sprintf("header %d (%s) %s", i+1, shown(h.Name), message), fix))
		}
		switch advice := esp8266.HeaderAdvice(h.Name); {
		case !httpguts.ValidHeaderFieldName(h.Name):
			at("has a name that HTTP doesn't allow", "use letters, digits and hyphens only")
		case strings.EqualFold(h.Name, KeyHeader):
			at("can't be set", "remove it; the firmware gives every reading a key of its own")
		case advice != "":
			at("can't be set on the board", advice)
		}
		for j := range len(h.Value) {
			if isControl(h.Value[j]) {
				at(fmt.Sprintf("holds the control character %q", h.Value[j:j+1]), "remove it; a header is one line")
				break
			}
		}
		if _, before := (Request{Headers: r.Headers[:i]}).Header(h.Name); before || strings.Contains(lines.String(), h.Name+": ") {
			at("stands in an earlier header already, which HTTPClient would cut out", "join the two, or rename one")
		}
		// HTTPClient's addHeader looks for "Name: " in all lines so far and cuts
		// from there to the line's end (core ESP8266HTTPClient.cpp).
		for _, own := range r.ownHeaders() {
			if strings.Contains(h.Name+": "+h.Value, own+": ") {
				at(fmt.Sprintf("holds %q, where HTTPClient would cut it", own+": "), "rename it or change its value")
			}
		}
		lines.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
}

// ownHeaders are those that the firmware and HTTPClient add behind r's.
func (r Request) ownHeaders() []string {
	own := []string{"Content-Length", KeyHeader}
	if _, set := r.Header("Content-Type"); !set && r.Body != None {
		own = append(own, "Content-Type")
	}
	return own
}

func (r Request) checkFields(l *problem.List) {
	seen := make(map[string]int)
	var local Zone
	for i, f := range r.Fields {
		at := func(message, fix string) {
			l.Add(problem.At(fmt.Sprintf("request.fields[%d]", i), fmt.Sprintf("row %d (%s) %s", i+1, shown(f.Name), message), fix))
		}
		if f.Off || f.checkSource(i) != nil {
			continue
		}
		if zone, _ := ParseZone(f.Moment.Zone); zone != UTC {
			if local != "" && zone != local {
				at("is in another time zone than a row before it, and the board keeps one", "use one zone, and UTC for the rest")
			}
			local = zone
		}
		if f.Name == "" {
			at("would be sent without a name", "give it one, or switch it off")
		}
		if f.Secret && f.Source == esp8266.SourceJSON {
			// a secret is changed in arduino_secrets.h later, where nobody checks it
			at("is both secret and a JSON value", "make it a text, or not secret")
		}
		if r.Body != JSON && f.None == Null && f.MayLack() {
			at("would be null without a value, and only JSON has null", "use omit or skip")
		}
		if r.Body != JSON || r.Template != "" {
			continue
		}
		key := string([]rune(f.Name)) // as it is sent: invalid bytes are U+FFFD
		if first, dup := seen[key]; dup && !r.Split {
			at(fmt.Sprintf("has the same name as row %d, and a JSON object has each name once", first+1), "rename one, switch it off, or send the fields as form")
		}
		seen[key] = i
		info, _ := sensors.Info(f.Source)
		switch {
		case f.Source == esp8266.SourceJSON && !json.Valid([]byte(f.Value)):
			at("holds no JSON value", "give a number, true, false, null, a list or an object in JSON, or choose the source text")
		case info.Number && !isJSONNumber(f.Sent()):
			at(fmt.Sprintf("has the sample %q, which is no JSON number", quoted(f.Sent())), "give digits such as -61 or 3.28, without unit or leading zeros")
		}
	}
}

// checkSource returns why f, the row with that index, can't have its source or
// its pin.
func (f Field) checkSource(i int) *problem.Problem {
	where, row := fmt.Sprintf("request.fields[%d]", i), fmt.Sprintf("row %d (%s)", i+1, shown(f.Name))
	info, ok := sensors.Info(f.Source)
	if !ok {
		return problem.At(where+".source", fmt.Sprintf("%s has the source %q, which doesn't exist", row, quoted(f.Source.String())), "use one of "+sourceNames(f.Source.String(), true))
	}
	if info.Pin {
		if p := checkGPIO(where+".gpio", row, f.GPIO); p != nil {
			return p
		}
	}
	return f.checkReading(where, row, info)
}

// sourceNames lists the sources: of the sensor that name begins with, or else
// the board's own and all sensors' names. With constants it lists those that the
// board doesn't read, too.
func sourceNames(name string, constants bool) string {
	id, _, _ := strings.Cut(strings.ToLower(name), ".")
	var ids, quantities []string
	for _, d := range sensors.Devices() {
		ids = append(ids, d.ID)
		for _, q := range d.Quantities {
			if d.ID == id || (len(id) > 2 && strings.HasPrefix(d.ID, id)) {
				quantities = append(quantities, d.Source(q).String())
			}
		}
	}
	if len(quantities) > 0 {
		return strings.Join(quantities, ", ")
	}
	return ownSources(constants) + ", or a quantity of a sensor, such as dht22.temperature, of " + strings.Join(ids, ", ")
}

// ownSources lists the sources that need no sensor.
func ownSources(constants bool) string {
	var names []string
	for _, info := range esp8266.Sources() {
		if constants || !info.Source.Constant() {
			names = append(names, info.Source.String())
		}
	}
	return strings.Join(names, ", ")
}

// shown is a name within a sentence.
func shown(name string) string {
	if name == "" {
		return "no name"
	}
	return sanitize.Clip(name, 40)
}

// isJSONNumber reports whether s is a number by the grammar of RFC 8259 §6.
func isJSONNumber(s string) bool {
	return s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') && utf8.ValidString(s) && json.Valid([]byte(s)) && strings.TrimSpace(s) == s
}
