// Package tlsinspect looks at an HTTPS server with the board's eyes. It sends
// the ClientHello that an ESP8266's TLS stack sends, reads the server's first,
// unencrypted answer (the flight) and says which certificate the board is
// served, whether the board can connect, how much memory that takes and how
// long a pin will hold.
//
// A Client looks; its zero value is ready to use:
//
//	target, err := request.ParseTarget("https://postman-echo.com/post")
//	…
//	report, err := new(tlsinspect.Client).Inspect(ctx, target)
//	…
//	fmt.Println(report.Fingerprint(), report.Board.Connects)
//
// The verdict follows what BearSSL does with the same bytes, error by error
// (sources as in package esp8266); the tests run real BearSSL beside it.
package tlsinspect
