package simulate_test

import (
	"espost/request"
	"espost/services/simulate"
)

// expected is the outcome that a refusal has.
func expected(refusal simulate.Refusal) request.Outcome {
	switch {
	case refusal.Silent:
		return request.Accepted
	case refusal.Again:
		return request.TryAgain
	}
	return request.Refused
}
