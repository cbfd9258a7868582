package indexer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"vitrine/catalog"
)

const (
	fetchTimeout   = 10 * time.Second // of one photo, redirects included
	fetchRedirects = 3
	fetchesAtOnce  = 8
	fetchesPerHost = 4
)

// fetcher gets photos from http(s) URLs that strangers wrote: it connects to allowed addresses alone,
// whatever the name resolves to at that moment, and reads no more than a photo may have.
type fetcher struct {
	client    *http.Client
	transport *http.Transport
}

func newFetcher(allowed func(netip.Addr) bool) *fetcher {
	dialer := &net.Dialer{
		Timeout: fetchTimeout,
		// Here the name is resolved and nothing can change the address any more.
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if !allowed(to.Addr().Unmap().WithZone("")) {
				return fmt.Errorf("%s is not a public address", to.Addr())
			}
			return nil
		},
	}
	transport := &http.Transport{
		Proxy:                  nil, // one from the environment would connect for us, past the check
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        fetchesPerHost,
		MaxResponseHeaderBytes: 64 << 10,
		TLSHandshakeTimeout:    fetchTimeout,
		DisableCompression:     true, // photos are compressed already
	}
	client := &http.Client{
		Transport: transport,
		Timeout:   fetchTimeout,
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if len(via) > fetchRedirects {
				return fmt.Errorf("it redirects more than %d times", fetchRedirects)
			}
			return checkScheme(to.URL.Scheme)
		},
	}
	return &fetcher{client: client, transport: transport}
}

func checkScheme(scheme string) error {
	if scheme != "http" && scheme != "https" {
		return fmt.Errorf("photos are fetched by http and https, not %q", scheme)
	}
	return nil
}

// get returns the encoded bytes, 1 to catalog.MaxPhotoBytes of them. Errors wrap catalog.ErrNoPhoto.
func (f *fetcher) get(ctx context.Context, url string) ([]byte, error) {
	data, err := f.fetch(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("%w: fetch %s: %w", catalog.ErrNoPhoto, url, err)
	}
	return data, nil
}

func (f *fetcher) fetch(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if err := checkScheme(strings.ToLower(request.URL.Scheme)); err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "vitrine")
	request.Header.Set("Accept", "image/*")
	response, err := f.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %q", response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, catalog.MaxPhotoBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) == 0:
		return nil, errors.New("the server sent nothing")
	case len(data) > catalog.MaxPhotoBytes:
		return nil, fmt.Errorf("it is larger than %d MB: make it smaller", catalog.MaxPhotoBytes>>20)
	}
	return data, nil
}

func (f *fetcher) close() { f.transport.CloseIdleConnections() }

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
