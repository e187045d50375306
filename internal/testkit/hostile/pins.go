package hostile

import (
	"crypto/sha1"
	"encoding/pem"
	"fmt"
)

// LeafSHA1 is the SHA-1 of the certificate that servers show unless that is
// what is wrong with them: 40 upper-case hex digits.
func LeafSHA1() string { return fmt.Sprintf("%X", sha1.Sum(goodLeaf().der())) }

// LeafPEM is that certificate, PEM. It is for localhost and signed by itself.
func LeafPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: goodLeaf().der()}))
}

// KeyPEM is the key of every server, PEM.
func KeyPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: goodLeaf().spki}))
}
