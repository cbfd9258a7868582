package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The files of a folder of adapters.
const (
	CurrentFile  = "CURRENT" // the live version in its first line, and below it those before it, newest first
	adapterFile  = "adapter.bin"
	manifestFile = "manifest.json"

	manifestFormat = 1
	maxManifest    = 1 << 20 // bytes
	maxHistory     = 100     // versions in CURRENT

	// MaxCurrentBytes is the size of a CURRENT.
	MaxCurrentBytes = maxHistory * 128
)

// NoAdapter stands for none among the versions.
const NoAdapter = "none"

// ErrNoVersion is wrapped when there is no adapter of a version, or none to go back to.
var ErrNoVersion = errors.New("no such adapter")

var versionPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,99}$`)

// Manifest says how an adapter came about.
type Manifest struct {
	Format  int             `json:"format"` // 1
	Version string          `json:"version"`
	Model   string          `json:"model"` // fingerprint of the encoder whose vectors it is for
	Created time.Time       `json:"created"`
	From    time.Time       `json:"from,omitzero"` // of the first event that it was learnt from; zero = from the catalogue
	To      time.Time       `json:"to,omitzero"`   // of the last one
	Seed    uint64          `json:"seed"`
	Program string          `json:"program"` // revision of the program that trained it
	Report  json.RawMessage `json:"report"`  // figures and decision, as the trainer wrote them
}

// Store keeps adapters, a folder each, and says which is live. An adapter is there whole or not at all, and the live
// one changes in one step. Reading is safe for several processes at once; who writes holds a lock of his own.
type Store struct {
	folder string
}

// OpenStore returns the store in a folder, which need not be there before the first Save.
func OpenStore(folder string) *Store { return &Store{folder} }

// Folder is where the adapters lie.
func (s *Store) Folder() string { return s.folder }

// NewVersion names an adapter by the time; the name is not taken yet.
func (s *Store) NewVersion(at time.Time) string {
	base := at.UTC().Format("20060102-150405")
	version := base
	for i := 2; ; i++ {
		if _, err := os.Lstat(filepath.Join(s.folder, version)); errors.Is(err, fs.ErrNotExist) {
			return version
		}
		version = fmt.Sprintf("%s-%d", base, i)
	}
}

// Save writes an adapter under the version of its manifest, durably, and without making it live.
func (s *Store) Save(m Manifest, a *Adapter) error {
	m.Format, m.Model = manifestFormat, a.model
	manifest, err := json.MarshalIndent(m, "", "  ")
	var data bytes.Buffer
	if err = errors.Join(err, a.Write(&data)); err != nil {
		return fmt.Errorf("save adapter %s: %w", m.Version, err)
	}
	if err := os.MkdirAll(s.folder, 0o755); err != nil {
		return fmt.Errorf("save adapter %s: %w", m.Version, err)
	}
	part, err := os.MkdirTemp(s.folder, ".part-")
	if err != nil {
		return fmt.Errorf("save adapter %s: %w", m.Version, err)
	}
	defer os.RemoveAll(part) // gone already when all went well
	err = errors.Join(
		os.Chmod(part, 0o755),
		writeDurably(filepath.Join(part, adapterFile), data.Bytes()),
		writeDurably(filepath.Join(part, manifestFile), append(manifest, '\n')),
		syncFolder(part),
	)
	if err == nil {
		err = os.Rename(part, filepath.Join(s.folder, m.Version))
	}
	if err == nil {
		err = syncFolder(s.folder)
	}
	if err != nil {
		return fmt.Errorf("save adapter %s: %w", m.Version, err)
	}
	return nil
}

// Manifest reads that of a version. Errors wrap ErrNoVersion or ErrFile.
func (s *Store) Manifest(version string) (Manifest, error) {
	text, err := os.ReadFile(filepath.Join(s.folder, version, manifestFile))
	if !versionPattern.MatchString(version) || errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("%w: %s: vitrine models list names those there are", ErrNoVersion, version)
	}
	var m Manifest
	if err == nil && len(text) > maxManifest {
		err = fmt.Errorf("it is larger than %d bytes", maxManifest)
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	switch {
	case err != nil:
		return Manifest{}, fmt.Errorf("%w: the manifest of %s: %w", ErrFile, version, err)
	case m.Format != manifestFormat:
		return Manifest{}, fmt.Errorf("%w: %s has the format %d, this program reads %d: train again", ErrFile, version, m.Format, manifestFormat)
	}
	return m, nil
}

// Load reads a version; NoAdapter is nil. Errors wrap ErrNoVersion or ErrFile.
func (s *Store) Load(version string) (*Adapter, error) {
	if version == NoAdapter {
		return nil, nil
	}
	in, err := os.Open(filepath.Join(s.folder, version, adapterFile))
	if !versionPattern.MatchString(version) || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s: vitrine models list names those there are", ErrNoVersion, version)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	a, err := Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: train again, or go back with vitrine models rollback-adapter", version, err)
	}
	return a, nil
}

// ParseCurrent returns the live version and those before it, newest first, of the text of a CURRENT; without a text
// it is NoAdapter.
func ParseCurrent(text []byte) (version string, before []string, err error) {
	if text == nil {
		return NoAdapter, nil, nil
	}
	lines := strings.Fields(string(text))
	if len(lines) == 0 || len(text) > MaxCurrentBytes || slices.ContainsFunc(lines, func(v string) bool { return !versionPattern.MatchString(v) }) {
		return "", nil, fmt.Errorf("%w: %s does not name versions: remove it, or train again", ErrFile, CurrentFile)
	}
	return lines[0], lines[1:], nil
}

// Live returns the version that is to be used and those before it, newest first.
func (s *Store) Live() (version string, before []string, err error) {
	text, err := os.ReadFile(filepath.Join(s.folder, CurrentFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("read which adapter is live: %w", err)
	}
	return ParseCurrent(text)
}

// Adopt makes a version live, after it has been seen to load. Adopting the live one changes nothing.
func (s *Store) Adopt(version string) error {
	if _, err := s.Load(version); err != nil {
		return err
	}
	live, before, err := s.Live()
	if errors.Is(err, ErrFile) { // a damaged CURRENT is mended by this
		live, before, err = NoAdapter, nil, nil
	}
	if err != nil || version == live {
		return err
	}
	return s.writeCurrent(append([]string{version, live}, before...))
}

// Rollback makes the version live that was live before the live one, which may be NoAdapter, and returns it.
func (s *Store) Rollback() (string, error) {
	_, before, err := s.Live()
	if err != nil {
		return "", err
	}
	if len(before) == 0 {
		return "", fmt.Errorf("%w: there was none before the live one", ErrNoVersion)
	}
	if _, err := s.Load(before[0]); err != nil {
		return "", fmt.Errorf("go back to %s: %w", before[0], err)
	}
	return before[0], s.writeCurrent(before)
}

func (s *Store) writeCurrent(versions []string) error {
	versions = versions[:min(len(versions), maxHistory)]
	path := filepath.Join(s.folder, CurrentFile)
	err := writeDurably(path+".part", []byte(strings.Join(versions, "\n")+"\n"))
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err == nil {
		err = syncFolder(s.folder)
	}
	if err != nil {
		return fmt.Errorf("make adapter %s live: %w", versions[0], err)
	}
	return nil
}

// Versions lists what is stored, in the order of the names, which begin with the time.
func (s *Store) Versions() ([]string, error) {
	entries, err := os.ReadDir(s.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list adapters: %w", err)
	}
	var versions []string
	for _, entry := range entries {
		if entry.IsDir() && versionPattern.MatchString(entry.Name()) {
			versions = append(versions, entry.Name())
		}
	}
	return versions, nil
}

func writeDurably(path string, data []byte) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return errors.Join(err, out.Sync(), out.Close())
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
