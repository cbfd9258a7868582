package ort

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zipfile(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// online is a search whose releases are served by the handler, and whose pins fit the archive.
func online(t *testing.T, name string, archived []byte, handler http.HandlerFunc) *search {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s := offline(t)
	s.fetcher.releases, s.fetcher.client = server.URL, server.Client()
	s.platform.release.name, s.platform.release.bytes, s.platform.release.sha256 = name, int64(len(archived)), sum(archived)
	return s
}

// leftOvers are the files in the cache besides the lock and, if it was fetched, the library.
func leftOvers(t *testing.T, s *search) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(s.cache)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "LOCK" && e.Name() != s.platform.file {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestFetchTakesTheLibraryFromTheReleaseArchive(t *testing.T) {
	files := map[string]string{"./release/lib.so": content, "../outside.so": "never written", "release/README": "x"}
	for name, archived := range map[string][]byte{
		"release.tgz": tarball(t, files),
		"release.zip": zipfile(t, map[string]string{"release/lib.so": content, "release/README": "x"}),
	} {
		t.Run(name, func(t *testing.T) {
			s := online(t, name, archived, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/"+name {
					http.NotFound(w, r)
					return
				}
				_, _ = w.Write(archived)
			})
			var last int64
			s.fetcher.progress = func(done, total int64) { last = done }
			path, err := s.locate(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != content {
				t.Errorf("got %q, %v", got, err)
			}
			if last != int64(len(archived)) {
				t.Errorf("the last progress was %d of %d bytes", last, len(archived))
			}
			if left := leftOvers(t, s); left != nil {
				t.Errorf("left in the cache: %v", left)
			}
		})
	}
}

func TestFetchRefusesWhatIsNotThePinnedBytes(t *testing.T) {
	good := tarball(t, map[string]string{"release/lib.so": content})
	other := tarball(t, map[string]string{"release/lib.so": "another library"})
	serve := func(data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(data) }
	}
	changed := bytes.Clone(good)
	changed[len(changed)/2] ^= 1
	for name, c := range map[string]struct {
		pinned  []byte
		handler http.HandlerFunc
		says    string
	}{
		"one bit changed": {good, serve(changed), "SHA-256"},
		"cut off, length stated": {good, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(good)))
			_, _ = w.Write(good[:20])
		}, "broke off"},
		"cut off":               {good, serve(good[:20]), "expected"},
		"longer":                {good, serve(append(bytes.Clone(good), 0)), "expected"},
		"a log-in page":         {good, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }, "403"},
		"another library in it": {other, serve(other), "SHA-256"},
		"library not in it":     {tarball(t, nil), serve(tarball(t, nil)), "does not hold"},
		"not an archive":        {[]byte("text"), serve([]byte("text")), "release.tgz: unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			s := online(t, "release.tgz", c.pinned, c.handler)
			_, err := s.locate(t.Context(), "")
			if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
			if left := leftOvers(t, s); left != nil {
				t.Errorf("left in the cache: %v", left)
			}
			if _, err := os.Stat(filepath.Join(s.cache, s.platform.file)); err == nil {
				t.Error("the damaged library was kept")
			}
		})
	}
}

func TestFetchNeverDownloadsAReleaseWithoutPin(t *testing.T) {
	s := online(t, "release.tgz", nil, func(w http.ResponseWriter, r *http.Request) { t.Error("it was asked for") })
	s.platform.release = archive{}
	if _, err := s.locate(t.Context(), ""); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "no pinned checksum") {
		t.Error(err)
	}
}

func TestFetchFollowsRedirectsOnlyWithinGitHub(t *testing.T) {
	for target, want := range map[string]bool{
		"https://release-assets.githubusercontent.com/x": true,
		"http://github.com/x":                            false,
		"https://example.com/x":                          false,
		"https://github.com.example.com/x":               false,
	} {
		request := httptest.NewRequest(http.MethodGet, target, nil)
		if got := stayOnGitHub(request, nil) == nil; got != want {
			t.Errorf("%s: followed %v, want %v", target, got, want)
		}
	}
}

func TestFetchEndsWithItsContextAndLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := online(t, "release.tgz", make([]byte, 100), func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(make([]byte, 10))
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	if _, err := s.locate(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left := leftOvers(t, s); left != nil {
		t.Errorf("left in the cache: %v", left)
	}
}

func TestFetchClearsWhatAKilledFetchLeft(t *testing.T) {
	archived := tarball(t, map[string]string{"release/lib.so": content})
	s := online(t, "release.tgz", archived, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(archived) })
	write(t, filepath.Join(s.cache, "staging", "from-release"), "half a file")
	if _, err := s.locate(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if left := leftOvers(t, s); left != nil {
		t.Errorf("left in the cache: %v", left)
	}
}

func TestFetchHappensOnceForManyAtTheSameTime(t *testing.T) {
	archived := tarball(t, map[string]string{"release/lib.so": content})
	var asked atomic.Int32
	s := online(t, "release.tgz", archived, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(20 * time.Millisecond)
		_, _ = w.Write(archived)
	})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := s.locate(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if asked.Load() != 1 {
		t.Errorf("downloaded %d times", asked.Load())
	}
}

// fakeNPM is a script that does what `npm pack --pack-destination FOLDER` does.
func fakeNPM(t *testing.T, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the fake npm is a shell script")
	}
	return write(t, filepath.Join(t.TempDir(), "npm"), "#!/bin/sh\n"+script)
}

func TestFetchTakesTheLibraryFromNPMFirst(t *testing.T) {
	s := offline(t)
	packed := write(t, filepath.Join(t.TempDir(), "packed"), string(tarball(t, map[string]string{"package/lib.so": content, "package/package.json": "{}"})))
	s.fetcher.npm = fakeNPM(t, `
[ "$1 $2" = "pack onnxruntime-node@`+Version+`" ] || exit 1
while [ "$1" != --pack-destination ]; do shift; done
cp `+packed+` "$2/onnxruntime-node.tgz"`)
	path, err := s.locate(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != content {
		t.Errorf("got %q, %v", got, err)
	}
	if left := leftOvers(t, s); left != nil {
		t.Errorf("left in the cache: %v", left)
	}
}

func TestFetchGoesOnToTheReleasesWhenNPMFails(t *testing.T) {
	archived := tarball(t, map[string]string{"release/lib.so": content})
	s := online(t, "release.tgz", archived, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(archived) })
	s.fetcher.npm = fakeNPM(t, "echo npm error no such registry >&2; exit 1")
	if _, err := s.locate(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	s = offline(t)
	s.fetcher.npm = fakeNPM(t, "echo npm error no such registry >&2; exit 1")
	if _, err := s.locate(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "no such registry") {
		t.Errorf("npm's own words are missing: %v", err)
	}
}

func TestFetchStopsNPMWithItsContext(t *testing.T) {
	s := offline(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.fetcher.npm = fakeNPM(t, "exec sleep 60")
	s.fetcher.progress = func(done, total int64) { cancel() }
	if _, err := s.locate(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left := leftOvers(t, s); left != nil {
		t.Errorf("left in the cache: %v", left)
	}
}
