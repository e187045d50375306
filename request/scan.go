package request

import "unicode/utf8"

// A scanner reads JSON (RFC 8259) byte by byte and decides conditions as it goes.
// It is the firmware's, line by line (json_test.h), and so keeps no more than that.
type scanner struct {
	conditions []watched
	state      scanState
	depth      int                // open arrays and objects
	objects    uint32             // a bit each: it is an object
	index      [maxNesting]uint16 // of the element under way
	begun      bool               // a value has begun that may be JSON's
	word       string             // of true, false and null: what is still to come
	kind       JSONKind           // of the word
	number     []byte
	isKey      bool // the string under way is a member's name
	length     int  // of it so far
	hex        int  // digits of \uXXXX that are still to come
	unit       rune
	high       rune // the first half of a pair of surrogates
}

// A watched condition, and how far the scanner is with it.
type watched struct {
	Condition
	level  int    // open arrays and objects on its path
	found  uint   // a bit each level: the next step was there
	hit    bool   // the value under way is on the path
	target int    // depth of the array or object at its end, 0 without: empty or not?
	same   bool   // the string under way is the wanted one so far
	some   bool   // a value has passed
	kept   string // the number that a keep found
	proof  Proof
}

const (
	maxNesting = 32
	maxNumber  = 31 // bytes
)

type scanState int

const (
	atValue   scanState = iota
	atFirst             // behind [ or {
	atKey               // behind a comma in an object
	atColon             //
	atNext              // behind a value
	inString            //
	inEscape            // behind a backslash
	inUnicode           // behind \u
	inNumber            //
	inWord              // true, false, null
	broken              // this is no JSON
)

func newScanner(conditions []Condition) *scanner {
	s := &scanner{}
	for _, c := range conditions {
		s.conditions = append(s.conditions, watched{Condition: c, hit: true, proof: Unproven})
	}
	return s
}

// finish returns what is known at the end.
func (s *scanner) finish(whole bool) Proof {
	if whole && s.state == inNumber && s.depth == 0 {
		s.endNumber()
	}
	all := Passes
	for _, c := range s.conditions {
		if c.Op == keep {
			continue
		}
		switch c.proof {
		case Fails:
			return Fails
		case Unproven:
			all = Unproven
		}
	}
	if all == Unproven && !s.begun && (whole || s.state == broken) {
		return Fails // this is something else
	}
	return all
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func (s *scanner) feed(c byte) {
	switch s.state {
	case broken:
	case inString:
		s.inString(c)
	case inEscape:
		s.inEscape(c)
	case inUnicode:
		s.inUnicode(c)
	case inNumber:
		s.inNumber(c)
	case inWord:
		s.inWord(c)
	default:
		if !isSpace(c) {
			s.between(c)
		}
	}
}

// between takes a sign between values.
func (s *scanner) between(c byte) {
	switch {
	case s.state == atValue:
		s.beginValue(c)
	case s.state == atFirst && (c == ']' || c == '}'), s.state == atNext && s.depth > 0 && (c == ']' || c == '}'):
		s.close(c)
	case s.state == atFirst && !s.inObject():
		s.beginValue(c)
	case (s.state == atFirst || s.state == atKey) && c == '"':
		s.child()
		s.beginString(true)
	case s.state == atColon && c == ':':
		s.state = atValue
	case s.state == atNext && s.depth > 0 && c == ',':
		s.state = atValue
		if s.inObject() {
			s.state = atKey
		} else {
			s.index[s.depth-1]++
		}
	default:
		s.state = broken
	}
}

func (s *scanner) inObject() bool { return s.depth > 0 && s.objects>>(s.depth-1)&1 != 0 }

func (s *scanner) beginValue(c byte) {
	if s.depth > 0 && !s.inObject() {
		s.child()
		s.element()
	}
	switch {
	case c == '{' || c == '[':
		s.open(c == '{')
	case c == '"':
		s.beginString(false)
	case c == 't':
		s.beginWord("rue", jsonTrue)
	case c == 'f':
		s.beginWord("false"[1:], jsonFalse)
	case c == 'n':
		s.beginWord("ull", jsonNull)
	case c == '-' || c >= '0' && c <= '9':
		s.state, s.number = inNumber, append(s.number[:0], c)
	default:
		s.state = broken
	}
}

func (s *scanner) beginWord(rest string, kind JSONKind) { s.state, s.word, s.kind = inWord, rest, kind }

func (s *scanner) inWord(c byte) {
	if s.word[0] != c {
		s.state = broken
		return
	}
	if s.word = s.word[1:]; s.word == "" {
		s.scalar(s.kind)
	}
}

func (s *scanner) inNumber(c byte) {
	if c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E' {
		if len(s.number) == maxNumber {
			s.state = broken
			return
		}
		s.number = append(s.number, c)
		return
	}
	s.endNumber()
	s.feed(c)
}

func (s *scanner) endNumber() {
	if !isJSONNumber(string(s.number)) {
		s.state = broken
		return
	}
	s.scalar(jsonNumber)
}

func (s *scanner) open(object bool) {
	if s.depth == maxNesting {
		s.state = broken
		return
	}
	s.begun = true
	for i := range s.conditions {
		c := &s.conditions[i]
		switch {
		case !c.hit:
		case len(c.Path) == s.depth:
			c.target = s.depth + 1
		default:
			c.level = s.depth + 1
			c.found &^= 1 << c.level
		}
		c.hit = false
	}
	s.index[s.depth] = 0
	s.objects &^= 1 << s.depth
	if object {
		s.objects |= 1 << s.depth
	}
	s.depth++
	s.state = atFirst
}

