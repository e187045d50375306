package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// newCertificate makes a self-signed certificate with an rsa or ec key in
// cert.pem and key.pem, and sets $SHA1 to openssl's digits.
func newCertificate(ts *testscript.TestScript, key string) (certFile, keyFile string) {
	options := map[string][]string{
		"rsa": {"-newkey", "rsa:2048"},
		"ec":  {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"},
	}[key]
	if options == nil {
		ts.Fatalf("the key is rsa or ec, not %q", key)
	}
	certFile, keyFile = ts.MkAbs("cert.pem"), ts.MkAbs("key.pem")
	request := append([]string{"req", "-x509", "-nodes", "-days", "90", "-subj", "/CN=localhost", "-keyout", keyFile, "-out", certFile}, options...)
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

// startNginx: nginx rsa|ec runs nginx. It inherits a listening socket, so that
// no port needs to be guessed.
func startNginx(ts *testscript.TestScript, _ bool, args []string) {
	cert, key := newCertificate(ts, args[0])
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer listener.Close()
	socket, err := listener.(*net.TCPListener).File()
	ts.Check(err)
	defer socket.Close()
	dir := ts.MkAbs("nginx")
	ts.Check(os.MkdirAll(dir, 0o700))
	conf := fmt.Appendf(nil, `daemon off; worker_processes 1; pid %[1]s/pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s;
  uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen %[2]s ssl; ssl_certificate %[3]s; ssl_certificate_key %[4]s; }
}
`, dir, listener.Addr(), cert, key)
	ts.Check(os.WriteFile(dir+"/nginx.conf", conf, 0o600))
	cmd := exec.Command("nginx", "-p", dir, "-c", dir+"/nginx.conf")
	cmd.ExtraFiles = []*os.File{socket}
	cmd.Env = append(os.Environ(), "NGINX=3;")
	start(ts, cmd)
	setPort(ts, listener.Addr().String())
}

// startGnuTLS: gnutls rsa|ec runs gnutls-serv. It takes no port 0, so a free one
// is tried until one works.
func startGnuTLS(ts *testscript.TestScript, _ bool, args []string) {
	cert, key := newCertificate(ts, args[0])
	for range 5 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		address := listener.Addr().String()
		listener.Close()
		_, port, err := net.SplitHostPort(address)
		ts.Check(err)
		// It says on stderr when it listens.
		out := start(ts, exec.Command("sh", "-c", `exec "$0" "$@" 2>&1`, "gnutls-serv", "--port", port, "--http", "--x509certfile", cert, "--x509keyfile", key))
		for {
			line, err := out.ReadString('\n')
			if strings.Contains(line, "IPv4") && strings.HasSuffix(strings.TrimSpace(line), "done") {
				setPort(ts, address)
				go io.Copy(io.Discard, out)
				return
			}
			if err != nil {
				break
			}
		}
	}
	ts.Fatalf("gnutls-serv did not start on any of five ports")
}
