// Package request is espost's domain: where a board sends something, what it
// sends, and what counts as an answer.
//
// A Target says where. A Request says what: method, headers, and a body made
// from Fields, each with a name and a Source that its value comes from. An
// Answer says what the server's reply has to look like. Every other package
// works with these types: the profile stores them, formpost sends them from
// this computer, codegen compiles them into firmware.
//
// The package also has the one syntax in which people write fields and headers
// (ParseField, ParseHeader, ParseItem, FormatFields), the one validation
// (Request.Validate), the one encoding of a body (Request.Bytes) and the one
// rule for what is a secret (IsSecret). It does no I/O.
package request
