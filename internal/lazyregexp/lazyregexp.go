// Package lazyregexp compiles regular expressions when they are used first. A table
// of them is data that the compiler lays out, so that it costs a start nothing.
package lazyregexp

import (
	"regexp"
	"sync"
)

// A Regexp is an expression that is compiled once it is needed.
type Regexp struct {
	pattern  string
	once     sync.Once
	compiled *regexp.Regexp
}

// New returns the expression that pattern is, which is for package variables. A
// faulty one panics at its first use.
func New(pattern string) *Regexp { return &Regexp{pattern: pattern} }

// Get returns the compiled expression.
func (r *Regexp) Get() *regexp.Regexp {
	r.once.Do(func() { r.compiled = regexp.MustCompile(r.pattern) })
	return r.compiled
}
