package profile

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"espost/codegen"
)

// A staticDoc is the board's own address with what belongs to it, as the file
// shows it.
type staticDoc struct {
	Address ipv4 `yaml:"address"`
	Gateway ipv4 `yaml:"gateway"`
	Mask    ipv4 `yaml:"mask"`
	DNS     ipv4 `yaml:"dns"`
}

// An ipv4 is an address in dotted decimals.
type ipv4 netip.Addr

func (a *ipv4) UnmarshalYAML(node ast.Node) error {
	s, err := characters(node)
	if err != nil {
		return err
	}
	parsed, err := netip.ParseAddr(s)
	if err != nil || !parsed.Is4() {
		return complaint(node, "%q is no IPv4 address; write it as 192.168.1.57", s)
	}
	*a = ipv4(parsed)
	return nil
}

func (d staticDoc) static() codegen.Static {
	return codegen.Static{
		Address: netip.Addr(d.Address),
		Gateway: netip.Addr(d.Gateway),
		Mask:    netip.Addr(d.Mask),
		DNS:     netip.Addr(d.DNS),
	}
}

// staticRow is how the file shows s; nil where the router gives the address.
func staticRow(s codegen.Static) any {
	if s == (codegen.Static{}) {
		return nil
	}
	return row{
		{"address", scalar(s.Address.String())},
		{"gateway", scalar(s.Gateway.String())},
		{"mask", scalar(s.Mask.String())},
		{"dns", scalar(s.DNS.String())},
	}
}

// static complains about addresses with which no board would reach its server.
func (v *validator) static(s codegen.Static) {
	const key = "firmware.static"
	if s == (codegen.Static{}) {
		return
	}
	complete := true
	for _, part := range []struct {
		name string
		addr netip.Addr
	}{{"address", s.Address}, {"gateway", s.Gateway}, {"mask", s.Mask}, {"dns", s.DNS}} {
		if !part.addr.Is4() {
			complete = false
			v.complain(key, "the IPv4 address %s is missing; a fixed address needs address, gateway, mask and dns", part.name)
		}
	}
	if !complete {
		return
	}
	length := bits.LeadingZeros32(^number(s.Mask))
	if number(s.Mask)<<length != 0 {
		v.complain(key+".mask", "%s is no network mask; most home networks have 255.255.255.0", s.Mask)
		return
	}
	network := netip.PrefixFrom(s.Address, length)
	switch host := number(s.Address) &^ number(s.Mask); {
	case !network.Contains(s.Gateway):
		v.complain(key+".gateway", "the gateway %s is outside of the board's network %s; give the router's address there", s.Gateway, network.Masked())
	case s.Gateway == s.Address:
		v.complain(key+".address", "%s is the gateway's own address; give the board another", s.Address)
	case length < 31 && (host == 0 || host == ^number(s.Mask)):
		v.complain(key+".address", "%s is no host's address in the network %s; give the board another", s.Address, network.Masked())
	}
}

func number(a netip.Addr) uint32 {
	four := a.As4()
	return binary.BigEndian.Uint32(four[:])
}

// ParseStatic reads a fixed address from one line: ADDRESS/BITS,GATEWAY[,DNS].
// Without a DNS server it is the gateway, as in most home networks.
func ParseStatic(s string) (codegen.Static, error) {
	const usage = "write ADDRESS/BITS,GATEWAY or ADDRESS/BITS,GATEWAY,DNS, such as 192.168.1.57/24,192.168.1.1"
	parts := strings.Split(strings.ReplaceAll(s, " ", ""), ",")
	if len(parts) == 2 {
		parts = append(parts, parts[1])
	}
	if len(parts) != 3 {
		return codegen.Static{}, fmt.Errorf("%q is no fixed address; %s", s, usage)
	}
	prefix, err := netip.ParsePrefix(parts[0])
	if err != nil || !prefix.Addr().Is4() {
		return codegen.Static{}, fmt.Errorf("%q is no IPv4 address with the bits of its network; %s", parts[0], usage)
	}
	mask := ^uint32(0) << (32 - prefix.Bits())
	static := codegen.Static{
		Address: prefix.Addr(),
		Mask:    netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, mask))),
	}
	for i, to := range []*netip.Addr{&static.Gateway, &static.DNS} {
		if *to, err = netip.ParseAddr(parts[i+1]); err != nil || !to.Is4() {
			return codegen.Static{}, fmt.Errorf("%q is no IPv4 address; %s", parts[i+1], usage)
		}
	}
	return static, nil
}
