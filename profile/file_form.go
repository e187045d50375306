package profile

import (
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"

	"espost/esp8266"
)

func (d formDoc) apply(f *FormSpec) error {
	override(&f.Method, d.Method)
	override(&f.Encoding, d.Encoding)
	for _, h := range d.Headers {
		header := Header{Name: string(h.Name), Secret: h.Secret}
		if err := h.Value.read(&header.Value, h.Secret); err != nil {
			return err
		}
		f.Headers = append(f.Headers, header)
	}
	if d.Fields == nil {
		return nil
	}
	f.Fields = nil
	for _, row := range *d.Fields {
		field, err := row.field()
		if err != nil {
			return err
		}
		f.Fields = append(f.Fields, field)
	}
	return nil
}

func (d fieldDoc) field() (Field, error) {
	f := Field{
		Name:   string(d.Name),
		Source: esp8266.SourceText,
		Sample: string(d.Sample),
		Off:    d.Off,
		Secret: d.Secret,
	}
	override(&f.Source, d.Source)
	if d.GPIO != nil {
		f.Pin = *d.GPIO
	}
	err := d.Value.read(&f.Value, d.Secret)
	if err == nil && d.Value != nil && !f.Source.Constant() {
		err = at(d.Value.token, "a value belongs to fields of the sources text and json only; what the test sends in place of a reading is called sample")
	}
	return f, err
}

// read sets to, unless the value is one that must not stand in the file.
func (s *secret) read(to *string, isSecret bool) error {
	if s == nil {
		return nil
	}
	if isSecret {
		return at(s.token, "a secret's value must not stand in this file; remove it, and give it in an environment variable or when espost asks")
	}
	*to = string(s.text)
	return nil
}

func at(position *token.Token, message string) error {
	return &yaml.SyntaxError{Message: message, Token: position}
}
