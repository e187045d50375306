package request

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/sensors"
)

// One syntax for a field, wherever people write one: on the command line, in
// the app's "edit as text", in the accessible mode and in the documents.
//
//	name=text               a constant text
//	name:=JSON              a constant number, true, false, null, list or object
//	name@source             what the board reads, such as rssi
//	name@source:gpio        from that pin
//	name@sensor.quantity:…  what a sensor measures; behind the colon stands
//	                        what its wiring needs: 4, or 5,4 for two pins, 4#2 for
//	                        the second one on a pin, 0x77 for an I²C address
//	name@source,mean        what it was from one reading to the next: the mean,
//	                        min, max, or the last that there was
//	name@source,above:30    sent at once when it is above or below a limit, and
//	                        with change:0.5 when it has changed so much; a pin
//	                        with change alone
//	name@source=sample      what the test sends in its place
//	name!                   a secret text, given in the environment or asked for
//	name!=text              a secret text
//	Name:value              a header, where headers may stand
//
// In a name, \ takes the meaning from the sign after it: a\=b is a name with an
// equals sign. A text under a name that services use for credentials
// (IsSecret) is secret without being marked.

// Syntax is the syntax in one line, for help texts.
const Syntax = "name=text, name:=JSON, name@source, name@source:gpio, name@source,mean, name@source=sample, or name! for a secret"

// SourceHelp lists every source for help texts.
func SourceHelp() string {
	var all []string
	for _, d := range sensors.Devices() {
		var names []string
		for _, q := range d.Quantities {
			names = append(names, q.Name)
		}
		all = append(all, d.ID+"."+strings.Join(names, "|"))
	}
	return "A source is what the board reads: " + ownSources(false) + "; or a sensor, as temp@dht22.temperature:4 on GPIO 4: " + strings.Join(all, ", ") + "."
}

// An Item is a field or a header; one of them is nil.
type Item struct {
	Field  *Field
	Header *Header
}

// ParseItem reads a field or a header. The error is a *problem.Problem.
func ParseItem(s string) (Item, error) {
	r, p := cutRow(s, true)
	if p != nil {
		return Item{}, p
	}
	if r.sep == ":" {
		h := header(r.name, r.rest)
		return Item{Header: &h}, nil
	}
	f, p := r.field()
	if p != nil {
		return Item{}, p
	}
	return Item{Field: &f}, nil
}

// ParseField reads a field. The error is a *problem.Problem.
func ParseField(s string) (Field, error) {
	r, p := cutRow(s, false)
	if p != nil {
		return Field{}, p
	}
	f, p := r.field()
	if p != nil {
		return Field{}, p
	}
	return f, nil
}

// ParseHeader reads "Name:value"; blanks around both parts are no part of them.
// The error is a *problem.Problem.
func ParseHeader(s string) (Header, error) {
	name, value, ok := strings.Cut(s, ":")
	if !ok {
		return Header{}, slip("a header has no colon", "write Name:value")
	}
	return header(name, value), nil
}

func header(name, value string) Header {
	h := Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)}
	h.Secret = IsSecret(h.Name, h.Value)
	return h
}

// slip is a problem with what somebody wrote.
func slip(message, fix string, args ...any) *problem.Problem {
	return problem.At("", fmt.Sprintf(message, args...), fix)
}

// firstWord is what may be quoted of a line that can't be read: what stands
// behind a colon or a blank might be a secret.
func firstWord(s string) string {
	if i := strings.IndexAny(s, ": \t"); i >= 0 {
		return s[:i] + "…"
	}
	return s
}

// A row is a line cut at the sign that says what it is.
type row struct {
	name string
	sep  string // "=", ":=", "@", "!", or ":" where headers may stand
	rest string
}

// cutRow finds the first sign that no backslash quotes.
func cutRow(s string, headers bool) (row, *problem.Problem) {
	for i := 0; i < len(s); i++ {
		sep := ""
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '=', c == '@', c == '!':
			sep = string(c)
		case strings.HasPrefix(s[i:], ":="):
			sep = ":="
		case c == ':' && headers:
			sep = ":"
		}
		if sep == "" {
			continue
		}
		name, p := unescape(s[:i])
		if p != nil {
			return row{}, p
		}
		return row{name, sep, s[i+len(sep):]}, nil
	}
	if headers {
		return row{}, slip("%q is neither a field nor a header", "write "+Syntax+"; Name:value is a header", quoted(firstWord(s)))
	}
	return row{}, slip("%q is no field", "write "+Syntax, quoted(firstWord(s)))
}

