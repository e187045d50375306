package profile

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/duration"
	"espost/pinfile"
	"espost/request"
	"espost/sensors"
)

// The file's structure. A nil pointer is a key that isn't there.
type (
	document struct {
		Version  *int        `yaml:"espost"`
		Target   *text       `yaml:"target"`
		Service  text        `yaml:"service"`
		Pin      pinDoc      `yaml:"pin"`
		Pins     ownerDoc    `yaml:"pins"`
		Request  requestDoc  `yaml:"request"`
		Answer   answerDoc   `yaml:"answer"`
		Firmware firmwareDoc `yaml:"firmware"`
	}
	pinDoc struct {
		Mode      *text      `yaml:"mode"`
		SHA1      []text     `yaml:"sha1"`
		PublicKey *text      `yaml:"public-key"`
		CA        []text     `yaml:"ca"`
		Reserve   texts      `yaml:"reserve"`
		Backup    *text      `yaml:"backup"`
		Expires   *timestamp `yaml:"expires"`
	}
	ownerDoc struct {
		Group    text      `yaml:"group"`
		Key      publicKey `yaml:"key"`
		Next     publicKey `yaml:"next"`
		Recovery publicKey `yaml:"recovery"`
		Epoch    uint32    `yaml:"epoch"`
		Serial   uint32    `yaml:"serial"`
		URLs     texts     `yaml:"urls"`
		Refresh  *span     `yaml:"refresh"`
	}
	requestDoc struct {
		Method   *text       `yaml:"method"`
		Body     *text       `yaml:"body"`
		Template *text       `yaml:"template"`
		Bulk     bulkDoc     `yaml:"bulk"`
		Split    bool        `yaml:"split"`
		Headers  []headerDoc `yaml:"headers"`
		Fields   *[]fieldDoc `yaml:"fields"`
	}
	bulkDoc struct {
		Most    int  `yaml:"most"`
		Bytes   int  `yaml:"bytes"`
		First   text `yaml:"first"`
		Between text `yaml:"between"`
		Last    text `yaml:"last"`
	}
	headerDoc struct {
		Name   text    `yaml:"name"`
		Value  *secret `yaml:"value"`
		Secret bool    `yaml:"secret"`

		Expires *timestamp `yaml:"expires"`
	}
	fieldDoc struct {
		Name   text    `yaml:"name"`
		Source *text   `yaml:"source"`
		Value  *secret `yaml:"value"`
		Sample text    `yaml:"sample"`
		GPIO   *int    `yaml:"gpio"`

		GPIO2    int      `yaml:"gpio2"`
		Index    int      `yaml:"index"`
		Address  *text    `yaml:"address"`
		Scale    *float64 `yaml:"scale"`
		Offset   float64  `yaml:"offset"`
		Decimals *int     `yaml:"decimals"`
		Format   text     `yaml:"format"`
		Zone     text     `yaml:"zone"`
		Text     bool     `yaml:"text"`
		None     text     `yaml:"none"`

		Statistic text  `yaml:"statistic"`
		Trigger   *text `yaml:"trigger"`

		Off    bool `yaml:"off"`
		Secret bool `yaml:"secret"`

		Expires *timestamp `yaml:"expires"`
	}
	answerDoc struct {
		Delivered []status `yaml:"delivered"`
		Contains  text     `yaml:"contains"`
		Not       text     `yaml:"not"`
		Equals    text     `yaml:"equals"`
		JSON      texts    `yaml:"json"`
		Accepted  signDoc  `yaml:"accepted"`
		Already   signDoc  `yaml:"already"`
		Locked    lockDoc  `yaml:"locked"`
		Refused   refusal  `yaml:"refused"`
		Timeout   *span    `yaml:"timeout"`
		Pause     *span    `yaml:"pause"`
		After     text     `yaml:"retry-after"`
		Follow    bool     `yaml:"follow"`

		Duplicates text `yaml:"duplicates"`
	}
	signDoc struct {
		Statuses []status `yaml:"statuses"`
		Contains text     `yaml:"contains"`
	}
	lockDoc struct {
		Sign signDoc `yaml:",inline"`
		For  *span   `yaml:"for"`
	}
	refusal struct {
		Statuses []status `yaml:"statuses"`
		Tries    *int     `yaml:"tries"`
	}
	firmwareDoc struct {
		Name      *text       `yaml:"name"`
		Board     *text       `yaml:"board"`
		Every     *span       `yaml:"every"`
		Buffers   *buffersDoc `yaml:"buffers"`
		Keep      *text       `yaml:"keep"`
		Sample    *span       `yaml:"sample-every"`
		Gap       *span       `yaml:"min-gap"`
		DeepSleep bool        `yaml:"deep-sleep"`
		Battery   charge      `yaml:"battery"`
		LED       bool        `yaml:"led"`
		OTA       bool        `yaml:"ota"`
		Static    *staticDoc  `yaml:"static"`
		Libraries []text      `yaml:"libraries"`
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

// Texts are a list of them, or one alone.
type texts []text

func (t *texts) UnmarshalYAML(node ast.Node) error {
	nodes := []ast.Node{node}
	if list, ok := node.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	*t = make(texts, len(nodes))
	for i, n := range nodes {
		if err := (*t)[i].UnmarshalYAML(n); err != nil {
			return err
		}
	}
	return nil
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
		parsed, err = time.Parse(time.DateOnly, s)
	}
	if err != nil {
		return complaint(node, "%q is no time; write it as 2027-02-21T10:00:00Z", s)
	}
	*t = timestamp(parsed)
	return nil
}

// time is zero for a key that isn't there.
func (t *timestamp) time() time.Time {
	if t == nil {
		return time.Time{}
	}
	return time.Time(*t).UTC()
}

// A publicKey is the public half of a key that signs pins.
type publicKey pinfile.Key

func (k *publicKey) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := pinfile.ParseKey(s)
	if err != nil {
		return complaint(node, "%s; espost pins init writes it", err)
	}
	*k = publicKey(parsed)
	return nil
}

