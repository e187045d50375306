package tlsinspect

import (
	"fmt"
	"slices"

	"espost/esp8266"
)

// shortLived is the lifetime below which a certificate is renewed several times a
// year.
const shortLived = 100 * day

func (r *Report) renewedOften() bool {
	return len(r.Chain) > 0 && r.Chain[0].lifetime() < shortLived // mutant TestDefaultBackup: < shortLived => < longLived
}

// AdviseSigned returns why boards that know the server by a pin of that mode, without a backup, should
// fetch signed pins, in one sentence without its full stop; "" where nothing speaks
// for it. before is the pin that they had so far.
func (r *Report) AdviseSigned(mode esp8266.PinMode, before esp8266.Pin) string {
	if !r.renewedOften() {
		return ""
	}
	leaf := r.Chain[0]
	times := leaf.renewals()
	newKey := before.PublicKey != "" && !slices.Contains(before.SHA1, leaf.SHA1()) && !r.hasKey(before.PublicKey)
	switch {
	case mode == esp8266.PinFingerprint:
		return fmt.Sprintf("this certificate is renewed some %d times a year, and each time every board needs the cable unless it fetches signed pins or has the CA as its backup", times)
	case mode == esp8266.PinPublicKey && newKey:
		return fmt.Sprintf("the last renewal brought a new key, as it will some %d times a year, and each time every board needs the cable unless it fetches signed pins or has the CA as its backup", times)
	}
	return ""
}
