// Package otaboard is a board that takes sketches over the network, on loopback:
// states and answers are those of the ESP8266 core 3.1.2, libraries/ArduinoOTA/
// ArduinoOTA.cpp and cores/esp8266/Updater.cpp, whose functions the comments name.
package otaboard

import (
	"crypto/md5"
	"fmt"
	"net"
)

// A Board runs ArduinoOTA. Its zero value asks for no password.
type Board struct {
	Password string
	Stuck    bool               // it waits for the proof of somebody who left
	Deaf     int                // packets that get lost
	Busy     int                // proofs until loop() comes to handle()
	Space    int                // that Update.begin has; 0: enough
	Breaks   int                // it is gone after so many bytes
	Garbles  bool               // a byte arrives wrong
	Got      func(image []byte) // gets what it has taken, before the other side knows; nil for nobody

	udp   *net.UDPConn
	ended chan struct{} // the board is off
}

// Start switches the board on. It is at the address that comes back until stop is
// called.
func (b *Board) Start() (host string, stop func(), err error) {
	b.udp, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return "", nil, err
	}
	b.ended = make(chan struct{})
	go b.loop()
	return b.udp.LocalAddr().String(), func() { _ = b.udp.Close(); <-b.ended }, nil
}

// loop is _onRx, and handle where that comes to run.
func (b *Board) loop() {
	defer close(b.ended)
	const nonce = "0123456789abcdef0123456789abcdef"
	waiting, running := b.Stuck, false
	var port, size int
	var sum string
	for {
		packet := make([]byte, 256)
		n, from, err := b.udp.ReadFromUDP(packet)
		if err != nil {
			return
		}
		if b.Deaf > 0 {
			b.Deaf--
			continue
		}
		text, answer := string(packet[:n]), ""
		var command int
		var own, proof string
		switch {
		case running: // OTA_RUNUPDATE: what else comes is flushed
		case waiting: // OTA_WAITAUTH: everything but a proof resets it, without an answer
			waiting = false
			if _, err := fmt.Sscanf(text, "%d %s %s\n", &command, &own, &proof); err != nil || command != 200 || len(own) != 32 || len(proof) != 32 {
				continue
			}
			if running = proof == sumOf(sumOf(b.Password)+":"+nonce+":"+own); !running {
				answer = "Authentication Failed"
			}
		default: // OTA_IDLE
			if _, err := fmt.Sscanf(text, "%d %d %d %s\n", &command, &port, &size, &sum); err != nil || command != 0 || len(sum) != 32 {
				continue
			}
			if waiting = b.Password != ""; waiting {
				answer = "AUTH " + nonce
			}
			running = !waiting
		}
		if running {
			if b.Busy > 0 {
				b.Busy--
				continue
			}
			answer = "OK"
			if b.Space > 0 && size > b.Space { // _runUpdate, Update.begin
				answer, running = "ERR: ERROR[4]: Not Enough Space\n", false
			}
		}
		if answer != "" {
			_, _ = b.udp.WriteToUDP([]byte(answer), from) // what gets lost is asked for again
		}
		if answer == "OK" {
			running = false
			b.runUpdate(net.JoinHostPort(from.IP.String(), fmt.Sprint(port)), size, sum)
		}
	}
}

func sumOf(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }

// runUpdate is the rest of _runUpdate.
func (b *Board) runUpdate(address string, size int, sum string) {
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		return
	}
	defer conn.Close()
	var image []byte
	piece := make([]byte, 1000)
	for len(image) < size {
		n, err := conn.Read(piece)
		if err != nil {
			return
		}
		image = append(image, piece[:n]...)
		if b.Breaks > 0 && len(image) >= b.Breaks {
			return
		}
		_, _ = fmt.Fprint(conn, n) // a computer that left shows at the next read
	}
	if b.Garbles {
		image[7]++
	}
	if sumOf(string(image)) != sum { // Updater.cpp, end
		_, _ = fmt.Fprintf(conn, "ERROR[7]: MD5 verification failed: expected: %s, calculated: %s\n", sum, sumOf(string(image)))
		return
	}
	if b.Got != nil {
		b.Got(image)
	}
	_, _ = fmt.Fprint(conn, "OK")
}
