package test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"espost/demo"
	"espost/internal/testkit/loopback"
	"espost/services"
	"espost/services/simulate"
)

// The servers of the scripts. Each listens on a port that the system picks, sets
// $PORT and what else its comment says, and ends with its script.

// startDemo: demo ARG... runs `espost demo ARG...` and sets $URL, $PORT and
// $SHA1 from what it prints. With --json, that is kept in demo.json.
func startDemo(ts *testscript.TestScript, neg bool, args []string) {
	program := "espost"
	if slices.Contains(args, "--lan") {
		program = "espost-lan"
	}
	path, err := lookPath(ts, program)
	ts.Check(err)
	out := start(ts, exec.Command(path, append([]string{"demo"}, args...)...))
	*ts.Value(demoKey{}).(**bufio.Reader) = out
	url := readLine(ts, out)
	var sha1 string
	if slices.Contains(args, "--json") {
		var printed struct{ URL, Fingerprint string }
		ts.Check(json.Unmarshal([]byte(url), &printed))
		ts.Check(os.WriteFile(ts.MkAbs("demo.json"), []byte(url+"\n"), 0o600))
		url, sha1 = printed.URL, printed.Fingerprint
	} else {
		sha1 = readLine(ts, out)
	}
	ts.Setenv("URL", url)
	ts.Setenv("SHA1", sha1)
	setPort(ts, strings.TrimSuffix(url, "/post"))
}

type demoKey struct{} // of what the script's demo prints

// arrives REGEXP: wants the next line that the demo prints to match.
func arrives(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: arrives REGEXP")
	}
	line := readLine(ts, *ts.Value(demoKey{}).(**bufio.Reader))
	if !regexp.MustCompile(args[0]).MatchString(line) {
		ts.Fatalf("the demo printed %q", line)
	}
}

// serve KIND: a server that isn't what a board hopes for.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	port, err := loopback.Hold()
	ts.Check(err)
	ts.Defer(port.Close)
	setPort(ts, port.Addr())
	if args[0] == "nothing" {
		return
	}
	listener, err := port.Listen()
	ts.Check(err)
	ts.Defer(func() { listener.Close() })
	var answer func(net.Conn)
	switch args[0] {
	case "silence":
		answer = func(c net.Conn) { io.Copy(io.Discard, c) }
	case "http":
		answer = func(c net.Conn) {
			c.Read(make([]byte, 1024))
			fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
		}
	case "ssh":
		answer = func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-OpenSSH_9.2\x1b[2J\r\n") }
	case "tls13":
		config := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{selfSigned(ts)}}
		answer = func(c net.Conn) { tls.Server(c, config).Handshake() }
	case "answer": // over TLS, with what args[1] says; sets $SHA1
		cert := selfSigned(ts)
		ts.Setenv("SHA1", fmt.Sprintf("%X", sha1.Sum(cert.Certificate[0])))
		config := &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}
		text := strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(args[1])
		answer = func(raw net.Conn) {
			c := tls.Server(raw, config)
			if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				io.Copy(io.Discard, r.Body)
				io.WriteString(c, text)
				c.Close()
			}
		}
	default:
		ts.Fatalf("there is no server %q", args[0])
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				answer(c)
			}()
		}
	}()
}

func selfSigned(ts *testscript.TestScript) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(0, 0, 90), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A host is a demo server in this process, whose certificate can be renewed.
type host struct{ server *demo.Server }

type hostKey struct{}

// startHost: host [SERVICE] starts a server that answers as postman-echo.com does, or
// as that service, whose clock stands still, and sets $URL and what describe says.
func startHost(ts *testscript.TestScript, neg bool, args []string) {
	var options demo.Options
	if len(args) > 0 {
		service, _ := services.Exact(args[0])
		options.Handler, _ = simulate.New(service, func() time.Time { return time.Unix(2e9, 0) })
	}
	server, err := demo.Start(options)
	ts.Check(err)
	ts.Defer(func() { server.Close() })
	ts.Value(hostKey{}).(*host).server = server
	ts.Setenv("URL", server.URL())
	describe(ts, server)
	setPort(ts, server.Addr())
}

// describe sets $SHA1, and $CA to the issuer's, and writes the root to root.pem,
// which SSL_CERT_FILE makes a public one.
func describe(ts *testscript.TestScript, server *demo.Server) {
	ts.Setenv("SHA1", server.Fingerprints()[0])
	ts.Setenv("CA", server.Fingerprints()[1])
	block := pem.Block{Type: "CERTIFICATE", Bytes: server.Root().Raw}
	ts.Check(os.WriteFile(ts.MkAbs("root.pem"), pem.EncodeToMemory(&block), 0o600))
}

// renewHost: renew same-key|new-key|… renews its certificate; see describe.
func renewHost(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value(hostKey{}).(*host).server
	ts.Check(server.Renew(demo.Renewal(args[0])))
	describe(ts, server)
}

// start runs a program until the script ends.
func start(ts *testscript.TestScript, cmd *exec.Cmd) *bufio.Reader {
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(cmd.Environ(), "HOME="+ts.Getenv("HOME"))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	in, err := cmd.StdinPipe() // kept open: s_server ends with its input
	ts.Check(err)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	ts.Check(cmd.Start())
	limit := time.AfterFunc(5*time.Minute, func() { _ = cmd.Process.Kill() }) // no script takes so long
	ts.Defer(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		limit.Reset(2 * time.Second) // gnutls-serv doesn't mind anything less than Kill
		in.Close()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
		limit.Stop()
		if stderr.Len() > 0 {
			ts.Logf("%s said:\n%s", cmd.Path, stderr.Bytes())
		}
	})
	return bufio.NewReader(out)
}

func readLine(ts *testscript.TestScript, in *bufio.Reader) string {
	line, err := in.ReadString('\n')
	if err != nil {
		ts.Fatalf("the server ended: %v", err)
	}
	return strings.TrimRight(line, "\r\n")
}

var portAtEnd = regexp.MustCompile(`:(\d+)$`)

func setPort(ts *testscript.TestScript, address string) {
	m := portAtEnd.FindStringSubmatch(address)
	if m == nil {
		ts.Fatalf("%q has no port", address)
	}
	ts.Setenv("PORT", m[1])
}

// lookPath finds a program as the script would.
func lookPath(ts *testscript.TestScript, name string) (string, error) {
	for _, dir := range strings.Split(ts.Getenv("PATH"), ":") {
		if path, err := exec.LookPath(dir + "/" + name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not in the script's PATH", name)
}
