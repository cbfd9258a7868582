package indexer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"vitrine/catalog/durable"
)

// formatVersion is the version of a generation's layout. A generation of another version is not read
// but built again from the catalogue.
const formatVersion = 1

const manifestFile = "manifest.json"

// maxManifestBytes bounds what is read of a manifest: it has one entry a file and a field.
const maxManifestBytes = 1 << 20

// Manifest describes one generation. It is written last, so that a generation that has one is whole.
type Manifest struct {
	Format     int                 `json:"format"`
	Generation string              `json:"generation"`
	Created    time.Time           `json:"created"`
	Sequence   int64               `json:"sequence"` // of the last change that it surely contains; the products may be later ones
	Model      Model               `json:"model"`
	Products   int                 `json:"products"`
	Rows       map[Space]int       `json:"rows"`   // vectors in each space
	Recall     map[string]float64  `json:"recall"` // recall@10 against exact search, by space; none where it is empty
	Lengths    map[string]int64    `json:"keyword_lengths"`
	Photos     string              `json:"photos"` // state of the photo files, by which a build sees that they changed
	Files      map[string]FileInfo `json:"files"`  // by slash-separated path; the manifest itself is not among them
	SHA256     string              `json:"sha256"` // of this file, written with this field empty
}

// Model names the encoder model that made the vectors.
type Model struct {
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint"`
	Dim         int    `json:"dim"`
}

// FileInfo is what is known of one file.
type FileInfo struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// Ends is the SHA-256 of the first and the last endBytes, where the files of this room keep the checksums of all that is
	// between, so that opening notices also a whole file in the place of another. Earlier programs did not write it.
	Ends string `json:"ends,omitempty"`
}

// endBytes covers the header of a vector file and the largest directory of a section file.
const endBytes = 4096

// seal returns the manifest as it stands in its file, with its own checksum.
func (m Manifest) seal() ([]byte, error) {
	m.SHA256 = ""
	bare, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(bare)
	m.SHA256 = hex.EncodeToString(sum[:])
	sealed, err := json.MarshalIndent(m, "", "  ")
	return append(sealed, '\n'), err
}

func writeManifest(dir string, m *Manifest) error {
	data, err := m.seal()
	if err != nil {
		return err
	}
	return durable.Write(filepath.Join(dir, manifestFile), data)
}

func readManifest(dir string) (Manifest, error) {
	var m Manifest
	file, err := os.Open(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%w: %s has no %s: %w", ErrDamaged, dir, manifestFile, err)
	}
	if err != nil {
		return m, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxManifestBytes))
	if err != nil {
		return m, fmt.Errorf("%w: read %s: %w", ErrDamaged, file.Name(), err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrDamaged, file.Name(), err)
	}
	if m.Format != formatVersion {
		return m, fmt.Errorf("%w: %s has format version %d and this program reads version %d: index the feed again", ErrDamaged, dir, m.Format, formatVersion)
	}
	if sealed, err := m.seal(); err != nil || !bytes.Equal(sealed, data) {
		return m, fmt.Errorf("%w: %s is not what was written", ErrDamaged, file.Name())
	}
	if m.Products < 0 || m.Model.Dim < 1 {
		return m, fmt.Errorf("%w: %s: %d products, %d dimensions", ErrDamaged, file.Name(), m.Products, m.Model.Dim)
	}
	return m, nil
}

// hasKeywordFields is false of a generation that an earlier program built: it can be searched, but has
// not all that this one looks up.
func (m *Manifest) hasKeywordFields() bool {
	for _, field := range keywordFields {
		if _, ok := m.Lengths[field.name]; !ok {
			return false
		}
	}
	return true
}

// checkSizes compares the sizes and the ends of the files with the manifest, which is quick; Check compares
// all of their bytes.
func (m *Manifest) checkSizes(dir string) error {
	for name, want := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("%w: the manifest names a file outside of the generation: %q", ErrDamaged, name)
		}
		size, ends, err := describeEnds(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if size != want.Size {
			return fmt.Errorf("%w: %s has %d bytes and should have %d", ErrDamaged, filepath.Join(dir, name), size, want.Size)
		}
		if ends != want.Ends && want.Ends != "" {
			return fmt.Errorf("%w: %s is not what was written", ErrDamaged, filepath.Join(dir, name))
		}
	}
	return nil
}

// checkDigests reads every file and compares it with the manifest.
func (m *Manifest) checkDigests(dir string) error {
	for name := range m.Files {
		if err := m.checkDigest(dir, name); err != nil {
			return err
		}
	}
	return nil
}

// checkDigest reads a file and compares it with the manifest.
func (m *Manifest) checkDigest(dir, name string) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	got, err := describeFile(path)
	if err != nil {
		return err
	}
	if want, known := m.Files[name]; !known || got.Size != want.Size || got.SHA256 != want.SHA256 {
		return fmt.Errorf("%w: %s is not what was written", ErrDamaged, path)
	}
	return nil
}

// describeFiles returns size and SHA-256 of every file below dir but the manifest.
func describeFiles(dir string) (map[string]FileInfo, error) {
	files := make(map[string]FileInfo)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || name == manifestFile {
			return err
		}
		files[filepath.ToSlash(name)], err = describeFile(path)
		return err
	})
	return files, err
}

func describeFile(path string) (FileInfo, error) {
	file, err := os.Open(path)
	if err != nil {
		return FileInfo{}, err
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return FileInfo{}, err
	}
	_, ends, err := describeEnds(path)
	return FileInfo{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil)), Ends: ends}, err
}

// describeEnds returns the size of a file and the SHA-256 of its first and last endBytes.
func describeEnds(path string) (size int64, ends string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, "", err
	}
	size = info.Size()
	hash := sha256.New()
	for _, from := range []int64{0, max(0, size-endBytes)} {
		if _, err := io.Copy(hash, io.NewSectionReader(file, from, min(size, endBytes))); err != nil {
			return 0, "", err
		}
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}
