package codegen

import (
	"espost/esp8266"
	"espost/request"
)

// The most bytes that a value read on the board prints: Value::MAX for the
// user's own code, and enough for the longest of the others, an address or a time.
const (
	longestCode  = 64
	longestValue = 24
)

func longest(f request.Field) int {
	if f.Source == esp8266.SourceCode || f.Moment.Pattern() != "" {
		return longestCode
	}
	return longestValue
}

// frame is what an encoding puts around a value, in bytes.
func frame(e request.Encoding) int {
	if e == request.JSONValue {
		return len(`""`)
	}
	return 0
}

// messageBytes returns the most bytes that a reading takes in the board's memory.
func messageBytes(p Project) int {
	n := 0
	for _, m := range messagesOf(p.Credentials()) {
		n = max(n, bytesOf(m))
	}
	return n + p.Bulk.Filled(p.Body).Bytes
}

// bytesOf is that of one request.
func bytesOf(m request.Message) int {
	n := 0
	for _, piece := range allPieces([]request.Message{m}) {
		n += len(piece.Literal) + len(piece.Lead) + len(piece.Trail)
		switch f := piece.Field; {
		case f == nil:
		case f.Source.Constant():
			n += (len(orElse(f.Value, PlaceholderSecret))+1)*piece.Widest() + frame(piece.As)
		default:
			n += longest(*f)*piece.Widest() + frame(piece.As)
		}
	}
	return n
}
