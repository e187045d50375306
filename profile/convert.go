package profile

import (
	"fmt"
	"slices"

	"espost/codegen"
	"espost/esp8266"
	"espost/formpost"
	"espost/request"
	"espost/tlsinspect"
)

// Request returns the test POST: rows that are off are left out, and what only
// the board can read is replaced by its sample.
func (p *Profile) Request() (formpost.Request, error) {
	target, err := request.ParseTarget(p.Target)
	if err != nil {
		return formpost.Request{}, fmt.Errorf("the profile's target: %w", err)
	}
	r := formpost.Request{
		Method:   p.Form.Method,
		Host:     target.Host,
		Port:     target.Port,
		Path:     target.Path,
		Encoding: p.Form.Encoding,
	}
	for _, h := range p.Form.Headers {
		r.Headers = append(r.Headers, formpost.Header(h))
	}
	if p.Firmware.Outbox { // as the firmware will: see codegen.KeyHeader
		r.Headers = append(r.Headers, formpost.Header{Name: codegen.KeyHeader, Value: codegen.SampleKey})
	}
	for _, f := range p.Form.Fields {
		if f.Off {
			continue
		}
		info, ok := f.Source.Info()
		if !ok {
			return formpost.Request{}, fmt.Errorf("field %q: there is no source %q; choose one of the form's", f.Name, string(f.Source))
		}
		r.Fields = append(r.Fields, formpost.Field{
			Name:   f.Name,
			Value:  f.sent(info),
			Number: info.Number,
			Raw:    f.Source == esp8266.SourceJSON,
			Secret: f.Secret,
		})
	}
	return r, nil
}

// sent is the value that the test POST sends for f.
func (f Field) sent(info esp8266.SourceInfo) string {
	switch {
	case f.Source.Constant():
		return f.Value
	case f.Sample != "":
		return f.Sample
	}
	return info.Sample
}

// Client returns what sends the test POST on the firmware's terms. r is what was
// seen of the server; nil if nobody looked.
func (p *Profile) Client(r *tlsinspect.Report) formpost.Client {
	client := formpost.Client{Buffers: p.Firmware.Buffers}
	if r == nil {
		return client
	}
	client.BoardSuite = r.Board.CipherSuite.ID
	if length := p.Firmware.Buffers.FragmentLength(); slices.Contains(r.Board.MaxFragmentLengths, length) {
		client.FragmentLength = length
	}
	return client
}

// Project returns what the firmware is generated from. It is complete where the
// profile is: codegen says what is missing.
func (p *Profile) Project() (codegen.Project, error) {
	target, err := request.ParseTarget(p.Target)
	if err != nil {
		return codegen.Project{}, fmt.Errorf("the profile's target: %w", err)
	}
	board, ok := esp8266.BoardByID(p.Firmware.Board)
	if !ok {
		return codegen.Project{}, fmt.Errorf("there is no board %q; use one of %s", p.Firmware.Board, boardIDs())
	}
	buffers := p.Firmware.Buffers
	if buffers == (esp8266.Buffers{}) {
		buffers = esp8266.DefaultBuffers()
	}
	project := codegen.Project{
		Name:      p.Firmware.Name,
		Board:     board,
		Method:    p.Form.Method,
		Host:      target.Host,
		Port:      target.Port,
		Path:      target.Path,
		JSON:      p.Form.Encoding == formpost.JSON,
		Pin:       p.Pin.Pin,
		Expires:   p.Pin.Expires,
		Buffers:   buffers,
		SSID:      p.Firmware.SSID,
		Password:  p.Firmware.Password,
		Every:     p.Firmware.Every,
		Outbox:    p.Firmware.Outbox,
		DeepSleep: p.Firmware.DeepSleep,
		LED:       p.Firmware.LED,
		Static:    p.Firmware.Static,
	}
	for _, h := range p.Form.Headers {
		project.Headers = append(project.Headers, codegen.Header(h))
	}
	for _, f := range p.Form.Fields {
		if !f.Off {
			project.Fields = append(project.Fields, codegen.Field{
				Name: f.Name, Source: f.Source, Value: f.Value, Pin: f.Pin, Secret: f.Secret,
			})
		}
	}
	return project, nil
}
