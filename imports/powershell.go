package imports

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"espost/internal/lazyregexp"
	"espost/internal/sanitize"
	"espost/request"
)

// readPowerShellCurl reads a curl command in PowerShell's notation.
func readPowerShellCurl(text string) (Import, error) {
	ps := &powerShell{text: windowsPrompt.Get().ReplaceAllString(text, ""), variables: make(map[string]value)}
	words, err := ps.words()
	if err != nil {
		return Import{}, err
	}
	sh, err := curlWords(words)
	if err != nil {
		return Import{}, err
	}
	for i, w := range sh.Words { // Windows PowerShell 5 takes quotes away unless they are written \"
		if strings.Contains(w, `"`) && !bareQuote.Get().MatchString(w) {
			sh.Words[i] = quotedQuote.Get().ReplaceAllStringFunc(w, func(s string) string { return strings.Repeat(`\`, len(s)/2-1) + `"` })
		}
	}
	for _, name := range ps.names.all {
		sh.Unexpanded = append(sh.Unexpanded, "{{"+name+"}}")
		sh.Warnings = append(sh.Warnings, "a variable in it is PowerShell's to fill in; replace it")
	}
	return fromCurl(sh)
}

// bareQuote is one without an odd number of backslashes before it.
var (
	bareQuote   = lazyregexp.New(`(?:^|[^\\])(?:\\\\)*"`)
	quotedQuote = lazyregexp.New(`\\+"`)
)

// readPowerShell reads a call of Invoke-WebRequest or Invoke-RestMethod with the
// variables before it that are literals.
func readPowerShell(text string) (Import, error) {
	ps := &powerShell{text: windowsPrompt.Get().ReplaceAllString(text, ""), variables: make(map[string]value)}
	for {
		call, err := ps.statement()
		if err != nil {
			return Import{}, err
		}
		if call != nil {
			return ps.request(call)
		}
		if ps.at >= len(ps.text) {
			return Import{}, refusal("there is no call of Invoke-WebRequest or Invoke-RestMethod in it that is understood", "paste the whole call")
		}
	}
}

// A powerShell is a script that is read for its literals.
type powerShell struct {
	text      string
	at        int
	variables map[string]value // by name in lower case
	session   request.Draft    // what a WebRequestSession adds: headers
	cookies   []string
	names     names
}

func (ps *powerShell) refuse(what string) error {
	line := 1 + strings.Count(ps.text[:min(ps.at, len(ps.text))], "\n")
	return refusal(fmt.Sprintf("line %d of the PowerShell command %s", line, what), "paste the whole command, with literals in it")
}

var (
	psBlank      = lazyregexp.New("^(?:[ \t]+|`[ \t]*\n|<#(?s:.*?)#>|#[^\n]*)+")
	psSpace      = lazyregexp.New("^(?:[\\s;]+|`[ \t]*\n|<#(?s:.*?)#>|#[^\n]*)+")
	psAssign     = lazyregexp.New(`^(?:\[[\w.]+\]\s*)?\$((?i:script:|global:|env:)?\w+)(\.\w+)*[ \t]*=[ \t]*`)
	psCookie     = lazyregexp.New(`^\$\w+\.Cookies\.Add\(\s*\(?New-Object\s+System\.Net\.Cookie\s*\(`)
	psInvoke     = lazyregexp.New(`(?i)^(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm|curl|wget)\b`)
	psCommand    = lazyregexp.New(`^[A-Za-z]+-?[A-Za-z]+`)
	psNewSession = lazyregexp.New(`(?i)^New-Object\s+Microsoft\.PowerShell\.Commands\.WebRequestSession`)
)

// take moves past what re finds here.
func (ps *powerShell) take(re *lazyregexp.Regexp) string {
	s := re.Get().FindString(ps.text[ps.at:])
	ps.at += len(s)
	return s
}

func (ps *powerShell) has(s string) bool { return strings.HasPrefix(ps.text[ps.at:], s) }

// statement reads one; a call's arguments are returned.
func (ps *powerShell) statement() (*value, error) {
	ps.take(psSpace)
	rest := ps.text[ps.at:]
	if psCookie.Get().MatchString(rest) {
		ps.take(psCookie)
		args, err := ps.list(")", 1)
		if err == nil && len(args) > 1 && args[0].scalar() && args[1].scalar() {
			ps.cookies = append(ps.cookies, args[0].plain()+"="+args[1].plain())
		}
		ps.skipLine()
		return nil, err
	}
	if m := psAssign.Get().FindStringSubmatch(rest); m != nil {
		ps.at += len(m[0])
		if psInvoke.Get().MatchString(ps.text[ps.at:]) {
			return ps.statement()
		}
		if psNewSession.Get().MatchString(ps.text[ps.at:]) {
			ps.skipLine()
			return nil, nil
		}
		if psCommand.Get().MatchString(ps.text[ps.at:]) { // what another command returns
			ps.skipLine()
			return nil, nil
		}
		v, err := ps.expression(0)
		switch {
		case err != nil:
			return nil, err
		case strings.EqualFold(m[2], ".UserAgent"):
			ps.session.Headers = append(ps.session.Headers, request.Header{Name: "User-Agent", Value: v.plain()})
		case m[2] == "":
			ps.variables[strings.ToLower(m[1])] = v
		}
		return nil, nil
	}
	if psInvoke.Get().MatchString(rest) {
		ps.take(psInvoke)
		return ps.arguments()
	}
	ps.skipLine()
	return nil, nil
}

// skipLine leaves a statement out that isn't understood.
func (ps *powerShell) skipLine() {
	if i := strings.IndexByte(ps.text[ps.at:], '\n'); i >= 0 {
		ps.at += i + 1
		return
	}
	ps.at = len(ps.text)
}

// Parameters of the two commands (learn.microsoft.com, PowerShell 7.4). Names may be
// cut short as long as they are clear.
const (
	psWithValue = "Uri Method CustomMethod Headers Body ContentType UserAgent WebSession SessionVariable OutFile InFile Form TimeoutSec MaximumRedirection Credential Authentication Token Proxy ProxyCredential Certificate CertificateThumbprint TransferEncoding RetryIntervalSec MaximumRetryCount SslProtocol HttpVersion StatusCodeVariable ResponseHeadersVariable ErrorAction ConnectionTimeoutSeconds OperationTimeoutSeconds"
	psSwitches  = "UseBasicParsing SkipCertificateCheck DisableKeepAlive UseDefaultCredentials PassThru SkipHeaderValidation SkipHttpErrorCheck AllowUnencryptedAuthentication FollowRelLink Resume NoProxy PreserveAuthorizationOnRedirect Verbose AllowInsecureRedirect PreserveHttpMethodOnRedirect"
)

// fullName completes a parameter's name; withValue tells whether it has a value.
func fullName(short string) (name string, withValue, ok bool) {
	for i, list := range []string{psWithValue, psSwitches} {
		for full := range strings.FieldsSeq(list) {
			if len(full) >= len(short) && strings.EqualFold(full[:len(short)], short) {
				return full, i == 0, true
			}
		}
	}
	return "", false, false
}

var psParameter = lazyregexp.New(`^-(\w+):?`)

// arguments reads a call's.
func (ps *powerShell) arguments() (*value, error) {
	call := &value{kind: anObj}
	for {
		ps.take(psBlank)
		rest := ps.text[ps.at:]
		switch {
		case rest == "" || strings.IndexByte("\n;|)>", rest[0]) >= 0:
			return call, nil
		case strings.HasPrefix(rest, "@") && !strings.HasPrefix(rest, "@{") && !strings.HasPrefix(rest, "@'") && !strings.HasPrefix(rest, `@"`):
			ps.at++
			splat, ok := ps.variables[strings.ToLower(ps.take(psWord))]
			if !ok || splat.kind != anObj {
				return nil, ps.refuse("takes its parameters from a variable that isn't known")
			}
			for i, name := range splat.names {
				if full, _, ok := fullName(name); ok {
					call.set(full, splat.items[i])
				}
			}
			continue
		}
		name := "Uri"
		if m := psParameter.Get().FindStringSubmatch(rest); m != nil {
			full, withValue, ok := fullName(m[1])
			if !ok {
				return nil, ps.refuse("has a parameter that neither Invoke-WebRequest nor Invoke-RestMethod has: -" + sanitize.Clip(m[1], 30))
			}
			ps.at += len(m[0])
			ps.take(psBlank)
			if !withValue {
				call.set(full, value{kind: aWord, text: "true"})
				continue
			}
			name = full
		}
		known := len(ps.names.all)
		v, err := ps.argument()
		if err != nil {
			return nil, err
		}
		if name == "WebSession" { // its variable is no text
			ps.names.all = ps.names.all[:known]
		}
		call.set(name, v)
	}
}

var (
	psWord = lazyregexp.New(`^\w+`)
	psBare = lazyregexp.New("^[^\\s;|(){}'\"`$@,&<>][^\\s;|(){}'\"`$,&<>]*")
)

// argument reads a parameter's value: a bare word, or a value.
func (ps *powerShell) argument() (value, error) {
	if bare := ps.take(psBare); bare != "" {
		if ps.at < len(ps.text) && strings.IndexByte("'\"`$&", ps.text[ps.at]) >= 0 {
			return value{}, ps.refuse("has an argument that isn't in quotes as a whole")
		}
		return value{text: bare}, nil
	}
	return ps.primary(0)
}

// expression reads values that are joined by + or piped into ConvertTo-Json.
func (ps *powerShell) expression(depth int) (value, error) {
	v, err := ps.primary(depth)
	for err == nil {
		ps.take(psBlank)
		switch rest := ps.text[ps.at:]; {
		case strings.HasPrefix(rest, "+"):
			ps.at++
			var next value
			if next, err = ps.primary(depth); err == nil {
				if v.kind != aText || !next.scalar() {
					return value{}, ps.refuse("adds what can't be added without running it")
				}
				v = value{text: v.plain() + next.plain()}
			}
		case psToJSON.Get().MatchString(rest):
			ps.take(psToJSON)
			v = value{text: v.json()}
		default:
			return v, nil
		}
	}
	return v, err
}

var (
	psToJSON  = lazyregexp.New(`^\|\s*(?i:ConvertTo-Json)(?:[ \t]+-(?i:Depth|Compress)\b(?:[ \t]+\d+)?)*`)
	psNumber  = lazyregexp.New(`^-?\d+(?:\.\d+)?\b`)
	psCast    = lazyregexp.New(`^\[[\w.]+\]`)
	psBytes   = lazyregexp.New(`^(?i:\[(?:System\.)?Text\.Encoding\]::UTF8\.GetBytes)\(`)
	psVarName = lazyregexp.New(`^\$(?:\{([^}]*)\}|((?:\w+:)?\w+))`)
)

func (ps *powerShell) primary(depth int) (value, error) {
	ps.take(psBlank)
	rest := ps.text[ps.at:]
	switch {
	case depth > maxDepth:
		return value{}, ps.refuse("is nested too deep")
	case rest == "":
		return value{}, ps.refuse("ends too soon")
	case strings.HasPrefix(rest, "@'\n"), strings.HasPrefix(rest, "@\"\n"):
		return ps.hereString(rest[1])
	case rest[0] == '\'' || rest[0] == '"':
		return ps.quoted(rest[0])
	case strings.HasPrefix(rest, "@{"):
		return ps.hashtable(depth + 1)
	case strings.HasPrefix(rest, "@("):
		ps.at += 2
		items, err := ps.list(")", depth+1)
		return value{kind: aList, items: items}, err
	case rest[0] == '(':
		ps.at++
		v, err := ps.expression(depth + 1)
		if err != nil {
			return value{}, err
		}
		if ps.take(psSpace); !ps.has(")") {
			return value{}, ps.refuse("has a bracket that isn't closed, or holds what isn't understood")
		}
		ps.at++
		return v, nil
	case psBytes.Get().MatchString(rest):
		ps.take(psBytes)
		ps.at--
		return ps.primary(depth + 1)
	case psCast.Get().MatchString(rest):
		ps.take(psCast)
		return ps.primary(depth + 1)
	case rest[0] == '$':
		return ps.variable()
	}
	if n := ps.take(psNumber); n != "" {
		return value{kind: aWord, text: n}, nil
	}
	return value{}, ps.refuse("holds what isn't understood without running it")
}

// variable reads $name.
func (ps *powerShell) variable() (value, error) {
	m := psVarName.Get().FindStringSubmatch(ps.text[ps.at:])
	if m == nil {
		return value{}, ps.refuse("holds what isn't understood without running it")
	}
	name := m[1] + m[2]
	ps.at += len(m[0])
	if ps.has(".") || ps.has("[") {
		return value{}, ps.refuse("holds what isn't understood without running it")
	}
	switch v, known := ps.variables[strings.ToLower(name)]; {
	case known:
		return v, nil
	case strings.EqualFold(name, "true"), strings.EqualFold(name, "false"), strings.EqualFold(name, "null"):
		return value{kind: aWord, text: strings.ToLower(name)}, nil
	}
	return ps.names.add(name), nil
}

// list reads values up to end.
func (ps *powerShell) list(end string, depth int) ([]value, error) {
	var items []value
	for {
		ps.take(psSpace)
		if ps.has(end) {
			ps.at += len(end)
			return items, nil
		}
		v, err := ps.expression(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		ps.take(psSpace)
		if ps.has(",") {
			ps.at++
		} else if !ps.has(end) {
			return nil, ps.refuse("has a list that isn't closed, or holds what isn't understood")
		}
	}
}

var psKey = lazyregexp.New(`^[\w-]+`)

func (ps *powerShell) hashtable(depth int) (value, error) {
	v := value{kind: anObj}
	ps.at += 2
	for {
		ps.take(psSpace)
		rest := ps.text[ps.at:]
		if rest == "" {
			return value{}, ps.refuse("has a hashtable that isn't closed")
		}
		if rest[0] == '}' {
			ps.at++
			return v, nil
		}
		key := value{}
		var err error
		if rest[0] == '"' || rest[0] == '\'' {
			if key, err = ps.quoted(rest[0]); err != nil {
				return value{}, err
			}
		} else if key.text = ps.take(psKey); key.text == "" {
			return value{}, ps.refuse("has a hashtable that isn't understood")
		}
		ps.take(psBlank)
		if !ps.has("=") {
			return value{}, ps.refuse("has a hashtable that isn't understood")
		}
		ps.at++
		ps.take(psSpace)
		item, err := ps.expression(depth)
		if err != nil {
			return value{}, err
		}
		v.set(key.text, item)
	}
}

// hereString reads @'…'@ or @"…"@: the lines between, without the last line's end.
func (ps *powerShell) hereString(quote byte) (value, error) {
	rest := ps.text[ps.at+3:]
	end := strings.Index(rest, "\n"+string(quote)+"@")
	text := ""
	switch {
	case strings.HasPrefix(rest, string(quote)+"@"):
		ps.at += 5
	case end < 0:
		return value{}, ps.refuse("has a here-string that isn't closed")
	default:
		text = rest[:end]
		ps.at += 3 + end + 3
	}
	if quote == '\'' {
		return value{text: text}, nil
	}
	inner := &powerShell{text: text + "\"", variables: ps.variables}
	v, err := inner.expand(true)
	for _, n := range inner.names.all {
		ps.names.add(n)
	}
	return v, err
}

// psQuotes are the characters that PowerShell takes for a single quote
// (about_Quoting_Rules); two of them within quotes are one.
const psQuotes = "'‘’‚‛"

// quoted reads a string in quotes.
func (ps *powerShell) quoted(quote byte) (value, error) {
	ps.at++
	if quote == '"' {
		return ps.expand(false)
	}
	var out strings.Builder
	for ps.at < len(ps.text) {
		c, size := utf8.DecodeRuneInString(ps.text[ps.at:])
		ps.at += size
		doubled := strings.HasPrefix(ps.text[ps.at:], string(c))
		switch {
		case c == '\'' && !doubled:
			return value{text: out.String()}, nil
		case strings.ContainsRune(psQuotes, c) && doubled:
			ps.at += size
		}
		out.WriteRune(c)
	}
	return value{}, ps.refuse("has a quote that isn't closed")
}

// expand reads a string in double quotes (about_Quoting_Rules and
// about_Special_Characters, learn.microsoft.com), up to its end or, within a
// here-string, the text's.
func (ps *powerShell) expand(here bool) (value, error) {
	var out strings.Builder
	for ps.at < len(ps.text) {
		c := ps.text[ps.at]
		switch {
		case c == '"' && (ps.at == len(ps.text)-1 || !here):
			ps.at++
			if here || !ps.has(`"`) {
				return value{text: out.String()}, nil
			}
			out.WriteByte('"')
			ps.at++
		case c == '`' && ps.at+1 < len(ps.text):
			ps.at++
			c = ps.text[ps.at]
			if i := strings.IndexByte("0abefnrtv", c); i >= 0 {
				c = "\x00\a\b\x1b\f\n\r\t\v"[i]
			}
			out.WriteByte(c)
			ps.at++
		case c == '$' && strings.HasPrefix(ps.text[ps.at:], "$("):
			return value{}, ps.refuse("has a $(…) that isn't known without running it")
		case c == '$' && psVarName.Get().MatchString(ps.text[ps.at:]):
			m := psVarName.Get().FindStringSubmatch(ps.text[ps.at:])
			ps.at += len(m[0])
			v, known := ps.variables[strings.ToLower(m[1]+m[2])]
			if !known {
				v = ps.names.add(m[1] + m[2])
			}
			if !v.scalar() {
				return value{}, ps.refuse("puts a hashtable or list into a text")
			}
			out.WriteString(v.plain())
		default:
			out.WriteByte(c)
			ps.at++
		}
	}
	return value{}, ps.refuse("has a quote that isn't closed")
}

// words splits a command into words.
func (ps *powerShell) words() ([]string, error) {
	var words []string
	for {
		ps.take(psBlank)
		rest := ps.text[ps.at:]
		switch {
		case strings.TrimSpace(rest) == "", strings.IndexByte("|;>", rest[0]) >= 0:
			return words, nil
		case rest[0] == '\n':
			return nil, refusal("it is several commands", "paste one of them, or end its lines with `")
		case rest[0] == '&' && len(words) == 0:
			ps.at++
			continue
		}
		var word strings.Builder
		for ps.at < len(ps.text) && strings.IndexByte(" \t\n;|", ps.text[ps.at]) < 0 {
			part, err := ps.part()
			if err != nil {
				return nil, err
			}
			word.WriteString(part)
		}
		words = append(words, word.String())
	}
}

// part reads a part of a word.
func (ps *powerShell) part() (string, error) {
	rest := ps.text[ps.at:]
	switch {
	case rest[0] == '\'' || rest[0] == '"', strings.HasPrefix(rest, "@'\n"), strings.HasPrefix(rest, "@\"\n"), rest[0] == '$' && psVarName.Get().MatchString(rest):
		v, err := ps.primary(0)
		if err == nil && !v.scalar() {
			err = ps.refuse("has a hashtable where a text is wanted")
		}
		return v.plain(), err
	case strings.IndexByte("(){}&<>", rest[0]) >= 0:
		return "", ps.refuse("has a sign outside of quotes that PowerShell takes for its own; put the text into quotes")
	case rest[0] == '`' && len(rest) > 1:
		ps.at += 2
		return rest[1:2], nil
	}
	ps.at++
	return rest[:1], nil
}

// pseudo are HTTP/2's parts of a request, which a browser copies as headers.
var pseudo = lazyregexp.New(`(?i)^(authority|method|path|scheme)$`)

// request makes a request of a call's arguments.
func (ps *powerShell) request(call *value) (Import, error) {
	text := func(name string) string {
		v, _ := call.member(name)
		return v.plain()
	}
	d := &request.Draft{URL: text("Uri"), Method: text("Method"), Implied: request.Form.ContentType()}
	for _, name := range []string{"InFile", "Form", "Credential", "Authentication", "Certificate", "CertificateThumbprint"} {
		if _, has := call.member(name); has {
			return Import{}, refusal("the board has nothing like -"+name, "use -Headers and -Body")
		}
	}
	if custom := text("CustomMethod"); custom != "" {
		d.Method = custom
	}
	if headers, ok := call.member("Headers"); ok {
		_, copied := headers.member("scheme")
		for i, name := range headers.names {
			if copied && pseudo.Get().MatchString(name) {
				continue
			}
			d.Headers = append(d.Headers, request.Header{Name: name, Value: headers.items[i].plain()})
		}
	}
	if agent := text("UserAgent"); agent != "" {
		d.Headers = append(d.Headers, request.Header{Name: "User-Agent", Value: agent})
	}
	if _, ok := call.member("WebSession"); ok {
		d.Headers = append(d.Headers, ps.session.Headers...)
		if len(ps.cookies) > 0 {
			d.Headers = append(d.Headers, request.Header{Name: "Cookie", Value: strings.Join(ps.cookies, "; "), Secret: true})
		}
	}
	if contentType := text("ContentType"); contentType != "" {
		d.Headers = append(d.Headers, request.Header{Name: "Content-Type", Value: contentType})
	}
	if d.Method == "" {
		d.Method = "GET"
	}
	if body, ok := call.member("Body"); ok {
		if body.kind == aList {
			return Import{}, refusal("its -Body is a list", "pipe it into ConvertTo-Json")
		}
		d.HasData, d.Data = true, body.plain()
		if body.kind == anObj {
			d.Data = body.form()
			d.InQuery = strings.EqualFold(d.Method, "GET")
			if len(body.items) > 1 {
				d.Warn("PowerShell sends a hashtable's rows in an order of its own")
			}
		}
	}
	if err := ps.names.fill(d); err != nil {
		return Import{}, err
	}
	r, err := finish(d, "")
	_, r.Insecure = call.member("SkipCertificateCheck")
	return r, err
}
