//go:build linux

package main

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// served is the demo server as a process of its own, so that its work and memory
// aren't counted.
type served struct {
	cmd                  *exec.Cmd
	url, address, digits string
}

func (b *bench) serve() (*served, error) {
	s := &served{cmd: exec.CommandContext(b.ctx, b.espost, "demo")}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	s.url = lines.Text()
	s.address = strings.TrimSuffix(strings.TrimPrefix(s.url, "https://"), "/post")
	lines.Scan()
	s.digits = lines.Text()
	return s, lines.Err()
}

func (s *served) end() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// newRoad relays connections to a server as if it were a trip away. Loopback
// connects at once, so what comes first waits for the handshake of TCP, too.
func newRoad(server string) (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				far, err := net.Dial("tcp", server)
				if err != nil {
					near.Close()
					return
				}
				connected := time.Now().Add(trip)
				go carry(near, far, time.Time{})
				carry(far, near, connected)
			}()
		}
	}()
	return listener, nil
}

// carry takes what comes from one end to the other, half a trip later, and not
// before the connection stands.
func carry(to, from net.Conn, connected time.Time) {
	type parcel struct {
		data []byte
		due  time.Time
	}
	road := make(chan parcel, 256)
	go func() {
		defer to.Close()
		for p := range road {
			time.Sleep(time.Until(p.due))
			_, _ = to.Write(p.data)
		}
	}()
	defer close(road)
	for {
		buffer := make([]byte, 16<<10)
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		sent := time.Now()
		if sent.Before(connected) {
			sent = connected
		}
		road <- parcel{buffer[:n], sent.Add(trip / 2)}
	}
}
