package demo

import (
	"context"
	"crypto/sha1" // the board's pin is a SHA-1 fingerprint
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of the server. They suit a board that posts every minute or so over a
// connection that it keeps.
const (
	MaxBody        = 1 << 20 // bytes; more is answered with 413
	maxHeaderBytes = 32 << 10

	headerTimeout = 10 * time.Second // the handshake included
	readTimeout   = 30 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 5 * time.Minute
)

// Options are what a Server is started with. The zero value is a server on a
// loopback port that the system picks.
type Options struct {
	Listen  string           // host:port; empty means 127.0.0.1:0
	Names   []string         // host names and IP addresses that the certificate is for, besides localhost and 127.0.0.1
	Key     Key              // of the certificates; empty means ECDSA
	Trouble Trouble          // what goes wrong; empty for nothing
	Handler http.Handler     // what answers; nil means Handler
	Log     func(Entry)      // called for each request and failed connection, from several goroutines; may be nil
	Now     func() time.Time // nil means time.Now
}

func (o Options) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

func (o Options) handler() http.Handler {
	if o.Handler != nil {
		return o.Handler
	}
	return Handler()
}

// A Server is a running demo server.
type Server struct {
	options  Options
	names    []string
	listener net.Listener
	http     *http.Server
	served   chan struct{} // closed when Serve has returned

	mu    sync.Mutex
	chain chain
}

// Start makes a new chain of certificates and serves until Close.
func Start(o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if err := o.Trouble.Check(); err != nil {
		return nil, fmt.Errorf("starting the demo server: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("starting the demo server: %w; choose another address, or port 0 for any free one", err)
	}
	s := &Server{
		options:  o,
		names:    o.Trouble.names(certificateNames(o.Names, listener.Addr())),
		listener: listener,
		served:   make(chan struct{}),
	}
	s.chain, err = newChain(o, s.names)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the demo server: %w", err), listener.Close())
	}
	s.http = s.newHTTP()
	go func() {
		defer close(s.served)
		s.serve()
	}()
	return s, nil
}

func (s *Server) newHTTP() *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true) // the board's only one
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if err := s.rotate(); err != nil {
				return nil, err
			}
			return s.options.Trouble.present(s.current().certificate()), nil
		},
	}
	s.options.Trouble.configure(config)
	return &http.Server{
		Handler:           logged(s.options.Trouble.answer(s.options.handler()), s.options),
		Protocols:         &protocols,
		ErrorLog:          log.New(failures{s.options}, "", 0),
		MaxHeaderBytes:    maxHeaderBytes,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		TLSConfig:         config,
		ConnContext:       withMeter,
	}
}

// certificateNames are localhost, 127.0.0.1, the user's, and the address that
// the server listens on where that is another.
func certificateNames(extra []string, listening net.Addr) []string {
	names := append([]string{"localhost", "127.0.0.1"}, extra...)
	var ips []net.IP
	if addr, ok := listening.(*net.TCPAddr); ok {
		ips = []net.IP{addr.IP}
		if addr.IP.IsUnspecified() {
			ips = interfaceIPs()
		}
	}
	for _, ip := range ips {
		if !ip.Equal(net.IPv4(127, 0, 0, 1)) {
			names = append(names, ip.String())
		}
	}
	return names
}

// interfaceIPs are this machine's own addresses; none if they can't be had.
func interfaceIPs() []net.IP {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var ips []net.IP
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			ips = append(ips, n.IP)
		}
	}
	return ips
}

func (s *Server) current() chain {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chain
}

// Addr is where the server listens, as host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is where a form is posted to: https://localhost:PORT/post, or with the
// IP address in place of localhost where the server isn't on loopback only. A
// handler of the user's own has its own paths: then there is none.
func (s *Server) URL() string {
	host, port, _ := net.SplitHostPort(s.Addr()) // a listener's own address splits
	if ip := net.ParseIP(host); ip.Equal(net.IPv4(127, 0, 0, 1)) || ip.IsUnspecified() {
		host = "localhost"
	}
	path := "/post"
	if s.options.Handler != nil {
		path = ""
	}
	return "https://" + net.JoinHostPort(host, port) + path
}

// Names are the host names and IP addresses that the certificate is for.
func (s *Server) Names() []string { return append([]string(nil), s.names...) }

// Leaf is the certificate that is served now.
func (s *Server) Leaf() *x509.Certificate { return s.current().leaf.cert }

// Root is the CA at the top of the chain. It isn't served.
func (s *Server) Root() *x509.Certificate { return s.current().root.cert }

// Fingerprint is the leaf's SHA-1 fingerprint: 40 upper-case hex digits.
func (s *Server) Fingerprint() string {
	return fmt.Sprintf("%X", sha1.Sum(s.Leaf().Raw))
}

// Fingerprints are those of the whole chain that is in use now, the leaf's first.
func (s *Server) Fingerprints() []string {
	c := s.current()
	var list []string
	for _, l := range []link{c.leaf, c.intermediate, c.root} {
		list = append(list, fmt.Sprintf("%X", sha1.Sum(l.cert.Raw)))
	}
	return list
}

// Close ends the server and its connections at once.
func (s *Server) Close() error {
	err := errors.Join(s.http.Close(), ignoreClosed(s.listener.Close()))
	<-s.served
	return err
}

// ignoreClosed is nil for the error of closing what is closed already.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
