package codegen_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/request"
)

// The board writes an instant as the test POST does, in every form, around the
// hours at which a zone's time changes, and with more than 32 bits.
func TestTimeAsFormpost(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := everySecond(id)
	p.Body, p.Fields = request.JSON, nil
	moments := []request.Moment{
		{Format: "s"}, {Format: "ms"}, {Format: "us"}, {Format: "ns"}, {},
		{Zone: "Europe/Berlin"}, {Format: "%Y%m%d", Zone: "Europe/Berlin"}, {Format: "%H:%M", Zone: "Europe/Berlin"},
		{Format: "%y %j %I %p %S %u %w %a %b %z %:z %%"}, {Format: "%a %b %d %u %w %z", Zone: "Europe/Berlin"},
	}
	for i, m := range moments {
		p.Fields = append(p.Fields, request.Field{Name: fmt.Sprint("t", i), Source: esp8266.SourceTime, Moment: m})
	}
	p.Fields = append(p.Fields, request.Field{Name: "text", Source: esp8266.SourceTime, Moment: request.Moment{Format: "ms"}, Quoted: true},
		request.Field{Name: "number", Source: esp8266.SourceRSSI, Quoted: true})
	p.Target.Path = "/at/{{t7}}"
	program := rig.Plain.Build(t, p)
	for _, at := range []string{"2027-03-28T00:59:59.999999Z", "2027-03-28T01:00:00Z", "2027-10-31T00:59:59.000001Z", "2027-10-31T01:00:00Z", "2026-12-31T23:30:00.5Z", "2028-02-29T12:00:00Z", "2106-02-07T06:28:17.25Z"} {
		when, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		s := rig.Serve(t, rig.TLS12(id), nil)
		rig.Boot(t, program, s.Port(), "RIG_MILLIS=900", fmt.Sprint("RIG_TIME=", when.UnixMicro()))
		want := p.Sent()
		for i := range want.Fields {
			if want.Fields[i].Source == esp8266.SourceTime {
				want.Fields[i].Sample = at
			}
		}
		want.Fields[4].Sample = when.Truncate(time.Second).Format(time.RFC3339) // the plain one is sent as its sample stands
		requests, _, _ := s.Seen()
		if diff := cmp.Diff([]string{string(want.Bytes())}, sampled(requests)); diff != "" {
			t.Errorf("%s: formpost would send (-), the board sent (+):\n%s", at, diff)
		}
	}
	// without a clock no reading is taken, and so none has a time of 1970
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, program, s.Port(), "RIG_NTP=never", "RIG_MILLIS=40000").Says(t, "Waiting for the time")
	if requests, _, _ := s.Seen(); len(requests) != 0 {
		t.Errorf("%d readings without a clock", len(requests))
	}
}
