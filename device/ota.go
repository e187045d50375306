package device

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// An Update sends a sketch to a board over the network, as the core's espota.py
// does: an invitation over UDP, which the board answers by asking for proof of the
// password, and a TCP connection that the board opens to fetch the sketch (core
// 3.1.2, libraries/ArduinoOTA/ArduinoOTA.cpp and tools/espota.py). It is spoken here
// since both tool chains put the password on a command line, where everybody on the
// computer can read it.
type Update struct {
	Host     string // name or address, with or without a port
	Password string
	Image    []byte

	Dialer netdial.Dialer // finds Host
	Wait   time.Duration  // for an answer to the invitation; 0: 4 s, three times
	Busy   time.Duration  // until the sketch on the board has time for it; 0: 60 s
}

// Send sends the sketch; the board starts it by itself. tell gets the progress, in
// order. The error is a *problem.Problem, or that of ctx.
func (u Update) Send(ctx context.Context, tell func(Progress)) error {
	if u.Wait == 0 {
		u.Wait = 4 * time.Second
	}
	if u.Busy == 0 {
		u.Busy = time.Minute
	}
	s := sending{Update: u, tell: tell}
	err := s.run(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// A sending is one run of an Update.
type sending struct {
	Update
	tell     func(Progress)
	board    netip.Addr
	listener *net.TCPListener
}

func (s *sending) say(part Part, percent int) {
	if s.tell != nil {
		s.tell(Progress{Part: part, Percent: percent})
	}
}

func (s *sending) run(ctx context.Context) error {
	s.say(Connect, -1)
	udp, err := s.reach(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = udp.Close() }()           // nothing is left to say
	s.listener, err = net.ListenTCP("tcp4", nil) // at a port that the system picks
	if err != nil {
		return problem.New("ota-listen", "this computer lets nobody connect: "+sanitize.Line(err.Error()), "look at its firewall").Because(err)
	}
	defer func() { _ = s.listener.Close() }() // likewise
	stop := context.AfterFunc(ctx, func() { _ = udp.Close(); _ = s.listener.Close() })
	defer stop()
	if err := s.invite(udp); err != nil {
		return err
	}
	conn, err := s.accept()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the board has said OK, or the error is told
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	return s.transfer(conn)
}

// SplitHost reads HOST or HOST:PORT of a board that takes updates.
func SplitHost(text string) (host string, port int, err error) {
	wrong := problem.New("ota-host", fmt.Sprintf("%s names no board in the network", problem.Quote(sanitize.Line(text))), "give its address or its name, such as 192.168.1.57 or porch-post.local")
	host, digits, named := strings.Cut(text, ":")
	port = esp8266.OTAPort
	if named {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 {
			return "", 0, wrong
		}
		port = int(n)
	}
	if host == "" || host[0] == '-' || strings.ContainsAny(host, " /\\@[]\t\r\n") {
		return "", 0, wrong
	}
	return host, port, nil
}

// reach finds the board; UDP tells nothing of whether it is there.
func (s *sending) reach(ctx context.Context) (*net.UDPConn, error) {
	host, port, err := SplitHost(s.Host)
	if err != nil {
		return nil, err
	}
	found, err := s.Dialer.Resolve(ctx, host, 10*time.Second)
	switch {
	case err != nil:
		return nil, problem.New("ota-name", fmt.Sprintf("there is no board called %s in this network", sanitize.Line(host)),
			"give its address, which its serial port and the router tell; names with .local need mDNS on this computer").Because(err)
	case len(found.V4) == 0:
		return nil, problem.New("ota-host", fmt.Sprintf("%s has no IPv4 address", sanitize.Line(host)), "give the board's IPv4 address")
	}
	s.board = found.V4[0]
	return net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(s.board, uint16(port))))
}

