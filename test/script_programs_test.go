package test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"espost/internal/testkit/loopback"

	"github.com/rogpeppe/go-internal/testscript"
)

// newCertificate makes a self-signed certificate with a new rsa or ec key, or
// with the same key as before, in cert.pem and key.pem, and sets $SHA1 to openssl's digits.
func newCertificate(ts *testscript.TestScript, key string) (certFile, keyFile string) {
	certFile, keyFile = ts.MkAbs("cert.pem"), ts.MkAbs("key.pem")
	options := map[string][]string{
		"rsa":      {"-newkey", "rsa:2048", "-keyout", keyFile},
		"ec":       {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", keyFile},
		"same-key": {"-key", keyFile},
	}[key]
	if options == nil {
		ts.Fatalf("the key is rsa, ec or same-key, not %q", key)
	}
	request := append([]string{"req", "-x509", "-nodes", "-days", "90", "-subj", "/CN=localhost", "-out", certFile}, options...)
	ts.Check(exec.Command("openssl", request...).Run())
	fingerprint, err := exec.Command("openssl", "x509", "-in", certFile, "-noout", "-fingerprint", "-sha1").Output()
	ts.Check(err)
	_, digits, _ := strings.Cut(strings.TrimSpace(string(fingerprint)), "=")
	ts.Setenv("SHA1", strings.ReplaceAll(digits, ":", ""))
	return certFile, keyFile
}

// startOpenSSL: openssl rsa|ec ARG... runs `openssl s_server`.
func startOpenSSL(ts *testscript.TestScript, _ bool, args []string) {
	cert, key := newCertificate(ts, args[0])
	out := start(ts, exec.Command("openssl", append([]string{"s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", cert, "-www"}, args[1:]...)...))
	for {
		if address, ok := strings.CutPrefix(readLine(ts, out), "ACCEPT "); ok {
			setPort(ts, address)
			go io.Copy(io.Discard, out)
			return
		}
	}
}

// A webServer is the nginx of a script with the socket that it listens on.
type webServer struct {
	socket  *os.File
	address string
	cmd     *exec.Cmd
}

type webServerKey struct{}

// startNginx: nginx rsa|ec runs nginx. It inherits a listening socket, so that
// no port needs to be guessed.
func startNginx(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer listener.Close()
	socket, err := listener.(*net.TCPListener).File()
	ts.Check(err)
	ts.Defer(func() { socket.Close() })
	web := ts.Value(webServerKey{}).(*webServer)
	*web = webServer{socket: socket, address: listener.Addr().String()}
	newCertificate(ts, args[0])
	web.start(ts)
	setPort(ts, web.address)
}

// renewNginx: renginx rsa|ec|same-key gives the script's nginx a new certificate
// with a new key or the same one, and sets $SHA1.
func renewNginx(ts *testscript.TestScript, _ bool, args []string) {
	web := ts.Value(webServerKey{}).(*webServer)
	ts.Check(web.cmd.Process.Signal(syscall.SIGTERM))
	_ = web.cmd.Wait() // connections wait for the next one at the socket
	newCertificate(ts, args[0])
	web.start(ts)
}

// start runs nginx with the certificate of the script's folder.
func (w *webServer) start(ts *testscript.TestScript) {
	dir := ts.MkAbs("nginx")
	ts.Check(os.MkdirAll(dir, 0o700))
	conf := fmt.Appendf(nil, `daemon off; worker_processes 1; pid %[1]s/pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s;
  uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen %[2]s ssl; ssl_certificate %[3]s; ssl_certificate_key %[4]s; }
}
`, dir, w.address, ts.MkAbs("cert.pem"), ts.MkAbs("key.pem"))
	ts.Check(os.WriteFile(dir+"/nginx.conf", conf, 0o600))
	w.cmd = exec.Command("nginx", "-p", dir, "-c", dir+"/nginx.conf")
	w.cmd.ExtraFiles = []*os.File{w.socket}
	w.cmd.Env = append(os.Environ(), "NGINX=3;")
	start(ts, w.cmd)
}

// startGnuTLS: gnutls rsa|ec runs gnutls-serv. It takes no port 0.
func startGnuTLS(ts *testscript.TestScript, _ bool, args []string) {
	cert, key := newCertificate(ts, args[0])
	port, err := loopback.Hold()
	ts.Check(err)
	ts.Defer(port.Close)
	// It says on stderr when it listens.
	out := start(ts, exec.Command("sh", "-c", `exec "$0" "$@" 2>&1`, "gnutls-serv", "--port", strconv.Itoa(port.Number()), "--http", "--x509certfile", cert, "--x509keyfile", key))
	for {
		if line := readLine(ts, out); strings.Contains(line, "IPv4") && strings.HasSuffix(line, "done") {
			setPort(ts, port.Addr())
			go io.Copy(io.Discard, out)
			return
		}
	}
}
