package cli

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"espost/demo"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
	"espost/services/simulate"
)

func (p *Program) demoCommand() *cobra.Command {
	var options demo.Options
	var rsa, asJSON, lan bool
	var trouble, as string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the built-in HTTPS server alone",
		Long: "demo runs an HTTPS server with a certificate of its own, which answers forms as postman-echo.com does. " +
			"It prints its address and fingerprint, then each request, until Ctrl-C. " +
			"With --lan it listens at this computer's address in the network, where a real board can post to it, and prints each POST as it came. " +
			"With --trouble it plays a server that something is wrong with:\n\n" + troubleList(),
		Example: "espost demo\nespost demo --as thingspeak\nespost demo --lan\nespost demo --trouble tls13",
		Args:    noArguments,
	}
	cmd.RunE = p.runE(func(ctx context.Context, _ []string) error {
		if rsa {
			options.Key = demo.RSA
		}
		options.Trouble = demo.Trouble(trouble)
		options.Log = p.logEntry
		if lan {
			var err error
			if options.Listen, err = p.lanAddress(); err != nil {
				return err
			}
			if !asJSON {
				options.Log = p.showArrival
			}
			fmt.Fprintln(p.Stderr, "Boards in this network can post here, if a firewall lets them in.")
		}
		if as == "" {
			return p.serve(ctx, options, asJSON, postForms)
		}
		return p.serveAs(ctx, as, options, asJSON)
	})
	f := cmd.Flags()
	f.StringVar(&options.Listen, "listen", "127.0.0.1:0", "listen at this address and port; 0 is any port")
	f.BoolVar(&lan, "lan", false, "listen at this computer's address in the network")
	cmd.MarkFlagsMutuallyExclusive("listen", "lan")
	f.Var(wordList{&options.Names}, "name", "put this name or IP address into the certificate, too")
	f.BoolVar(&rsa, "rsa", false, "use RSA keys rather than ECDSA")
	f.StringVar(&trouble, "trouble", "", "play this trouble, one of the above")
	offer(cmd, "trouble", troubleCompletions)
	f.StringVar(&as, "as", "", "play this service; espost services lists them")
	offer(cmd, "as", serviceCompletions)
	f.BoolVar(&asJSON, "json", false, "print address and fingerprint as JSON")
	return cmd
}

func troubleList() string {
	var b strings.Builder
	for _, i := range demo.Troubles() {
		fmt.Fprintf(&b, "  %-16s %s\n", i.Trouble, i.About)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// checkDemo says what of the options can't be, before anything is started.
func checkDemo(o demo.Options) error {
	if err := o.Trouble.Check(); err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(o.Listen)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		return fmt.Errorf("--listen %s: write address:port, such as 127.0.0.1:8443; port 0 is any free one", o.Listen)
	}
	for _, name := range o.Names {
		if t, err := request.ParseTarget(name); err != nil || !strings.EqualFold(t.Host, name) {
			return fmt.Errorf("--name %s: write a host name or an IP address alone, such as demo.espost.test", name)
		}
	}
	return nil
}

// serveAs runs the simulator of a service until ctx ends.
func (p *Program) serveAs(ctx context.Context, name string, options demo.Options, asJSON bool) error {
	service, err := namedService(name)
	if err != nil {
		return err
	}
	simulator, ok := simulate.New(service, nil)
	if !ok {
		return fmt.Errorf("%s can't be played; choose another service", service.Title)
	}
	options.Handler = simulator
	return p.serve(ctx, options, asJSON, func(server *demo.Server) string {
		return fmt.Sprintf("This is %s, played here. Ctrl-C ends it. Try:\n  %s", service.Title, simulated(service, server))
	})
}

// postForms is what can be done with the demo server.
func postForms(*demo.Server) string {
	return "Post forms to the first; the second is its SHA-1 fingerprint. Ctrl-C ends the server."
}

// serve runs a demo server until ctx ends. hint says what can be done with it.
func (p *Program) serve(ctx context.Context, options demo.Options, asJSON bool, hint func(*demo.Server) string) error {
	if err := checkDemo(options); err != nil {
		return &inputError{err}
	}
	server, err := demo.Start(options)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }() // the process ends
	if asJSON {
		p.printJSON(map[string]any{
			"url": server.URL(), "address": server.Addr(), "fingerprint": server.Fingerprint(), "names": server.Names(),
		})
	} else {
		fmt.Fprintf(p.out, "%s\n%s\n", server.URL(), server.Fingerprint())
		fmt.Fprintln(p.Stderr, hint(server))
	}
	<-ctx.Done()
	return nil
}

// logEntry writes what a demo server has seen to stderr.
func (p *Program) logEntry(e demo.Entry) {
	what := fmt.Sprintf("%s %s  %d", e.Method, e.URI, e.Status)
	if e.Failure != "" {
		what = e.Failure
	}
	fmt.Fprintf(p.Stderr, "%s  %s  %s\n", e.Time.Format(time.TimeOnly), e.Remote, sanitize.Line(what))
}

// lanAddress is where a demo server listens that boards can reach.
func (p *Program) lanAddress() (string, error) {
	ip, ok := p.own()
	if !ok {
		return "", problem.New("no-network", "this computer has no private IPv4 address in a network that is up",
			"connect it to the network that the board will be in, or name the address with espost demo --listen")
	}
	return netip.AddrPortFrom(ip, 0).String(), nil
}

// showArrival prints a request that was answered, and anything else as logEntry
// does.
func (p *Program) showArrival(e demo.Entry) {
	if e.Failure != "" {
		p.logEntry(e)
		return
	}
	fmt.Fprintf(p.out, "%s  %s  %s\n", e.Time.Format(time.TimeOnly), e.Remote, e.Summary())
}
