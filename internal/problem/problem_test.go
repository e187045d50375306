package problem_test

import (
	"testing"

	"espost/internal/problem"
)

func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " ": "", "nothing listens there": "Nothing listens there.", "Done.": "Done.", "why?": "Why?", "élan ": "Élan.",
		"localhost:8443 broke off": "localhost:8443 broke off.", "porch.example.com: gone": "porch.example.com: gone.", "nothing: gone": "Nothing: gone.",
	} {
		if got := problem.Sentence(text); got != want {
			t.Errorf("Sentence(%q) = %q, want %q", text, got, want)
		}
	}
}
