package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vitrine/indexer"
)

// ErrChanging is wrapped when models or indexes are replaced faster than they can be opened.
var ErrChanging = errors.New("the data directory does not hold still")

// source is an open file of a data directory: it can be read to its end although another takes its place.
type source struct {
	name string // slash-separated path below the data directory
	file *os.File
	info fs.FileInfo
}

// sources are the files of a data directory at one moment.
type sources struct {
	files      []source
	generation string
	skipped    []string // what is neither a file nor a folder
}

func (s *sources) close() {
	for _, from := range s.files {
		_ = from.file.Close() // was only read
	}
}

// currents name what is live: while they stay the same, what they name stays too.
var currents = []string{"index/CURRENT", "ranker/CURRENT", "adapters/CURRENT"}

// gather opens all files of a data directory but the databases.
func gather(dataDir string) (*sources, error) {
	const attempts = 20
	for range attempts {
		before, err := readCurrents(dataDir)
		if err != nil {
			return nil, err
		}
		found, err := openAll(dataDir)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was replaced meanwhile
		}
		if err != nil {
			return nil, err
		}
		after, err := readCurrents(dataDir)
		if err != nil {
			found.close()
			return nil, err
		}
		if slices.Equal(before, after) {
			return found, nil
		}
		found.close()
	}
	return nil, fmt.Errorf("%w: try again when no index is being built and no model trained", ErrChanging)
}

func readCurrents(dataDir string) (contents []string, err error) {
	for _, name := range currents {
		data, err := os.ReadFile(filepath.Join(dataDir, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		contents = append(contents, string(data))
	}
	return contents, nil
}

func openAll(dataDir string) (found *sources, err error) {
	found = &sources{}
	manifest, err := indexer.LiveManifest(dataDir)
	if err != nil && !errors.Is(err, indexer.ErrNoIndex) {
		return nil, fmt.Errorf("%w: see vitrine check", err)
	}
	found.generation = manifest.Generation
	defer func() {
		if err != nil {
			found.close()
		}
	}()
	return found, filepath.WalkDir(dataDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dataDir {
			return err
		}
		relative, err := filepath.Rel(dataDir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		if left(name, found.generation) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		return found.open(path, name)
	})
}

// left reports whether a backup leaves a file or folder out: what is copied in another way, can be made again, is being written
// or means something to a running process alone.
func left(name, generation string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	switch {
	case name == "LOCK", name == "photos", strings.HasPrefix(name, "catalog.db"), strings.HasPrefix(name, "embeddings.db"):
		return true
	case strings.HasSuffix(base, ".tmp"), strings.HasSuffix(base, ".part"), strings.HasPrefix(base, ".part-"):
		return true
	case strings.HasPrefix(name, "index/"):
		return name != "index/CURRENT" && name != "index/"+generation && !strings.HasPrefix(name, "index/"+generation+"/")
	}
	return false
}

func (s *sources) open(path, name string) error {
	info, err := os.Stat(path) // of what a link points to
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		s.skipped = append(s.skipped, name)
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	s.files = append(s.files, source{name, file, info})
	return nil
}
