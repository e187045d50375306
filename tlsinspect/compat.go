package tlsinspect

import (
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// While the other packages move to the new words.
type (
	Target   = request.Target
	Finding  = problem.Problem
	Severity = problem.Severity
)

const (
	OK      = problem.OK
	Note    = problem.Note
	Warning = problem.Warning
	Problem = problem.Fatal

	CodePlainHTTP = request.CodePlainHTTP
)

var (
	ParseTarget = request.ParseTarget
	ErrTarget   = request.ErrTarget
)

func quoted(s string) string            { return sanitize.Clip(s, maxQuoted) }
func clipped(s string, most int) string { return sanitize.Clip(s, most) }
