package web

import (
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

func TestARateLimitAllowsBurstsAndThenItsRate(t *testing.T) {
	limit, now := newRateLimit(2), time.Now()
	allowed := func(client string) (n int) {
		for limit.take(client, now) == 0 {
			n++
		}
		return n
	}
	if n := allowed("a"); n != 10 {
		t.Errorf("a burst is %d requests, want 10", n)
	}
	if wait := limit.take("a", now); wait != time.Second/2 {
		t.Errorf("the next is told to wait %s", wait)
	}
	if n := allowed("b"); n != 10 {
		t.Errorf("another client is allowed %d", n)
	}
	now = now.Add(time.Second)
	if n := allowed("a"); n != 2 {
		t.Errorf("a second later %d are allowed: those that were refused count", n)
	}
	if newRateLimit(0).take("a", now) != 0 {
		t.Error("no limit is one")
	}
}

func TestClientsOfARateLimitAreForgotten(t *testing.T) {
	limit, now := newRateLimit(1), time.Now()
	for i := range maxRateClients + 1000 {
		limit.take(strconv.Itoa(i), now)
	}
	if n := limit.clients.Len(); n != maxRateClients {
		t.Errorf("%d clients are remembered", n)
	}
}

// The rates are so low that no second request is allowed while the test runs.
func TestTooManyRequestsOfAClientAreRefused(t *testing.T) {
	h := guardedShop(t, Options{Keys: keysOfAllKinds(), AddressRate: 0.001, KeyRate: 0.001, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	d := loadDescription(t)
	request := func(asker, peer, passedOn string) (status int, after string) {
		t.Helper()
		r := by(asker, "GET", "/api/v1/search?q=shoes", "")
		r.RemoteAddr = peer
		if passedOn != "" {
			r.Header.Set("X-Forwarded-For", passedOn)
		}
		response, _ := d.ask(t, h, r, true)
		return response.StatusCode, response.Header.Get("Retry-After")
	}
	for i, step := range []struct {
		asker, peer, passedOn string
		status                int
	}{
		{"elsewhere", "203.0.113.7:1000", "", 200},
		{"elsewhere", "203.0.113.7:1001", "", 429},
		{"elsewhere", "203.0.113.7:1001", "198.51.100.1", 429}, // no proxy of ours
		{"elsewhere Bearer revoked", "203.0.113.7:1002", "", 429},
		{"elsewhere Bearer search", "203.0.113.7:1003", "", 200}, // a key has its own
		{"elsewhere Bearer search", "203.0.113.8:1003", "", 429},
		{"elsewhere Bearer index", "203.0.113.8:1003", "", 200},
		{"elsewhere", "203.0.113.8:1003", "", 200},
		{"elsewhere", "[2001:db8::1]:1", "", 200},
		{"elsewhere", "[2001:db8::2]:1", "", 429}, // the same line
		{"elsewhere", "[2001:db8:0:1::1]:1", "", 200},
		{"elsewhere", "10.0.0.1:1", "198.51.100.1", 200},
		{"elsewhere", "10.0.0.2:1", "198.51.100.1", 429},
		{"elsewhere", "10.0.0.2:1", "198.51.100.9, 198.51.100.1, 10.0.0.1", 429}, // what it says of itself does not count
		{"elsewhere", "10.0.0.2:1", "198.51.100.2", 200},
		{"here", "127.0.0.1:1", "", 200},
		{"here", "127.0.0.1:2", "", 200},
	} {
		status, after := request(step.asker, step.peer, step.passedOn)
		if status != step.status {
			t.Errorf("step %d: %q of %s for %q: %d, want %d", i, step.asker, step.peer, step.passedOn, status, step.status)
		}
		if seconds, err := strconv.Atoi(after); (status == 429) != (err == nil && seconds >= 1 && seconds <= 1000) {
			t.Errorf("step %d: Retry-After is %q", i, after)
		}
	}
	for range 3 { // whoever watches the server is let in
		r := by("elsewhere", "GET", "/healthz", "")
		response, body := ask(t, h, r)
		wantStatus(t, response, body, 200)
	}
	_, metrics := ask(t, h, by("here", "GET", "/metrics", ""))
	wantText(t, metrics, `vitrine_http_refused_total{reason="too-many"} 7`)
}

func TestAClientsAddressIsTheLastThatNoProxyOfOursHas(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	for i, c := range []struct {
		peer     string
		passedOn []string
		want     string
	}{
		{"203.0.113.7:1", nil, "203.0.113.7"},
		{"203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"},
		{"10.1.1.1:1", nil, "10.1.1.1"},
		{"10.1.1.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"1.1.1.1, 198.51.100.1 ,10.2.2.2"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"1.1.1.1", "198.51.100.1", "10.2.2.2"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"10.2.2.2"}, "10.2.2.2"},
		{"10.1.1.1:1", []string{"198.51.100.1, nonsense"}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"198.51.100.1, "}, "10.1.1.1"},
		{"127.0.0.1:1", []string{"2001:db8::1"}, "2001:db8::1"},
		{"[::ffff:127.0.0.1]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"[2001:db8:ffff::9]:1", []string{"fe80::1%eth0"}, "fe80::1"},
		{"@", []string{"198.51.100.1"}, "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.passedOn
		if got := clientAddress(r, proxies); got.String() != c.want {
			t.Errorf("case %d: %s", i, got)
		}
	}
	for address, want := range map[string]string{"203.0.113.7": "203.0.113.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64"} {
		if got := network(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s counts as %s", address, got)
		}
	}
}

func BenchmarkRateLimit(b *testing.B) {
	for _, clients := range []int{1, 100_000} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			limit, names := newRateLimit(1e9), make([]string, clients)
			for i := range names {
				names[i] = strconv.Itoa(i)
			}
			for i := 0; b.Loop(); i++ {
				limit.take(names[i%clients], time.Now())
			}
		})
	}
}
