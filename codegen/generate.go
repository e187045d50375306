package codegen

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"sync"
	"text/template"
)

//go:embed templates
var templateFiles embed.FS

// Generate makes the sketch folder of a project. What is a credential by its name
// (request.IsSecret) goes into SecretsFile, marked or not. The error is a
// *problem.ListError that holds everything that is wrong with the project.
func Generate(p Project) (Folder, error) {
	return generate(p, func(string) bool { return true })
}

// GenerateFile makes one file of the folder that Generate makes, which costs a
// tenth of the whole. The error is fs.ErrNotExist for one that the sketch doesn't have.
func GenerateFile(p Project, path string) (File, error) {
	folder, err := generate(p, func(p string) bool { return p == path })
	if err == nil && len(folder) == 0 {
		err = fs.ErrNotExist
	}
	if err != nil {
		return File{}, err
	}
	return folder[0], nil
}

// generate makes the files that are wanted.
func generate(p Project, wanted func(path string) bool) (Folder, error) {
	if err := p.Validate().Err(); err != nil {
		return nil, err
	}
	p.Request = p.Credentials() // mutant TestUnmarkedCredentials: p.Credentials() => p.Clone()
	s := build(p)
	var folder Folder
	for _, t := range s.files() {
		if !wanted(t.path) {
			continue
		}
		data, err := render(t.template, s)
		if err != nil {
			return nil, fmt.Errorf("filling in %s: %w", t.template, err)
		}
		file := File{Path: t.path, Data: data, Mode: 0o644}
		switch t.path {
		case SecretsFile:
			file.Mode = 0o600 // mutant TestSecretsSurvive in ./codegen/sketchdir: 0o600 => 0o644
		case readingsFile:
			file.Keep = true
		}
		folder = append(folder, file)
	}
	return folder, nil
}

// SecretsFile holds all that is secret in a sketch, and nothing else does.
const SecretsFile = "arduino_secrets.h"

// readingsFile is where the user's own code goes.
const readingsFile = "readings.h"

type templated struct{ path, template string }

// files lists the files of a sketch in the order they are shown, each with its
// template; a module only when its option is on.
func (s sketch) files() []templated {
	var files []templated
	add := func(on bool, path, template string) {
		if on {
			files = append(files, templated{path, template})
		}
	}
	add(true, s.Name+".ino", "sketch.ino.tmpl")
	add(true, "config.h", "config.h.tmpl")
	add(true, "pins.h", "pins.h.tmpl")
	add(true, SecretsFile, "arduino_secrets.h.tmpl")
	add(true, readingsFile, "readings.h.tmpl")
	add(len(s.Devices) > 0, "sensors.h", "sensors.h.tmpl")
	add(len(s.Contacts) > 0, "contacts.h", "contacts.h.tmpl")
	add(s.Samples(), "samples.h", "samples.h.tmpl")
	add(true, "form.h", "form.h.tmpl")
	add(true, "encode.h", "encode.h")
	add(s.Bulk.On(), "bulk.h", "bulk.h.tmpl")
	add(true, "https_post.h", "https_post.h.tmpl")
	add(s.ManyCAs(), "authorities.h", "authorities.h")
	add(s.SignedPins(), "signed_pins.h", "signed_pins.h.tmpl")
	add(s.SignedPins(), "pin_fetch.h", "pin_fetch.h")
	add(s.SignedPins(), "pin_store.h", "pin_store.h")
	add(s.SignedPins(), "pinfile.h", "pinfile.h")
	add(true, "limited_client.h", "limited_client.h")
	add(true, "answer.h", "answer.h.tmpl")
	add(len(s.JSONRules()) > 0, "json_test.h", "json_test.h")
	add(true, "response.h", "response.h.tmpl")
	add(true, "diagnosis.h", "diagnosis.h.tmpl")
	add(true, "wifi_link.h", "wifi_link.h.tmpl")
	add(true, "backoff.h", "backoff.h")
	add(s.Keeps(), "outbox.h", "outbox.h")
	add(!s.Keeps(), "outbox.h", "outbox_off.h")
	add(true, "remember.h", "remember.h")
	add(s.DeepSleep, "sleep.h", "sleep.h.tmpl")
	add(s.Clock(), "clock.h", "clock.h")
	add(s.Moments(), "moment.h", "moment.h")
	add(!s.SecretsEnd().At.IsZero(), "expiry.h", "expiry.h.tmpl")
	add(s.Counter(), "counter.h", "counter.h")
	add(s.LED, "led.h", "led.h")
	add(s.OTA, "ota.h", "ota.h.tmpl")
	add(true, "sketch.yaml", "sketch.yaml.tmpl")
	add(true, "platformio.ini", "platformio.ini.tmpl")
	add(true, "README.md", "README.md.tmpl")
	add(true, ".gitignore", "gitignore")
	return files
}

// templates parses all templates, once a process: it takes longer than filling
// them in.
var templates = sync.OnceValues(func() (*template.Template, error) {
	functions := template.FuncMap{"lit": literal, "long": longLiteral, "pinMode": pinMode, "bytes": byteList, "key": keyBytes, "keyName": keyName}
	return template.New("").Option("missingkey=error").Funcs(functions).ParseFS(templateFiles, "templates/*")
})

// render fills one template in.
func render(name string, s sketch) ([]byte, error) {
	all, err := templates()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := all.ExecuteTemplate(&out, name, s); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
