package services

import (
	"slices"
	"time"

	"espost/request"
)

// only are the statuses that count as delivered.
func only(statuses ...int) request.Statuses {
	var all request.Statuses
	for _, s := range statuses {
		all = append(all, request.StatusRange{From: s, To: s})
	}
	return all
}

// ceil is d in whole seconds, none too few.
func ceil(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }

// followed is for a POST that is answered by the address of its real answer,
// which is the text ok.
func followed() request.Answer {
	return request.Answer{Follow: true, Contains: "^ok$", Timeout: 15 * time.Second}
}

// patient is an answer whose given statuses pass, so that they aren't refusals.
func patient(a request.Answer, statuses ...int) request.Answer {
	from := 400
	for _, s := range slices.Sorted(slices.Values(statuses)) {
		if s > from {
			a.Refused = append(a.Refused, request.StatusRange{From: from, To: s - 1})
		}
		from = s + 1
	}
	a.Refused = append(a.Refused, request.StatusRange{From: from, To: 499})
	return a
}

// accepts is an answer whose statuses prove nothing.
func accepts(statuses ...int) request.Answer {
	return request.Answer{Delivered: only(statuses...), Accepted: request.Sign{Statuses: only(statuses...)}}
}

// locked is an answer that shuts out who asks too often.
func locked(a request.Answer, status int, text string, d time.Duration) request.Answer {
	a.Locked = request.Lockout{Sign: request.Sign{Statuses: only(status), Contains: text}, For: d}
	return a
}

// strict is an answer that refuses for good where the status is 200 and the body
// says no: a reading like that is never taken, and must not hold up the others.
func strict(a request.Answer) request.Answer {
	a.Refused = request.Statuses{{From: 200, To: 200}, {From: 400, To: 499}}
	return a
}
