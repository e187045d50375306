package profile

import (
	"fmt"
	"slices"
	"strings"

	"espost/request"
)

// offers are what else may stand in a section of RequestText, one a line.
var offers = map[string]string{
	"request": `bulk: {most: 20}                        # waiting readings together
split: true                             # each field alone: {{field}}`,
	"answer": `delivered: [2xx, 302]                   # kept: its status is one
contains: '"ok":true'                   # its text holds this
not: error                              # and not this
equals: OK                              # or is this
json: [status == "ok", errors is empty] # or is JSON and so
accepted: {statuses: [202]}             # a yes that nobody can prove
already: {statuses: [409]}              # it had the reading before
refused: {statuses: [4xx], tries: 3}    # set aside after these tries
locked: {statuses: [403], contains: limit, for: 30m}
timeout: 5s                             # the longest silence
pause: 15s                              # at least, between two sends
retry-after: parameters.retry_after     # where JSON says the seconds
follow: true                            # ask where a 302 or 303 points
duplicates: harmful                     # to come twice; or harmless`,
}

// RequestText is the part of p's file that says what is sent and what an answer
// means: the sections request and answer, without the values of secrets, and what
// else may stand there, as comments.
func (p *Profile) RequestText() string {
	p = p.Clone()
	p.hideCredentials()
	var lines []string
	for _, section := range tree(p) {
		more, wanted := offers[section.key]
		if !wanted {
			continue
		}
		members, _ := section.value.(mapping)
		lines = append(append(lines, section.key+":"), renderMapping(members, 2)...)
		for line := range strings.SplitSeq(more, "\n") {
			key, _, _ := strings.Cut(line, ":")
			if !slices.ContainsFunc(members, func(m member) bool { return m.key == key && m.value != nil }) {
				lines = append(lines, "#  "+line)
			}
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// ReadRequestText is p's request as a text such as RequestText's says, with p's
// target and the values of p's secrets (request.Request.KeepSecrets). What the text
// leaves out is as in New; its errors are those of Parse, with places in the text.
func (p *Profile) ReadRequestText(text string) (request.Request, error) {
	// What else a profile needs stands behind the text, so that its lines keep their numbers.
	read, err := Parse(fmt.Appendf(nil, "%s\nespost: %d\ntarget: https://localhost\n", strings.TrimRight(text, "\n"), Version))
	if err != nil {
		return request.Request{}, err
	}
	r := read.Request
	rest := New(r.Target)
	if rest.Request = r; !same(read, rest) {
		return r, slip("only request and answer are taken here; write the rest in the profile's file, or change it on the other steps", nil)
	}
	r.Target = p.Target
	r.KeepSecrets(p.Request)
	return r, nil
}
