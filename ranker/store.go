package ranker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"vitrine/catalog/versions"
	"vitrine/ranker/calibration"
)

// The files of a version.
const (
	modelFile   = "model.json"
	networkFile = "model.onnx" // in its place, of a network
	reportFile  = "report.html"
)

// PriorName stands for the prior among the versions; no trained model has it.
const PriorName = "prior"

// ErrNoVersion is wrapped when there is no model of a version, or none to go back to.
var ErrNoVersion = errors.New("no such ranker model")

// Manifest says what a trained model is and how it came about.
type Manifest struct {
	Format      int               `json:"format"` // 1
	Version     string            `json:"version"`
	Kind        string            `json:"kind"`   // how model.json is read: logistic, mlp, deepfm
	Schema      string            `json:"schema"` // hash of what the features mean
	Created     time.Time         `json:"created"`
	From        time.Time         `json:"from"` // of the first search that it was trained on
	To          time.Time         `json:"to"`   // of the last one that it was judged on
	Seed        uint64            `json:"seed"`
	Program     string            `json:"program"`     // revision of the program that trained it
	Calibration calibration.Platt `json:"calibration"` // of the log odds that model.json gives
	Sample      []Distribution    `json:"sample"`      // of the features in training, by which drift is told
	Report      json.RawMessage   `json:"report"`      // figures, data and decision, as the trainer wrote them
	Files       map[string]string `json:"files"`       // SHA-256 of each, in hexadecimal
}

// Distribution is how often a feature had values between edges.
type Distribution struct {
	Feature string    `json:"feature"`
	Edges   []float64 `json:"edges"`  // rising; bin i ends at edge i, which belongs to it
	Shares  []float64 `json:"shares"` // of the bins, one more than there are edges; they add up to 1
}

// Store keeps the trained models of a data directory; Prior is live until one is adopted.
type Store struct {
	*versions.Store
	networks func(file []byte, features []string) (Network, error)
}

// OpenStore returns the store of a data directory. Nothing is made before the first Save.
func OpenStore(dataDir string) *Store { return openStore(filepath.Join(dataDir, "ranker"), nil) }

// WithNetworks returns a store that also loads networks, by a function that checks that one takes the features.
func (s *Store) WithNetworks(open func(file []byte, features []string) (Network, error)) *Store {
	return openStore(s.Folder(), open)
}

func openStore(folder string, networks func(file []byte, features []string) (Network, error)) *Store {
	s := &Store{networks: networks}
	s.Store = versions.Open(folder, versions.Kind{
		None: PriorName, NoVersion: ErrNoVersion, Unusable: ErrModel, Advice: "adopt another version",
		Check: func(version string) error {
			_, err := s.Load(version)
			return err
		},
	})
	return s
}

// modelFileOf is the name of the model's file by its kind.
func modelFileOf(kind string) string {
	if kind == KindNetwork {
		return networkFile
	}
	return modelFile
}

// ReportPath is where the report of a version lies.
func (s *Store) ReportPath(version string) string { return s.Path(version, reportFile) }

// Save writes a model with its report under the version of its manifest, durably, and without making it live.
func (s *Store) Save(t *Trained, report []byte) error {
	var model bytes.Buffer
	if err := t.scorer.Write(&model); err != nil {
		return err
	}
	m, files := t.manifest, map[string][]byte{modelFileOf(t.manifest.Kind): model.Bytes(), reportFile: report}
	m.Format, m.Files = versions.Format, versions.Checksums(files)
	return s.Store.Save(m.Version, m, files)
}

// Manifest reads that of a version. Errors wrap ErrNoVersion or ErrModel.
func (s *Store) Manifest(version string) (Manifest, error) {
	var m Manifest
	err := s.ReadManifest(version, &m)
	return m, err
}

// Load reads a version; PriorName is the prior. A model that is damaged, or whose features meant something else, is an
// error that wraps ErrModel.
func (s *Store) Load(version string) (Model, error) {
	if version == PriorName {
		return Prior(), nil
	}
	m, err := s.Manifest(version)
	if err != nil {
		return nil, err
	}
	read, known := readers[m.Kind]
	if m.Kind == KindNetwork && s.networks != nil {
		read, known = s.readNetwork, true
	}
	if !known {
		return nil, fmt.Errorf("%w: %s is of the kind %q, which this program does not know: install a newer vitrine", ErrModel, version, m.Kind)
	}
	name := modelFileOf(m.Kind)
	text, err := s.ReadFile(version, name, m.Files[name])
	if err != nil {
		return nil, err
	}
	scorer, names, err := read(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, version, err)
	}
	if m.Schema == schemaHash && !sameFeatures(names) {
		return nil, fmt.Errorf("%w: %s has other features than its manifest says", ErrModel, version)
	}
	return NewTrained(m, scorer)
}

// readNetwork is the reader of KindNetwork.
func (s *Store) readNetwork(r io.Reader) (Scorer, []string, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, err
	}
	names := FeatureNames()
	network, err := s.networks(file, names)
	if err != nil {
		return nil, nil, err
	}
	return NewNetworkScorer(network, file), names, nil
}

// LoadLive loads the live model.
func (s *Store) LoadLive() (Model, error) {
	version, _, err := s.Live()
	if err != nil {
		return nil, err
	}
	return s.Load(version)
}
