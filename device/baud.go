package device

import "unicode/utf8"

// bauds are tried in turn while what comes is unreadable: what sketches use, and
// 74880, at which the ROM speaks.
var bauds = []int{115200, 74880, 9600, 57600, 38400, 19200, 230400, 460800, 921600}

// nextBaud is the one to try after this one.
func nextBaud(baud int) int {
	for i, b := range bauds {
		if b == baud {
			return bauds[(i+1)%len(bauds)]
		}
	}
	return bauds[0]
}

// When what comes is taken for noise: so many bytes without a readable line, or
// so many bursts of at least a few. One burst is what the ROM says at each start.
const (
	noiseBytes  = 512
	noiseBursts = 3
	burstBytes  = 16
)

// noise counts what came since the last readable line.
type noise struct{ bytes, burst, bursts int }

func (n *noise) add(count int) {
	n.bytes += count
	n.burst += count
}

// quiet ends a burst.
func (n *noise) quiet() {
	if n.burst >= burstBytes {
		n.bursts++
	}
	n.burst = 0
}

func (n *noise) tooMuch() bool { return n.bytes >= noiseBytes || n.bursts >= noiseBursts }

// readable reports whether a line is text: at most a tenth of it is something
// else. What a wrong baud rate makes is mostly control characters and bytes that
// are no UTF-8.
func readable(line []byte) bool {
	strange, all := 0, 0
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' && r != '\x1b' || r == 0x7f {
			strange++
		}
		all++
		line = line[size:]
	}
	return strange*10 <= all
}
