package profile

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"espost/esp8266"
)

// The file's structure. A nil pointer is a key that isn't there.
type (
	document struct {
		Version  *int        `yaml:"espost"`
		Target   *text       `yaml:"target"`
		Pin      pinDoc      `yaml:"pin"`
		Form     formDoc     `yaml:"form"`
		Firmware firmwareDoc `yaml:"firmware"`
	}
	pinDoc struct {
		Mode      *text      `yaml:"mode"`
		SHA1      []text     `yaml:"sha1"`
		PublicKey *text      `yaml:"public-key"`
		CA        []text     `yaml:"ca"`
		Expires   *timestamp `yaml:"expires"`
	}
	formDoc struct {
		Method   *text       `yaml:"method"`
		Encoding *text       `yaml:"encoding"`
		Headers  []headerDoc `yaml:"headers"`
		Fields   *[]fieldDoc `yaml:"fields"`
	}
	headerDoc struct {
		Name   text    `yaml:"name"`
		Value  *secret `yaml:"value"`
		Secret bool    `yaml:"secret"`
	}
	fieldDoc struct {
		Name   text    `yaml:"name"`
		Source *text   `yaml:"source"`
		Value  *secret `yaml:"value"`
		Sample text    `yaml:"sample"`
		GPIO   *int    `yaml:"gpio"`
		Off    bool    `yaml:"off"`
		Secret bool    `yaml:"secret"`
	}
	firmwareDoc struct {
		Name      *text       `yaml:"name"`
		Board     *text       `yaml:"board"`
		Every     *duration   `yaml:"every"`
		Buffers   *buffersDoc `yaml:"buffers"`
		Outbox    *bool       `yaml:"outbox"`
		DeepSleep bool        `yaml:"deep-sleep"`
		LED       bool        `yaml:"led"`
		Static    *staticDoc  `yaml:"static"`
		Folder    text        `yaml:"folder"`
	}
	buffersDoc struct {
		RX int `yaml:"rx"`
		TX int `yaml:"tx"`
	}
)

// A text is any scalar by its own characters, so that a value such as 1.50 or
// yes needs no quotes.
type text string

func (t *text) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	*t = text(s)
	return err
}

// A secret is a text that remembers where it stands.
type secret struct {
	text
	token *token.Token
}

func (s *secret) UnmarshalYAML(node ast.Node) error {
	s.token = node.GetToken()
	return s.text.UnmarshalYAML(node)
}

// A timestamp is a time as RFC 3339 writes it.
type timestamp time.Time

func (t *timestamp) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return complaint(node, "%q is no time; write it as 2027-02-21T10:00:00Z", s)
	}
	*t = timestamp(parsed)
	return nil
}

// A duration is one as Go writes it: 60s, 5m, 1h30m.
type duration time.Duration

func (d *duration) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := time.ParseDuration(s)
	if err != nil {
		return complaint(node, "%q is no duration; write it with a unit, as 60s, 5m or 1h", s)
	}
	*d = duration(parsed)
	return nil
}

// characters returns a scalar's characters: those of the source where it is plain.
func characters(node ast.Node) (string, error) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.NullNode:
		return "", nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return node.GetToken().Value, nil
	}
	return "", complaint(node, "a text belongs here, not %s; put it in quotes", kindOf(node))
}

// kindOf names what stands in place of something else.
func kindOf(node ast.Node) string {
	switch node.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	}
	return "a " + strings.ToLower(node.Type().String())
}

// complaint is an error at node.
func complaint(node ast.Node, format string, args ...any) error {
	return &yaml.SyntaxError{Message: fmt.Sprintf(format, args...), Token: node.GetToken()}
}

// apply overrides what p has by default with what the file says.
func (d document) apply(p *Profile) error {
	if d.Pin.Mode != nil {
		p.Pin.Mode = esp8266.PinMode(*d.Pin.Mode)
	}
	for _, s := range d.Pin.SHA1 {
		p.Pin.SHA1 = append(p.Pin.SHA1, canonicalSHA1(string(s)))
	}
	override(&p.Pin.PublicKey, d.Pin.PublicKey)
	for _, s := range d.Pin.CA {
		p.Pin.CAs = append(p.Pin.CAs, string(s))
	}
	if d.Pin.Expires != nil {
		p.Pin.Expires = time.Time(*d.Pin.Expires).UTC()
	}
	if err := d.Form.apply(&p.Form); err != nil {
		return err
	}
	d.Firmware.apply(&p.Firmware)
	return nil
}

// canonicalSHA1 is s without colons; Validate complains where it isn't one.
func canonicalSHA1(s string) string {
	if digits, err := esp8266.ParseFingerprint(s); err == nil {
		return digits
	}
	return s
}

func (d firmwareDoc) apply(f *Firmware) {
	override(&f.Name, d.Name)
	override(&f.Board, d.Board)
	if board, ok := esp8266.BoardByID(f.Board); ok {
		f.Outbox = board.HasFileSystem()
	}
	if d.Every != nil {
		f.Every = time.Duration(*d.Every)
	}
	if d.Buffers != nil {
		f.Buffers = esp8266.Buffers(*d.Buffers)
	}
	if d.Outbox != nil {
		f.Outbox = *d.Outbox
	}
	if d.Static != nil {
		f.Static = d.Static.static()
	}
	f.DeepSleep, f.LED, f.Folder = d.DeepSleep, d.LED, string(d.Folder)
}

func override[S ~string](to *S, value *text) {
	if value != nil {
		*to = S(*value)
	}
}
