package request

import (
	"fmt"
	"net/netip"
	"strings"

	"espost/internal/problem"
)

// CodeOnlyThisComputer is the code of the warning about an address that leads
// every computer, and every board, to itself.
const CodeOnlyThisComputer = "only-this-computer"

// OnlyHere reports whether the address means this computer to this computer
// alone, as far as its text tells: localhost and what ends in it (RFC 6761
// section 6.3), 127.0.0.0/8, ::1, and the unspecified addresses. A name may lead
// here all the same; a look at the server tells that.
func (t Target) OnlyHere() bool {
	if ip, err := netip.ParseAddr(t.Host); err == nil {
		ip = ip.Unmap()
		return ip.IsLoopback() || ip.IsUnspecified()
	}
	return t.Host == "localhost" || strings.HasSuffix(t.Host, ".localhost")
}

// OnlyThisComputer is the warning about such a target. own is the address that
// this computer has in the user's network, the zero Addr where there is none.
func (t Target) OnlyThisComputer(own netip.Addr) problem.Problem {
	p := problem.Problem{
		Severity: problem.Warning, Code: CodeOnlyThisComputer, Where: "target",
		Message: fmt.Sprintf("Only this computer knows %s: no board in the network reaches a server there", t.Host),
		Fix:     "Give the address that this computer has in your network, and let the server listen there; to try it with a board, espost --demo --lan does both",
	}
	if own.IsValid() {
		p.Fix = strings.Replace(p.Fix, "in your network", fmt.Sprintf("in your network, %s", own), 1)
	}
	return p
}
