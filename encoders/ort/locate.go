package ort

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
)

// ErrNotFound is wrapped by Load's error when there is no library and none could be fetched. The text
// says what to install and where to put it.
var ErrNotFound = errors.New("ONNX Runtime was not found")

// search is one search for the library: the places that it looks into, in this order, and how it fetches.
type search struct {
	name       string   // "linux/amd64"
	platform   platform // what is pinned for it; the zero value where nothing is
	executable string   // folder of the running binary
	cache      string   // folder of fetched libraries; empty where the user has no cache
	system     []string // folders of the system's libraries
	fetcher    fetcher
}

func newSearch(progress func(done, total int64)) (*search, error) {
	cache, err := os.UserCacheDir()
	if err == nil {
		cache = filepath.Join(cache, "vitrine", "onnxruntime", Version)
	} else {
		cache = "" // a service without a home: it may have the library elsewhere
	}
	binary, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the folder of this program is unknown: %w", err)
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		npm = "" // not installed
	}
	if progress == nil {
		progress = func(done, total int64) {}
	}
	return &search{
		name:       thisPlatform,
		platform:   platforms[thisPlatform],
		executable: filepath.Dir(binary),
		cache:      cache,
		system:     systemFolders(),
		fetcher:    fetcher{npm: npm, releases: releasesURL, client: releasesClient(), progress: progress},
	}, nil
}

// locate returns the path of the library.
func (s *search) locate(ctx context.Context, explicit string) (string, error) {
	if explicit != "" {
		if !regular(explicit) {
			return "", fmt.Errorf("ONNX Runtime: %s is not a file: give the path of %s itself", explicit, libraryNames()[0])
		}
		return explicit, nil
	}
	if path, ok := newestIn(s.executable); ok {
		return path, nil
	}
	if path, ok := s.cached(); ok {
		return path, nil
	}
	for _, folder := range s.system {
		if path, ok := newestIn(folder); ok && recentEnough(path) {
			return path, nil
		}
	}
	return s.fetch(ctx)
}

// cached returns the cache's library if it is one of the pinned builds, byte for byte. Hashing 45 MB costs
// less than 0.1 s and is what keeps a damaged file from being loaded as code.
func (s *search) cached() (string, bool) {
	path := filepath.Join(s.cache, s.platform.file)
	if s.cache == "" || s.platform.file == "" || !regular(path) {
		return "", false
	}
	sum, err := hashFile(path)
	return path, err == nil && s.platform.accepts(sum)
}

// libraryNames are the file names, as patterns, under which a library of this system may lie in a folder.
func libraryNames() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{"onnxruntime.dll"}
	case "darwin":
		return []string{"libonnxruntime.dylib", "libonnxruntime.*.dylib"}
	default:
		return []string{"libonnxruntime.so", "libonnxruntime.so.*"}
	}
}

// newestIn returns the library in folder: the one without a version in its name, else the last by name.
func newestIn(folder string) (string, bool) {
	for _, pattern := range libraryNames() {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil { // only a malformed pattern, which a strange folder name can make
			return "", false
		}
		for i := len(found) - 1; i >= 0; i-- {
			if regular(found[i]) {
				return found[i], true
			}
		}
	}
	return "", false
}

// systemFolders is the system's library path. Windows has none here: System32 holds a build of Windows' own
// that is years older than what is needed.
func systemFolders() []string {
	switch runtime.GOOS {
	case "windows":
		return nil
	case "darwin":
		return append(filepath.SplitList(os.Getenv("DYLD_LIBRARY_PATH")), "/opt/homebrew/lib", "/usr/local/lib")
	default:
		triplet := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]
		return append(filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")),
			"/usr/local/lib", filepath.Join("/usr/lib", triplet), "/usr/lib64", "/usr/lib")
	}
}

var versionInName = regexp.MustCompile(`libonnxruntime\.(?:so\.)?1\.(\d+)`)

// recentEnough reports whether the library's name, after symbolic links, says version 1.24 or later.
// Distributions ship older ones, which could not be used; a name without a version proves nothing.
func recentEnough(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	match := versionInName.FindStringSubmatch(filepath.Base(real))
	if match == nil {
		return false
	}
	minor, err := strconv.Atoi(match[1])
	return err == nil && minor >= 24
}

func regular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
