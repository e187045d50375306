package tlsinspect

import (
	"fmt"
	"slices"
	"strings"

	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// findings gathers facts worth telling.
type findings struct{ problem.List }

func (f *findings) add(s problem.Severity, code, fix, message string, args ...any) {
	f.List = append(f.List, problem.Problem{Severity: s, Code: code, Message: fmt.Sprintf(message, args...), Fix: fix})
}

// failure is the finding about an inspection that could not begin: all the ways
// not to reach a server have one code.
func failure(p problem.Problem) *problem.Problem {
	if slices.Contains([]string{netdial.CodeLookup, netdial.CodeRefused, netdial.CodeUnreachable, netdial.CodeTimeout,
		netdial.CodeReset, netdial.CodeClosed, netdial.CodeConnection}, p.Code) {
		p.Code = CodeUnreachable
	}
	return &p
}

// reason is an error of package x509 as part of a sentence: its first line,
// without the package's name, safe to show.
func reason(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	line, _, _ = strings.Cut(line, " (possibly because of ") // guesses of UnknownAuthorityError's
	return sanitize.Clip(strings.TrimPrefix(line, "x509: "), maxReason)
}
