package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"espost/codegen"
	"espost/esp8266"
	"espost/profile"
	"espost/request"
)

// A fieldList is a flag that adds fields with constant values: name=value, or
// name:=value for a number or another JSON value.
type fieldList []request.Field

func (l *fieldList) String() string { return "" }
func (l *fieldList) Type() string   { return "name=value" }

func (l *fieldList) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("write name=value")
	}
	source := esp8266.SourceText
	if before, ok := strings.CutSuffix(name, ":"); ok {
		name, source = before, esp8266.SourceJSON
		if !json.Valid([]byte(value)) {
			return fmt.Errorf("%q is no JSON value; write name=value for a text", value)
		}
	}
	*l = append(*l, request.Field{Name: name, Source: source, Value: value})
	return nil
}

// liveFields is a flag that adds fields to the same list which the board reads:
// name=source, or name=digital:5 for a pin.
type liveFields struct{ list *fieldList }

func (l liveFields) String() string { return "" }
func (l liveFields) Type() string   { return "name=source" }

func (l liveFields) Set(s string) error {
	name, source, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("write name=source, such as signal=rssi")
	}
	source, gpio, hasPin := strings.Cut(source, ":")
	field := request.Field{Name: name, Source: esp8266.Source(source)}
	info, known := field.Source.Info()
	switch {
	case !known || info.Source.Constant():
		return fmt.Errorf("there is no source %q; use one of %s", source, liveSources())
	case info.Pin != hasPin:
		return errors.New("a digital pin, and only that, wants its number: name=digital:5")
	case info.Pin:
		n, err := strconv.Atoi(gpio)
		if err != nil {
			return fmt.Errorf("%q is no pin's number; write name=digital:5", gpio)
		}
		field.Pin = n
	}
	*l.list = append(*l.list, field)
	return nil
}

func liveSources() string {
	var names []string
	for _, i := range esp8266.Sources() {
		if !i.Source.Constant() {
			names = append(names, string(i.Source))
		}
	}
	return strings.Join(names, ", ")
}

// A headerList is a flag that adds headers: Name:value. Credentials are secret.
type headerList []request.Header

func (l *headerList) String() string { return "" }
func (l *headerList) Type() string   { return "Name:value" }

func (l *headerList) Set(s string) error {
	name, value, ok := strings.Cut(s, ":")
	if !ok {
		return errors.New("write Name:value")
	}
	*l = append(*l, request.Header{
		Name:   strings.TrimSpace(name),
		Value:  strings.TrimSpace(value),
		Secret: isCredential(name),
	})
	return nil
}

// isCredential recognises the headers that always hold a secret.
func isCredential(name string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token":
		return true
	}
	return false
}

// A fixedAddress is a flag for the board's own address.
type fixedAddress struct{ to *codegen.Static }

func (a fixedAddress) String() string { return "" }
func (a fixedAddress) Type() string   { return "address" }

func (a fixedAddress) Set(s string) (err error) {
	*a.to, err = profile.ParseStatic(s)
	return err
}
