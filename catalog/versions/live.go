package versions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vitrine/catalog/durable"
)

const (
	currentFile = "CURRENT" // the live version in its first line, and below it those before it, newest first
	maxHistory  = 100       // versions in CURRENT

	// MaxCurrentBytes is the size of a CURRENT at most.
	MaxCurrentBytes = maxHistory * 128
)

// CurrentPath is where the file lies that names the live version.
func (s *Store) CurrentPath() string { return filepath.Join(s.folder, currentFile) }

// ParseCurrent returns the live version and those before it, newest first, of the text of a CURRENT.
func (s *Store) ParseCurrent(text []byte) (version string, before []string, err error) {
	lines := strings.Fields(string(text))
	notName := func(line string) bool { return !IsName(line) }
	if len(lines) == 0 || len(text) > MaxCurrentBytes || slices.ContainsFunc(lines, notName) {
		return "", nil, fmt.Errorf("%w: it does not name versions: remove it, and %s is live", s.kind.Unusable, s.kind.None)
	}
	return lines[0], lines[1:], nil
}

// Live returns the version that is to be used and those before it, newest first. Without CURRENT it is None.
func (s *Store) Live() (version string, before []string, err error) {
	text, err := os.ReadFile(s.CurrentPath())
	if errors.Is(err, fs.ErrNotExist) {
		return s.kind.None, nil, nil
	}
	if err == nil {
		version, before, err = s.ParseCurrent(text)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", s.CurrentPath(), err)
	}
	return version, before, nil
}

// Adopt makes a version live, or None, after it has been seen to be usable. Adopting the live one changes nothing.
func (s *Store) Adopt(version string) error {
	if err := s.kind.Check(version); err != nil {
		return err
	}
	live, before, err := s.Live()
	if errors.Is(err, s.kind.Unusable) { // a damaged CURRENT is mended by this
		live, before, err = s.kind.None, nil, nil
	}
	if err != nil || version == live {
		return err
	}
	return s.writeCurrent(append([]string{version, live}, before...))
}

// Rollback makes the version live that was live before the live one, which may be None, and returns it.
func (s *Store) Rollback() (string, error) {
	_, before, err := s.Live()
	if err != nil {
		return "", err
	}
	if len(before) == 0 {
		return "", fmt.Errorf("%w: there was none before the live one", s.kind.NoVersion)
	}
	if err := s.kind.Check(before[0]); err != nil {
		return "", fmt.Errorf("go back to %s: %w", before[0], err)
	}
	return before[0], s.writeCurrent(before)
}

func (s *Store) writeCurrent(versions []string) error {
	err := os.MkdirAll(s.folder, 0o755)
	if err == nil {
		text := strings.Join(versions[:min(len(versions), maxHistory)], "\n") + "\n"
		err = durable.Replace(s.CurrentPath(), []byte(text))
	}
	if err != nil {
		return fmt.Errorf("make %s live: %w", versions[0], err)
	}
	return nil
}

// Prune deletes the oldest versions that are more than keep and neither live nor one of the last keep that were, and
// what a Save that was cut short has left. Only one process at a time may call it, and none that saves beside it.
func (s *Store) Prune(keep int) error {
	live, before, err := s.Live()
	if err != nil {
		return err
	}
	kept := append([]string{live}, before[:min(len(before), keep)]...)
	versions, err := s.Versions()
	if err != nil {
		return err
	}
	parts, err := filepath.Glob(filepath.Join(s.folder, ".part-*"))
	for _, part := range parts {
		err = errors.Join(err, os.RemoveAll(part))
	}
	for _, version := range versions[:max(len(versions)-keep, 0)] {
		if !slices.Contains(kept, version) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.folder, version)))
		}
	}
	if err != nil {
		return fmt.Errorf("delete old versions: %w", err)
	}
	return nil
}
