package tlsinspect

import (
	"fmt"
	"strings"

	"espost/esp8266"
	"espost/internal/problem"
)

// explainMemory says what the connection takes on the board, and what its
// buffers should be.
func (in *inspection) explainMemory(b Board, out *findings) {
	if !b.Connects {
		return
	}
	full := esp8266.DefaultBuffers().Heap(esp8266.PinFingerprint)
	accepted, broken := in.fragmentLengths()
	if broken {
		out.add(problem.Warning, CodeMFLNIgnored, "Keep the full receiving buffer, as the generated firmware does, and report it to the host",
			"The server accepts shorter fragments and then sends longer records all the same (up to %d bytes)", in.longestBroken())
	}
	switch {
	case len(accepted) > 0:
		out.add(problem.OK, CodeMFLNAccepted, fmt.Sprintf("Use setBufferSizes(%d, %d), as the generated firmware does", b.Buffers.RX, b.Buffers.TX),
			"Fragments of %s bytes accepted: %s of memory instead of %s", list(accepted), kilobytes(b.Heap), kilobytes(full))
	case !broken:
		out.add(problem.Note, CodeMFLNRefused, "Keep the full receiving buffer, as the generated firmware does: with a smaller one the connection breaks with BearSSL error 6 as soon as the server sends a longer record",
			"The server does not negotiate shorter fragments (max_fragment_length): the board must be ready for records of 16 KB (its handshake alone has one of %d bytes)", in.looks[in.chosen].flight.longest)
	}
	left := esp8266.HeapOfSketch - b.Heap
	severity, advice := problem.OK, "Nothing to do"
	if left < esp8266.HeapOfSketch/3 {
		severity, advice = problem.Note, "Keep big buffers out of the sketch, and don't open a second connection meanwhile"
	}
	out.add(severity, CodeMemory, advice, "A connection takes %s of the board's memory; about %s are left to the sketch",
		kilobytes(b.Heap), kilobytes(left))
	if id := in.looks[in.chosen].flight.hello.sessionID; len(id) > 0 {
		out.add(problem.OK, CodeSessionID, "Nothing to do", "The server gives session IDs: the board can resume and reconnect faster")
	}
}

// longestBroken is the longest record seen where a shorter fragment was agreed.
func (in *inspection) longestBroken() (longest int) {
	for _, length := range esp8266.FragmentLengths() {
		if l := in.ladder[length]; l.granted(length) && !l.keeps(length) {
			longest = max(longest, l.flight.longest)
		}
	}
	return longest
}

// kilobytes writes bytes as people count memory: "12.5 KB".
func kilobytes(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1000) }

// list writes numbers as a sentence does: "512, 1024 and 2048".
func list(numbers []int) string {
	var texts []string
	for _, n := range numbers {
		texts = append(texts, fmt.Sprint(n))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " and " + texts[len(texts)-1]
}
