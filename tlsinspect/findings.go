package tlsinspect

import (
	"fmt"
	"slices"
)

// findings gathers facts worth telling.
type findings []Finding

func (f *findings) add(s Severity, code, fix, message string, args ...any) {
	*f = append(*f, Finding{Severity: s, Code: code, Message: fmt.Sprintf(message, args...), Fix: fix})
}

// has reports whether a code is among the findings.
func (f findings) has(code string) bool {
	return slices.ContainsFunc(f, func(x Finding) bool { return x.Code == code })
}

// sorted returns the findings, most severe first, otherwise in their order.
func (f findings) sorted() []Finding {
	rank := map[Severity]int{Problem: 0, Warning: 1, Note: 2, OK: 3}
	slices.SortStableFunc(f, func(a, b Finding) int { return rank[a.Severity] - rank[b.Severity] })
	return f
}
