package cli

import (
	"encoding/csv"
	"strings"

	"espost/codegen"
	"espost/request"
)

// A fieldList is a flag that adds fields (request.Syntax).
type fieldList struct{ to *[]request.Field }

func (l fieldList) String() string { return "" }
func (l fieldList) Type() string   { return "field" }

func (l fieldList) Set(s string) error {
	field, err := request.ParseField(s)
	if err == nil {
		*l.to = append(*l.to, field)
	}
	return err
}

// A headerList is a flag that adds headers: Name:value.
type headerList struct{ to *[]request.Header }

func (l headerList) String() string { return "" }
func (l headerList) Type() string   { return "Name:value" }

func (l headerList) Set(s string) error {
	header, err := request.ParseHeader(s)
	if err == nil {
		*l.to = append(*l.to, header)
	}
	return err
}

// A textList is a flag that may be given several times. The library's own list costs
// 4 KB at every start, to write down that it is empty.
type textList struct{ to *[]string }

func (l textList) String() string { return "" }
func (l textList) Type() string   { return "stringArray" } // by which completions offer it again

func (l textList) Set(s string) error {
	*l.to = append(*l.to, s)
	return nil
}

// A wordList is a textList of which one may hold several words, with commas between
// them and quoted as in CSV.
type wordList struct{ to *[]string }

func (l wordList) String() string { return "" }
func (l wordList) Type() string   { return "stringSlice" }

func (l wordList) Set(s string) error {
	if s == "" {
		return nil
	}
	words, err := csv.NewReader(strings.NewReader(s)).Read()
	*l.to = append(*l.to, words...)
	return err
}

// A batteryCharge is a flag for what a battery holds.
type batteryCharge struct{ to *codegen.Charge }

func (b batteryCharge) String() string { return "" }
func (b batteryCharge) Type() string   { return "charge" }

func (b batteryCharge) Set(s string) (err error) {
	*b.to, err = codegen.ParseCharge(s)
	return err
}

// A fixedAddress is a flag for the board's own address.
type fixedAddress struct{ to *codegen.Static }

func (a fixedAddress) String() string { return "" }
func (a fixedAddress) Type() string   { return "address" }

func (a fixedAddress) Set(s string) (err error) {
	*a.to, err = codegen.ParseStatic(s)
	return err
}
