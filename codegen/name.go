package codegen

import (
	"errors"
	"fmt"
	"strings"
)

// MaxName is the longest sketch name, in bytes (Arduino sketch specification).
const MaxName = 63

// ErrName is what ValidName's errors wrap.
var ErrName = errors.New("not a sketch name")

// ValidName reports why name can't be a sketch's name, which is also its
// folder's and its main file's (Arduino sketch specification, "Sketch folders
// and files"). An error wraps ErrName and says what to do.
func ValidName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: it is empty; use a word such as porch_post", ErrName)
	case len(name) > MaxName:
		return fmt.Errorf("%w: it has %d characters; use at most %d", ErrName, len(name), MaxName)
	case !nameByte(name[0]) || name[0] == '.' || name[0] == '-':
		return fmt.Errorf("%w: it begins with %q; begin with a letter, a digit or _", ErrName, name[:1])
	case name[len(name)-1] == '.':
		return fmt.Errorf("%w: it ends in a dot; remove the dot", ErrName)
	case windowsDevice(name):
		return fmt.Errorf("%w: Windows reserves %q; choose another name", ErrName, name)
	}
	for i := range len(name) {
		if !nameByte(name[i]) { // mutant TestNames: !nameByte(name[i]) => false
			return fmt.Errorf("%w: it holds %q; use letters, digits, dots, _ and -", ErrName, name[i:i+1])
		}
	}
	return nil
}

// ProposeName makes a valid sketch name of any text, such as a host.
func ProposeName(text string) string {
	var name strings.Builder
	for i := 0; i < len(text) && name.Len() < MaxName; i++ {
		c := text[i]
		if !nameByte(c) || c == '.' || c == '-' {
			c = '_'
		}
		if c == '_' && strings.HasSuffix(name.String(), "_") {
			continue
		}
		name.WriteByte(c)
	}
	proposed := strings.Trim(name.String(), "_")
	if proposed == "" {
		return "https_post"
	}
	if windowsDevice(proposed) {
		return proposed + "_post"
	}
	return proposed
}

// nameByte reports whether c may stand in a sketch name.
func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == '-' || c == '.'
}

// windowsDevice reports whether name is one that Windows keeps for devices,
// with or without an extension.
func windowsDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch base {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "com") || strings.HasPrefix(base, "lpt")) &&
		base[3] >= '0' && base[3] <= '9'
}
