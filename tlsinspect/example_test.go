package tlsinspect_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"espost/esp8266"
	"espost/tlsinspect"
)

func ExampleParseTarget() {
	for _, typed := range []string{" https://Postman-Echo.com/post?x=1 ", "[::1]:8443", "http://thing.local:80", "ftp://x"} {
		target, err := tlsinspect.ParseTarget(typed)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(target)
		for _, note := range target.Notes {
			fmt.Println(" ", note.Message)
		}
	}
	// Output:
	// https://postman-echo.com/post?x=1
	// https://[::1]:8443/
	// https://thing.local/
	//   http:// and port 80 are not encrypted: https on port 443 is used instead
	// not a target: "ftp" is no scheme that espost speaks; give an https:// URL or just the host
}

func ExampleClient_Inspect() {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	target, err := tlsinspect.ParseTarget(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := new(tlsinspect.Client).Inspect(context.Background(), target)
	if err != nil {
		fmt.Println(err) // one sentence, and what to do about it
		return
	}
	fmt.Println("connects:", report.Board.Connects)
	fmt.Println("speaks:  ", esp8266.VersionName(report.Board.Version))
	fmt.Println("digits:  ", len(report.Fingerprint()))
	fmt.Println("buffers: ", report.Board.Buffers.RX, report.Board.Buffers.TX)
	// Output:
	// connects: true
	// speaks:   TLS 1.2
	// digits:   40
	// buffers:  16384 512
}
