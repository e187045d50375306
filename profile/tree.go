package profile

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/duration"
	"espost/pinfile"
	"espost/request"
	"espost/sensors"
)

// A tree is a profile as the file shows it: mappings with their keys in order,
// lists and scalars. Trees of two profiles have the same keys in the same
// order, so that they can be compared key by key.
type (
	mapping []member
	member  struct {
		key   string
		value any // mapping, []any, row or scalar; nil leaves the key out
	}
	row    []member // a mapping on one line
	scalar string   // a text, which may need quotes
	word   string   // a number, true or false
	block  string   // a text of several lines
)

// tree returns p without its secrets. Keys that stand for nothing are nil.
func tree(p *Profile) mapping {
	return mapping{
		{"espost", word(strconv.Itoa(Version))},
		{"target", scalar(p.Target.URL())},
		{"service", optional(p.Service)},
		{"pin", mapping{
			{"mode", scalar(p.Pin.Mode)},
			{"sha1", scalars(p.Pin.SHA1)},
			{"public-key", oneBlock(p.Pin.PublicKey)},
			{"ca", blocks(p.Pin.CAs)},
			{"reserve", blocks(p.Pin.Reserve)},
			{"backup", optional(string(p.Pin.Backup))},
			{"expires", moment(p.Pin.Expires)},
		}},
		{"pins", ownerTree(p.Owner, p.Fetch)},
		{"request", mapping{
			{"method", scalar(p.Request.Method)},
			{"body", scalar(p.Request.Body)},
			{"template", oneBlock(p.Request.Template)},
			{"bulk", bulkTree(p.Request.Bulk)},
			{"split", flag(p.Request.Split)},
			{"headers", headerRows(p.Request.Headers)},
			{"fields", fieldRows(p.Request.Fields)},
		}},
		{"answer", answerTree(p.Answer)},
		{"firmware", mapping{
			{"name", scalar(p.Firmware.Name)},
			{"board", scalar(p.Firmware.Board.ID)},
			{"every", scalar(duration.Format(p.Firmware.Every))},
			{"sample-every", spanOf(p.Firmware.SampleEvery)},
			{"min-gap", spanOf(p.Firmware.MinGap)},
			{"buffers", buffers(p.Firmware.Buffers)},
			{"keep", scalar(p.Firmware.Keep)},
			{"deep-sleep", flag(p.Firmware.DeepSleep)},
			{"battery", charged(p.Firmware.Battery)},
			{"led", flag(p.Firmware.LED)},
			{"ota", flag(p.Firmware.OTA)},
			{"static", staticRow(p.Firmware.Static)},
			{"libraries", scalars(p.Firmware.Libraries)},
			{"folder", optional(p.Folder)},
		}},
	}
}

// ownerTree is nil where nobody signs pins.
func ownerTree(o pinfile.Owner, f codegen.Fetch) any {
	if !o.Known() {
		return nil
	}
	number := func(n uint32) any {
		if n == 0 {
			return nil
		}
		return word(strconv.FormatUint(uint64(n), 10))
	}
	return mapping{
		{"group", scalar(o.Group)},
		{"key", scalar(o.Key.String())},
		{"next", optional(o.Next.String())},
		{"recovery", optional(o.Recovery.String())},
		{"epoch", number(o.Epoch)},
		{"serial", number(o.Serial)},
		{"urls", scalars(f.URLs)},
		{"refresh", spanOf(f.Refresh)},
	}
}

// bulkTree is nil where each reading is sent alone.
func bulkTree(b request.Bulk) any {
	if b == (request.Bulk{}) {
		return nil
	}
	m := mapping{{"most", word(strconv.Itoa(b.Most))}, {"bytes", nil}, {"first", optional(b.First)}, {"between", optional(b.Between)}, {"last", optional(b.Last)}}
	if b.Bytes != 0 {
		m[1].value = word(strconv.Itoa(b.Bytes))
	}
	return m
}

func headerRows(headers []request.Header) any {
	var rows []any
	for _, h := range headers {
		r := row{{"name", scalar(h.Name)}}
		if h.Secret {
			r = append(r, secretMembers(h.Expires)...)
		} else {
			r = append(r, member{"value", scalar(h.Value)})
		}
		rows = append(rows, r)
	}
	if rows == nil {
		return nil
	}
	return rows
}

// secretMembers is what the file shows of a secret.
func secretMembers(expires time.Time) row {
	r := row{{"secret", word("true")}}
	if !expires.IsZero() {
		r = append(r, member{"expires", moment(expires)})
	}
	return r
}

// answerTree is nil for the ordinary rule.
func answerTree(a request.Answer) any {
	if a.Ordinary() {
		return nil
	}
	return mapping{
		{"delivered", statusRows(a.Delivered)},
		{"contains", optional(a.Contains)},
		{"not", optional(a.Not)},
		{"equals", optional(a.Equals)},
		{"json", scalars(a.JSON)},
		{"accepted", signRow(a.Accepted)},
		{"already", signRow(a.Already)},
		{"locked", signRow(a.Locked.Sign, member{"for", spanOf(a.Locked.For)})},
		{"refused", refusalRow(a)},
		{"timeout", spanOf(a.Timeout)},
		{"pause", spanOf(a.Pause)},
		{"retry-after", optional(a.RetryAfter)},
		{"follow", flag(a.Follow)},
		{"duplicates", optional(string(a.Duplicates))},
	}
}

