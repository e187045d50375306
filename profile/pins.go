package profile

import "espost/tlsinspect"

// A PinChoice is one way in which the firmware can know the server that a
// report is about.
type PinChoice struct {
	Pin         Pin
	Title       string // what is pinned, safe to show: "this certificate"
	Detail      string // how long it holds and what breaks it
	Recommended bool
}

// Pins returns the ways to pin what the board was served that work now, the
// fingerprint first; none when the board can't connect.
func Pins(r *tlsinspect.Report) []PinChoice {
	var choices []PinChoice
	for _, c := range append([]tlsinspect.PinChoice{r.Pins.Fingerprint, r.Pins.PublicKey}, r.Pins.CAs...) {
		if !c.Works {
			continue
		}
		choices = append(choices, PinChoice{
			Pin:         Pin{Pin: c.Pin, Expires: c.Until},
			Title:       c.Name,
			Detail:      c.Holds,
			Recommended: c.Pin.Mode == r.Pins.Recommended,
		})
	}
	return choices
}
