package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"vitrine/catalog/versions"
	"vitrine/encoders/adapter"
)

const adapterFile = "adapter.bin"

// noAdapter stands for none among the versions.
const noAdapter = "none"

var errNoAdapter = errors.New("no such adapter")

// adapterManifest says how an adapter came about.
type adapterManifest struct {
	Format  int               `json:"format"` // 1
	Version string            `json:"version"`
	Model   string            `json:"model"` // fingerprint of the encoder whose vectors it is for
	Created time.Time         `json:"created"`
	From    time.Time         `json:"from,omitzero"` // of the first event that it was learnt from; zero = from the catalogue
	To      time.Time         `json:"to,omitzero"`   // of the last one
	Seed    uint64            `json:"seed"`
	Program string            `json:"program"` // revision of the program that trained it
	Report  json.RawMessage   `json:"report"`  // figures and decision, as the trainer wrote them
	Files   map[string]string `json:"files"`   // SHA-256 of each, in hexadecimal
}

// adapterStore keeps the adapters of a data directory.
type adapterStore struct{ *versions.Store }

func openAdapters(dataDir string) *adapterStore {
	s := &adapterStore{}
	s.Store = versions.Open(filepath.Join(dataDir, "adapters"), versions.Kind{
		None: noAdapter, NoVersion: errNoAdapter, Unusable: adapter.ErrFile, Advice: "train again, or go back with vitrine models rollback-adapter",
		Check: func(version string) error {
			_, err := s.Load(version)
			return err
		},
	})
	return s
}

// Save writes an adapter under the version of its manifest, without making it live.
func (s *adapterStore) Save(m adapterManifest, a *adapter.Adapter) error {
	var data bytes.Buffer
	if err := a.Write(&data); err != nil {
		return err
	}
	files := map[string][]byte{adapterFile: data.Bytes()}
	m.Format, m.Model, m.Files = versions.Format, a.Model(), versions.Checksums(files)
	return s.Store.Save(m.Version, m, files)
}

// Manifest reads that of a version. Errors wrap errNoAdapter or adapter.ErrFile.
func (s *adapterStore) Manifest(version string) (adapterManifest, error) {
	var m adapterManifest
	err := s.ReadManifest(version, &m)
	return m, err
}

// Load reads a version; noAdapter is nil. Errors wrap errNoAdapter or adapter.ErrFile.
func (s *adapterStore) Load(version string) (*adapter.Adapter, error) {
	if version == noAdapter {
		return nil, nil
	}
	m, err := s.Manifest(version)
	if err != nil {
		return nil, err
	}
	data, err := s.ReadFile(version, adapterFile, m.Files[adapterFile])
	if err != nil {
		return nil, err
	}
	a, err := adapter.Read(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", version, err)
	}
	return a, nil
}