// invite gets the board to take the sketch. An invitation is repeated: it may get
// lost, and a board that was left in the middle of another one answers the second
// only (ArduinoOTA.cpp, _onRx, where everything but a proof resets OTA_WAITAUTH). The
// proof is repeated, too: a board that has taken it ignores others until loop()
// comes to handle(), which is when it answers.
func (s *sending) invite(udp *net.UDPConn) error {
	const flash = 0 // U_FLASH; the file system is 100, and is never sent
	message := fmt.Sprintf("%d %d %d %s\n", flash, addrPort(s.listener.Addr()).Port(), len(s.Image), hexMD5(s.Image))
	for range 3 {
		answer, err := ask(udp, message, s.Wait)
		switch {
		case timedOut(err):
			continue
		case err != nil:
			return s.silent(err) // nothing listens there
		}
		nonce, asked := strings.CutPrefix(answer, "AUTH ")
		if !asked {
			return s.answered(answer)
		}
		if s.Password == "" {
			return problem.New("ota-password", "the board asks for its password, and none is known", "put the one that the board was flashed with into arduino_secrets.h as "+esp8266.OTASecret+", or into ESPOST_OTA_PASSWORD")
		}
		if len(nonce) != 2*md5.Size {
			return s.strange(answer)
		}
		return s.prove(udp, nonce)
	}
	return s.silent(nil)
}

// prove answers the board's question for the password by a digest of both sides'
// random numbers and the password's MD5.
func (s *sending) prove(udp *net.UDPConn, nonce string) error {
	const auth = 200 // U_AUTH
	own := hexMD5([]byte(rand.Text()))
	proof := hexMD5([]byte(hexMD5([]byte(s.Password)) + ":" + nonce + ":" + own))
	message := fmt.Sprintf("%d %s %s\n", auth, own, proof)
	for end := time.Now().Add(s.Busy); time.Now().Before(end); {
		switch answer, err := ask(udp, message, s.Wait); {
		case err != nil && !timedOut(err):
			return s.silent(err)
		case err == nil && !strings.HasPrefix(answer, "AUTH "):
			return s.answered(answer)
		}
	}
	return problem.New("ota-busy", fmt.Sprintf("the board answered and then had no time for the update in %s", s.Busy.Round(time.Second)), "try again; restart the board if that doesn't help")
}

// ask sends a message and waits for one answer.
func ask(udp *net.UDPConn, message string, wait time.Duration) (string, error) {
	if _, err := udp.Write([]byte(message)); err != nil {
		return "", err
	}
	if err := udp.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return "", err
	}
	var answer [256]byte
	n, err := udp.Read(answer[:])
	return strings.TrimSpace(string(answer[:n])), err
}