// field reads what stands behind the sign.
func (r row) field() (Field, *problem.Problem) {
	f := Field{Name: r.name}
	switch r.sep {
	case "=":
		f.Value, f.Secret = r.rest, IsSecret(r.name, r.rest)
	case ":=":
		return r.constant()
	case "!":
		f.Secret = true
		value, given := strings.CutPrefix(r.rest, "=")
		if r.rest != "" && !given {
			return Field{}, slip(`after "%s!" stands something else than =`, `write name! or name!=text for a secret, and \! where a name holds an exclamation mark`, quoted(r.name))
		}
		f.Value = value
	case "@":
		spec, sample, _ := strings.Cut(r.rest, "=")
		spec, options := cutOptions(spec)
		var p *problem.Problem
		f.Source, f.GPIO, f.Wires, p = parseSource(spec)
		for _, word := range options {
			if p == nil {
				p = f.parseOption(word)
			}
		}
		switch {
		case p != nil && IsSecret(r.name, spec):
			return Field{}, slip(`what follows "%s@" is no source`, p.Fix, quoted(r.name))
		case p != nil:
			return Field{}, slip(`after "%s@": %s`, p.Fix, quoted(r.name), p.Message)
		}
		f.Sample = sample
	}
	return f, nil
}

// constant reads a JSON value. A text under the name of a credential is one.
func (r row) constant() (Field, *problem.Problem) {
	if !json.Valid([]byte(r.rest)) {
		return Field{}, slip(`what follows "%s:=" is no JSON value`, "give a number, true, false, null, a list or an object in JSON, or write name=text for a text", quoted(r.name))
	}
	var text string
	if strings.HasPrefix(strings.TrimSpace(r.rest), `"`) && json.Unmarshal([]byte(r.rest), &text) == nil && IsSecret(r.name, text) {
		return Field{Name: r.name, Value: text, Secret: true}, nil
	}
	return Field{Name: r.name, Source: esp8266.SourceJSON, Value: r.rest}, nil
}

