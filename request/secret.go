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

// secretNames are names that are credentials only as a whole: "key" is one,
// "keyboard" isn't.
var secretNames = []string{"key", "auth", "pass", "pwd", "psk", "passphrase", "xauth"}

// IsSecretName reports whether a header or field of that name holds, with the
// services that makers use, something that only they may know. A value under
// such a name starts out secret, however it came in: typed, imported, or given
// on the command line.
func IsSecretName(name string) bool {
	name = strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	return slices.Contains(secretNames, name) ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) })
}