// timedOut reports whether a wait ended without an answer; other errors come at once,
// and would again.
func timedOut(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// answered is what the board's last word on the invitation means.
func (s *sending) answered(answer string) error {
	switch {
	case answer == "OK":
		return nil
	case strings.HasPrefix(answer, "Authentication Failed"):
		return problem.New("ota-auth", "the board refuses the password", "give the one that it was flashed with, in ESPOST_OTA_PASSWORD or as "+esp8266.OTASecret+" in arduino_secrets.h; where nobody knows it, flash by cable")
	case strings.Contains(answer, "ERROR["):
		return s.refusal(answer)
	}
	return s.strange(answer)
}

func (s *sending) strange(answer string) error {
	return problem.New("ota-answer", "what answered is no board that takes sketches: "+sanitize.Clip(sanitize.Line(answer), 60), "check the address and the port")
}

func (s *sending) silent(err error) error {
	return problem.New("ota-silent", fmt.Sprintf("no board answers at %s", sanitize.Line(s.Host)),
		"see that it is on, in this Wi-Fi, and runs a sketch with updates (espost generate --ota, flashed by cable once); guest networks and firewalls keep computers from boards").Because(err)
}

// updateError is the core's word for what went wrong (Updater.cpp, printError).
var updateError = lazyregexp.New(`ERROR\[(\d+)\]: ?([^\r\n]*)`)

// refusal explains an error of the board's Updater, by its number (Updater.h).
func (s *sending) refusal(answer string) error {
	m := updateError.Get().FindStringSubmatch(answer)
	if m == nil {
		return s.strange(answer)
	}
	said := ": " + sanitize.Clip(sanitize.Line(m[2]), 80)
	switch m[1] {
	case "4": // UPDATE_ERROR_SPACE
		return problem.New("ota-room", fmt.Sprintf("the board's flash has no room for another sketch of %d bytes beside the one that runs", len(s.Image)), "flash by cable, make the sketch smaller, or choose a board with 4 MB")
	case "8", "9": // UPDATE_ERROR_FLASH_CONFIG, UPDATE_ERROR_NEW_FLASH_CONFIG
		return problem.New("ota-flash", "the sketch is built for another size of flash"+said, "choose the board that it is, generate again, and flash by cable")
	case "11": // UPDATE_ERROR_BOOTSTRAP
		return problem.New("ota-boot", "the board was not restarted since it was flashed by cable", "press its RESET button and try again")
	case "7": // UPDATE_ERROR_MD5
		return problem.New("ota-broken", "the sketch did not arrive as it was sent, and the board keeps the old one", "try again, closer to the access point")
	}
	return problem.New("ota-failed", "the board did not take the sketch"+said, "try again; restart the board if that doesn't help")
}

// accept waits for the board's connection, and for nobody else's.
func (s *sending) accept() (*net.TCPConn, error) {
	if err := s.listener.SetDeadline(time.Now().Add(max(10*time.Second, s.Wait))); err != nil {
		return nil, err
	}
	for {
		conn, err := s.listener.AcceptTCP()
		if err != nil {
			return nil, problem.New("ota-firewall", "the board took the invitation and then could not connect to this computer",
				"let programs accept connections in this computer's firewall, or use the cable").Because(err)
		}
		if addrPort(conn.RemoteAddr()).Addr().Unmap() == s.board {
			return conn, nil
		}
		_ = conn.Close() // a stranger's
	}
}

// transfer sends the sketch piece by piece: the board says after each how much it
// has written, and OK or ERROR at last.
func (s *sending) transfer(conn *net.TCPConn) error {
	const piece = 1460 // a segment, as espota.py has it
	lost := func(err error) error {
		return problem.New("ota-lost", "the connection to the board broke off, and the board keeps the old sketch", "try again, closer to the access point; a board on weak power does the same").Because(err)
	}
	said := ""
	hear := func(wait time.Duration) error {
		var answer [64]byte
		if err := conn.SetDeadline(time.Now().Add(wait)); err != nil {
			return err
		}
		n, err := conn.Read(answer[:])
		said += string(answer[:n])
		said = said[max(0, len(said)-200):]
		if n > 0 {
			return nil
		}
		return err
	}
	s.say(Upload, 0)
	for at := 0; at < len(s.Image); {
		n, err := conn.Write(s.Image[at:min(at+piece, len(s.Image))])
		at += n
		if err == nil {
			err = hear(10 * time.Second)
		}
		if strings.Contains(said, "ERROR[") {
			return s.refusal(said)
		}
		if err != nil {
			return lost(err)
		}
		s.say(Upload, 100*at/len(s.Image))
	}
	for !strings.Contains(said, "OK") { // it checks the whole before
		err := hear(s.Busy)
		if strings.Contains(said, "ERROR[") && (err != nil || strings.Contains(said, "\n")) {
			return s.refusal(said)
		}
		if err != nil {
			return lost(err)
		}
	}
	return nil
}

// addrPort is an address that the net package made.
func addrPort(a net.Addr) netip.AddrPort {
	parsed, _ := netip.ParseAddrPort(a.String())
	return parsed
}

func hexMD5(data []byte) string { return fmt.Sprintf("%x", md5.Sum(data)) }

// otaSecret is the password in a sketch's arduino_secrets.h.
var otaSecret = lazyregexp.New(`(?m)^[ \t]*#[ \t]*define[ \t]+` + esp8266.OTASecret + `[ \t]+("(?:[^"\\\r\n]|\\.)*")`)

// OTAPassword is the password for updates in a sketch's folder; empty where there
// is none, or a placeholder.
func OTAPassword(folder string) string {
	data, err := os.ReadFile(filepath.Join(folder, "arduino_secrets.h"))
	if err != nil {
		return ""
	}
	m := otaSecret.Get().FindSubmatch(data)
	if m == nil {
		return ""
	}
	password, err := strconv.Unquote(string(m[1]))
	if err != nil || password == esp8266.OTAPlaceholder {
		return ""
	}
	return password
}

// image finds what a tool built to upload: arduino-cli wrote it to out, PlatformIO
// into the folder.
func image(folder, out string) ([]byte, error) {
	patterns := []string{filepath.Join(out, "*.ino.bin"), filepath.Join(folder, ".pio", "build", "*", "firmware.bin")}
	newest, at := "", time.Time{}
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern) // a folder whose name is a pattern has none
		for _, name := range found {
			if info, err := os.Stat(name); err == nil && info.ModTime().After(at) {
				newest, at = name, info.ModTime()
			}
		}
		if newest != "" {
			break
		}
	}
	if newest == "" {
		return nil, problem.New("ota-image", "the tool compiled the sketch and left nothing to upload", "flash by cable, or try the other tool with --tool")
	}
	return os.ReadFile(newest)
}
