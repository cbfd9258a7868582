package ranker

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
	"slices"
	"strings"
	"time"

	"vitrine/ranker/calibration"
)

// The files of <data>/ranker.
const (
	currentFile  = "CURRENT" // the live version in its first line, and below it those before it, newest first
	modelFile    = "model.json"
	networkFile  = "model.onnx" // in its place, of a network
	manifestFile = "manifest.json"
	reportFile   = "report.html"

	manifestFormat = 1
	maxManifest    = 16 << 20 // bytes
	maxModel       = 256 << 20
	maxHistory     = 100 // versions in CURRENT
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

// Store keeps the trained models of a data directory, one folder a version, and says which is live. A version is there
// whole or not at all, and the live one changes in one step. It is safe for concurrent use by several processes as far
// as reading goes; who writes holds a lock of his own.
type Store struct {
	folder   string
	networks func(file []byte, features []string) (Network, error)
}

// OpenStore returns the store of a data directory. Nothing is made before the first Save.
func OpenStore(dataDir string) *Store { return &Store{folder: filepath.Join(dataDir, "ranker")} }

// WithNetworks returns a store that also loads networks, by a function that checks that one takes the features.
func (s *Store) WithNetworks(open func(file []byte, features []string) (Network, error)) *Store {
	return &Store{s.folder, open}
}

// modelFileOf is the name of the model's file by its kind.
func modelFileOf(kind string) string {
	if kind == KindNetwork {
		return networkFile
	}
	return modelFile
}

// Folder is where the models lie.
func (s *Store) Folder() string { return s.folder }

// ReportPath is where the report of a version lies.
func (s *Store) ReportPath(version string) string {
	return filepath.Join(s.folder, version, reportFile)
}

// NewVersion names a model of a kind by the time; the name is not taken yet.
func (s *Store) NewVersion(kind string, at time.Time) string {
	base := at.UTC().Format("20060102-150405-") + kind
	version := base
	for i := 2; ; i++ {
		if _, err := os.Lstat(filepath.Join(s.folder, version)); errors.Is(err, fs.ErrNotExist) {
			return version
		}
		version = fmt.Sprintf("%s-%d", base, i)
	}
}

// Save writes a model with its report under the version of its manifest, durably, and without making it live.
func (s *Store) Save(t *Trained, report []byte) error {
	m := t.manifest
	if !versionPattern.MatchString(m.Version) || m.Version == PriorName {
		return fmt.Errorf("%w: the version %q must be of lower-case letters, digits, dots and dashes", ErrModel, m.Version)
	}
	var model bytes.Buffer
	if err := t.scorer.Write(&model); err != nil {
		return err
	}
	m.Format = manifestFormat
	m.Files = map[string]string{modelFileOf(m.Kind): digest(model.Bytes()), reportFile: digest(report)}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("save model %s: %w", m.Version, err)
	}
	if err := os.MkdirAll(s.folder, 0o755); err != nil {
		return fmt.Errorf("save model %s: %w", m.Version, err)
	}
	part, err := os.MkdirTemp(s.folder, ".part-")
	if err != nil {
		return fmt.Errorf("save model %s: %w", m.Version, err)
	}
	defer os.RemoveAll(part) // gone already when all went well
	err = errors.Join(
		os.Chmod(part, 0o755),
		writeDurably(filepath.Join(part, modelFileOf(m.Kind)), model.Bytes()),
		writeDurably(filepath.Join(part, reportFile), report),
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
		return fmt.Errorf("save model %s: %w", m.Version, err)
	}
	return nil
}

// Manifest reads that of a version. Errors wrap ErrNoVersion or ErrModel.
func (s *Store) Manifest(version string) (Manifest, error) {
	if !versionPattern.MatchString(version) {
		return Manifest{}, fmt.Errorf("%w: %q is not the name of a version", ErrNoVersion, version)
	}
	text, err := readLimited(filepath.Join(s.folder, version, manifestFile), maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("%w: %s: vitrine models list names those there are", ErrNoVersion, version)
	}
	var m Manifest
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	switch {
	case err != nil:
		return Manifest{}, fmt.Errorf("%w: the manifest of %s: %w", ErrModel, version, err)
	case m.Format != manifestFormat:
		return Manifest{}, fmt.Errorf("%w: %s has the format %d, this program reads %d: train again", ErrModel, version, m.Format, manifestFormat)
	case m.Version != version:
		return Manifest{}, fmt.Errorf("%w: the folder %s holds version %q", ErrModel, version, m.Version)
	}
	return m, nil
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
	text, err := readLimited(filepath.Join(s.folder, version, name), maxModel)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, version, err)
	}
	if digest(text) != m.Files[name] {
		return nil, fmt.Errorf("%w: %s is damaged: the checksum of %s differs: adopt another version", ErrModel, version, name)
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

// Live returns the version that is to be served and those before it, newest first. Without CURRENT it is the prior.
func (s *Store) Live() (version string, before []string, err error) {
	text, err := readLimited(filepath.Join(s.folder, currentFile), maxHistory*128)
	if errors.Is(err, fs.ErrNotExist) {
		return PriorName, nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("read which model is live: %w", err)
	}
	lines := strings.Fields(string(text))
	if len(lines) == 0 || slices.ContainsFunc(lines, func(v string) bool { return !versionPattern.MatchString(v) }) {
		return "", nil, fmt.Errorf("%w: %s does not name versions: adopt one with vitrine models adopt", ErrModel, filepath.Join(s.folder, currentFile))
	}
	return lines[0], lines[1:], nil
}

// LoadLive loads the live model.
func (s *Store) LoadLive() (Model, error) {
	version, _, err := s.Live()
	if err != nil {
		return nil, err
	}
	return s.Load(version)
}

// Adopt makes a version live, or the prior, after it has been seen to load. Adopting the live one changes nothing.
func (s *Store) Adopt(version string) error {
	if _, err := s.Load(version); err != nil {
		return err
	}
	live, before, err := s.Live()
	if errors.Is(err, ErrModel) { // a damaged CURRENT is mended by this
		live, before, err = PriorName, nil, nil
	}
	if err != nil || version == live {
		return err
	}
	return s.writeCurrent(append([]string{version, live}, before...))
}

// Rollback makes the version live that was live before the live one, and returns it.
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
	if err := os.MkdirAll(s.folder, 0o755); err != nil {
		return fmt.Errorf("make %s live: %w", versions[0], err)
	}
	path := filepath.Join(s.folder, currentFile)
	err := writeDurably(path+".part", []byte(strings.Join(versions, "\n")+"\n"))
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err == nil {
		err = syncFolder(s.folder)
	}
	if err != nil {
		return fmt.Errorf("make %s live: %w", versions[0], err)
	}
	return nil
}

// Versions lists what is stored, in the order of the names, which begin with the time.
func (s *Store) Versions() ([]string, error) {
	entries, err := os.ReadDir(s.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list ranker models: %w", err)
	}
	var versions []string
	for _, entry := range entries {
		if entry.IsDir() && versionPattern.MatchString(entry.Name()) {
			versions = append(versions, entry.Name())
		}
	}
	return versions, nil
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
		return fmt.Errorf("delete old ranker models: %w", err)
	}
	return nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
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