// cutOptions takes the words off that follow a source and its wiring.
func cutOptions(spec string) (source string, options []string) {
	parts := strings.Split(spec, ",")
	n := 1
	for n < len(parts) && (parts[n] == "" || !isLetter(parts[n][0])) {
		n++ // a second pin
	}
	return strings.Join(parts[:n], ","), parts[n:]
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// parseSource reads a source that the board reads, with its wiring where it needs
// any: "rssi", "digital:5", "hcsr04.distance:5,4".
func parseSource(spec string) (source esp8266.Source, gpio int, wires Wires, p *problem.Problem) {
	name, wiring, given := strings.Cut(spec, ":")
	source, known := sensors.Named(name)
	if !known || source.Constant() {
		return "", 0, Wires{}, slip("there is no source %q", "use one of "+sourceNames(name, false), quoted(name))
	}
	gpio, wires, p = parseWires(source, string(source)+":", wiring, given)
	return source, gpio, wires, p
}

// ParseWires reads what stands behind a source's colon. The error is a
// *problem.Problem.
func ParseWires(source esp8266.Source, wiring string) (gpio int, wires Wires, err error) {
	gpio, wires, p := parseWires(source, "", wiring, wiring != "")
	if p != nil {
		return 0, Wires{}, p
	}
	return gpio, wires, nil
}

// parseWires reads wiring; before is what an example must have before it.
func parseWires(source esp8266.Source, before, wiring string, given bool) (gpio int, wires Wires, p *problem.Problem) {
	info, _ := sensors.Info(source)
	example := "write " + before + "5 for GPIO 5"
	if info.Wiring.Second {
		example = "write " + before + "5,4 for GPIO 5 and GPIO 4"
	}
	switch {
	case len(info.Wiring.Address) > 0 && given:
		n, err := strconv.ParseInt(wiring, 0, 16)
		if err != nil || n == 0 {
			return 0, Wires{}, slip("%q is no I²C address", fmt.Sprintf("write %s0x%02X", before, info.Wiring.Address[0]), quoted(wiring))
		}
		return 0, Wires{Address: int(n)}, nil
	case !info.Pin && given:
		return 0, Wires{}, slip("%s reads no pin, and %q follows it", "leave the colon and what follows out", source, quoted(wiring))
	case info.Pin && !given:
		return 0, Wires{}, slip("%s needs the number of a pin", example, source)
	case !info.Pin:
		return 0, Wires{}, nil
	}
	pin, index, hasIndex := strings.Cut(wiring, "#")
	pin, second, hasSecond := strings.Cut(pin, ",")
	number := func(text string) (n int) {
		var err error
		if n, err = strconv.Atoi(strings.TrimSpace(text)); err != nil && p == nil {
			p = slip("%q is no number of a pin", example, quoted(text))
		}
		return n
	}
	gpio = number(pin)
	switch {
	case hasSecond != info.Wiring.Second:
		return 0, Wires{}, slip("%q are not the pins that %s has", example, quoted(wiring), source)
	case hasIndex && !info.Wiring.Several:
		return 0, Wires{}, slip("%s is alone on its pin, and %q follows it", example, source, quoted("#"+index))
	case hasSecond:
		wires.GPIO2 = number(second)
	case hasIndex:
		wires.Index = number(index)
	}
	return gpio, wires, p
}

// FormatWires writes what stands behind a source's colon; "" for nothing.
func FormatWires(f Field) string {
	info, _ := sensors.Info(f.Source)
	switch w := info.Wiring; {
	case f.Wires.Address != 0 && len(w.Address) > 0:
		return fmt.Sprintf("0x%02X", f.Wires.Address)
	case !info.Pin:
		return ""
	case w.Second:
		return fmt.Sprintf("%d,%d", f.GPIO, f.Wires.GPIO2)
	case w.Several && f.Wires.Index != 0:
		return fmt.Sprintf("%d#%d", f.GPIO, f.Wires.Index)
	}
	return strconv.Itoa(f.GPIO)
}

// FormatFields writes fields as lines, each in the syntax above, with # before
// one that is off. In lines, values are escaped as names are: \n, \r and \t
// stand for what they do in C, \xHH for a byte and \u{H…} for a character that
// would be invisible. Blanks around a line are no part of it, so a blank at an
// edge is written as \x20. Secret values are not written.
func FormatFields(fields []Field) string {
	var out strings.Builder
	for _, f := range fields {
		line := formatField(f)
		switch line[0] {
		case '#':
			line = `\` + line
		case ' ':
			line = `\x20` + line[1:]
		}
		if strings.HasSuffix(line, " ") {
			line = line[:len(line)-1] + `\x20`
		}
		if f.Off {
			line = "# " + line
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

func formatField(f Field) string {
	name := escape(f.Name, "=@!:")
	switch {
	case f.HoldsSecret():
		return name + "!"
	case f.Source == esp8266.SourceJSON:
		return name + ":=" + escape(f.Value, "")
	case f.Source.Constant():
		return name + "=" + escape(f.Value, "")
	}
	line := name + "@" + f.Source.String()
	if wires := FormatWires(f); wires != "" {
		line += ":" + wires
	}
	line += f.formatOptions()
	if f.Sample != "" {
		line += "=" + escape(f.Sample, "")
	}
	return line
}

// ParseFields reads the lines that FormatFields writes, and those that a person
// would. Empty lines are skipped. A secret without a value takes that of the
// first of old's secret fields of its name that is left. A text under the name
// of a credential becomes secret unless old has it in clear. Scale, offset,
// decimals and what is done without a value are those of old's field of that name
// and source. The error is a *problem.Problem that names the line.
func ParseFields(text string, old []Field) ([]Field, error) {
	var fields []Field
	number := 0
	secrets := keptSecrets(old)
	for line := range strings.SplitSeq(text, "\n") {
		number++
		if line = strings.Trim(line, " \t\r"); line == "" {
			continue
		}
		f, p := parseLine(line)
		if p != nil {
			return nil, &problem.Problem{Severity: problem.Fatal, Where: fmt.Sprintf("line %d", number), Message: fmt.Sprintf("line %d: %s", number, p.Message), Fix: p.Fix}
		}
		f = secrets.fill(f, old)
		if i := slices.IndexFunc(old, func(o Field) bool { return o.Name == f.Name && o.Source == f.Source }); i >= 0 {
			f.Shape, f.None, f.Moment, f.Quoted, f.Expires = old[i].Shape, old[i].None, old[i].Moment, old[i].Quoted, old[i].Expires // which lines don't show
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// keptSecrets are values by their fields' names, in order.
type secretValues map[string][]string

func keptSecrets(old []Field) secretValues {
	kept := make(secretValues)
	for _, f := range old {
		if f.HoldsSecret() {
			kept[f.Name] = append(kept[f.Name], f.Value)
		}
	}
	return kept
}

// take gives value the first one of that name that is left, if any.
func (s secretValues) take(name string, value *string) bool {
	values := s[name]
	if len(values) == 0 {
		return false
	}
	*value, s[name] = values[0], values[1:]
	return true
}

func (s secretValues) fill(f Field, old []Field) Field {
	if !f.Secret || f.Value == "" && s.take(f.Name, &f.Value) {
		return f
	}
	for _, o := range old {
		if o.Name == f.Name && o.Value == f.Value && !o.Secret {
			f.Secret = false // in clear by the user's own decision
		}
	}
	return f
}

// parseLine is ParseField with # and escaped values.
func parseLine(line string) (Field, *problem.Problem) {
	rest, off := strings.CutPrefix(line, "#")
	if off {
		line = strings.TrimLeft(rest, " \t")
	}
	r, p := cutRow(line, false)
	if p != nil {
		return Field{}, p
	}
	if r.rest, p = unescape(r.rest); p != nil {
		return Field{}, p
	}
	f, p := r.field()
	f.Off = off
	return f, p
}

// escape writes s so that it stays on its line and nothing of it is invisible or
// taken for a sign; special are further characters to be escaped.
func escape(s, special string) string {
	var out strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\\' || strings.ContainsRune(special, r):
			out.WriteString(`\` + s[:n])
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case r == utf8.RuneError && n == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&out, `\x%02X`, s[0])
		case sanitize.Line(s[:n]) != s[:n]:
			fmt.Fprintf(&out, `\u{%X}`, r)
		default:
			out.WriteString(s[:n])
		}
		s = s[n:]
	}
	return out.String()
}

// plainEscapes are what the signs behind a backslash stand for.
var plainEscapes = map[byte]byte{'\\': '\\', '=': '=', '@': '@', '!': '!', ':': ':', '#': '#', 'n': '\n', 'r': '\r', 't': '\t'}

func unknownEscape(sign string) *problem.Problem {
	return slip(`a backslash stands before %q, which means nothing`, `write \\ for a backslash, \n for a line end`, quoted(sign))
}

// unescape undoes escape.
func unescape(s string) (string, *problem.Problem) {
	var out strings.Builder
	for s != "" {
		before, after, found := strings.Cut(s, `\`)
		out.WriteString(before)
		if !found {
			break
		}
		s = after
		bad := firstRune(s)
		if s == "" {
			return "", unknownEscape(bad)
		}
		if b, ok := plainEscapes[s[0]]; ok {
			out.WriteByte(b)
			s = s[1:]
			continue
		}
		switch {
		case s[0] == 'x' && len(s) >= 3:
			b, err := strconv.ParseUint(s[1:3], 16, 8)
			if err != nil {
				return "", unknownEscape(bad)
			}
			out.WriteByte(byte(b))
			s = s[3:]
		case strings.HasPrefix(s, "u{"):
			digits, rest, closed := strings.Cut(s[2:], "}")
			r, err := strconv.ParseUint(digits, 16, 32)
			if !closed || err != nil || r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
				return "", unknownEscape(bad)
			}
			out.WriteRune(rune(r))
			s = rest
		default:
			return "", unknownEscape(bad)
		}
	}
	return out.String(), nil
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}
