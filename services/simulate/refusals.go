package simulate

import (
	"espost/request"
)

// Ways to provoke refusals.

// wrong fills a blank in wrongly.
func wrong(blank string, status int) Refusal {
	return Refusal{Name: "a wrong " + blank, Values: map[string]string{blank: "wrong"}, Status: status}
}

// misnamed has a field for something that isn't there.
func misnamed(what string, status int) Refusal {
	return Refusal{Name: "a wrong " + what, Status: status, Change: func(r *request.Request) {
		for i := range r.Fields {
			if f := &r.Fields[i]; !f.Secret {
				f.Name = "wrong"
			}
		}
	}}
}

// soon posts right after a reading was taken.
func soon(status int) Refusal {
	return Refusal{Name: "too soon", Soon: true, Status: status, Again: true}
}

// nonsense has words in the place of what the board reads.
func nonsense(status int) Refusal {
	return Refusal{Name: "a word for a number", Status: status, Change: func(r *request.Request) {
		for i := range r.Fields {
			if f := &r.Fields[i]; !f.Source.Constant() {
				*f = request.Field{Name: f.Name, Value: "none"}
			}
		}
	}}
}

// empty has no values.
func empty(status int) Refusal {
	return Refusal{Name: "nothing in it", Status: status, Change: func(r *request.Request) {
		for i := range r.Fields {
			if f := &r.Fields[i]; !f.Secret {
				*f = request.Field{Name: f.Name}
			}
		}
	}}
}

// silent is a refusal that nobody is told.
func (r Refusal) silent() Refusal {
	r.Silent = true
	return r
}

// again is a refusal that passes.
func (r Refusal) again() Refusal {
	r.Again = true
	return r
}

// private is a script that isn't deployed for everybody: Google asks for a login.
func private() Refusal {
	return Refusal{Name: "a login is wanted", Values: map[string]string{"deployment": "private"}, Status: 302, Again: true}
}

// full is a queue that takes nothing more for now. A header stands for it.
func full() Refusal {
	return Refusal{Name: "a full queue", Status: 400, Again: true, Change: func(r *request.Request) {
		r.Headers = append(r.Headers, request.Header{Name: fullQueue, Value: "1"})
	}}
}

const fullQueue = "X-Simulated-Full-Queue"
