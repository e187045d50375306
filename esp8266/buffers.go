package esp8266

import (
	"fmt"

	"espost/internal/problem"
)

// Buffers are the two record buffers of a connection, in bytes of payload, as
// WiFiClientSecure::setBufferSizes takes them.
type Buffers struct{ RX, TX int }

// Limits of setBufferSizes; values outside are clamped
// (core WiFiClientSecureBearSSL.cpp, setBufferSizes).
const (
	MinBuffer = 512
	MaxBuffer = 16384
)

// DefaultBuffers is what a WiFiClientSecure starts with: the receiving buffer
// takes any legal record, the sending one only asks little memory.
func DefaultBuffers() Buffers { return Buffers{RX: MaxBuffer, TX: MinBuffer} }

// Clamp returns the sizes that setBufferSizes really uses.
func (b Buffers) Clamp() Buffers {
	return Buffers{
		RX: min(max(b.RX, MinBuffer), MaxBuffer),
		TX: min(max(b.TX, MinBuffer), MaxBuffer),
	}
}

// OrDefault returns the core's own sizes for none, else those that are really used.
func (b Buffers) OrDefault() Buffers {
	if b == (Buffers{}) {
		return DefaultBuffers()
	}
	return b.Clamp()
}

// Check returns why a sketch can't ask for these sizes, nil when it can.
func (b Buffers) Check() *problem.Problem {
	if b == b.Clamp() {
		return nil
	}
	return problem.At("firmware.buffers", fmt.Sprintf("buffers of %d and %d bytes are out of range", b.RX, b.TX), fmt.Sprintf("use %d to %d bytes", MinBuffer, MaxBuffer))
}

// FragmentLength returns the max_fragment_length, in bytes, that the board asks
// for (RFC 6066 §4): the largest of 512, 1024, 2048 and 4096 that fits both
// buffers, or 0 (the extension is left out) only when both take full records
// (BearSSL src/ssl/ssl_engine.c; measured).
func (b Buffers) FragmentLength() int {
	b = b.Clamp()
	smaller := min(b.RX, b.TX)
	if smaller == MaxBuffer {
		return 0
	}
	length := 512
	for _, l := range FragmentLengths() {
		if l <= smaller {
			length = l
		}
	}
	return length
}

// FragmentLengths returns the lengths that max_fragment_length can ask for, in
// bytes; the extension's code for the i-th is i+1 (RFC 6066 §4).
func FragmentLengths() []int { return []int{512, 1024, 2048, 4096} }

// Memory taken while a connection is up, in bytes
// (core StackThunk.cpp, WiFiClientSecureBearSSL.cpp; measured).
const (
	secondStack   = 6200 // BearSSL runs on a stack of its own
	clientContext = 3380 // br_ssl_client_context and the core's own object
	overheadRX    = 325  // MAX_IN_OVERHEAD
	overheadTX    = 85   // MAX_OUT_OVERHEAD

	// HeapOfSketch is what an ordinary sketch has to give, about.
	HeapOfSketch = 40000
)

// Heap returns the bytes of heap that a connection takes at its peak, which is
// the handshake: the validator is freed after it.
func (b Buffers) Heap(mode PinMode) int {
	b = b.Clamp()
	validator := map[PinMode]int{
		PinFingerprint: 1452,
		PinInsecure:    1452,
		PinPublicKey:   28,
		PinCA:          3048,
	}[mode]
	return secondStack + clientContext + validator + b.RX + overheadRX + b.TX + overheadTX
}
