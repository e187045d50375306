// Package nearest finds what somebody meant who has mistyped a name.
package nearest

// Slips is how many letters may be wrong in a name that is still recognised.
const Slips = 2

// Name returns the name that word is nearest to; not ok where none is near. A word
// is no nearer to a name than it is long.
func Name(word string, names []string) (name string, ok bool) {
	best := min(Slips+1, len(word))
	for _, n := range names {
		if d := Distance(word, n); d < best {
			best, name, ok = d, n, true
		}
	}
	return name, ok
}

// Distance is how many letters have to be added, left out or exchanged to make
// b of a (Levenshtein).
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
