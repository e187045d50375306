package testpost

import (
	"testing"

	"espost/formpost"
)

// Of very many answers the last ones are remembered.
func TestHistoryIsBounded(t *testing.T) {
	var h history
	for i := range 2 * maxAnswers {
		h.add(&formpost.Response{Status: i})
	}
	if len(h.answers) != maxAnswers || h.answers[0].Status != maxAnswers || h.shown != maxAnswers-1 {
		t.Errorf("%d answers, the first is number %d, the shown one at %d", len(h.answers), h.answers[0].Status, h.shown)
	}
}
