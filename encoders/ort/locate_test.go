package ort

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// content stands for a library, so that tests neither download nor load one.
const content = "not really a library"

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// offline is a search in empty folders of a machine without npm and without a network.
func offline(t *testing.T) *search {
	t.Helper()
	folder := t.TempDir()
	return &search{
		name: "linux/amd64",
		platform: platform{
			file:    "libonnxruntime-test.so",
			npm:     library{path: "package/lib.so", sha256: sum([]byte(content))},
			release: archive{name: "release.tgz", bytes: 1, sha256: "0", library: library{path: "release/lib.so", sha256: sum([]byte(content))}},
		},
		executable: filepath.Join(folder, "bin"),
		cache:      filepath.Join(folder, "cache"),
		system:     []string{filepath.Join(folder, "usr")},
		fetcher: fetcher{
			releases: "http://127.0.0.1:1", // a port that nothing listens on
			client:   releasesClient(),
			progress: func(done, total int64) {},
		},
	}
}

// systemName is a library name with a version, as this system writes it.
func systemName(version string) string {
	if runtime.GOOS == "darwin" {
		return "libonnxruntime." + version + ".dylib"
	}
	return "libonnxruntime.so." + version
}

func TestLocateTakesTheFirstPlaceThatHasALibrary(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no system library path here")
	}
	s := offline(t)
	explicit := write(t, filepath.Join(t.TempDir(), "mine.so"), "any")
	executable := write(t, filepath.Join(s.executable, libraryNames()[0]), "any")
	cached := write(t, filepath.Join(s.cache, s.platform.file), content)
	system := write(t, filepath.Join(s.system[0], systemName("1.24.0")), "any")

	for _, step := range []struct{ explicit, want string }{
		{explicit, explicit}, {"", executable}, {"", cached}, {"", system},
	} {
		got, err := s.locate(t.Context(), step.explicit)
		if err != nil || got != step.want {
			t.Fatalf("got %s, %v; want %s", got, err, step.want)
		}
		if err := os.Remove(step.want); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.locate(t.Context(), ""); !errors.Is(err, ErrNotFound) {
		t.Fatalf("with nothing left: %v", err)
	}
}

func TestLocateNeverReplacesAnExplicitPath(t *testing.T) {
	s := offline(t)
	write(t, filepath.Join(s.executable, libraryNames()[0]), "any")
	for _, path := range []string{filepath.Join(s.executable, "absent.so"), s.executable} {
		if got, err := s.locate(t.Context(), path); err == nil {
			t.Errorf("%s: got %s", path, got)
		}
	}
}

func TestLocateLeavesOldAndUnversionedSystemLibrariesAlone(t *testing.T) {
	s := offline(t)
	write(t, filepath.Join(s.system[0], systemName("1.23.2")), "any")
	if got, err := s.locate(t.Context(), ""); err == nil {
		t.Errorf("took version 1.23.2: %s", got)
	}
	write(t, filepath.Join(s.system[0], libraryNames()[0]), "any")
	if got, err := s.locate(t.Context(), ""); err == nil {
		t.Errorf("took a library of unknown version: %s", got)
	}
}

func TestLocateNeverTakesADamagedLibraryFromTheCache(t *testing.T) {
	s := offline(t)
	damaged := write(t, filepath.Join(s.cache, s.platform.file), content[:5])
	if got, err := s.locate(t.Context(), ""); err == nil {
		t.Errorf("took %s", got)
	}
	if _, err := os.Stat(damaged); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the damaged file was kept: %v", err)
	}
}

func TestUserWithoutCacheFolderMayStillNameALibrary(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	s, err := newSearch(nil)
	if err != nil {
		t.Fatal(err)
	}
	explicit := write(t, filepath.Join(t.TempDir(), "mine.so"), "any")
	if got, err := s.locate(t.Context(), explicit); err != nil || got != explicit {
		t.Errorf("got %s, %v", got, err)
	}
	s = offline(t)
	s.cache = ""
	if _, err := s.locate(t.Context(), ""); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "set HOME") {
		t.Errorf("without any library: %v", err)
	}
}

func TestNotFoundSaysEveryWayOut(t *testing.T) {
	s := offline(t)
	_, err := s.locate(t.Context(), "")
	if !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	for _, part := range []string{"npm: it is not installed", "github.com", "ONNXRUNTIME_LIB", "Node.js", "release.tgz", s.executable, "without a network"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the message lacks %q:\n%v", part, err)
		}
	}
}

func TestNotFoundOnAPlatformWithoutBuilds(t *testing.T) {
	s := offline(t)
	s.name, s.platform = "darwin/amd64", platform{}
	_, err := s.locate(t.Context(), "")
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "ONNXRUNTIME_LIB") || !strings.Contains(err.Error(), "1.24 or later") {
		t.Error(err)
	}
}

func TestLocateEndsWithItsContextWhileAnotherProcessFetches(t *testing.T) {
	s := offline(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.locate(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestPinsAreWholeAndEveryPlatformHasOne(t *testing.T) {
	for name, p := range platforms {
		sums := []string{p.npm.sha256}
		if p.release.name != "" {
			sums = append(sums, p.release.sha256, p.release.library.sha256)
			if !strings.Contains(p.release.name, Version) || p.release.bytes < 1<<20 {
				t.Errorf("%s: release %s of %d bytes", name, p.release.name, p.release.bytes)
			}
		}
		for _, s := range sums {
			if bytes, err := hex.DecodeString(s); err != nil || len(bytes) != sha256.Size {
				t.Errorf("%s: %q is no SHA-256", name, s)
			}
		}
		if p.file == "" || p.npm.path == "" {
			t.Errorf("%s: no file name", name)
		}
	}
}
