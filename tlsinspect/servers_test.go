package tlsinspect_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"espost/internal/testkit/loopback"
	"espost/internal/testkit/need"
	"espost/request"
)

// start runs a program until the test ends and returns its output.
func start(t testing.TB, cmd *exec.Cmd) io.Reader {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", cmd.Path, err)
	}
	in.Close()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) // nginx passes it on to its worker
		killer := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		killer.Stop()
		out.Close()
	})
	out.SetReadDeadline(time.Now().Add(2 * time.Minute))
	return out
}

// target is where a server listens on loopback, called by a name.
func target(t testing.TB, addr string) request.Target {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := request.ParseTarget("https://localhost:" + port + "/post")
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// openssl starts openssl s_server with the identity.
func openssl(t testing.TB, id *identity, args ...string) request.Target {
	t.Helper()
	chain, key := id.files(t) // -cert takes the first certificate only
	all := []string{"-cert", chain, "-key", key}
	if len(id.chain) > 0 {
		rest := filepath.Join(t.TempDir(), "rest.pem")
		write(t, rest, pemOf(id.chain...))
		all = append(all, "-cert_chain", rest)
	}
	return opensslFiles(t, append(all, args...)...)
}

// opensslFiles starts openssl s_server with nothing but the arguments.
func opensslFiles(t testing.TB, args ...string) request.Target {
	t.Helper()
	args = append([]string{"s_server", "-accept", "127.0.0.1:0", "-www", "-naccept", "1000"}, args...)
	cmd := exec.Command(need.Program(t, "openssl"), args...)
	lines := bufio.NewScanner(start(t, cmd))
	var seen []string
	for lines.Scan() {
		seen = append(seen, lines.Text())
		if addr, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok && strings.Contains(addr, ":") {
			return target(t, addr)
		}
	}
	t.Fatalf("openssl %s did not start:\n%s", strings.Join(args, " "), strings.Join(seen, "\n"))
	return request.Target{}
}

// nginx starts nginx with the identity. It inherits a listening socket, so that
// no port needs to be guessed.
func nginx(t testing.TB, id *identity, directives ...string) request.Target {
	t.Helper()
	binary := need.Program(t, "nginx")
	chain, key := id.files(t)
	listener := listen(t)
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "nginx.conf")
	write(t, conf, fmt.Appendf(nil, `daemon off; worker_processes 1; pid %[1]s/pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s;
  uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen %[2]s ssl; ssl_certificate %[3]s; ssl_certificate_key %[4]s;
    %[5]s
    location / { return 200 "ok\n"; } } }
`, dir, listener.Addr(), chain, key, strings.Join(directives, "\n    ")))
	cmd := exec.Command(binary, "-p", dir, "-c", conf)
	cmd.ExtraFiles = []*os.File{file}
	cmd.Env = append(os.Environ(), "NGINX=3;")
	start(t, cmd)
	addr := listener.Addr().String()
	file.Close()
	listener.Close()
	return target(t, addr)
}

// gnutls starts gnutls-serv with the identity. It takes no port 0.
func gnutls(t testing.TB, id *identity, args ...string) request.Target {
	t.Helper()
	binary := need.Program(t, "gnutls-serv")
	chain, key := id.files(t)
	port, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port.Close)
	cmd := exec.Command(binary, append([]string{"--port", strconv.Itoa(port.Number()), "--http", "--x509certfile", chain, "--x509keyfile", key}, args...)...)
	lines := bufio.NewScanner(start(t, cmd))
	var seen []string
	for lines.Scan() {
		seen = append(seen, lines.Text())
		if strings.Contains(lines.Text(), "IPv4") && strings.HasSuffix(lines.Text(), "done") {
			return target(t, port.Addr())
		}
	}
	t.Fatalf("gnutls-serv did not start:\n%s", strings.Join(seen, "\n"))
	return request.Target{}
}

// goServer starts a server of crypto/tls.
func goServer(t testing.TB, config *tls.Config) request.Target {
	t.Helper()
	return serve(t, func(conn net.Conn) {
		server := tls.Server(conn, config)
		if server.Handshake() == nil {
			io.Copy(io.Discard, server)
		}
	})
}

// serve calls handle for each connection, in a goroutine, with a deadline.
func serve(t testing.TB, handle func(net.Conn)) request.Target {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue
			}
			go func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(2 * time.Minute))
				handle(conn)
			}()
		}
	}()
	return target(t, listener.Addr().String())
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}
