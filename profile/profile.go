package profile

import (
	"fmt"
	"slices"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/pinfile"
	"espost/request"
	"espost/services"
	"espost/tlsinspect"
)

// Version is the profile format's version: the value of the key "espost".
const Version = 2

// DefaultEvery is how often a new device posts.
const DefaultEvery = time.Minute

// A Profile is the work on one device: what the steps read and fill in. It
// holds no secrets when saved.
type Profile struct {
	codegen.Project
	Service string // the id of the service (package services) that the request came from; empty for none
	Folder  string // the sketch's, where it was written last, relative to the profile's file; empty for nowhere

	Warnings problem.List // what whoever loaded it should know, by its place in the file; never saved
}

// New returns the profile that a device starts with: the tutorial's form, the
// default board and a name proposed from the target's host.
func New(target request.Target) *Profile {
	board := esp8266.Boards()[0]
	target.PlainHTTP = false
	return &Profile{Project: codegen.Project{
		Request: request.Request{
			Method: "POST",
			Target: target,
			Body:   request.Form,
			Fields: []request.Field{{Name: "name1", Value: "value1"}, {Name: "name2", Value: "value2"}},
		},
		Pin: esp8266.Pin{Mode: esp8266.PinModes()[0]},
		Firmware: codegen.Firmware{
			Name:  codegen.ProposeName(target.Host),
			Board: board,
			Every: DefaultEvery,
			Keep:  codegen.DefaultKeep(board),
		},
	}}
}

// AtService returns the service that the request came from, if this version knows
// it.
func (p *Profile) AtService() (services.Service, bool) {
	if p.Service == "" {
		return services.Service{}, false
	}
	return services.Exact(p.Service)
}

// missService warns of a service that isn't known: of a later version's, or a slip.
func (p *Profile) missService() {
	if _, ok := p.AtService(); ok || p.Service == "" {
		return
	}
	p.Warnings = append(p.Warnings, problem.Problem{
		Severity: problem.Warning, Where: "service",
		Message: fmt.Sprintf("there is no service %q, so that its pace and its traps aren't known", sanitize.Clip(p.Service, maxQuoted)),
		Fix:     "correct it in the profile; the command espost services lists those that are known",
	})
}

// maxQuoted is how much of a file's text is quoted, in characters.
const maxQuoted = 40

// Clone returns a copy that shares nothing with p.
func (p *Profile) Clone() *Profile {
	c := *p
	c.Request, c.Pin, c.Warnings = p.Request.Clone(), p.Pin.Clone(), slices.Clone(p.Warnings)
	c.Fetch.URLs = slices.Clone(p.Fetch.URLs)
	return &c
}

// Validate returns what no file can hold: words that mean nothing and numbers out
// of range, by their keys in the file. Work that has only begun is valid: what
// keeps it from being sent or generated say Request.Validate and
// Project.Validate.
func (p *Profile) Validate() problem.List {
	var l problem.List
	l.Add(p.Pin.Mode.Check())
	l.Add(p.Pin.CheckBackup())
	for i, s := range p.Pin.SHA1 {
		if _, err := esp8266.ParseFingerprint(s); err != nil {
			l.Add(problem.At(fmt.Sprintf("pin.sha1[%d]", i), err.Error(), "").Because(err))
		}
	}
	if p.Owner != (pinfile.Owner{}) || p.Fetch.On() {
		l.Add(pinfile.CheckGroup(p.Owner.Group))
		if !p.Owner.Known() {
			l.Add(problem.At("pins", "the signed pins have no key", "remove pins from the profile, and let espost pins init make one"))
		}
	}
	l = append(l, p.Fetch.Check()...)
	l = append(l, p.Request.CheckWords()...)
	l.Add(codegen.CheckName(p.Firmware.Name))
	if known, ok := esp8266.BoardByID(p.Firmware.Board.ID); !ok || known != p.Firmware.Board {
		l.Add(problem.At("firmware.board", fmt.Sprintf("there is no board %q", p.Firmware.Board.ID), "use one of "+boardIDs()))
	}
	l.Add(codegen.CheckEvery(p.Firmware.Every))
	l.Add(p.Firmware.Keep.Check())
	for i, text := range p.Firmware.Libraries {
		if _, _, err := codegen.ParseLibrary(text); err != nil {
			wrong := problem.All(err)[0]
			wrong.Where = fmt.Sprintf("firmware.libraries[%d]", i)
			l.Add(&wrong)
		}
	}
	if p.Firmware.Buffers != (esp8266.Buffers{}) {
		l.Add(p.Firmware.Buffers.Check())
	}
	return append(l, p.Firmware.Static.Check()...)
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
