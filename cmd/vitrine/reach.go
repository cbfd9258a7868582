package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"vitrine/catalog"
	"vitrine/web"
)

// reach says who may ask a server, and how often.
type reach struct {
	Host        []string       `placeholder:"NAME" help:"Host name that a reverse proxy before the server passes on; may be repeated. Without it a loopback address answers only to localhost."`
	Proxy       []proxyNetwork `placeholder:"ADDRESS" help:"Address or network (10.0.0.0/8) of a reverse proxy whose X-Forwarded-For says who asks; may be repeated. Without it nobody's is believed."`
	Private     bool           `help:"Searches and pages need a key with the scope search, events one with the scope events."`
	CORS        []origin       `name:"cors" placeholder:"ORIGIN" help:"Origin, such as https://shop.example, whose pages may search and send events; may be repeated. Never with cookies, and never to change products."`
	AddressRate float64        `placeholder:"N" default:"50" help:"Requests a second that one address may send without a key, five seconds of them at once; 0 = any number (${default}). This machine may send any number."`
	KeyRate     float64        `placeholder:"N" default:"200" help:"Requests a second that may be sent with one key, five seconds of them at once; 0 = any number (${default})."`
}

// listen listens on addr. One that other machines reach, and a private server, need a shop with keys.
func (r *reach) listen(ctx context.Context, dataDir, addr string) (net.Listener, error) {
	loopback, err := loopbackAddress(addr)
	if err != nil {
		return nil, err
	}
	if !loopback || r.Private {
		switch keyed, err := hasKeys(ctx, dataDir); {
		case err != nil:
			return nil, err
		case !keyed && !loopback:
			return nil, fmt.Errorf("address %q is not a loopback address: without keys the server listens on 127.0.0.1 or [::1] only; make a key with vitrine keys create --data %s, or put a reverse proxy with authentication before it and name its host with --host", addr, dataDir)
		case !keyed:
			return nil, fmt.Errorf("--private lets nobody in as long as there are no keys: make one with vitrine keys create --data %s --scope search --name NAME", dataDir)
		}
	}
	return listenOn(ctx, addr)
}

// limit puts what r says into a server's options.
func (r *reach) limit(options *web.Options) {
	options.Private, options.AddressRate, options.KeyRate = r.Private, r.AddressRate, r.KeyRate
	for _, proxy := range r.Proxy {
		options.Proxies = append(options.Proxies, netip.Prefix(proxy))
	}
	for _, o := range r.CORS {
		options.CORS = append(options.CORS, string(o))
	}
}

func hasKeys(ctx context.Context, dataDir string) (keyed bool, err error) {
	store, err := catalog.Open(ctx, dataDir)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return store.Keyed(ctx)
}

// loopbackAddress reports whether only programs on this machine reach addr.
func loopbackAddress(addr string) (bool, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false, fmt.Errorf("address %q: write HOST:PORT, such as 127.0.0.1:8080: %w", addr, err)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

func listenOn(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w: choose another port with --addr", err)
	}
	return listener, nil
}

// proxyNetwork is an address or a network.
type proxyNetwork netip.Prefix

// UnmarshalText takes 10.0.0.1, 10.0.0.0/8 and the same of IPv6.
func (p *proxyNetwork) UnmarshalText(text []byte) error {
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil {
		var address netip.Addr
		if address, err = netip.ParseAddr(string(text)); err == nil {
			prefix, err = address.Unmap().WithZone("").Prefix(address.Unmap().BitLen())
		}
	}
	if err != nil {
		return fmt.Errorf("%q is no address or network: write 10.0.0.1 or 10.0.0.0/8", text)
	}
	*p = proxyNetwork(prefix.Masked())
	return nil
}

// origin is where a page comes from, as browsers say it.
type origin string

// UnmarshalText takes a scheme and a host, with a port where it is not the scheme's own.
func (o *origin) UnmarshalText(text []byte) error {
	if err := http.NewCrossOriginProtection().AddTrustedOrigin(string(text)); err != nil {
		return fmt.Errorf("%q is no origin: write scheme and host alone, such as https://shop.example", text)
	}
	*o = origin(text)
	return nil
}
