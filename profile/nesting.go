package profile

import (
	"fmt"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// maxNesting is how deep a profile may be nested within a line; it needs four
// levels. The YAML library takes time by the cube of the depth: a megabyte of
// brackets would take days, and can't be called off.
const maxNesting = 16

// maxPairs is how many keys a profile's text may have in all: 256 fields of 9.
const maxPairs = 2560

// checkNesting refuses a text that is nested too deeply, or has too many keys, to
// be parsed. From line
// to line the indentation bounds the depth by itself.
func checkNesting(source string) error {
	flow, onLine, line, pairs := 0, 0, 0, 0
	for _, t := range lexer.Tokenize(source) {
		if t.Position.Line != line {
			line, onLine = t.Position.Line, 0
		}
		if t.Type == token.MappingValueType {
			pairs++
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow = max(0, flow-1)
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.TagType, token.AnchorType:
			if flow == 0 {
				onLine++
			}
		}
		// mutant TestHostileProfiles/braces: flow > maxNesting || onLine > maxNesting => false
		if flow > maxNesting || onLine > maxNesting {
			e := slip(fmt.Sprintf("this is nested more than %d deep; a profile needs four levels", maxNesting), nil)
			e.place(source, t.Position.Line, t.Position.Column)
			return e
		}
		if pairs > maxPairs { // mutant TestCostOfProfiles: pairs > maxPairs => false
			return slip(fmt.Sprintf("this file has more than %d keys, which is no profile; check its path", maxPairs), nil)
		}
	}
	return nil
}
