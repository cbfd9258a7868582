package fetch

import (
	"fmt"
	"net/netip"
	"syscall"
)

// refusal is why a way is not taken, whoever points it out.
type refusal string

func (r refusal) Error() string { return string(r) }

func checkScheme(scheme string) error {
	if scheme != "http" && scheme != "https" {
		return refusal(fmt.Sprintf("photos are fetched by http and https, not %q", scheme))
	}
	return nil
}

// controlAddress is for a dialer's Control: there the name is resolved and nothing can change the address any more.
func controlAddress(allowed func(netip.Addr) bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !allowed(to.Addr().Unmap().WithZone("")) {
			return refusal(to.Addr().String() + " is not a public address")
		}
		return nil
	}
}

// notPublic are the ranges beside the private, loopback, link-local and multicast ones that lead to
// somewhere else than a public server (IANA special-purpose address registries).
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", // Teredo and others; documentation
	"2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", // IPv4 inside: 6to4, NAT64
)

func prefixes(texts ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParsePrefix(text)
	}
	return parsed
}

var globalIPv6 = netip.MustParsePrefix("2000::/3")

// PublicAddr reports whether an address is one that a server on the internet may have: not loopback,
// private, link-local, shared (CGNAT), multicast, reserved, nor an IPv6 form of such an IPv4 address.
func PublicAddr(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Is6() && !globalIPv6.Contains(addr) {
		return false
	}
	for _, prefix := range notPublic {
		if prefix.Contains(addr) {
			return false
		}
	}
	return true
}
