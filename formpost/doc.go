// Package formpost turns a form into the exact bytes that the board's HTTPClient
// sends, sends them from here over the board's own terms (TLS 1.0 to 1.2, its
// cipher suites, its pin, its timeouts, no redirects), and tells what the board
// would make of the outcome.
//
// A Request is the form; Request.Bytes is what goes over the wire; Client.Send
// is the test POST. ParseCurl and Curl exchange a Request with curl commands,
// FormatText and ParseText with lines of text.
//
// Facts about the board name their source: "core" is the ESP8266 Arduino core,
// by file; "BearSSL" is the TLS stack that it builds.
package formpost
