package formpost

// An Encoding is how the form's fields become the body.
type Encoding string

// The encodings, by the Content-Type they set.
const (
	Form Encoding = "form" // application/x-www-form-urlencoded
	JSON Encoding = "json" // application/json, one object
)

// A Field is one row of the form with its value, as it is sent.
type Field struct {
	Name   string
	Value  string
	Number bool // in JSON, Value is a number and stands unquoted
	Raw    bool // in JSON, Value is any JSON value and stands as it is
	Secret bool // Value is masked wherever it is shown
}

// A Header is one header that the user added.
type Header struct {
	Name   string
	Value  string
	Secret bool
}

// A Request is everything that decides which bytes the board sends.
type Request struct {
	Method   string // POST, PUT or PATCH
	Host     string // no port, no brackets
	Port     int
	Path     string // begins with "/"; with the query, if any
	Headers  []Header
	Encoding Encoding
	Fields   []Field
}
