// Package lazyregexp compiles regular expressions when they are used first, so that
// tables of them cost a start nothing.
package lazyregexp

import (
	"regexp"
	"sync"
)

// A Regexp returns the compiled expression.
type Regexp func() *regexp.Regexp

// made are the expressions made so far, for Check. Package variables are made one
// after the other.
var made []Regexp

// New returns the expression that pattern is, which is for package variables. A
// faulty one panics at its first use.
func New(pattern string) Regexp {
	r := Regexp(sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) }))
	made = append(made, r)
	return r
}

// Check compiles every expression of the packages that are linked in, for a test:
// it panics at the first faulty one.
func Check() int {
	for _, r := range made {
		r()
	}
	return len(made)
}
