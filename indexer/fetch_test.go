package indexer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"vitrine/catalog"
)

func anyAddr(netip.Addr) bool { return true }

func TestFetcherGetsPhotosAndRefusesWhatIsNone(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/photo", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "bytes") })
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/gone", http.NotFound)
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		block := bytes.Repeat([]byte{1}, 1<<20)
		for range catalog.MaxPhotoBytes>>20 + 1 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/hop/{n}", func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{"1": "/photo", "2": "/hop/1", "3": "/hop/2", "4": "/hop/3"}[r.PathValue("n")]
		http.Redirect(w, r, to, http.StatusFound)
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	f := newFetcher(anyAddr)
	defer f.close()

	for _, path := range []string{"/photo", "/hop/1", "/hop/3"} {
		if data, err := f.get(context.Background(), server.URL+path); err != nil || string(data) != "bytes" {
			t.Errorf("%s: %q, %v", path, data, err)
		}
	}
	for path, want := range map[string]string{
		"/empty": "sent nothing", "/gone": "404", "/large": "larger than 10 MB", "/hop/4": "redirects more than 3 times", "/file": "not \"file\"",
	} {
		if _, err := f.get(context.Background(), server.URL+path); !errors.Is(err, catalog.ErrNoPhoto) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if _, err := f.get(context.Background(), "ftp://example.org/photo"); err == nil {
		t.Error("ftp was fetched")
	}
}

func TestFetcherConnectsToAllowedAddressesAlone(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	f := newFetcher(PublicAddr)
	defer f.close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"} {
		if _, err := f.get(context.Background(), "http://"+host+port); !errors.Is(err, catalog.ErrNoPhoto) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if asked > 0 {
		t.Errorf("the server was asked %d times", asked)
	}
}

func TestPublicAddr(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
		"192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "::7f00:1",
		"64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1",
	} {
		if PublicAddr(netip.MustParseAddr(text)) {
			t.Errorf("%s is taken for public", text)
		}
	}
	for _, text := range []string{"1.1.1.1", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::200e"} {
		if !PublicAddr(netip.MustParseAddr(text)) {
			t.Errorf("%s is not taken for public", text)
		}
	}
}
