// Package formpost sends a request from this computer as the board's HTTPClient
// would: the exact bytes, over the board's own terms (TLS 1.0 to 1.2, its cipher
// suites, its pin, its timeouts, no redirects unless asked to), and tells what the board would
// make of the outcome. Client.Send is the test POST.
//
// Facts about the board name their source: "core" is the ESP8266 Arduino core,
// by file; "BearSSL" is the TLS stack that it builds.
package formpost
