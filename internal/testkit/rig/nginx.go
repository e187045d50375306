package rig

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"espost/internal/testkit/need"
)

// writeIdentity writes a certificate and its key into one PEM file.
func writeIdentity(t testing.TB, dir string, id Identity) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "identity.pem")
	put(t, path, id.PEM()+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	return path
}

// Nginx starts nginx with those directives in its server block and returns
// its port. The listening socket is opened here and inherited, as nginx does it
// over an upgrade (environment variable NGINX), so that no port is guessed.
func Nginx(t testing.TB, id Identity, directives string) int {
	t.Helper()
	nginx := need.Program(t, "nginx")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	dir := t.TempDir()
	identity := writeIdentity(t, dir, id)
	config := filepath.Join(dir, "nginx.conf")
	put(t, config, fmt.Sprintf(`
daemon off;
worker_processes 1;
pid %[1]s/pid;
error_log stderr;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server {
		listen 127.0.0.1:%[2]d ssl;
		ssl_protocols TLSv1.2;
		ssl_certificate %[3]s;
		ssl_certificate_key %[3]s;
		%[4]s
	}
}
`, dir, port, identity, directives))
	cmd := exec.Command(nginx, "-p", dir, "-c", config)
	cmd.Env = append(os.Environ(), "NGINX=3;")
	cmd.ExtraFiles = []*os.File{socket}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // the master takes its worker with it
		_ = cmd.Wait()
	})
	return port
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
