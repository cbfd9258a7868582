package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// onlyHosts refuses requests whose Host header is neither a loopback host nor one of names.
func onlyHosts(next http.Handler, names []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := hostName(r.Host)
		if !loopbackName(host) && !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, host) }) {
			problemOf(errHost).writeJSON(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fromThisMachine reports whether a program on this machine sent r. What a reverse proxy passes on, by the name of the
// shop or with a header of proxies, does not count.
func fromThisMachine(r *http.Request) bool {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	return peerAddress(r).IsLoopback() && loopbackName(hostName(r.Host))
}

// peerAddress is the other end of the connection; invalid where that is no TCP connection.
func peerAddress(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	return peer.Addr().Unmap().WithZone("")
}

// clientAddress is who sent r: the other end of the connection or, where that is one of proxies, the last address in
// X-Forwarded-For that is none of them. What stands before it, its sender may have made up.
func clientAddress(r *http.Request, proxies []netip.Prefix) netip.Addr {
	address := peerAddress(r)
	passedOn := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(passedOn) {
		if !slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(address) }) {
			break
		}
		before, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break
		}
		address = before.Unmap().WithZone("")
	}
	return address
}

// network is what counts as one client: an address or, with IPv6, the network of one line (RFC 6177).
func network(address netip.Addr) string {
	if address.Is6() {
		if prefix, err := address.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return address.String()
}

// hostName is the Host header without its port and the brackets of IPv6.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.Trim(host, "[]"), ".")
}

// loopbackName reports whether a browser reaches this machine and no other by that name: RFC 6761,
// section 6.3, reserves localhost and all below it.
func loopbackName(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
