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

// localOnly keeps a handler for programs on this machine, as long as there are no keys: what a reverse proxy passes on, by
// the name of the shop or with a header of proxies, is refused.
func localOnly(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
			if r.Header.Get(header) != "" {
				return errElsewhere
			}
		}
		if !loopbackName(hostName(r.Host)) {
			return errElsewhere
		}
		return next(w, r)
	}
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
