package tlsinspect_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"espost/esp8266"
	"espost/request"
	"espost/tlsinspect"
)

func ExampleClient_Inspect() {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	target, err := request.ParseTarget(server.URL)
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
