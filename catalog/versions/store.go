package versions

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"vitrine/catalog/durable"
)

const (
	// Format is that of the manifests that this program writes and reads.
	Format = 1

	manifestFile = "manifest.json"
	maxManifest  = 16 << 20 // bytes
	maxFile      = 256 << 20
)

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,63}$`)

// IsName reports whether a version may have this name: lower-case letters, digits, dots and dashes, 64 at most.
func IsName(version string) bool { return namePattern.MatchString(version) }

// Kind says what a store keeps.
type Kind struct {
	None      string                     // stands for none among the versions
	NoVersion error                      // wrapped where there is no such version, or none to go back to
	Unusable  error                      // wrapped where a version or CURRENT is damaged
	Advice    string                     // what to do about a damaged version
	Check     func(version string) error // nil = the version, which may be None, can be used
}

// Store keeps the versions of one kind of thing.
type Store struct {
	folder string
	kind   Kind
}

// Open returns the store in a folder, which need not be there before the first Save.
func Open(folder string, kind Kind) *Store { return &Store{folder, kind} }

// Folder is where the versions lie.
func (s *Store) Folder() string { return s.folder }

// Path is where a file of a version lies.
func (s *Store) Path(version, name string) string { return filepath.Join(s.folder, version, name) }

// NewVersion names a version by the time and a word, if any; the name is not taken yet.
func (s *Store) NewVersion(at time.Time, word ...string) string {
	base := strings.Join(append([]string{at.UTC().Format("20060102-150405")}, word...), "-")
	version := base
	for i := 2; ; i++ {
		if _, err := os.Lstat(filepath.Join(s.folder, version)); errors.Is(err, fs.ErrNotExist) {
			return version
		}
		version = fmt.Sprintf("%s-%d", base, i)
	}
}

// Checksums are the SHA-256 of files by name, in hexadecimal.
func Checksums(files map[string][]byte) map[string]string {
	sums := map[string]string{}
	for name, data := range files {
		sums[name] = checksum(data)
	}
	return sums
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Save writes a version, durably and without making it live. The manifest's JSON has the format and the version,
// as ReadManifest reads them.
func (s *Store) Save(version string, manifest any, files map[string][]byte) error {
	if err := s.save(version, manifest, files); err != nil {
		return fmt.Errorf("save version %s: %w", version, err)
	}
	return nil
}

func (s *Store) save(version string, manifest any, files map[string][]byte) error {
	if !IsName(version) || version == s.kind.None {
		return fmt.Errorf("%w: the version %q must be of lower-case letters, digits, dots and dashes, and not %s", s.kind.Unusable, version, s.kind.None)
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.folder, 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(s.folder, ".part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part) // gone already when all went well
	err = errors.Join(os.Chmod(part, 0o755), durable.Write(filepath.Join(part, manifestFile), append(text, '\n')))
	for name, data := range files {
		err = errors.Join(err, durable.Write(filepath.Join(part, name), data))
	}
	if err = errors.Join(err, durable.SyncFolder(part)); err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(s.folder, version)); err != nil {
		return err
	}
	return durable.SyncFolder(s.folder)
}

// ReadManifest reads the manifest of a version into a struct.
func (s *Store) ReadManifest(version string, into any) error {
	if !IsName(version) {
		return fmt.Errorf("%w: %q is not the name of a version", s.kind.NoVersion, version)
	}
	text, err := readLimited(s.Path(version, manifestFile), maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s: vitrine models list names those there are", s.kind.NoVersion, version)
	}
	var head struct {
		Format  int    `json:"format"`
		Version string `json:"version"`
	}
	if err == nil {
		err = json.Unmarshal(text, &head)
	}
	if err == nil && head.Format == Format {
		err = json.Unmarshal(text, into)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: the manifest of %s: %w", s.kind.Unusable, version, err)
	case head.Format != Format:
		return fmt.Errorf("%w: %s has the format %d, this program reads %d: train again", s.kind.Unusable, version, head.Format, Format)
	case head.Version != version:
		return fmt.Errorf("%w: the folder %s holds version %q", s.kind.Unusable, version, head.Version)
	}
	return nil
}

// ReadFile reads a file of a version whose manifest has this checksum of it.
func (s *Store) ReadFile(version, name, sum string) ([]byte, error) {
	data, err := readLimited(s.Path(version, name), maxFile)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", s.kind.Unusable, version, err)
	}
	if checksum(data) != sum {
		return nil, fmt.Errorf("%w: %s is damaged: the checksum of %s differs: %s", s.kind.Unusable, version, name, s.kind.Advice)
	}
	return data, nil
}

func readLimited(path string, most int64) ([]byte, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", filepath.Base(path), most)
	}
	return data, err
}

// Versions lists what is stored, in the order of the names, which begin with the time.
func (s *Store) Versions() ([]string, error) {
	entries, err := os.ReadDir(s.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	var versions []string
	for _, entry := range entries {
		if entry.IsDir() && IsName(entry.Name()) {
			versions = append(versions, entry.Name())
		}
	}
	return versions, nil
}
