package request

import (
	"slices"
	"strings"
)

// secretWords are what services call their credentials, without the signs
// between words: X-AIO-Key, api_key and apikey are one.
var secretWords = []string{
	"authorization", "cookie", "token", "apikey", "aiokey", "writekey", "readkey", "accesskey", "privatekey",
	"secret", "password", "passwd", "credential", "bearer",
}

// secretNames are names that are credentials only as a whole: "pass" is one,
// "passengers" isn't.
var secretNames = []string{"auth", "pass", "pwd", "psk", "passphrase", "xauth"}

// IsSecret reports whether a header or field holds, with the services that
// makers use, something that only they may know. Such a value starts out secret,
// however it came in: typed, imported, or given on the command line. The name
// decides; a mere "key", which is as often the name of a reading, is secret
// where its value looks like one.
func IsSecret(name, value string) bool {
	name = strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	if name == "key" {
		return looksRandom(value)
	}
	return slices.Contains(secretNames, name) ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) })
}

// looksRandom reports whether s is one long word with digits and letters in it.
func looksRandom(s string) bool {
	const shortest = 8
	letters := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	digits := func(r rune) bool { return r >= '0' && r <= '9' }
	return len(s) >= shortest && !strings.ContainsAny(s, " \t\r\n") && strings.ContainsFunc(s, letters) && strings.ContainsFunc(s, digits)
}
