package ctr

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// randomModel has chance numbers for parameters.
func randomModel(seed uint64, features int, hidden []int, factors int) *Model {
	random := rand.New(rand.NewPCG(seed, 5))
	m := &Model{
		label:   "click",
		network: newNetwork(slices.Concat([]int{features}, hidden, []int{1}), factors),
		trained: objectives{LogLoss, 10, 1},
		slope:   1,
	}
	for j := range features {
		m.features = append(m.features, fmt.Sprint("f", j))
		m.standard.mean = append(m.standard.mean, random.NormFloat64())
		m.standard.scale = append(m.standard.scale, 0.5+random.Float64())
	}
	for i := range m.network.values {
		m.network.values[i] = random.NormFloat64() / 2
	}
	m.network.pack(&m.packed)
	return m
}

func randomRows(seed uint64, rows, features int) []float64 {
	random := rand.New(rand.NewPCG(seed, 6))
	values := make([]float64, rows*features)
	for i := range values {
		values[i] = 2 * random.NormFloat64()
	}
	return values
}

func TestAScoreIsTheLogitWhereverItsRowStands(t *testing.T) {
	for _, c := range []struct {
		hidden  []int
		factors int
	}{{nil, 0}, {[]int{7}, 0}, {[]int{16, 9}, 0}, {[]int{5}, 4}, {nil, 3}} {
		m := randomModel(1, 6, c.hidden, c.factors)
		rows := randomRows(2, 2*passRows+5, 6)
		logits, err := m.Logits(&Dataset{Features: m.Features(), Values: rows})
		if err != nil {
			t.Fatal(err)
		}
		into := make([]float64, 0, len(logits))
		got := m.Scores(rows, into)
		if !slices.Equal(got, logits) || &got[0] != &into[:1][0] {
			t.Errorf("%+v: the scores are not the logits, in the place given", c)
		}
		for i := range logits {
			if alone := m.Scores(rows[i*6:(i+1)*6], nil); alone[0] != logits[i] {
				t.Fatalf("%+v: row %d has %v alone, %v among others", c, i, alone[0], logits[i])
			}
		}
	}
}

func TestACalibrationIsALineOfTheLogit(t *testing.T) {
	m := randomModel(1, 4, []int{5}, 0)
	rows := randomRows(2, 3, 4)
	plain := m.Scores(rows, nil)
	calibrated, err := m.WithCalibration(0.5, -2)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range calibrated.Scores(rows, nil) {
		if got != 0.5*plain[i]-2 {
			t.Errorf("row %d: %v, want half of %v, less 2", i, got, plain[i])
		}
	}
	if !slices.Equal(m.Scores(rows, nil), plain) {
		t.Error("the model itself was changed")
	}
	for _, slope := range []float64{0, -1} {
		if _, err := m.WithCalibration(slope, 0); err == nil {
			t.Errorf("a slope of %v was taken", slope)
		}
	}
}

func TestScoringAllocatesNothing(t *testing.T) {
	if !poolsKeep {
		t.Skip("under the race detector pools forget")
	}
	m := randomModel(1, 45, []int{64}, 0)
	rows, into := randomRows(2, 300, 45), make([]float64, 300)
	m.Scores(rows, into)
	if got := testing.AllocsPerRun(20, func() { m.Scores(rows, into) }); got > 0.5 { // a collection may empty the pool
		t.Errorf("%v allocations", got)
	}
}

func TestAModelIsSharedBetweenGoroutines(t *testing.T) {
	m := randomModel(1, 9, []int{8}, 2)
	rows := randomRows(2, 200, 9)
	want := m.Scores(rows, nil)
	wantBase, wantParts, err := m.Contributions(rows[:9])
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				if !slices.Equal(m.Scores(rows, nil), want) {
					t.Error("the scores differ")
				}
				if base, parts, err := m.Contributions(rows[:9]); err != nil || base != wantBase || !slices.Equal(parts, wantParts) {
					t.Errorf("the contributions differ: %v", err)
				}
			}
		})
	}
	wait.Wait()
}

func BenchmarkScores(b *testing.B) {
	rows, into := randomRows(1, 1000, 45), make([]float64, 1000)
	for _, c := range []struct {
		name    string
		hidden  []int
		factors int
	}{{"logistic", nil, 0}, {"mlp=64", []int{64}, 0}, {"mlp=128,64", []int{128, 64}, 0}, {"deepfm=64,8", []int{64}, 8}} {
		m := randomModel(1, 45, c.hidden, c.factors)
		b.Run(c.name+"/rows=1000", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Scores(rows, into)
			}
		})
	}
}
