package codegen

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"strings"

	"espost/internal/problem"
)

// A Static is a fixed IPv4 address with what belongs to it.
type Static struct {
	Address, Gateway, Mask, DNS netip.Addr
}

// Equal is ==, for comparisons by reflection, which can't see into an Addr.
func (s Static) Equal(other Static) bool { return s == other }

// Check returns what is wrong with addresses with which no board would reach its
// server; none for the zero value. The core takes all four together (core
// ESP8266WiFiSTA.h, config), and a board without DNS finds no host.
func (s Static) Check() problem.List {
	const where = "firmware.static"
	var l problem.List
	if s == (Static{}) {
		return nil
	}
	for _, part := range []struct {
		name string
		addr netip.Addr
	}{{"address", s.Address}, {"gateway", s.Gateway}, {"mask", s.Mask}, {"dns", s.DNS}} {
		if !part.addr.Is4() {
			l.Add(problem.At(where, fmt.Sprintf("the IPv4 address %s is missing", part.name), "give address, gateway, mask and dns, or none of them"))
		}
	}
	if l != nil {
		return l
	}
	length := bits.LeadingZeros32(^addressBits(s.Mask))
	if addressBits(s.Mask)<<length != 0 {
		l.Add(problem.At(where+".mask", fmt.Sprintf("%s is no network mask", s.Mask), "use 255.255.255.0, as most home networks do"))
		return l
	}
	network := netip.PrefixFrom(s.Address, length)
	switch host := addressBits(s.Address) &^ addressBits(s.Mask); {
	case !network.Contains(s.Gateway):
		l.Add(problem.At(where+".gateway", fmt.Sprintf("the gateway %s is outside of the board's network %s", s.Gateway, network.Masked()), "give the router's address there"))
	case s.Gateway == s.Address:
		l.Add(problem.At(where+".address", fmt.Sprintf("%s is the gateway's own address", s.Address), "give the board another"))
	case length < 31 && (host == 0 || host == ^addressBits(s.Mask)):
		l.Add(problem.At(where+".address", fmt.Sprintf("%s is no host's address in the network %s", s.Address, network.Masked()), "give the board another"))
	}
	return l
}

func addressBits(a netip.Addr) uint32 {
	four := a.As4()
	return binary.BigEndian.Uint32(four[:])
}

// ParseStatic reads a fixed address from one line: ADDRESS/BITS,GATEWAY[,DNS].
// Without a DNS server it is the gateway, as in most home networks.
func ParseStatic(s string) (Static, error) {
	const usage = "write ADDRESS/BITS,GATEWAY or ADDRESS/BITS,GATEWAY,DNS, such as 192.168.1.57/24,192.168.1.1"
	parts := strings.Split(strings.ReplaceAll(s, " ", ""), ",")
	if len(parts) == 2 {
		parts = append(parts, parts[1])
	}
	if len(parts) != 3 {
		return Static{}, fmt.Errorf("%q is no fixed address; %s", s, usage)
	}
	prefix, err := netip.ParsePrefix(parts[0])
	if err != nil || !prefix.Addr().Is4() {
		return Static{}, fmt.Errorf("%q is no IPv4 address with the bits of its network; %s", parts[0], usage)
	}
	mask := ^uint32(0) << (32 - prefix.Bits())
	static := Static{
		Address: prefix.Addr(),
		Mask:    netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, mask))),
	}
	for i, to := range []*netip.Addr{&static.Gateway, &static.DNS} {
		if *to, err = netip.ParseAddr(parts[i+1]); err != nil || !to.Is4() {
			return Static{}, fmt.Errorf("%q is no IPv4 address; %s", parts[i+1], usage)
		}
	}
	return static, nil
}
