package codegen_test

import (
	"fmt"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/request"
)

// A project becomes a folder of files; package sketchdir puts it on disk.
func Example() {
	board, _ := esp8266.BoardByID("d1_mini")
	folder, err := codegen.Generate(codegen.Project{
		Request: request.Request{
			Method: "POST",
			Target: request.Target{Host: "postman-echo.com", Port: 443, Path: "/post"},
			Body:   request.Form,
			Fields: []request.Field{{Name: "rssi", Source: esp8266.SourceRSSI}},
		},
		Pin:      esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{"E952BE7D4BB1A92DF4126E8EE80FF132E491248D"}},
		Firmware: codegen.Firmware{Name: "porch_post", Board: board, Every: time.Minute},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, file := range folder[:5] {
		fmt.Println(file.Path, file.Mode, file.Keep)
	}
	// Output:
	// porch_post.ino -rw-r--r-- false
	// config.h -rw-r--r-- false
	// pins.h -rw-r--r-- false
	// arduino_secrets.h -rw------- false
	// readings.h -rw-r--r-- true
}
