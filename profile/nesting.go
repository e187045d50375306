package profile

import (
	"fmt"

	"github.com/goccy/go-yaml/token"

	"espost/internal/nesting"
)

// limit is what a profile may hold: it needs four levels, and 256 fields of 9 keys.
var limit = nesting.Limit{Depth: 16, Pairs: 2560}

// checkNesting refuses a text that is nested too deeply, or has too many keys, to
// be parsed.
func checkNesting(tokens token.Tokens, source string) error {
	switch excess, at := limit.ExceededBy(tokens); excess {
	case nesting.Depth:
		e := slip(fmt.Sprintf("this is nested more than %d deep; a profile needs four levels", limit.Depth), nil)
		e.place(source, at.Line, at.Column)
		return e
	case nesting.Pairs:
		return slip(fmt.Sprintf("this file has more than %d keys, which is no profile; check its path", limit.Pairs), nil)
	}
	return nil
}