func (s *scanner) close(sign byte) {
	if (sign == '}') != s.inObject() {
		s.state = broken
		return
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.target == s.depth {
			c.target = 0
			c.decide(c.passes(jsonEmpty, false, false, ""))
		}
		if c.level == s.depth {
			if c.found>>c.level&1 == 0 {
				c.decide(c.passes(noValue, false, false, ""))
			}
			c.level--
		}
	}
	s.depth--
	s.endValue()
}

// child says that the array or object has something in it.
func (s *scanner) child() {
	for i := range s.conditions {
		if c := &s.conditions[i]; c.target == s.depth {
			c.target = 0
			c.decide(c.passes(jsonFull, false, false, ""))
		}
	}
}

// element says that an array's element begins.
func (s *scanner) element() {
	index := s.index[s.depth-1]
	for i := range s.conditions {
		if c := &s.conditions[i]; c.level == s.depth {
			c.reached(indexIs(c.Path[c.level-1].Name, index))
		}
	}
}

// indexIs reports whether a name is the index as a decimal.
func indexIs(name string, index uint16) bool {
	n := 0
	for i := range len(name) {
		if name[i] < '0' || name[i] > '9' || i == 5 || i > 0 && name[0] == '0' {
			return false
		}
		n = n*10 + int(name[i]-'0')
	}
	return name != "" && n == int(index)
}

// reached says whether the next value is that of the next step, by its name.
func (c *watched) reached(named bool) {
	step := c.Path[c.level-1]
	c.hit = step.Every || named && c.found>>c.level&1 == 0
	if c.hit {
		c.found |= 1 << c.level
	}
}

func (s *scanner) beginString(isKey bool) {
	s.begun = true
	s.state, s.isKey, s.length, s.high = inString, isKey, 0, 0
	for i := range s.conditions {
		s.conditions[i].same = true
	}
}

func (s *scanner) inString(c byte) {
	switch {
	case c == '"':
		s.flushHigh()
		s.endString()
	case c == '\\':
		s.state = inEscape
	case c < ' ':
		s.state = broken
	default:
		s.flushHigh()
		s.character(c)
	}
}

func (s *scanner) inEscape(c byte) {
	s.state = inString
	if c == 'u' {
		s.state, s.hex, s.unit = inUnicode, 4, 0
		return
	}
	var plain byte
	switch c {
	case '"', '\\', '/':
		plain = c
	case 'b':
		plain = '\b'
	case 'f':
		plain = '\f'
	case 'n':
		plain = '\n'
	case 'r':
		plain = '\r'
	case 't':
		plain = '\t'
	default:
		s.state = broken
		return
	}
	s.flushHigh()
	s.character(plain)
}

func (s *scanner) inUnicode(c byte) {
	var digit rune
	switch {
	case c >= '0' && c <= '9':
		digit = rune(c - '0')
	case c >= 'a' && c <= 'f':
		digit = rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		digit = rune(c-'A') + 10
	default:
		s.state = broken
		return
	}
	s.unit = s.unit<<4 | digit
	if s.hex--; s.hex > 0 {
		return
	}
	s.state = inString
	switch {
	case s.unit >= 0xD800 && s.unit < 0xDC00:
		s.flushHigh()
		s.high = s.unit
	case s.unit >= 0xDC00 && s.unit < 0xE000 && s.high != 0:
		s.point(0x10000 + (s.high-0xD800)<<10 + s.unit - 0xDC00)
		s.high = 0
	default:
		s.flushHigh()
		s.point(s.unit)
	}
}

// flushHigh makes U+FFFD of half a pair.
func (s *scanner) flushHigh() {
	if s.high != 0 {
		s.high = 0
		s.point(utf8.RuneError)
	}
}

// point takes a code point of the string; half a pair is U+FFFD.
func (s *scanner) point(r rune) {
	for _, c := range []byte(string(r)) {
		s.character(c)
	}
}

// character takes one byte of the string.
func (s *scanner) character(b byte) {
	for i := range s.conditions {
		c := &s.conditions[i]
		want := c.Text
		if s.isKey {
			if c.level != s.depth {
				continue
			}
			want = c.Path[c.level-1].Name
		}
		c.same = c.same && s.length < len(want) && want[s.length] == b
	}
	s.length++
}

func (s *scanner) endString() {
	if !s.isKey {
		s.scalar(jsonText)
		return
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; c.level == s.depth {
			c.reached(c.same && s.length == len(c.Path[c.level-1].Name))
		}
	}
	s.state = atColon
}

// scalar says that a value ended that is no array and no object.
func (s *scanner) scalar(kind JSONKind) {
	s.begun = true
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.hit && len(c.Path) == s.depth {
			if c.Op == keep && kind == jsonNumber && c.proof == Unproven {
				c.kept = string(s.number)
			}
			c.decide(c.passes(kind, c.same && s.length == len(c.Text), s.length == 0, string(s.number)))
		} else if c.hit {
			c.decide(c.passes(noValue, false, false, ""))
		}
		c.hit = false
	}
	s.endValue()
}

// endValue goes on behind a value; at the end of all, what is about every element
// is decided.
func (s *scanner) endValue() {
	s.state = atNext
	if s.depth > 0 {
		return
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; c.proof == Unproven && c.some {
			c.proof = Passes
		}
	}
}

// decide takes whether a value passes.
func (c *watched) decide(passes bool) {
	switch {
	case c.proof != Unproven:
	case !passes:
		c.proof = Fails
	case c.each():
		c.some = true
	default:
		c.proof = Passes
	}
}
