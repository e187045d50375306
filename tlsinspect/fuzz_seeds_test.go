package tlsinspect

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"espost/internal/testkit/hostile"
	"espost/request"
)

// hostileAnswers are what package hostile's servers send after the board's
// hello, cut to a length that suits a fuzzer: three variants of each behaviour
// that doesn't wait.
func hostileAnswers(f *testing.F) [][]byte {
	var answers [][]byte
	for _, b := range hostile.All() {
		if b.Layer == hostile.HTTP || b.Waits || b.Fickle {
			continue
		}
		for _, v := range slices.Compact([]int{0, b.Count() / 2, b.Count() - 1}) {
			answers = append(answers, hostileAnswer(f, b, v))
		}
	}
	return answers
}

func hostileAnswer(f *testing.F, b hostile.Behaviour, variant int) []byte {
	const most = 64 << 10
	s := hostile.Start(f, b, hostile.Options{Variant: variant, Tick: time.Millisecond})
	defer s.Close()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port()))
	if err != nil {
		f.Fatal(err)
	}
	defer conn.Close()
	hello, err := boardOffer(request.Target{Host: "localhost"}).marshal([32]byte{})
	if err != nil {
		f.Fatal(err)
	}
	_, _ = conn.Write(hello)             // some have gone by then
	_ = conn.(*net.TCPConn).CloseWrite() // or an honest server waits for more
	answer, _ := io.ReadAll(io.LimitReader(conn, most))
	return answer
}

// seedFlights adds the recorded flight and the hostile ones.
func seedFlights(f *testing.F) {
	f.Add(recordedFlight(f))
	for _, answer := range hostileAnswers(f) {
		f.Add(answer)
	}
}

// seedMessages adds the messages of one kind out of the recorded flight and the
// hostile ones, each once.
func seedMessages(f *testing.F, kind byte) {
	seen := make(map[string]bool)
	for _, answer := range append(hostileAnswers(f), recordedFlight(f)) {
		for _, body := range messages(answer, kind) {
			if !seen[string(body)] {
				seen[string(body)] = true
				f.Add(body)
			}
		}
	}
	if len(seen) == 0 {
		f.Fatalf("no server sends a message of type %d", kind)
	}
}

// messages returns the bodies of a flight's messages of one kind, as far as it
// can be read.
func messages(answer []byte, kind byte) (bodies [][]byte) {
	r := &flightReader{records: newRecordReader(bytes.NewReader(answer)), flight: new(flight)}
	for {
		k, body, err := r.message()
		if err != nil {
			return bodies
		}
		if k == kind {
			bodies = append(bodies, bytes.Clone(body))
		}
	}
}

// seedCertificates adds the certificates of all flights.
func seedCertificates(f *testing.F) {
	seen := make(map[string]bool)
	for _, answer := range append(hostileAnswers(f), recordedFlight(f)) {
		flight, _ := readFlight(bytes.NewReader(answer), offer{}, [32]byte{})
		for _, der := range flight.chain {
			if !seen[string(der)] {
				seen[string(der)] = true
				f.Add(der)
			}
		}
	}
}
