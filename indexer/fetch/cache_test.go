package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// shelf is a server with one photo that can be changed, and counts what it sends.
type shelf struct {
	mu              sync.Mutex
	photo           string
	down            bool
	sent, unchanged int
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	etag := fmt.Sprintf(`"%x"`, s.photo)
	if r.Header.Get("If-None-Match") == etag {
		s.unchanged++
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.sent++
	w.Header().Set("ETag", etag)
	_, _ = io.WriteString(w, s.photo)
}

func TestKeptPhotoIsAskedForAgainAfterAWeekAndSentOnlyIfItChanged(t *testing.T) {
	s := &shelf{photo: png + "first"}
	server := serve(t, s.ServeHTTP)
	now := time.Now()
	o := quick()
	o.Dir, o.Now = t.TempDir(), func() time.Time { return now }
	steps := []struct {
		about           string
		prepare         func()
		recheck         bool
		photo           string
		sent, unchanged int
	}{
		{"the first time", func() {}, false, "first", 1, 0},
		{"fresh", func() { now = now.Add(6 * 24 * time.Hour) }, false, "first", 1, 0},
		{"fresh and asked for all the same", func() {}, true, "first", 1, 1},
		{"fresh since", func() { now = now.Add(6 * 24 * time.Hour) }, false, "first", 1, 1},
		{"old", func() { now = now.Add(2 * 24 * time.Hour) }, false, "first", 1, 2},
		{"old and changed", func() { now = now.Add(8 * 24 * time.Hour); s.photo = png + "second" }, false, "second", 2, 2},
		{"old while the server is down", func() { now = now.Add(8 * 24 * time.Hour); s.down = true }, false, "second", 2, 2},
		{"deleted", func() { s.down = false; _ = os.RemoveAll(o.Dir) }, false, "second", 3, 2},
	}
	for _, step := range steps {
		step.prepare()
		f := open(t, o)
		got := fetchAll(t, f, step.recheck, server)[0]
		if got.err != nil || got.photo != png+step.photo || s.sent != step.sent || s.unchanged != step.unchanged {
			t.Errorf("%s: %q, %v; sent %d times, unchanged %d times", step.about, got.photo, got.err, s.sent, s.unchanged)
		}
		if f.Stale(server) != s.down && step.about != "deleted" {
			t.Errorf("%s: stale %t", step.about, f.Stale(server))
		}
	}
	s.down = true
	if got := fetchAll(t, open(t, o), true, server)[0]; got.err == nil {
		t.Errorf("asked for all the same while the server is down: %q", got.photo)
	}
}

func TestDamagedCopyIsFetchedAgain(t *testing.T) {
	s := &shelf{photo: png + strings.Repeat("photo", 100)}
	server := serve(t, s.ServeHTTP)
	o := quick()
	o.Dir = t.TempDir()
	fetchAll(t, open(t, o), false, server)
	path := open(t, o).cache.path(server)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 7 {
		for _, recheck := range []bool{false, true} {
			damaged := bytes.Clone(whole)
			damaged[at] ^= 0x10
			if at%2 == 0 {
				damaged = damaged[:at]
			}
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := fetchAll(t, open(t, o), recheck, server)[0]; got.err != nil || got.photo != s.photo {
				t.Errorf("damaged at %d, recheck %t: %q, %v", at, recheck, got.photo, got.err)
			}
		}
	}
}

func TestKeptPhotosStayWithinTheirSizeAndTheOldestGo(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(append([]byte(png), make([]byte, 10_000)...))
	})
	now := time.Now()
	o := quick()
	o.Dir, o.CacheBytes, o.Now = t.TempDir(), 55_000, func() time.Time { return now }
	abandoned, atWork := filepath.Join(o.Dir, "aa", "1.tmp"), filepath.Join(o.Dir, "aa", "2.tmp")
	for path, age := range map[string]time.Duration{abandoned: 2 * time.Hour, atWork: 0} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600), os.Chtimes(path, time.Time{}, now.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	url := func(i int) string { return fmt.Sprintf("%s/%d", server, i) }
	for i := range 8 {
		now = now.Add(time.Second)
		f := open(t, o) // each run takes stock of what those before have left
		fetchAll(t, f, false, url(i))
		if i == 3 {
			now = now.Add(time.Second)
			fetchAll(t, f, true, url(0)) // used again
		}
	}
	f := open(t, o)
	var kept []int
	for i := range 8 {
		if f.cache.find(url(i)) != nil {
			kept = append(kept, i)
		}
	}
	if fmt.Sprint(kept) != "[0 4 5 6 7]" {
		t.Errorf("kept %v", kept)
	}
	if _, err := os.Stat(abandoned); err == nil {
		t.Error("an abandoned file is still there")
	}
	if _, err := os.Stat(atWork); err != nil {
		t.Error("a file that is being written was removed")
	}
}

// FuzzCacheFile reads a file of the cache that anybody may have written.
func FuzzCacheFile(f *testing.F) {
	const url = "http://x.test/a.png"
	c := &cache{dir: f.TempDir(), limit: 1 << 20, now: time.Now}
	c.put(url, &answer{photo: []byte(png), etag: `"1"`})
	whole, err := os.ReadFile(c.path(url))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &cache{dir: t.TempDir(), limit: 1 << 20, now: time.Now}
		path := c.path(url)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
		known := c.find(url)
		if known == nil {
			return
		}
		if photo := c.read(known); photo != nil && !bytes.HasSuffix(data, photo) {
			t.Errorf("%q is not of the file", photo)
		}
	})
}
