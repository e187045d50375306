// Package nesting bounds a text of YAML before it is parsed. The YAML library
// takes time by the cube of the depth: a megabyte of brackets would take days,
// and can't be called off.
package nesting

import (
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// A Limit is how much a text may hold.
type Limit struct {
	Depth int // within a line or brackets; from line to line the indentation bounds it by itself
	Pairs int // keys in all; 0 for any number
}

// An Excess is what a text has too much of.
type Excess int

// The kinds of excess.
const (
	None Excess = iota
	Depth
	Pairs
)

// Exceeded returns what source has too much of, and where that is seen.
func (l Limit) Exceeded(source string) (Excess, token.Position) {
	return l.ExceededBy(lexer.Tokenize(source))
}

// ExceededBy is Exceeded of a text that has been cut into its tokens.
func (l Limit) ExceededBy(tokens token.Tokens) (Excess, token.Position) {
	flow, onLine, line, pairs := 0, 0, 0, 0
	for _, t := range tokens {
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
		// mutant TestExceeded: flow > l.Depth || onLine > l.Depth => false
		if flow > l.Depth || onLine > l.Depth {
			return Depth, *t.Position
		}
		if l.Pairs > 0 && pairs > l.Pairs { // mutant TestExceeded: pairs > l.Pairs => false
			return Pairs, *t.Position
		}
	}
	return None, token.Position{}
}
