package request_test

import (
	"strings"
	"testing"
	"time"

	"espost/request"
)

func statuses(t *testing.T, texts ...string) request.Statuses {
	t.Helper()
	var all request.Statuses
	for _, text := range texts {
		s, err := request.ParseStatus(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func TestJudge(t *testing.T) {
	plain := request.Answer{}
	thingSpeak := request.Answer{Not: "^0$"}
	appsScript := request.Answer{Delivered: statuses(t, "2xx", "302")}
	strict := request.Answer{Delivered: statuses(t, "200-201", "409"), Contains: `"ok":true`, Refused: statuses(t, "200", "4xx", "503")}
	signs := request.Answer{
		Accepted: request.Sign{Statuses: statuses(t, "202")}, Already: request.Sign{Statuses: statuses(t, "400", "409"), Contains: "duplicate"},
		Locked: request.Lockout{Sign: request.Sign{Statuses: statuses(t, "403"), Contains: "^Exceeded"}, For: time.Minute},
	}
	tests := []struct {
		name   string
		answer request.Answer
		reply  request.Reply
		want   request.Outcome
	}{
		{"200", plain, request.Reply{Status: 200}, request.Delivered},
		{"299", plain, request.Reply{Status: 299}, request.Delivered},
		{"no answer", plain, request.Reply{Status: -11}, request.TryAgain},
		{"100", plain, request.Reply{Status: 100}, request.Maybe},
		{"301", plain, request.Reply{Status: 301}, request.TryAgain},
		{"302", plain, request.Reply{Method: "POST", Status: 302}, request.Maybe},
		{"303", plain, request.Reply{Method: "PUT", Status: 303}, request.Maybe},
		{"302 after GET", plain, request.Reply{Method: "GET", Status: 302}, request.TryAgain},
		{"307", plain, request.Reply{Method: "POST", Status: 307}, request.TryAgain},
		{"400", plain, request.Reply{Status: 400}, request.Refused},
		{"409", plain, request.Reply{Status: 409}, request.Refused},
		{"408", plain, request.Reply{Status: 408}, request.TryAgain},
		{"425", plain, request.Reply{Status: 425}, request.TryAgain},
		{"429", plain, request.Reply{Status: 429}, request.TryAgain},
		{"500", plain, request.Reply{Status: 500}, request.TryAgain},
		{"too fast", thingSpeak, request.Reply{Status: 200, Body: []byte("0\r\n"), Whole: true}, request.TryAgain},
		{"an entry", thingSpeak, request.Reply{Status: 200, Body: []byte("10"), Whole: true}, request.Delivered},
		{"0 and then nobody knows", thingSpeak, request.Reply{Status: 200, Body: []byte("0")}, request.Delivered},
		{"302 listed", appsScript, request.Reply{Method: "POST", Status: 302}, request.Delivered},
		{"409 listed", strict, request.Reply{Status: 409, Body: []byte(`{"ok":true}`)}, request.Delivered},
		{"202 left out", strict, request.Reply{Status: 202, Body: []byte(`"ok":true`)}, request.TryAgain},
		{"wrong text, listed as refused", strict, request.Reply{Status: 200}, request.Refused},
		{"wrong text", strict, request.Reply{Status: 201}, request.TryAgain},
		{"503 listed", strict, request.Reply{Status: 503}, request.Refused},
		{"429 listed", strict, request.Reply{Status: 429}, request.TryAgain},
		{"equal", request.Answer{Equals: "OK"}, request.Reply{Status: 200, Body: []byte(" OK\n"), Whole: true}, request.Delivered},
		{"longer", request.Answer{Equals: "OK"}, request.Reply{Status: 200, Body: []byte("OK!"), Whole: true}, request.TryAgain},
		{"begins", request.Answer{Contains: "^OK"}, request.Reply{Status: 200, Body: []byte("OK!")}, request.Delivered},
		{"ends", request.Answer{Contains: "K$"}, request.Reply{Status: 200, Body: []byte("OK"), Whole: true}, request.Delivered},
		{"ends beyond", request.Answer{Contains: "K$"}, request.Reply{Status: 200, Body: []byte(strings.Repeat("K", request.AnswerMax+1)), Whole: true}, request.TryAgain},
		{"stands beyond", request.Answer{Contains: "OK"}, request.Reply{Status: 200, Body: []byte(strings.Repeat(" ", request.AnswerMax) + "OK"), Whole: true}, request.TryAgain},
		{"accepted", signs, request.Reply{Status: 202}, request.Accepted},
		{"200 beside accepted", signs, request.Reply{Status: 200}, request.Delivered},
		{"already there", signs, request.Reply{Status: 400, Body: []byte("a duplicate")}, request.Already},
		{"no duplicate", signs, request.Reply{Status: 400, Body: []byte("malformed")}, request.Refused},
		{"locked", signs, request.Reply{Status: 403, Body: []byte(" Exceeded 60")}, request.TryAgain},
		{"forbidden", signs, request.Reply{Status: 403}, request.Refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.answer.Judge(tt.reply); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// One key takes a status through all that it can count as, and back.
func TestTurn(t *testing.T) {
	for status, want := range map[int]string{
		200: "delivered refused try-again delivered",
		302: "maybe delivered refused maybe",
		404: "refused try-again delivered refused",
		429: "try-again delivered try-again delivered",
		500: "try-again delivered refused try-again",
	} {
		r, a := request.Reply{Method: "POST", Status: status, Whole: true}, request.Answer{}
		got := []string{string(a.Judge(r))}
		for range 3 {
			a = a.Turn(r)
			got = append(got, string(a.Judge(r)))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
		if again := a.Judge(request.Reply{Method: "POST", Status: 201}); again != request.Delivered {
			t.Errorf("%d: 201 counts as %s now", status, again)
		}
	}
	if a := (request.Answer{}).Turn(request.Reply{Method: "POST", Status: 302}).Turn(request.Reply{Method: "POST", Status: 302}).Turn(request.Reply{Method: "POST", Status: 302}); !a.Ordinary() {
		t.Errorf("once around is not the ordinary rule: %+v", a)
	}
}

// What a sign says of a status can be turned, too, and is then a rule that is valid.
func TestTurnOfASign(t *testing.T) {
	a := request.Answer{
		Accepted: request.Sign{Statuses: statuses(t, "202"), Contains: "queued"},
		Locked:   request.Lockout{Sign: request.Sign{Statuses: statuses(t, "403")}, For: time.Minute},
	}
	for status, want := range map[int]string{202: "accepted delivered refused try-again", 403: "try-again delivered refused try-again"} {
		r, a := request.Reply{Method: "POST", Status: status, Body: []byte("queued")}, a
		got := []string{string(a.Judge(r))}
		for range 3 {
			a = a.Turn(r)
			got = append(got, string(a.Judge(r)))
			if problems := (request.Request{Method: "POST", Body: request.Form, Answer: a}).CheckWords(); problems.Err() != nil {
				t.Errorf("%d: %v", status, problems.Err())
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
	}
}

func TestParseStatus(t *testing.T) {
	for _, tt := range [][2]string{{"302", "302"}, {"2XX", "2xx"}, {"200-299", "2xx"}, {" 500 - 503 ", "500-503"}} {
		text, want := tt[0], tt[1]
		if s, err := request.ParseStatus(text); err != nil || s.String() != want {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "xx", "0xx", "2x", "99", "1000", "300-200", "-200", "200-", "ok"} {
		if s, err := request.ParseStatus(text); err == nil {
			t.Errorf("%q passed as %v", text, s)
		}
	}
}

func TestAnswerIsChecked(t *testing.T) {
	for where, a := range map[string]request.Answer{
		"answer.delivered":        {Delivered: request.Statuses{{From: 300, To: 200}}},
		"answer.refused.statuses": {Refused: request.Statuses{{From: 1, To: 2}}},
		"answer.contains":         {Contains: strings.Repeat("x", request.AnswerMax+1)},
		"answer.refused.tries":    {Tries: 101},
		"answer.timeout":          {Timeout: time.Millisecond},
		"answer.pause":            {Pause: -time.Second},
		"answer.accepted":         {Accepted: request.Sign{Contains: "queued"}},
		"answer.already":          {Already: request.Sign{Statuses: request.Statuses{{From: 1, To: 2}}}},
		"answer.locked":           {Locked: request.Lockout{Sign: request.Sign{Statuses: statuses(t, "403")}}},
	} {
		problems := request.Request{Method: "POST", Body: request.Form, Answer: a}.CheckWords()
		if _, ok := problems.At(where); !ok {
			t.Errorf("%s: %v", where, problems.Err())
		}
	}
}

func TestRedirected(t *testing.T) {
	r := request.Request{Method: "POST", Target: request.Target{Host: "a.example", Port: 8443, Path: "/x"},
		Headers: []request.Header{{Name: "Authorization", Value: "s3cret", Secret: true}}}
	for location, want := range map[string]string{
		"/done?a=b#c":            "https://a.example:8443/done?a=b",
		"https://b.example/y":    "https://b.example/y",
		"HTTPS://B.example:444":  "https://b.example:444/",
		"http://b.example/":      "",
		"//b.example/":           "",
		"done":                   "",
		"":                       "",
		"https://u:p@b.example/": "",
	} {
		next, err := r.Redirected(location)
		if got := next.Target.URL(); (err != nil) != (want == "") || err == nil && got != want {
			t.Errorf("%q: %s, %v; want %s", location, got, err, want)
		}
		if strings.Contains(string(next.FollowBytes()), "s3cret") {
			t.Errorf("%q: the secret goes along", location)
		}
	}
}
