// Package pinfile is signed pins: a small file by which the owner of some boards, and
// nobody else, says how their server may be known from now on. The host that the file
// lies on, and the way that it comes by, need not be trusted: the signature is
// what counts.
//
// The file is text, at most MaxSize bytes, each line ended by one line feed:
//
//	espost-pins 1
//	group porch
//	host example.org:443
//	epoch 0
//	serial 7
//	signed 2026-11-25T22:40:00Z
//	until 2027-02-23T22:40:00Z
//	pin public-key 3059…
//	pin fingerprint E952…
//	next 04…
//	by 1A2B3C4D5E6F7081
//	signature …
//
// There are one to MaxPins pins, and next may be missing; everything else stands there
// once, in this order. Bytes are upper-case hexadecimal digits. The signature is
// ECDSA with P-256 and SHA-256 over all lines before it, r and s of 32 bytes each.
// There is one way to write a file, and Parse takes no other.
//
// An Owner holds the rules: which file is taken, and what it changes.
package pinfile
