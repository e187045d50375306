package imports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/request"
)

// A Sketch is what a sketch of some tutorial does, as far as it is understood.
// Nothing is compiled or run.
type Sketch struct {
	Import
	Fingerprints []Digits
}

// Digits is a SHA-1 fingerprint as it stands in a file.
type Digits struct {
	SHA1     string // 40 upper-case hexadecimal digits
	Line     int
	From, To int // its place, in bytes
}

// Replace puts another fingerprint's digits into text in the place of d's; colons,
// spaces and 0x stay as they are.
func (d Digits) Replace(text, sha1 string) string {
	lower := !strings.ContainsAny(strings.ReplaceAll(text[d.From:d.To], "0X", "0x"), "ABCDEF")
	if lower && strings.ContainsAny(strings.ReplaceAll(text[d.From:d.To], "0x", ""), "abcdef") {
		sha1 = strings.ToLower(sha1)
	}
	out := []byte(text[d.From:d.To])
	next := 0
	for i := 0; i < len(out); i++ {
		switch {
		case out[i] == '0' && i+1 < len(out) && out[i+1]|0x20 == 'x':
			i++
		case isHex(out[i]) && next < len(sha1):
			out[i] = sha1[next]
			next++
		}
	}
	return text[:d.From] + string(out) + text[d.To:]
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

var (
	// 20 bytes in hexadecimal: between quotes, with colons, spaces or neither, or as
	// a list of numbers.
	quotedDigits = lazyregexp.New(`"((?:[0-9a-fA-F]{2}[: -]?){19}[0-9a-fA-F]{2})"`)
	listedDigits = lazyregexp.New(`\{\s*((?:0[xX][0-9a-fA-F]{2}\s*,\s*){19}0[xX][0-9a-fA-F]{2})\s*,?\s*\}`)
	pemText      = lazyregexp.New(`-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----`)
)

// readSketch reads a sketch as a file of one request.
func readSketch(text string) ([]Import, error) {
	s, err := ReadSketch([]byte(text))
	if err != nil {
		return nil, err
	}
	return []Import{s.Import}, nil
}

// ReadSketch reads a sketch. The error is a *problem.Problem.
func ReadSketch(file []byte) (Sketch, error) {
	if len(file) > maxSketch {
		return Sketch{}, refusal(fmt.Sprintf("the sketch is longer than %d KB", maxSketch>>10), "leave out what isn't about the request")
	}
	text, err := decoded(file)
	if err != nil {
		return Sketch{}, err
	}
	r := newSketchReader(text)
	d := r.draft()
	if service := r.library(); d.URL == "" && service != "" {
		return Sketch{}, refusal("the sketch leaves the request to the library "+service, "begin with the service: espost services lists those that are known")
	}
	if d.URL == "" && len(r.unread) > 0 {
		return Sketch{}, refusal(fmt.Sprintf("the address in line %d of the sketch is no literal", slices.Min(r.unread)), "write it there, or define it in the same file")
	}
	if d.URL == "" {
		return Sketch{}, refusal("no address is found in the sketch", "write it as a literal in http.begin or client.connect")
	}
	if err := r.names.fill(d); err != nil {
		return Sketch{}, err
	}
	one, err := finish(d, "")
	if err != nil {
		return Sketch{}, err
	}
	for i, f := range one.Request.Fields {
		if source, ok := boardCalls[f.Name]; ok && r.calls(source.call) {
			one.Request.Fields[i] = request.Field{Name: f.Name, Source: source.source}
			one.Warnings = slices.DeleteFunc(one.Warnings, func(w string) bool { return strings.Contains(w, "the value of "+f.Name+";") })
		}
	}
	one.Pin, one.Every, one.Insecure = r.pin(), r.every(), r.calls("setInsecure")
	slices.Sort(r.unread)
	for _, line := range slices.Compact(r.unread) {
		one.Warnings = append(one.Warnings, fmt.Sprintf("line %d of the sketch isn't understood", line))
	}
	if r.calls(`WiFi\.begin`) || r.calls("addAP") {
		one.Warnings = append(one.Warnings, "the Wi-Fi's name and password are left out; they belong into arduino_secrets.h")
	}
	return Sketch{one, Fingerprints(string(file))}, nil
}

// boardCalls are the core's functions that give what a source of ours gives, by
// the names that their values get.
var boardCalls = map[string]struct {
	call   string
	source esp8266.Source
}{
	"rssi":       {`WiFi\.RSSI`, esp8266.SourceRSSI},
	"macaddress": {`WiFi\.macAddress`, esp8266.SourceMAC},
	"freeheap":   {`ESP\.getFreeHeap`, esp8266.SourceFreeHeap},
	"analogread": {`analogRead`, esp8266.SourceAnalog},
}

// maxSketch is the longest sketch that is read.
const maxSketch = 512 << 10

// Fingerprints finds the SHA-1 fingerprints in a sketch, in their order; what
// stands in comments is none.
func Fingerprints(text string) []Digits {
	text = comment.Get().ReplaceAllStringFunc(text, func(c string) string {
		if c[0] == '"' {
			return c
		}
		out := bytes.Repeat([]byte(" "), len(c)) // byte for byte, so that all others keep their places
		for i := range c {
			if c[i] == '\n' {
				out[i] = '\n'
			}
		}
		return string(out)
	})
	var all []Digits
	for _, re := range []*lazyregexp.Regexp{quotedDigits, listedDigits} {
		for _, m := range re.Get().FindAllStringSubmatchIndex(text, -1) {
			sha1, err := esp8266.ParseFingerprint(text[m[2]:m[3]])
			if err == nil {
				all = append(all, Digits{sha1, 1 + strings.Count(text[:m[2]], "\n"), m[2], m[3]})
			}
		}
	}
	slices.SortFunc(all, func(a, b Digits) int { return a.From - b.From })
	return all
}

// A sketchReader knows a sketch's constants and texts.
type sketchReader struct {
	text    string // without comments
	texts   map[string]string
	numbers map[string]string // constants that hold a number, as they are written
	names   names
	unread  []int
}

var (
	comment    = lazyregexp.New(`"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*(?s:.*?)\*/`)
	rawText    = lazyregexp.New(`R"(\w*)\((?s:(.*?))\)(\w*)"`)
	define     = lazyregexp.New(`(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+("(?:\\.|[^"\\\n])*"|-?\d+)[ \t]*$`)
	assignment = lazyregexp.New(`(?m)(?:^|[;{}])[ \t]*(?:(?:static|const|constexpr|unsigned|long|int|uint\d+_t|char|String|auto)\b[ \t*]*)*(\w+)(?:\[[^\]]*\])?(?:[ \t]+PROGMEM)?\s*(\+?=)\s*((?:"(?:\\.|[^"\\\n])*"|[^=";])(?:"(?:\\.|[^"\\\n])*"|[^";])*)`)
)

func newSketchReader(text string) *sketchReader {
	r := &sketchReader{texts: make(map[string]string), numbers: make(map[string]string)}
	text = strings.ReplaceAll(text, "\\\n", " \n")
	text = rawText.Get().ReplaceAllStringFunc(text, func(raw string) string {
		m := rawText.Get().FindStringSubmatch(raw)
		if m[1] != m[3] {
			return raw
		}
		return strconv.Quote(m[2]) + strings.Repeat("\n", strings.Count(raw, "\n"))
	})
	r.text = comment.Get().ReplaceAllStringFunc(text, func(c string) string {
		if c[0] == '"' {
			return c
		}
		return strings.Repeat("\n", strings.Count(c, "\n"))
	})
	for _, m := range define.Get().FindAllStringSubmatch(r.text, -1) {
		if v, ok := r.value(m[2]); ok {
			r.texts[m[1]] = v
		}
	}
	for _, m := range assignment.Get().FindAllStringSubmatch(r.text, 2000) {
		v, ok := r.value(m[3])
		if !ok || len(r.texts[m[1]])+len(v) > maxVariable {
			continue
		}
		if m[2] == "+=" {
			v = r.texts[m[1]] + v
		}
		r.texts[m[1]] = v
	}
	for _, m := range numbered.Get().FindAllStringSubmatch(r.text, 500) {
		r.numbers[m[1]+m[2]] = m[3]
	}
	r.documents()
	r.printfs()
	return r
}

var jsonMember = lazyregexp.New(`(?m)(?:^|[;{}])[ \t]*(\w+)\["(\w+)"\]\s*=\s*([^;\n]+);`)

// documents reads ArduinoJson's: members that are set, and the text that they are
// written to.
func (r *sketchReader) documents() {
	members := make(map[string]value)
	for _, m := range jsonMember.Get().FindAllStringSubmatch(r.text, 500) {
		doc, v := members[m[1]], value{kind: aWord}
		var ok bool
		if v.text, ok = r.value(m[3]); !ok {
			continue
		}
		if cText.Get().MatchString(m[3]) || !strings.HasPrefix(v.text, "{{") && !json.Valid([]byte(v.text)) {
			v.kind = aText
		}
		doc.kind = anObj
		doc.set(m[2], v)
		members[m[1]] = doc
	}
	calls, _ := r.arguments("serializeJson")
	for _, args := range calls {
		if doc, ok := members[args[0]]; ok && len(args) > 1 {
			var pairs []string
			for i, name := range doc.names {
				text := doc.items[i].text
				if doc.items[i].kind == aText {
					text = request.JSONString(text)
				}
				pairs = append(pairs, request.JSONString(name)+":"+text)
			}
			r.texts[args[1]] = "{" + strings.Join(pairs, ",") + "}"
		}
	}
}

// formatVerb is a verb of printf's (C17, 7.21.6.1).
var formatVerb = lazyregexp.New(`%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z)?([diufFeEgGxXcsp%])`)

// printfs reads texts that are made by snprintf and dtostrf.
func (r *sketchReader) printfs() {
	for function, skip := range map[string]int{"snprintf(?:_P)?": 2, "sprintf(?:_P)?": 1} {
		calls, lines := r.arguments(function)
		for i, args := range calls {
			if len(args) <= skip {
				continue
			}
			if text, ok := r.formatted(args[skip:]); ok {
				r.texts[args[0]] = text
			} else {
				r.unread = append(r.unread, lines[i])
			}
		}
	}
}

// formatted is a format with what stands for its arguments in their places.
func (r *sketchReader) formatted(args []string) (string, bool) {
	format, ok := r.value(args[0])
	args = args[1:]
	text := formatVerb.Get().ReplaceAllStringFunc(format, func(verb string) string {
		if verb == "%%" {
			return "%"
		}
		if len(args) == 0 {
			ok = false
			return ""
		}
		v, known := r.value(args[0])
		args, ok = args[1:], ok && known
		return v
	})
	return text, ok && len(args) == 0
}

// library is one that sends by itself, "" for none.
func (r *sketchReader) library() string {
	m := libraries.Get().FindString(r.text)
	return m
}

var libraries = lazyregexp.New(`\b(?:ThingSpeak|UniversalTelegramBot|Adafruit_MQTT|AdafruitIO_WiFi|Blynk|Firebase|InfluxDBClient|IFTTTWebhook|PubSubClient)\b`)

var (
	cText   = lazyregexp.New(`^(?:(?:String|F|PSTR|FPSTR)\s*\(\s*)?"((?:\\.|[^"\\\n])*)"\s*\)?`)
	cNumber = lazyregexp.New(`^-?\d+[uUlL]*$`)
	cCast   = lazyregexp.New(`^\((?:const )?(?:unsigned )?(?:uint8_t|char|byte) ?\*\)\s*`)
	cName   = lazyregexp.New(`^(?:String\s*\(\s*)?([A-Za-z_]\w*)(?:\s*,\s*\d+)?\s*\)?(?:\.c_str\(\))?$`)
	cCall   = lazyregexp.New(`^(?:String\s*\(\s*)?(?:\w+\.)?(\w+)\s*\(`)
)

// value is an expression as a text: literals, constants, and {{name}} for what
// only the board knows. It reports whether it is understood.
func (r *sketchReader) value(expression string) (string, bool) {
	var out strings.Builder
	for _, part := range splitSum(expression) {
		part = cCast.Get().ReplaceAllString(strings.TrimSpace(part), "")
		switch {
		case cText.Get().MatchString(part):
			for rest := part; rest != ""; { // "a" "b" are one, and so are "a" and a macro
				if v, known := r.texts[rest]; known {
					out.WriteString(v)
					break
				}
				m := cText.Get().FindStringSubmatch(rest)
				if m == nil {
					return "", false
				}
				text, err := strconv.Unquote(`"` + strings.ReplaceAll(m[1], `\'`, `'`) + `"`)
				if err != nil {
					return "", false
				}
				out.WriteString(text)
				rest = strings.TrimSpace(rest[len(m[0]):])
			}
		case cNumber.Get().MatchString(part):
			out.WriteString(strings.TrimRight(part, "uUlL"))
		case cName.Get().MatchString(part):
			name := cName.Get().FindStringSubmatch(part)[1]
			if v, known := r.texts[name]; known {
				out.WriteString(v)
			} else {
				out.WriteString("{{" + name + "}}")
			}
		case cCall.Get().MatchString(part):
			name := cCall.Get().FindStringSubmatch(part)[1]
			if name == "String" {
				return "", false // of something that is computed
			}
			out.WriteString("{{" + strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "read"), "get")) + "}}")
		default:
			return "", false
		}
	}
	return out.String(), true
}

