package ranker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/ranker/behaviour"
	"vitrine/ranker/calibration"
	"vitrine/ranker/ctr"
)

// trained fits a small model of a kind to made-up rows.
func trained(t *testing.T, version, kind string) *Trained {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	d := &ctr.Dataset{Label: "click"}
	for _, f := range features {
		d.Features = append(d.Features, f.Name)
	}
	for range 200 {
		for _, f := range features {
			d.Values = append(d.Values, f.Min+(f.Max-f.Min)*random.Float64())
		}
		d.Labels = append(d.Labels, float64(random.IntN(2)))
	}
	o := ctr.Options{Epochs: 1}
	switch kind {
	case "mlp":
		o.Hidden = []int{8}
	case "deepfm":
		o.Hidden, o.Factors = []int{8}, 3
	}
	none := &ctr.Dataset{Features: d.Features, Label: d.Label}
	m, err := ctr.Train(context.Background(), d, none, o, func(ctr.Epoch) {})
	if err != nil {
		t.Fatal(err)
	}
	made, err := NewTrained(Manifest{
		Version: version, Kind: kind, Schema: schemaHash, Created: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC),
		Calibration: calibration.Platt{Slope: 0.8, Intercept: -1}, Report: []byte("{}"),
	}, m)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func mustSave(t *testing.T, s *Store, versions ...string) {
	t.Helper()
	for _, version := range versions {
		if err := s.Save(trained(t, version, "logistic"), []byte("<html>")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestATrainedModelScoresTheSameAfterItWasStored(t *testing.T) {
	for _, kind := range []string{"logistic", "mlp", "deepfm"} {
		s := OpenStore(t.TempDir())
		before := trained(t, "v1", kind)
		if err := s.Save(before, []byte("<html>")); err != nil {
			t.Fatal(err)
		}
		after, err := s.Load("v1")
		if err != nil {
			t.Fatal(err)
		}
		m := Extract(redDress, randomCandidates(rand.New(rand.NewPCG(3, 4)), 40), today, behaviour.View{})
		want, got := make([]float64, m.Rows), make([]float64, m.Rows)
		if err := errors.Join(before.Score(t.Context(), m, want), after.Score(t.Context(), m, got)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) || after.Version() != "v1" {
			t.Errorf("%s: got %v, want %v", kind, got, want)
		}
	}
}

func TestTheEntriesOfATrainedModelAreItsScoreBitForBit(t *testing.T) {
	for _, kind := range []string{"logistic", "mlp", "deepfm"} {
		model, random := trained(t, "v1", kind), rand.New(rand.NewPCG(5, 6))
		for n := range 500 {
			row := make([]float64, len(features))
			for j, f := range features {
				row[j] = f.Min + (f.Max-f.Min)*random.Float64()
				if n%10 == 0 {
					row[j] *= 1e12 // far beyond what a feature can be
				}
			}
			var score [1]float64
			if err := model.Score(t.Context(), Matrix{1, len(row), row}, score[:]); err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			ledger := model.Explain(row)
			for _, e := range ledger {
				sum += e.Contribution
			}
			if sum != score[0] || len(ledger) != 1+len(features) || ledger[1].Value != row[0] {
				t.Fatalf("%s: the entries add up to %v, the score is %v", kind, sum, score[0])
			}
		}
	}
}

func TestTheLiveModelIsThePriorUntilOneIsAdopted(t *testing.T) {
	s := OpenStore(t.TempDir())
	want := func(step, live string, before ...string) {
		t.Helper()
		version, earlier, err := s.Live()
		if err != nil || version != live || !slices.Equal(earlier, before) {
			t.Fatalf("%s: live is %s before which %v, %v; want %s, %v", step, version, earlier, err, live, before)
		}
		if model, err := s.LoadLive(); err != nil || (live != PriorName && model.Version() != live) {
			t.Fatalf("%s: loaded %v, %v", step, model, err)
		}
	}
	want("at first", PriorName)
	mustSave(t, s, "v1", "v2", "v3")
	want("saved", PriorName)
	for _, version := range []string{"v1", "v2", "v2"} {
		if err := s.Adopt(version); err != nil {
			t.Fatal(err)
		}
	}
	want("adopted", "v2", "v1", PriorName)
	if back, err := s.Rollback(); back != "v1" || err != nil {
		t.Fatal(back, err)
	}
	want("back", "v1", PriorName)
	if _, err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	want("back at the prior", PriorName)
	if _, err := s.Rollback(); !errors.Is(err, ErrNoVersion) {
		t.Errorf("back from the first: %v", err)
	}
	if err := s.Adopt("v9"); !errors.Is(err, ErrNoVersion) {
		t.Errorf("adopting what is not there: %v", err)
	}
	if err := s.Adopt("../v1"); !errors.Is(err, ErrNoVersion) {
		t.Errorf("adopting a path: %v", err)
	}
	want("in the end", PriorName)
}

func TestDamagedAndForeignModelsAreRefused(t *testing.T) {
	for name, spoil := range map[string]struct {
		file string
		from string
		to   string
		says string
	}{
		"a changed model":       {modelFile, `"mean":`, `"mean": `, "checksum"},
		"an unknown kind":       {manifestFile, `"kind": "logistic"`, `"kind": "oracle"`, `the kind "oracle"`},
		"a later format":        {manifestFile, `"format": 1`, `"format": 2`, "format 2"},
		"other features":        {manifestFile, `"schema": "sha256:`, `"schema": "sha256:0`, "train again"},
		"another folder":        {manifestFile, `"version": "v1"`, `"version": "v2"`, `holds version "v2"`},
		"a manifest of no JSON": {manifestFile, `{`, `[`, "manifest of v1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := OpenStore(t.TempDir())
			mustSave(t, s, "v1")
			path := filepath.Join(s.Folder(), "v1", spoil.file)
			text, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(text, []byte(spoil.from)) {
				t.Fatalf("%s has no %s: %v", spoil.file, spoil.from, err)
			}
			if err := os.WriteFile(path, bytes.Replace(text, []byte(spoil.from), []byte(spoil.to), 1), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Load("v1"); !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), spoil.says) {
				t.Errorf("loading says %v", err)
			}
			if err := s.Adopt("v1"); !errors.Is(err, ErrModel) {
				t.Errorf("adopting says %v", err)
			}
			if live, _, err := s.Live(); live != PriorName || err != nil {
				t.Errorf("live is %s, %v", live, err)
			}
		})
	}
}

func TestADamagedCURRENTIsToldAndMended(t *testing.T) {
	s := OpenStore(t.TempDir())
	mustSave(t, s, "v1")
	if err := os.WriteFile(filepath.Join(s.Folder(), currentFile), []byte("\x00\x00"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LoadLive(); !errors.Is(err, ErrModel) {
		t.Errorf("loading says %v", err)
	}
	if err := s.Adopt("v1"); err != nil {
		t.Error(err)
	}
	if live, _, err := s.Live(); live != "v1" || err != nil {
		t.Errorf("live is %s, %v", live, err)
	}
}

// What a kill can leave behind: a folder in the making, a CURRENT in the making. Neither is ever served.
func TestWhatAKillLeavesBehindIsNotServed(t *testing.T) {
	s := OpenStore(t.TempDir())
	mustSave(t, s, "v1", "v2")
	if err := s.Adopt("v1"); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(s.Folder(), ".part-123")
	if err := os.MkdirAll(part, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{filepath.Join(part, modelFile): `{"half":`, filepath.Join(s.Folder(), currentFile+".part"): "v2"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if model, err := s.LoadLive(); err != nil || model.Version() != "v1" {
		t.Errorf("live is %v, %v", model, err)
	}
	if versions, err := s.Versions(); err != nil || !slices.Equal(versions, []string{"v1", "v2"}) {
		t.Errorf("versions %v, %v", versions, err)
	}
	if err := s.Prune(10); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(part); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half folder is still there: %v", err)
	}
}

func TestPruneKeepsTheLiveModelAndTheNewest(t *testing.T) {
	s := OpenStore(t.TempDir())
	var all []string
	for i := range 6 {
		all = append(all, fmt.Sprint("v", i))
	}
	mustSave(t, s, all...)
	for _, version := range []string{"v2", "v0"} {
		if err := s.Adopt(version); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Prune(2); err != nil {
		t.Fatal(err)
	}
	if versions, err := s.Versions(); err != nil || !slices.Equal(versions, []string{"v0", "v2", "v4", "v5"}) {
		t.Errorf("left are %v, %v", versions, err)
	}
}