// A span is a duration as people write it: 60s, 5m, 2d.
type span time.Duration

func (d *span) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := duration.Parse(s)
	if err != nil {
		return complaint(node, "%q is no duration; %s", s, err)
	}
	*d = span(parsed)
	return nil
}

// A charge is what a battery holds: 2500mAh.
type charge codegen.Charge

func (c *charge) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := codegen.ParseCharge(s)
	if err != nil {
		return complaint(node, "%s", err)
	}
	*c = charge(parsed)
	return nil
}

// A status is one HTTP status or a range of them: 302, 2xx, 200-299.
type status request.StatusRange

func (r *status) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := request.ParseStatus(s)
	if err != nil {
		return complaint(node, "%s", err)
	}
	*r = status(parsed)
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

// A complaintError is an error at a place, in words of this package's own.
type complaintError struct{ *yaml.SyntaxError }

// complaint is an error at node. A value may be quoted where its key can't hold
// a secret.
func complaint(node ast.Node, format string, args ...any) error {
	return at(node.GetToken(), fmt.Sprintf(format, args...))
}

// apply overrides what p has by default with what the file says. Words that mean
// nothing are taken over as they are: Profile.Validate knows them.
func (d document) apply(p *Profile) error {
	if d.Pin.SHA1 != nil { // from when that was what a pin is
		p.Pin.Mode = esp8266.PinFingerprint
	}
	override(&p.Pin.Mode, d.Pin.Mode)
	for _, s := range d.Pin.SHA1 {
		digits, err := esp8266.ParseFingerprint(string(s))
		if err != nil {
			digits = string(s)
		}
		p.Pin.SHA1 = append(p.Pin.SHA1, digits)
	}
	override(&p.Pin.PublicKey, d.Pin.PublicKey)
	for _, s := range d.Pin.CA {
		p.Pin.CAs = append(p.Pin.CAs, string(s))
	}
	for _, s := range d.Pin.Reserve {
		p.Pin.Reserve = append(p.Pin.Reserve, string(s))
	}
	override(&p.Pin.Backup, d.Pin.Backup)
	if d.Pin.Expires != nil {
		p.Pin.Expires = time.Time(*d.Pin.Expires).UTC()
	}
	p.Service = string(d.Service)
	p.Owner = pinfile.Owner{
		Group: string(d.Pins.Group), Key: pinfile.Key(d.Pins.Key), Next: pinfile.Key(d.Pins.Next),
		Recovery: pinfile.Key(d.Pins.Recovery), Epoch: d.Pins.Epoch, Serial: d.Pins.Serial,
	}
	for _, s := range d.Pins.URLs {
		p.Fetch.URLs = append(p.Fetch.URLs, string(s))
	}
	if d.Pins.Refresh != nil {
		p.Fetch.Refresh = time.Duration(*d.Pins.Refresh)
	}
	d.Firmware.apply(p)
	d.Answer.apply(&p.Answer)
	return d.Request.apply(&p.Request)
}

func (d answerDoc) apply(a *request.Answer) {
	a.Delivered, a.Refused = statuses(d.Delivered), statuses(d.Refused.Statuses)
	a.Contains, a.Not, a.Equals, a.Follow = string(d.Contains), string(d.Not), string(d.Equals), d.Follow
	a.Duplicates = request.Duplicates(d.Duplicates)
	a.RetryAfter = string(d.After)
	a.Accepted, a.Already = d.Accepted.sign(), d.Already.sign()
	a.Locked.Sign = d.Locked.Sign.sign()
	if d.Locked.For != nil {
		a.Locked.For = time.Duration(*d.Locked.For)
	}
	for _, condition := range d.JSON {
		a.JSON = append(a.JSON, string(condition))
	}
	if d.Refused.Tries != nil {
		a.Tries = *d.Refused.Tries
	}
	if d.Timeout != nil {
		a.Timeout = time.Duration(*d.Timeout)
	}
	if d.Pause != nil {
		a.Pause = time.Duration(*d.Pause)
	}
}

func (d signDoc) sign() request.Sign {
	return request.Sign{Statuses: statuses(d.Statuses), Contains: string(d.Contains)}
}

