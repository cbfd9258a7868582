package ort

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// fetcher is how a library comes to this machine.
type fetcher struct {
	npm      string // path of npm; empty where it is not installed
	releases string // address of the folder with the release archives
	client   *http.Client
	progress func(done, total int64)
}

// fetch puts the library into the cache, once for all processes that want it at the same time.
//
// The work is done in a staging folder that is emptied at the start, so a fetch that was killed leaves
// nothing that counts; the library appears in its place by a rename, whole and checked.
func (s *search) fetch(ctx context.Context) (string, error) {
	if s.platform.file == "" {
		return "", s.notFound(errors.New("there is no build for this platform to fetch"))
	}
	if s.cache == "" {
		return "", s.notFound(errors.New("this user has no cache folder to put it into: set HOME"))
	}
	if err := os.MkdirAll(s.cache, 0o755); err != nil {
		return "", s.notFound(fmt.Errorf("the cache folder cannot be made: %w", err))
	}
	lock := flock.New(filepath.Join(s.cache, "LOCK"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return "", fmt.Errorf("wait for another process that fetches ONNX Runtime: %w", err)
	}
	defer lock.Close()

	if path, ok := s.cached(); ok { // another process was faster
		return path, nil
	}
	staging := filepath.Join(s.cache, "staging")
	if err := errors.Join(os.RemoveAll(staging), os.Mkdir(staging, 0o755)); err != nil {
		return "", s.notFound(err)
	}
	defer os.RemoveAll(staging)

	path := filepath.Join(s.cache, s.platform.file)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // it is there and damaged
		return "", s.notFound(err)
	}
	staged, err := s.fetchInto(ctx, staging)
	if err != nil {
		return "", err
	}
	if err := os.Rename(staged, path); err != nil {
		return "", s.notFound(err)
	}
	return path, nil
}

// fetchInto tries npm, then the releases, and returns the checked library's path in the staging folder.
func (s *search) fetchInto(ctx context.Context, staging string) (string, error) {
	var failures []error
	for _, source := range []func(context.Context, platform, string) (string, error){s.fetcher.fromNPM, s.fetcher.fromRelease} {
		staged, err := source(ctx, s.platform, staging)
		if err == nil {
			return staged, nil
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("fetch ONNX Runtime: %w", ctx.Err())
		}
		failures = append(failures, err)
	}
	return "", s.notFound(failures...)
}

// notFound says why nothing could be fetched and every way out of it.
func (s *search) notFound(reasons ...error) error {
	where := "a build of " + OldestVersion + " or later"
	if name := s.platform.release.name; name != "" {
		where = s.fetcher.releases + "/" + name
	}
	return fmt.Errorf(`%w on this machine (%s) and could not be fetched:
%w
Do one of these:
  - install Node.js, so that npm can fetch it, and see that npm reaches its registry;
  - let this machine reach github.com;
  - without a network: bring %s
    from another machine, unpack it, and set ONNXRUNTIME_LIB to the path of its %s,
    or put that file into %s`,
		ErrNotFound, s.name, errors.Join(reasons...), where, libraryNames()[0], s.executable)
}

// keep copies the library from an archive to the file staged, and fails unless its hash is the pinned one.
func keep(from io.Reader, staged string, pin library) (err error) {
	file, err := os.OpenFile(staged, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			os.Remove(staged)
		}
	}()
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, hash), io.LimitReader(from, maxLibraryBytes+1))
	if err != nil {
		return err
	}
	if n > maxLibraryBytes {
		return fmt.Errorf("%s is larger than %d MB", pin.path, maxLibraryBytes>>20)
	}
	if err := matches(pin.path, hex.EncodeToString(hash.Sum(nil)), pin.sha256); err != nil {
		return err
	}
	return file.Sync()
}

func matches(name, got, want string) error {
	if got != want {
		return fmt.Errorf("%s has the SHA-256 %s and not the pinned %s: it is damaged or not the original", name, got, want)
	}
	return nil
}

func hashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
