package ranker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// ErrSchema is wrapped when a model was made for features that mean something else in this program.
var ErrSchema = errors.New("model of another feature schema")

const (
	modelDir     = "ranker"     // below the data directory
	modelFile    = "model.json" // below the version's folder; training puts its figures beside it
	modelFormat  = 1
	maxModelFile = 1 << 20 // bytes; a model of this kind has some kilobytes
)

var versionPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,63}$`)

// file is the JSON of a model.
type file struct {
	Format  int      `json:"format"` // modelFormat
	Version string   `json:"version"`
	Schema  string   `json:"schema"` // Schema.Hash of the features that the weights belong to
	Bias    float64  `json:"bias"`
	Weights []Weight `json:"weights"` // in the order of the schema
}

// Save writes the model to <dataDir>/ranker/<version>/model.json. A reader sees the old file or the whole
// new one, after a crash too.
func (l *Logistic) Save(dataDir string) error {
	data, err := json.MarshalIndent(file{modelFormat, l.version, Features().Hash(), l.bias, l.weights}, "", "  ")
	if err != nil {
		return fmt.Errorf("save ranker model %s: %w", l.version, err)
	}
	dir := filepath.Join(dataDir, modelDir, l.version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("save ranker model %s: %w", l.version, err)
	}
	if err := replaceFile(filepath.Join(dir, modelFile), append(data, '\n')); err != nil {
		return fmt.Errorf("save ranker model %s: %w", l.version, err)
	}
	return nil
}

// replaceFile puts data on the disk before it takes the place of what is at path.
func replaceFile(path string, data []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	err = errors.Join(err, part.Chmod(0o644), part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return nil
}

// Load reads the model of a version from a data directory. Its errors wrap fs.ErrNotExist when there is
// no such version, ErrSchema when it was trained on other features, and ErrModel when the file is damaged.
func Load(dataDir, version string) (*Logistic, error) {
	if !versionPattern.MatchString(version) {
		return nil, fmt.Errorf("%w: %q is no version", ErrModel, version)
	}
	in, err := os.Open(filepath.Join(dataDir, modelDir, version, modelFile))
	if err != nil {
		return nil, fmt.Errorf("load ranker model %s: %w", version, err)
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxModelFile+1))
	if err != nil {
		return nil, fmt.Errorf("load ranker model %s: %w", version, err)
	}
	l, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("load ranker model %s: %w", version, err)
	}
	if l.version != version {
		return nil, fmt.Errorf("load ranker model %s: %w: the file is of version %s", version, ErrModel, l.version)
	}
	return l, nil
}

func decode(data []byte) (*Logistic, error) {
	if len(data) > maxModelFile {
		return nil, fmt.Errorf("%w: the file is larger than %d bytes", ErrModel, maxModelFile)
	}
	var f file
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if f.Format != modelFormat {
		return nil, fmt.Errorf("%w: format %d, this program reads %d", ErrModel, f.Format, modelFormat)
	}
	if want := Features().Hash(); f.Schema != want {
		return nil, fmt.Errorf("%w: the model has %s, this program %s: train it again or use the program that made it", ErrSchema, f.Schema, want)
	}
	return NewLogistic(f.Version, f.Bias, f.Weights)
}
