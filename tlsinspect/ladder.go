package tlsinspect

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"espost/esp8266"
)

// climb asks for each max_fragment_length, and for none, to see which are
// accepted and how long the server's records really are. What the board's own
// hello asks for (boardFragment) is not asked again: who makes that look hands
// it to the function returned.
func (in *inspection) climb(ctx context.Context, ip netip.Addr, run func(func())) (own func(look)) {
	p := in.client.startPart(PartFragments)
	in.ladder = make(map[int]look)
	lengths := append(esp8266.FragmentLengths(), 0)
	var mu sync.Mutex
	step := func(length int, l look) {
		mu.Lock()
		defer mu.Unlock()
		in.ladder[length] = l
		state := Started
		if len(in.ladder) == len(lengths) {
			state = Done
		}
		p.tell(state, in.ladderDetail())
	}
	for _, length := range lengths {
		if length == boardFragment() {
			continue
		}
		buffers := esp8266.Buffers{RX: length, TX: length}
		if length == 0 {
			buffers = esp8266.Buffers{RX: esp8266.MaxBuffer, TX: esp8266.MaxBuffer}
		}
		run(func() {
			step(length, in.client.look(ctx, in.target, ip, offer{serverName: in.target.Host, buffers: buffers}))
		})
	}
	return func(l look) { step(boardFragment(), l) }
}

// boardFragment is the fragment length that boardOffer asks for.
func boardFragment() int { return esp8266.DefaultBuffers().FragmentLength() }

// ladderDetail draws the ladder: "512 ✓ 1024 ✓ 2048 … 4096 ✗".
func (in *inspection) ladderDetail() string {
	var steps []string
	for _, length := range esp8266.FragmentLengths() {
		mark := "…"
		if l, seen := in.ladder[length]; seen {
			mark = "✗"
			if l.granted(length) {
				mark = "✓"
			}
		}
		steps = append(steps, fmt.Sprintf("%d %s", length, mark))
	}
	return strings.Join(steps, " ")
}

// granted reports whether the server confirmed the fragment length.
func (l look) granted(length int) bool {
	return l.served() != "" && l.flight.hello.fragmentLength() == length
}

// keeps reports whether the records seen are no longer than the server
// promised.
func (l look) keeps(length int) bool { return l.flight.longest <= length }

// fragmentLengths returns the lengths that the server accepts and keeps to in
// what was seen.
func (in *inspection) fragmentLengths() (accepted []int, broken bool) {
	for _, length := range esp8266.FragmentLengths() {
		l := in.ladder[length]
		switch {
		case !l.granted(length):
		case l.keeps(length):
			accepted = append(accepted, length)
		default:
			broken = true
		}
	}
	return accepted, broken
}

// buffers returns the smallest buffers that are safe: those of the smallest
// fragment length that the server keeps to, else what takes any record.
func (in *inspection) buffers() esp8266.Buffers {
	accepted, _ := in.fragmentLengths()
	if len(accepted) == 0 {
		return esp8266.DefaultBuffers()
	}
	return esp8266.Buffers{RX: accepted[0], TX: accepted[0]} // the board asks for what fits both
}
