package request

import (
	"errors"
	"strings"
)

// Redirected returns the request that Answer.Follow makes after a redirect to
// location: a GET with nothing of r's but its target and its rule. Headers stay
// behind, since they may hold what another server must not see. Only an https URL
// and a path of the same server can be followed, as on the board (https_post.h).
func (r Request) Redirected(location string) (Request, error) {
	next := Request{Method: "GET", Target: r.Target, Body: r.Body, Answer: r.Answer}
	next.Answer.Follow = false
	path := strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "//")
	if !path && !strings.HasPrefix(strings.ToLower(location), "https://") {
		return Request{}, errors.New("the redirect points to no https address")
	}
	if path {
		location = Target{Host: r.Target.Host, Port: r.Target.Port, Path: location}.URL()
	}
	to, err := ParseURL(location)
	if err != nil {
		return Request{}, err
	}
	next.Target = to
	return next, nil
}

// FollowBytes returns the GET that Redirected stands for as HTTPClient sends it:
// with a length of 0 and no type (core ESP8266HTTPClient.cpp, sendRequest).
func (r Request) FollowBytes() []byte {
	return []byte("GET " + r.Target.Path + " HTTP/1.1\r\nHost: " + r.Target.hostHeader() +
		"\r\nUser-Agent: " + userAgent + "\r\nAccept-Encoding: " + acceptEncoding +
		"\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")
}

// redirected reports whether the answer to a POST lies elsewhere (RFC 9110
// §15.4.3 and §15.4.4), so that there is one: the server may have taken it.
func (r Reply) redirected() bool {
	return (r.Status == 302 || r.Status == 303) && r.Method != "GET"
}

// JudgeFollowed is Judge for the answer to the GET after a redirect: one that
// isn't about the reading leaves it open whether the server took it.
func (a Answer) JudgeFollowed(r Reply) Outcome {
	if !a.delivered().Has(r.Status) {
		return Maybe
	}
	return a.Judge(r)
}
