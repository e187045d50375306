package codegen

import (
	"errors"
	"fmt"
	"strings"

	"espost/internal/problem"
)

// MaxName is the longest sketch name, in bytes (Arduino sketch specification).
const MaxName = 63

// ErrName is what CheckName's problems wrap.
var ErrName = errors.New("not a sketch name")

// CheckName returns why name can't be a sketch's name, which is also its folder's
// and its main file's (Arduino sketch specification, "Sketch folders and
// files"); nil when it can. The problem wraps ErrName.
func CheckName(name string) *problem.Problem {
	bad := func(message, fix string) *problem.Problem {
		return problem.At("firmware.name", "a sketch can't have that name: "+message, fix).Because(ErrName)
	}
	switch {
	case name == "":
		return bad("it is empty", "use a word such as porch_post")
	case len(name) > MaxName:
		return bad(fmt.Sprintf("it has %d characters", len(name)), fmt.Sprintf("use at most %d", MaxName))
	case !nameByte(name[0]) || name[0] == '.' || name[0] == '-':
		return bad(fmt.Sprintf("it begins with %q", name[:1]), "begin with a letter, a digit or _")
	case name[len(name)-1] == '.':
		return bad("it ends in a dot", "remove the dot")
	case windowsDevice(name):
		return bad(fmt.Sprintf("Windows reserves %q", name), "choose another name")
	}
	for i := range len(name) {
		if !nameByte(name[i]) { // mutant TestNames: !nameByte(name[i]) => false
			return bad(fmt.Sprintf("it holds %q", name[i:i+1]), "use letters, digits, dots, _ and -")
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
