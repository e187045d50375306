package sketchdir_test

import (
	"testing"
	"time"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/esp8266"
	"espost/request"
)

// tutorial is a small project.
func tutorial() codegen.Project {
	board, _ := esp8266.BoardByID("nodemcuv2")
	return codegen.Project{
		Request: request.Request{
			Method: "POST", Target: request.Target{Host: "postman-echo.com", Port: 443, Path: "/post"}, Body: request.Form,
			Fields: []request.Field{{Name: "a", Value: "b"}},
		},
		Pin: esp8266.Pin{
			Mode: esp8266.PinFingerprint, SHA1: []string{"E952BE7D4BB1A92DF4126E8EE80FF132E491248D"},
			Expires: time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC),
		},
		Firmware: codegen.Firmware{Name: "porch_post", Board: board, Every: time.Minute, SSID: "home", Password: "correct horse"},
	}
}

// generate makes a project's files.
func generate(t *testing.T, p codegen.Project) []codegen.File {
	t.Helper()
	files, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// write generates a project into dir.
func write(t *testing.T, p codegen.Project, dir string) sketchdir.Changes {
	t.Helper()
	changes, err := sketchdir.Write(dir, generate(t, p), sketchdir.Options{})
	if err != nil {
		t.Fatalf("Write: %v", err)
	}
	return changes
}

func compare(t *testing.T, p codegen.Project, dir string) sketchdir.Changes {
	t.Helper()
	changes, err := sketchdir.Compare(dir, generate(t, p))
	if err != nil {
		t.Fatal(err)
	}
	return changes
}