func statuses(doc []status) request.Statuses {
	var all request.Statuses
	for _, s := range doc {
		all = append(all, request.StatusRange(s))
	}
	return all
}

func (d requestDoc) apply(r *request.Request) error {
	override(&r.Method, d.Method)
	override(&r.Body, d.Body)
	override(&r.Template, d.Template)
	r.Bulk = request.Bulk{Most: d.Bulk.Most, Bytes: d.Bulk.Bytes, First: string(d.Bulk.First), Between: string(d.Bulk.Between), Last: string(d.Bulk.Last)}
	r.Split = d.Split
	for _, h := range d.Headers {
		header := request.Header{Name: string(h.Name), Secret: h.Secret, Expires: h.Expires.time()}
		if err := h.Value.read(&header.Value, h.Secret); err != nil {
			return err
		}
		r.Headers = append(r.Headers, header)
	}
	if d.Fields == nil {
		return nil
	}
	r.Fields = nil
	for _, row := range *d.Fields {
		field, err := row.field()
		if err != nil {
			return err
		}
		r.Fields = append(r.Fields, field)
	}
	return nil
}

func (d fieldDoc) field() (request.Field, error) {
	f := request.Field{Name: string(d.Name), Sample: string(d.Sample), Off: d.Off, Secret: d.Secret, Expires: d.Expires.time()}
	if d.Source != nil {
		source, known := sensors.Named(string(*d.Source))
		if !known {
			source = esp8266.Source(*d.Source)
		}
		f.Source = source
	}
	if d.GPIO != nil {
		f.GPIO = *d.GPIO
	}
	f.Wires = request.Wires{GPIO2: d.GPIO2, Index: d.Index}
	if d.Address != nil {
		n, err := strconv.ParseUint(string(*d.Address), 0, 7)
		if err != nil {
			n = 1 << 7 // no address: Profile.Validate complains
		}
		f.Wires.Address = int(n)
	}
	if d.Scale != nil {
		f.Shape.Scale = *d.Scale
	}
	f.Shape.Offset, f.None, f.Quoted = d.Offset, request.NoValue(d.None), d.Text
	f.Moment = request.Moment{Format: string(d.Format), Zone: string(d.Zone)}
	if d.Decimals != nil {
		f.Shape.Decimals = request.Places(*d.Decimals)
	}
	f.Statistic = request.Statistic(d.Statistic)
	if d.Trigger != nil {
		t, err := request.ParseTrigger(string(*d.Trigger))
		if err != nil {
			t.When = request.When(*d.Trigger) // Profile.Validate complains
		}
		f.Trigger = t
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
	return &complaintError{&yaml.SyntaxError{Message: message, Token: position}}
}

func (d firmwareDoc) apply(p *Profile) {
	f := &p.Firmware
	override(&f.Name, d.Name)
	if d.Board != nil {
		board, ok := esp8266.FindBoard(string(*d.Board))
		if !ok {
			board.ID = string(*d.Board)
		}
		f.Board, f.Keep = board, codegen.DefaultKeep(board)
	}
	if d.Every != nil {
		f.Every = time.Duration(*d.Every)
	}
	if d.Sample != nil {
		f.SampleEvery = time.Duration(*d.Sample)
	}
	if d.Gap != nil {
		f.MinGap = time.Duration(*d.Gap)
	}
	if d.Buffers != nil {
		f.Buffers = esp8266.Buffers(*d.Buffers)
	}
	override(&f.Keep, d.Keep)
	if d.Static != nil {
		f.Static = d.Static.static()
	}
	for _, l := range d.Libraries {
		f.Libraries = append(f.Libraries, string(l))
	}
	f.DeepSleep, f.LED, f.OTA, f.Battery, p.Folder = d.DeepSleep, d.LED, d.OTA, codegen.Charge(d.Battery), string(d.Folder)
}

func boardIDs() string {
	var ids []string
	for _, b := range esp8266.Boards() {
		ids = append(ids, b.ID)
	}
	return strings.Join(ids, ", ")
}

func override[S ~string](to *S, value *text) {
	if value != nil {
		*to = S(*value)
	}
}

// A staticDoc is the board's own address with what belongs to it, as the file
// shows it.
type staticDoc struct {
	Address ipv4 `yaml:"address"`
	Gateway ipv4 `yaml:"gateway"`
	Mask    ipv4 `yaml:"mask"`
	DNS     ipv4 `yaml:"dns"`
}

// An ipv4 is an address in dotted decimals.
type ipv4 netip.Addr

func (a *ipv4) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := netip.ParseAddr(s)
	if err != nil || !parsed.Is4() {
		return complaint(node, "%q is no IPv4 address; write it as 192.168.1.57", s)
	}
	*a = ipv4(parsed)
	return nil
}

func (d staticDoc) static() codegen.Static {
	return codegen.Static{
		Address: netip.Addr(d.Address),
		Gateway: netip.Addr(d.Gateway),
		Mask:    netip.Addr(d.Mask),
		DNS:     netip.Addr(d.DNS),
	}
}
