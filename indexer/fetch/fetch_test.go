package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vitrine/catalog"
)

// png begins like a photo, which is all that this package looks at.
const png = "\x89PNG\r\n\x1a\n"

func anyAddr(netip.Addr) bool { return true }

// quick are options that wait for nothing.
func quick() Options {
	return Options{AllowAddr: anyAddr, Pause: time.Millisecond}
}

// outcome is what a visitor was given.
type outcome struct {
	photo string
	err   error
}

// fetchAll visits the photos of urls.
func fetchAll(t *testing.T, f *Fetcher, recheck bool, urls ...string) []outcome {
	t.Helper()
	wanted, got, visits := make([]Wanted, len(urls)), make([]outcome, len(urls)), make([]atomic.Int32, len(urls))
	for i, url := range urls {
		wanted[i] = Wanted{URL: url, Recheck: recheck}
	}
	err := f.Each(t.Context(), wanted, func(i int, photo []byte, err error) error {
		visits[i].Add(1)
		got[i] = outcome{string(photo), err}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range visits {
		if n := visits[i].Load(); n != 1 {
			t.Errorf("%s was visited %d times", urls[i], n)
		}
	}
	return got
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func open(t *testing.T, o Options) *Fetcher {
	t.Helper()
	f := New(o)
	t.Cleanup(f.Close)
	return f
}

func TestPhotosAreFetchedAndWhatIsNoneIsRefusedForGood(t *testing.T) {
	mux := http.NewServeMux()
	send := func(path string, body []byte) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
	}
	send("/photo", []byte(png))
	send("/page", []byte("<!DOCTYPE html><title>Sign in</title>"))
	send("/tiff", []byte("II*\x00\x08\x00\x00\x00"))
	send("/empty", nil)
	mux.HandleFunc("/gone", http.NotFound)
	mux.HandleFunc("/key", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who are you?", http.StatusForbidden) })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		block := append([]byte(png), make([]byte, 1<<20)...)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/announced", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(catalog.MaxPhotoBytes+1))
		_, _ = io.WriteString(w, png)
	})
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	_, _ = packed.Write(append([]byte(png), make([]byte, 32<<20)...))
	_ = packed.Close()
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	mux.HandleFunc("/hop/{n}", func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{"1": "/photo", "2": "/hop/1", "3": "/hop/2", "4": "/hop/3"}[r.PathValue("n")]
		http.Redirect(w, r, to, http.StatusFound)
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	var asked atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); mux.ServeHTTP(w, r) })
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	f := open(t, quick())

	for _, path := range []string{"/photo", "/hop/1", "/hop/3"} {
		if got := fetchAll(t, f, false, server+path)[0]; got.err != nil || got.photo != png {
			t.Errorf("%s: %q, %v", path, got.photo, got.err)
		}
	}
	asked.Store(0)
	refused := []struct {
		path, says string
		kind       Kind
	}{
		{"/page", "text/html", KindType}, {"/tiff", "a photo is JPEG", KindType}, {"/empty", "sent nothing", KindType}, {"/bomb", "x-gzip", KindType},
		{"/gone", "404", KindMissing}, {"/key", "403", KindRefused},
		{"/endless", "larger than 10 MB", KindSize}, {"/announced", "larger than 10 MB", KindSize},
		{"/hop/4", "redirects more than 3 times", KindAddress}, {"/file", `not "file"`, KindAddress},
	}
	for _, test := range refused {
		err := fetchAll(t, f, false, server+test.path)[0].err
		var failure *Failure
		if !errors.As(err, &failure) || failure.Kind != test.kind || failure.Temporary() || !failure.Asked ||
			!errors.Is(err, catalog.ErrNoPhoto) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %s", test.path, err, test.says)
		}
	}
	if n := int(asked.Load()); n != len(refused)+3 { // the redirects ask three times more
		t.Errorf("%d requests for %d photos", n, len(refused))
	}
	for _, url := range []string{"ftp://example.org/photo", "http://[::1", "http://%zz"} {
		var failure *Failure
		if err := fetchAll(t, f, false, url)[0].err; !errors.As(err, &failure) || failure.Kind != KindAddress {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestConnectionsAreMadeToAllowedAddressesAlone(t *testing.T) {
	asked := 0
	private := serve(t, func(http.ResponseWriter, *http.Request) { asked++ })
	f := open(t, Options{Pause: time.Millisecond})
	port := private[strings.LastIndex(private, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"} {
		if err := fetchAll(t, f, false, "http://"+host+port)[0].err; !errors.Is(err, catalog.ErrNoPhoto) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if asked > 0 {
		t.Errorf("the server was asked %d times", asked)
	}
}

func TestRedirectToAnAddressThatIsNotAllowedIsRefused(t *testing.T) {
	reached := false
	private := serve(t, func(http.ResponseWriter, *http.Request) { reached = true })
	redirecting := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(private, "127.0.0.1", "127.0.0.2", 1), http.StatusFound)
	})
	o := quick()
	o.AllowAddr = func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") }
	err := fetchAll(t, open(t, o), false, redirecting)[0].err
	var failure *Failure
	if !errors.As(err, &failure) || failure.Kind != KindAddress || !strings.Contains(err.Error(), "127.0.0.2 is not a public address") || reached {
		t.Errorf("reached: %t, %v", reached, err)
	}
}

func TestFailuresThatMayPassAreTriedAgain(t *testing.T) {
	for _, status := range []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusTooManyRequests, http.StatusRequestTimeout} {
		var asked atomic.Int32
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) <= 2 {
				w.WriteHeader(status)
				return
			}
			_, _ = io.WriteString(w, png)
		})
		if got := fetchAll(t, open(t, quick()), false, server)[0]; got.err != nil || asked.Load() != 3 {
			t.Errorf("%d: %v after %d requests", status, got.err, asked.Load())
		}
	}
}

