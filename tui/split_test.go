package tui_test

import (
	"context"
	"testing"
	"testing/synctest"

	"espost/formpost"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// A split reading is shown as all of its requests, and the answer stays the one to
// the form as long as no field is changed.
func TestSplitReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		p := profile.New(target("https://porch.example.com/items/{{field}}"))
		p.Request.Method, p.Request.Body, p.Request.Template, p.Request.Split = "PUT", request.Text, "{{value}}", true
		p.Request.Fields = []request.Field{{Name: "first", Value: "11"}, {Name: "second", Value: "22"}}
		s.options.Profile, s.options.Target = p, ""
		s.options.Send = func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
			var all []*formpost.Response
			for _, part := range p.Sent().Parts() {
				all = append(all, &formpost.Response{Sent: part, Request: part.Bytes(), Status: 200, BoardStatus: 200, Reason: "OK"})
			}
			whole := *all[0]
			whole.Request, whole.Parts = []byte(p.Sent().Text(false)), all
			return &whole, nil
		}
		term := s.start(t, 100, 40)
		term.Press("enter")
		term.WaitText("Body of the first of 2 requests, as it is sent", "11")
		term.Press("enter")
		term.WaitText("Ready to send", "PUT /items/first", "PUT /items/second")
		term.Press("enter")
		term.WaitText("200 OK", "enter next")
		term.Quit()
	})
}
