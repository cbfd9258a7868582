package main

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"vitrine/encoders/adapter"
)

func TestAnAdapterIsStoredAndLoaded(t *testing.T) {
	s := openAdapters(t.TempDir())
	if a, err := s.Load(noAdapter); a != nil || err != nil {
		t.Errorf("none is %v, %v", a, err)
	}
	a, at := turning(t, "a-model", "text-text", []float32{1, 0}, []float32{0, 1}), time.Date(2026, 5, 1, 10, 30, 0, 0, time.UTC)
	version := s.NewVersion(at)
	if err := s.Save(adapterManifest{Version: version, Created: at, Seed: 3, Report: json.RawMessage(`{"source":"behaviour"}`)}, a); err != nil {
		t.Fatal(err)
	}
	m, err := s.Manifest(version)
	if err != nil || m.Model != "a-model" || m.Seed != 3 || !m.Created.Equal(at) || version != "20260501-103000" {
		t.Errorf("manifest of %s: %+v, %v", version, m, err)
	}
	if err := s.Adopt(version); err != nil {
		t.Fatal(err)
	}
	if loaded, err := s.Load(version); err != nil || loaded.Fits("a-model", 2) != nil {
		t.Errorf("loaded %v, %v", loaded, err)
	}
	if back, err := s.Rollback(); back != noAdapter || err != nil {
		t.Errorf("back to %s, %v", back, err)
	}
	if err := s.Adopt("v9"); !errors.Is(err, errNoAdapter) {
		t.Errorf("adopting what is not there: %v", err)
	}
	if err := os.Truncate(s.Path(version, adapterFile), 40); err != nil {
		t.Fatal(err)
	}
	if err := s.Adopt(version); !errors.Is(err, adapter.ErrFile) || !strings.Contains(err.Error(), "the checksum of adapter.bin differs") {
		t.Errorf("adopting a damaged one: %v", err)
	}
}
