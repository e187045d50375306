package request

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A StatusRange is HTTP statuses from one to another, both included.
type StatusRange struct{ From, To int }

// Statuses are several of them.
type Statuses []StatusRange

// ParseStatus reads 302, 2xx or 200-299.
func ParseStatus(s string) (StatusRange, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	wrong := fmt.Errorf("%q is no HTTP status; write 302, 2xx or 200-299", quoted(s))
	if class, ok := strings.CutSuffix(s, "xx"); ok {
		n, err := strconv.Atoi(class)
		if err != nil || n < 1 || n > 9 {
			return StatusRange{}, wrong
		}
		return StatusRange{n * 100, n*100 + 99}, nil
	}
	first, last, ranged := strings.Cut(s, "-")
	if !ranged {
		last = first
	}
	from, err := strconv.Atoi(strings.TrimSpace(first))
	to, err2 := strconv.Atoi(strings.TrimSpace(last))
	if err != nil || err2 != nil || from < 100 || to > 999 || from > to {
		return StatusRange{}, wrong
	}
	return StatusRange{from, to}, nil
}

// String returns s in the shortest way that ParseStatus reads.
func (s StatusRange) String() string {
	switch {
	case s.From == s.To:
		return strconv.Itoa(s.From)
	case s.From%100 == 0 && s.To == s.From+99:
		return strconv.Itoa(s.From/100) + "xx"
	}
	return fmt.Sprintf("%d-%d", s.From, s.To)
}

// Has reports whether a status is one of s.
func (s Statuses) Has(status int) bool {
	return slices.ContainsFunc(s, func(r StatusRange) bool { return r.From <= status && status <= r.To })
}

// String lists s: "2xx, 302".
func (s Statuses) String() string {
	parts := make([]string, len(s))
	for i, r := range s {
		parts[i] = r.String()
	}
	return strings.Join(parts, ", ")
}

// without returns s without a status. What is left of a range is two.
func (s Statuses) without(status int) Statuses {
	var left Statuses
	for _, r := range s {
		if status < r.From || status > r.To {
			left = append(left, r)
			continue
		}
		for _, part := range []StatusRange{{r.From, status - 1}, {status + 1, r.To}} {
			if part.From <= part.To {
				left = append(left, part)
			}
		}
	}
	return left
}

// with returns s with a status, joined to the ranges that it touches.
func (s Statuses) with(status int) Statuses {
	one := StatusRange{status, status}
	var others Statuses
	for _, r := range s {
		if r.From <= one.To+1 && one.From <= r.To+1 {
			one = StatusRange{min(r.From, one.From), max(r.To, one.To)}
			continue
		}
		others = append(others, r)
	}
	others = append(others, one)
	slices.SortFunc(others, func(a, b StatusRange) int { return a.From - b.From })
	return others
}
