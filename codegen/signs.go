package codegen

import (
	"espost/internal/duration"
	"espost/request"
)

// A sign is a request.Sign as the sketch names it.
type sign struct {
	request.Sign
	Name, Function, Outcome string
	About                   string
}

// Signs are those of the rule for answers, in the order in which they count.
func (s sketch) Signs() []sign {
	var given []sign
	for _, all := range []sign{
		{s.Answer.Locked.Sign, "LOCKED", "isLocked", "TryAgain", "An answer by which the server locks out who goes on asking."},
		{s.Answer.Already, "ALREADY", "isThere", "Already", "An answer by which the server had the reading before."},
		{s.Answer.Accepted, "ACCEPTED", "isAccepted", "Accepted", "An answer that says yes, and nobody can prove that the reading is kept."},
	} {
		if all.Given() {
			given = append(given, all)
		}
	}
	return given
}

// LockedText is how long the board stops then, for people.
func (s sketch) LockedText() string { return duration.Format(s.Answer.Locked.For) }

// AnswerTexts reports whether a text is looked for in an answer.
func (s sketch) AnswerTexts() bool {
	for _, sign := range s.Signs() {
		if sign.Contains != "" {
			return true
		}
	}
	return len(s.AnswerTests()) > 0
}
