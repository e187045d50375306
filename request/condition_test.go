package request_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"espost/internal/testkit/randomjson"
	"espost/request"
)

func TestConditions(t *testing.T) {
	t.Parallel()
	const (
		no      = request.Fails
		yes     = request.Passes
		unknown = request.Unproven
	)
	for _, tt := range []struct {
		condition, body string
		want            request.Proof
	}{
		{". is whole", "12", yes}, {". is whole", "12.0", no}, {". is whole", " -3\n", yes}, {". > 0", "0", no}, {". > 0", "1", yes},
		{". > 0", "", no}, {". > 0", "busy", no}, {". > 0", "<html>", no}, {". > 0", "nginx", no}, {". > 0", "012", no},
		{"ok is true", `{"ok":true,"result":{"ok":false}}`, yes}, {"ok is true", `{"result":{"ok":true},"ok":false}`, no},
		{"ok is true", `{"ok":true,"result":{"te`, yes}, {"ok is true", `{"result":{"te`, unknown}, {"ok is true", `{"ok":tr`, unknown},
		{"ok is true", `{"ok":true,,}`, yes}, {"ok is true", `{,"ok":true}`, unknown}, {"ok is true", `[true]`, no}, {"ok is true", `{"ok":"true"}`, no},
		{"ok is true", `{"ok":true,"ok":false}`, yes}, {"ok is true", `{}`, no},
		{`status == "OK"`, "{\n \"status\" : \"OK\" }", yes}, {`status == "OK"`, `{"status":"\u004fK"}`, yes}, {`status == "OK"`, `{"status":"OKE"}`, no},
		{`status != "ERR"`, `{"status":"OK"}`, yes}, {`status != "ERR"`, `{}`, no}, {`status != "ERR"`, `{"status":1}`, yes},
		{`a == "😀"`, `{"a":"\ud83d\ude00"}`, yes}, {`a == "�"`, `{"a":"\ud83d"}`, yes}, {`a == "�x"`, `{"a":"\ude00x"}`, yes},
		{"errors is empty", `{"errors":[]}`, yes}, {"errors is empty", `{"errors":{}}`, yes}, {"errors is empty", `{"errors":""}`, yes},
		{"errors is empty", `{"errors":null}`, yes}, {"errors is empty", `{}`, yes}, {"errors is empty", `{"errors":[0]}`, no}, {"errors is empty", `{"errors":[`, unknown},
		{"errors is missing", `{"errors":null}`, no}, {"errors is there", `{"errors":[`, unknown}, {"errors is there", `{"errors":[1`, yes},
		{"*.*.status_code == 201", `{"a":[{"status_code":201}],"b":[{"status_code":201}]}`, yes},
		{"*.*.status_code == 201", `{"a":[{"status_code":201}],"b":[{"status_code":400}]}`, no},
		{"*.*.status_code == 201", `{"a":[{"status_code":201}],"b":[{}]}`, no}, {"*.*.status_code == 201", `{"a":[]}`, no}, {"*.*.status_code == 201", `{}`, no},
		{"*.*.status_code == 201", `{"a":[{"status_code":201}]`, unknown}, {"*.*.status_code == 201", `{"a":[{"status_code":400}]`, no},
		{"* is number", `[1,2,3]`, yes}, {"* is number", `[1,[2],3]`, no}, {"1 == 2", `[1,2,3]`, yes}, {"3 is missing", `[1,2,3]`, yes}, {"01 is missing", `[1,2,3]`, yes},
		{"a.1.b is text", `{"a":[0,{"b":"x"}]}`, yes}, {`"a b"."*" >= 1e2`, `{"a b":{"*":100.0}}`, yes}, {"x <= -1", `{"x":1e999}`, no},
		{"x is text", `{"y":` + strings.Repeat("[", 40), unknown}, {"x == 1", `{"x":` + strings.Repeat("1", 40) + `}`, unknown},
		{"x is text", "{\"x\":\"a\nb\"}", unknown}, {`x is text`, `{"x":"\q"}`, unknown}, {"x is text", `{"x"}`, unknown}, {"x is text", `{"a":1]`, unknown},
	} {
		c, err := request.ParseCondition(tt.condition)
		if err != nil {
			t.Errorf("%s: %v", tt.condition, err)
			continue
		}
		if got := request.Prove([]request.Condition{c}, []byte(tt.body), true); got != tt.want {
			t.Errorf("%s, %s: %d, want %d", tt.condition, tt.body, got, tt.want)
		}
	}
}

func TestConditionsThatMeanNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", ".", "ok", "ok is", "ok is fine", "ok = true", `ok == `, `ok == yes`, `a > "1"`, "a == [1]", "a..b is true", `"a is true`, "a[0] is true", "a.b.c.d.e.f.g.h.i is true", strings.Repeat("x", 65) + " is true"} {
		if _, err := request.ParseCondition(text); err == nil || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%q: %v", text, err)
		}
		r := request.Request{Answer: request.Answer{JSON: []string{text}}}
		if !strings.Contains(fmt.Sprint(r.CheckWords().Err()), "ondition 1: ") {
			t.Errorf("%q is accepted", text)
		}
	}
}

// What the scanner lets through is what encoding/json lets through.
func TestScannerKnowsJSON(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(12, 1))
	c := request.Condition{Op: request.IsMissing, Path: []request.Step{{Every: true}, {Name: "*never*"}}}
	good := 0
	for range 20000 {
		body := randomjson.Body(random)
		if !strings.HasPrefix(body, "[") || strings.HasPrefix(body, "[]") || strings.Contains(body, strings.Repeat("[", 33)) || strings.Contains(body, "4444") {
			continue // no array, or beyond the limits
		}
		// the condition is decided by the end of an array alone
		proven := request.Prove([]request.Condition{c}, []byte(body), true) == request.Passes
		var v any
		if valid := json.NewDecoder(strings.NewReader(body)).Decode(&v) == nil; valid != proven {
			t.Fatalf("%q: valid is %v, proven %v", body, valid, proven)
		}
		good++
	}
	if good < 2000 {
		t.Errorf("only %d arrays", good)
	}
}
