package esp8266

// Holds says until when a pin of the mode holds, and what breaks it; "" for insecure.
func (m PinMode) Holds() string {
	return map[PinMode]string{
		PinFingerprint: "until the certificate is renewed; then every board must be flashed again",
		PinPublicKey:   "over renewals, as long as the host keeps its key; many change it with every renewal",
		PinCA:          "over renewals, while the host stays with this CA; needs the time from the network",
	}[m]
}
