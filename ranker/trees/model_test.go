package trees

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBatchesScoreLikeRowsAlone(t *testing.T) {
	rows := table(301, 5, 1, parted)
	m, _ := train(t, rows, nil, Options{})
	for _, count := range []int{0, 1, 3, 4, 5, 63, 64, 65, 301} {
		together := make([]float64, count)
		m.Scores(rows.Values[:5*count], together)
		alone := make([]float64, count)
		for i := range alone {
			m.Scores(rows.Values[5*i:5*i+5], alone[i:i+1])
		}
		if !slices.Equal(together, alone) {
			t.Errorf("%d rows: %v together, %v alone", count, together, alone)
		}
	}
}

func TestNaNCountsAsLow(t *testing.T) {
	rows := table(300, 2, 1, func(x []float64, _ *rand.Rand) float64 { return max(0, math.Copysign(1, x[0])) })
	m, _ := train(t, rows, nil, Options{})
	into := make([]float64, 3)
	m.Scores([]float64{math.NaN(), 0, math.Inf(-1), 0, math.Inf(1), 0}, into)
	if into[0] != into[1] || into[2] <= into[0] {
		t.Errorf("%v", into)
	}
}

func TestScoringDoesNotAllocate(t *testing.T) {
	rows := table(300, 5, 1, parted)
	m, _ := train(t, rows, nil, Options{})
	into := make([]float64, 300)
	if allocations := testing.AllocsPerRun(10, func() { m.Scores(rows.Values, into) }); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