// splitSum cuts an expression at the + between its parts.
func splitSum(s string) []string {
	var parts []string
	depth, from, quoted := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '+' && depth == 0:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// arguments returns those of each call of a function, with their places.
func (r *sketchReader) arguments(function string) (all [][]string, lines []int) {
	for _, m := range regexp.MustCompile(`\b`+function+`\s*\(`).FindAllStringIndex(r.text, 200) {
		all = append(all, argumentsIn(r.text[m[1]:min(len(r.text), m[1]+(16<<10))]))
		lines = append(lines, 1+strings.Count(r.text[:m[0]], "\n"))
	}
	return all, lines
}

// argumentsIn cuts the text behind a call's bracket at the commas between its
// arguments; there is one at least, which may be empty.
func argumentsIn(text string) []string {
	depth, quoted, from := 1, false, 0
	var args []string
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			if depth--; depth == 0 {
				return append(args, strings.TrimSpace(text[from:i]))
			}
		case c == ',' && depth == 1:
			args = append(args, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	return append(args, strings.TrimSpace(text[from:]))
}

func (r *sketchReader) calls(function string) bool {
	all, _ := r.arguments(function)
	return len(all) > 0
}

// draft puts a request together: of HTTPClient's calls or, without them, of
// what is printed to a client.
func (r *sketchReader) draft() *request.Draft {
	d := &request.Draft{}
	r.printed(d)
	begins, lines := r.arguments(`\w+\.begin`)
	for i, args := range begins {
		if first := d.URL; first != "" {
			if r.begin(d, args, lines[i]); d.URL != first {
				d.URL = first
				d.Warn("the request that begins in line %d of the sketch was left out", lines[i])
			}
			continue
		}
		r.begin(d, args, lines[i])
	}
	logins, _ := r.arguments("setAuthorization")
	for _, args := range logins {
		if user, ok := r.value(args[0]); ok && len(args) == 1 {
			d.Headers = append(d.Headers, request.Header{Name: "Authorization", Value: "Basic " + user})
		} else if password, known := r.value(args[len(args)-1]); ok && known {
			d.User = user + ":" + password
		}
	}
	if r.calls("setKnownKey") {
		d.Warn("the public key that the sketch pins was left out; the look at the server shows whether it still has that one")
	}
	headers, lines := r.arguments("addHeader")
	for i, args := range headers {
		name, okName := r.value(args[0])
		v, ok := r.value(args[len(args)-1])
		if len(args) < 2 || !okName || !ok {
			r.unread = append(r.unread, lines[i])
			continue
		}
		d.Headers = append(d.Headers, request.Header{Name: name, Value: v})
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "sendRequest", "GET", "DELETE"} {
		calls, lines := r.arguments(`\w+\.` + method)
		if len(calls) == 0 || strings.Contains(d.URL, " ") {
			continue
		}
		d.Method = method
		args := calls[0]
		if method == "sendRequest" {
			d.Method, _ = r.value(args[0])
			args = args[1:]
		}
		if len(args) > 0 && args[0] != "" {
			var ok bool
			if d.Data, ok = r.value(args[0]); !ok {
				r.unread = append(r.unread, lines[0])
			}
			d.HasData = true
		}
		break
	}
	for _, m := range variable.Get().FindAllStringSubmatch(d.URL+d.Data+fmt.Sprint(d.Headers), -1) {
		r.names.add(m[1])
	}
	return d
}

// begin reads http.begin(client, url), (client, host, port, path) and, of old
// cores, (url, fingerprint) and (host, port, path).
func (r *sketchReader) begin(d *request.Draft, args []string, line int) {
	var texts []string
	for _, a := range args {
		if v, ok := r.value(strings.TrimPrefix(a, "*")); ok {
			texts = append(texts, v)
		}
	}
	if len(texts) > 1 && strings.HasPrefix(texts[0], "{{") {
		texts = texts[1:] // the client
	}
	switch {
	case len(texts) > 0 && strings.Contains(texts[0], "://"):
		d.URL = texts[0]
	case len(texts) > 2 && onlyDigits.Get().MatchString(texts[1]) && (strings.Contains(texts[0], ".") || plainName.Get().MatchString(texts[0])):
		d.URL = "https://" + texts[0] + ":" + texts[1] + "/" + strings.TrimPrefix(texts[2], "/")
	case len(args) > 1 && len(args) < 6 && (strings.Contains(strings.Join(args, ""), "http") || strings.Contains(strings.ToLower(args[0]), "client")):
		r.unread = append(r.unread, line)
	}
}

var (
	printedLine   = lazyregexp.New(`(?m)^(GET|POST|PUT|PATCH|DELETE) (\S+) HTTP/1\.[01]\r?$`)
	printCall     = lazyregexp.New(`\b(\w+)(?:\.|->)(print|println|printf)\s*\(`)
	onlyDigits    = lazyregexp.New(`^\d+$`)
	plainName     = lazyregexp.New(`^[A-Za-z][\w-]*$`) // of a host in the network, such as localhost
	printedHeader = lazyregexp.New(`^([A-Za-z][\w-]*): ?(.*)$`)
)

// printed reads a request that is printed to a client line by line.
func (r *sketchReader) printed(d *request.Draft) {
	connects, _ := r.arguments(`\w+\.connect`)
	host := ""
	for _, args := range connects {
		name, ok := r.value(args[0])
		if port, okPort := r.value(args[len(args)-1]); ok && okPort && len(args) == 2 && (strings.Contains(name, ".") || plainName.Get().MatchString(name)) {
			host = name + ":" + port
		}
	}
	if host == "" {
		return
	}
	var sent strings.Builder
	for _, m := range printCall.Get().FindAllStringSubmatchIndex(r.text, 500) {
		if r.text[m[2]:m[3]] == "Serial" {
			continue
		}
		end := strings.Index(r.text[m[1]:], ");")
		if end < 0 || end > 8<<10 {
			continue
		}
		v, ok := r.value(r.text[m[1] : m[1]+end])
		if r.text[m[4]:m[5]] == "printf" {
			v, ok = r.formatted(argumentsIn(r.text[m[1] : m[1]+end]))
		}
		if r.text[m[1]:m[1]+end] == "" {
			v, ok = "", true
		}
		if !ok {
			r.unread = append(r.unread, 1+strings.Count(r.text[:m[0]], "\n"))
			continue
		}
		sent.WriteString(v)
		if r.text[m[4]:m[5]] == "println" {
			sent.WriteString("\r\n")
		}
	}
	text := strings.ReplaceAll(sent.String(), "\r\n", "\n")
	m := printedLine.Get().FindStringSubmatchIndex(text)
	if m == nil {
		return
	}
	d.Method, d.URL = text[m[2]:m[3]], "https://"+host+text[m[4]:m[5]]
	head, body, _ := strings.Cut(strings.TrimPrefix(text[m[1]:], "\n"), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		if h := printedHeader.Get().FindStringSubmatch(line); h != nil && !strings.EqualFold(h[1], "Host") && !strings.EqualFold(h[1], "Connection") && !strings.EqualFold(h[1], "Content-Length") {
			d.Headers = append(d.Headers, request.Header{Name: h[1], Value: h[2]})
		}
	}
	d.Data = strings.TrimSuffix(body, "\n")
	d.HasData = d.Data != ""
}

// pin is how the sketch knows its server.
func (r *sketchReader) pin() esp8266.Pin {
	var pin esp8266.Pin
	for _, d := range Fingerprints(r.text) {
		pin.Mode, pin.SHA1 = esp8266.PinFingerprint, append(pin.SHA1, d.SHA1)
	}
	if len(pin.SHA1) > 0 {
		return pin
	}
	for _, text := range r.texts {
		pin.CAs = append(pin.CAs, pemText.Get().FindAllString(text, -1)...)
	}
	if len(pin.CAs) > 0 {
		slices.Sort(pin.CAs)
		pin.Mode, pin.CAs = esp8266.PinCA, slices.Compact(pin.CAs)
	}
	return pin
}

var waited = lazyregexp.New(`millis\(\)\s*-\s*\w+\s*\)?\s*>=?\s*([\w* ()]+?)\s*[)&|]`)

// every is how often it sends: the longest of its pauses of a second and more, be
// they waited for, slept through or timed.
func (r *sketchReader) every() time.Duration {
	longest := time.Duration(0)
	take := func(expression string, unit time.Duration) {
		if n, ok := r.product(expression); ok && n > 0 && n < float64(25*time.Hour/unit) {
			if every := time.Duration(n * float64(unit)); every >= time.Second && every <= 24*time.Hour {
				longest = max(longest, every)
			}
		}
	}
	for function, unit := range map[string]time.Duration{"delay": time.Millisecond, `deepSleep(?:Instant)?`: time.Microsecond, `\w+\.attach`: time.Second, `\w+\.attach_ms`: time.Millisecond} {
		calls, _ := r.arguments(function)
		for _, args := range calls {
			take(args[0], unit)
		}
	}
	for _, m := range waited.Get().FindAllStringSubmatch(r.text, 100) {
		take(m[1], time.Millisecond)
	}
	return longest
}

// product is a number, or several with * between them.
func (r *sketchReader) product(expression string) (float64, bool) {
	product := 1.0
	for part := range strings.SplitSeq(strings.Trim(expression, "() "), "*") {
		part = strings.TrimSpace(part)
		if v, known := r.numbers[part]; known {
			part = v
		}
		part = strings.TrimRight(part, "uUlL")
		if strings.Contains(part, "*") {
			n, ok := r.product(part)
			if !ok {
				return 0, false
			}
			product *= n
			continue
		}
		n, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return 0, false
		}
		product *= n
	}
	return product, true
}

// numbered is a constant's definition by a number or a product of numbers.
var numbered = lazyregexp.New(`(?m)^[ \t]*(?:#[ \t]*define[ \t]+(\w+)[ \t]+|(?:(?:static|const|constexpr|unsigned|long|int|uint32_t|uint64_t)[ \t]+)+(\w+)[ \t]*=[ \t]*)\(?([\d][\d.eE]*[uUlL]*(?:[ \t]*\*[ \t]*[\d.eE]+[uUlL]*)*)\)?`)