// signRow is nil where there is no such answer.
func signRow(s request.Sign, more ...member) any {
	m := append(mapping{{"statuses", statusRows(s.Statuses)}, {"contains", optional(s.Contains)}}, more...)
	if !slices.ContainsFunc(m, func(row member) bool { return row.value != nil }) {
		return nil
	}
	return m
}

func statusRows(statuses request.Statuses) any {
	if len(statuses) == 0 {
		return nil
	}
	r := make([]any, len(statuses))
	for i, s := range statuses {
		r[i] = word(s.String())
	}
	return r
}

func refusalRow(a request.Answer) any {
	m := mapping{{"statuses", statusRows(a.Refused)}}
	if a.Tries != 0 {
		m = append(m, member{"tries", word(strconv.Itoa(a.Tries))})
	} else {
		m = append(m, member{"tries", nil})
	}
	if m[0].value == nil && m[1].value == nil {
		return nil
	}
	return m
}

func spanOf(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return scalar(duration.Format(d))
}

// fieldRows is never nil: without the key, the file would mean the tutorial's
// fields.
func fieldRows(fields []request.Field) any {
	rows := []any{}
	for _, f := range fields {
		r := row{{"name", scalar(f.Name)}}
		if f.Source != esp8266.SourceText {
			r = append(r, member{"source", scalar(f.Source.String())})
		}
		r = append(r, wiring(f)...)
		switch {
		case f.Secret: // mutant TestSecretsAreNeverWritten: f.Secret => false
			r = append(r, secretMembers(f.Expires)...)
		case f.Source.Constant():
			r = append(r, member{"value", scalar(f.Value)})
		case f.Sample != "":
			r = append(r, member{"sample", scalar(f.Sample)})
		}
		r = append(r, reading(f)...)
		if f.Off {
			r = append(r, member{"off", word("true")})
		}
		rows = append(rows, r)
	}
	return rows
}

// wiring is what the file shows of a field's pins.
func wiring(f request.Field) row {
	var r row
	info, _ := sensors.Info(f.Source)
	if info.Pin {
		r = append(r, member{"gpio", word(strconv.Itoa(f.GPIO))})
	}
	if info.Wiring.Second {
		r = append(r, member{"gpio2", word(strconv.Itoa(f.Wires.GPIO2))})
	}
	if f.Wires.Index != 0 {
		r = append(r, member{"index", word(strconv.Itoa(f.Wires.Index))})
	}
	if f.Wires.Address != 0 {
		r = append(r, member{"address", word(fmt.Sprintf("0x%02X", f.Wires.Address))})
	}
	return r
}

// reading is what the file shows of how a field's value is made of what is read.
func reading(f request.Field) row {
	var r row
	number := func(x float64) word { return word(strconv.FormatFloat(x, 'g', -1, 64)) }
	if f.Shape.Scale != 0 {
		r = append(r, member{"scale", number(f.Shape.Scale)})
	}
	if f.Shape.Offset != 0 {
		r = append(r, member{"offset", number(f.Shape.Offset)})
	}
	if n, set := f.Shape.Decimals.Count(); set {
		r = append(r, member{"decimals", word(strconv.Itoa(n))})
	}
	if f.Moment.Format != "" {
		r = append(r, member{"format", scalar(f.Moment.Format)})
	}
	if f.Moment.Zone != "" {
		r = append(r, member{"zone", scalar(f.Moment.Zone)})
	}
	if f.Quoted {
		r = append(r, member{"text", word("true")})
	}
	if f.None != "" {
		r = append(r, member{"none", scalar(f.None)})
	}
	if f.Statistic != "" {
		r = append(r, member{"statistic", scalar(f.Statistic)})
	}
	if f.Trigger.When != request.Never {
		r = append(r, member{"trigger", scalar(f.Trigger.String())})
	}
	return r
}

func scalars(texts []string) any {
	if len(texts) == 0 {
		return nil
	}
	r := make([]any, len(texts))
	for i, s := range texts {
		r[i] = scalar(s)
	}
	return r
}

func blocks(texts []string) any {
	if len(texts) == 0 {
		return nil
	}
	r := make([]any, len(texts))
	for i, s := range texts {
		r[i] = block(s)
	}
	return r
}

func oneBlock(s string) any {
	if s == "" {
		return nil
	}
	return block(s)
}

func optional(s string) any {
	if s == "" {
		return nil
	}
	return scalar(s)
}

func charged(c codegen.Charge) any {
	if c == 0 {
		return nil
	}
	return word(c.String()) // digits and letters: no quotes, whatever it looks like
}

func flag(on bool) any {
	if !on {
		return nil
	}
	return word("true")
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return scalar(t.UTC().Format(time.RFC3339))
}

func buffers(b esp8266.Buffers) any {
	if b == (esp8266.Buffers{}) {
		return nil
	}
	return row{{"rx", word(strconv.Itoa(b.RX))}, {"tx", word(strconv.Itoa(b.TX))}}
}

// staticRow is how the file shows s; nil where the router gives the address.
func staticRow(s codegen.Static) any {
	if s == (codegen.Static{}) {
		return nil
	}
	return row{
		{"address", scalar(s.Address.String())},
		{"gateway", scalar(s.Gateway.String())},
		{"mask", scalar(s.Mask.String())},
		{"dns", scalar(s.DNS.String())},
	}
}
