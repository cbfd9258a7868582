package ranker

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
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
	want := func(step, live string) {
		t.Helper()
		if model, err := s.LoadLive(); err != nil || model.Version() != live {
			t.Fatalf("%s: loaded %v, %v; want %s", step, model, err, live)
		}
	}
	want("at first", Prior().Version())
	if err := s.Save(trained(t, "v1", "logistic"), []byte("<html>")); err != nil {
		t.Fatal(err)
	}
	want("saved", Prior().Version())
	if err := s.Adopt("v1"); err != nil {
		t.Fatal(err)
	}
	want("adopted", "v1")
	if back, err := s.Rollback(); back != PriorName || err != nil {
		t.Fatal(back, err)
	}
	want("back", Prior().Version())
	if _, err := s.Rollback(); !errors.Is(err, ErrNoVersion) {
		t.Errorf("back from the first: %v", err)
	}
	if err := s.Adopt("v1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Adopt(PriorName); err != nil {
		t.Fatal(err)
	}
	want("the prior adopted", Prior().Version())
}

func TestDamagedAndForeignModelsAreRefused(t *testing.T) {
	for name, spoil := range map[string]struct {
		file string
		from string
		to   string
		says string
	}{
		"a changed model": {modelFile, `"mean":`, `"mean": `, "checksum"},
		"an unknown kind": {"manifest.json", `"kind": "logistic"`, `"kind": "oracle"`, `the kind "oracle"`},
		"other features":  {"manifest.json", `"schema": "sha256:`, `"schema": "sha256:0`, "train again"},
	} {
		t.Run(name, func(t *testing.T) {
			s := OpenStore(t.TempDir())
			if err := s.Save(trained(t, "v1", "logistic"), []byte("<html>")); err != nil {
				t.Fatal(err)
			}
			path := s.Path("v1", spoil.file)
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