func TestCutAnswerIsTriedAgain(t *testing.T) {
	var asked atomic.Int32
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(png)))
		if asked.Add(1) == 1 {
			_, _ = io.WriteString(w, png[:4])
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, png)
	})
	if got := fetchAll(t, open(t, quick()), false, server)[0]; got.err != nil || got.photo != png {
		t.Errorf("%q, %v", got.photo, got.err)
	}
}

func TestSlowAnswerIsCutOff(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, png)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	o := quick()
	o.Timeout, o.Tries = 20*time.Millisecond, 2
	var failure *Failure
	if err := fetchAll(t, open(t, o), false, server)[0].err; !errors.As(err, &failure) || failure.Kind != KindNetwork || !failure.Temporary() {
		t.Errorf("%v", err)
	}
}

func TestHostThatAsksForAPauseHasIt(t *testing.T) {
	var mu sync.Mutex
	var times []time.Time
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if times = append(times, time.Now()); len(times) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, png)
	})
	o := quick()
	o.PerHost = 1
	for i, got := range fetchAll(t, open(t, o), false, server+"/a", server+"/b") {
		if got.err != nil {
			t.Errorf("photo %d: %v", i, got.err)
		}
	}
	if len(times) != 3 || times[1].Sub(times[0]) < 990*time.Millisecond {
		t.Errorf("asked at %v", times)
	}
}

func TestHostThatAsksForALongPauseIsLeftAloneInThisRun(t *testing.T) {
	var asked atomic.Int32
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	o := quick()
	o.PerHost = 1
	got := fetchAll(t, open(t, o), false, server+"/a", server+"/b", server+"/c")
	for i, photo := range got {
		var failure *Failure
		if !errors.As(photo.err, &failure) || failure.Kind != KindBusy || failure.After < 59*time.Minute || failure.Asked != (i == 0) {
			t.Errorf("photo %d: %+v, %v", i, failure, photo.err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestHostThatGoesOnFailingIsLeftAloneAndOthersAreNot(t *testing.T) {
	var asked atomic.Int32
	down := serve(t, func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); w.WriteHeader(http.StatusBadGateway) })
	up := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, png) })
	var urls []string
	for i := range 50 {
		urls = append(urls, fmt.Sprintf("%s/%d", down, i), fmt.Sprintf("%s/%d", up, i))
	}
	left := 0
	for i, got := range fetchAll(t, open(t, quick()), false, urls...) {
		var failure *Failure
		switch down := i%2 == 0; {
		case !down && got.err != nil, down && !errors.As(got.err, &failure):
			t.Errorf("%s: %v", urls[i], got.err)
		case down && !failure.Asked:
			left++
		}
	}
	if n := int(asked.Load()); n < patience || n > patience+4 || left < 40 {
		t.Errorf("%d requests, %d photos were not asked for", n, left)
	}
}

func TestRequestsToOneHostAndToAllAreBounded(t *testing.T) {
	var mu sync.Mutex
	now, most := make(map[string]int), make(map[string]int)
	count := func(name string, by int) {
		mu.Lock()
		defer mu.Unlock()
		now[name] += by
		most[name] = max(most[name], now[name])
	}
	var urls []string
	for range 4 {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			count(r.Host, 1)
			count("all", 1)
			time.Sleep(2 * time.Millisecond)
			count(r.Host, -1)
			count("all", -1)
			_, _ = io.WriteString(w, png)
		})
		for i := range 30 {
			urls = append(urls, fmt.Sprintf("%s/%d", server, i))
		}
	}
	o := quick()
	o.AtOnce, o.PerHost = 6, 3
	fetchAll(t, open(t, o), false, urls...)
	for name, n := range most {
		if limit := map[bool]int{true: 6, false: 3}[name == "all"]; n > limit {
			t.Errorf("%s: %d requests at once, at most %d are allowed", name, n, limit)
		}
	}
}

func TestVisitorEndsTheFetching(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, png) })
	wanted := make([]Wanted, 500)
	for i := range wanted {
		wanted[i].URL = fmt.Sprintf("%s/%d", server, i)
	}
	var visits atomic.Int32
	broken := errors.New("the disk is full")
	err := open(t, quick()).Each(t.Context(), wanted, func(int, []byte, error) error { visits.Add(1); return broken })
	if !errors.Is(err, broken) || visits.Load() > 50 {
		t.Errorf("%v after %d visits", err, visits.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := open(t, quick()).Each(ctx, wanted, func(int, []byte, error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRetryAfterIsReadInBothForms(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "120": 2 * time.Minute, "-5": 0, "soon": 0, "99999999999999": 0,
		"Mon, 02 Mar 2026 08:01:30 GMT": 90 * time.Second, "Mon, 02 Mar 2026 07:00:00 GMT": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
