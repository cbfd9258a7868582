package trees

import (
	"math"
	"math/bits"
	"testing"
)

func TestContributionsSumToTheScore(t *testing.T) {
	for _, d := range []struct {
		name string
		o    Options
	}{{"clicks", Options{}}, {"lists", Options{Objective: LambdaRank, Leaves: 63, MinRows: 2, Rate: 0.5}}} {
		rows := lists(100, 1)
		if d.o.Objective != LambdaRank {
			rows = table(1000, 6, 1, parted)
		}
		m, _ := train(t, rows, nil, d.o)
		base0 := math.NaN()
		for i, score := range scores(m, rows) {
			if i%7 != 0 {
				continue
			}
			base, parts := m.Contributions(rows.Values[6*i : 6*i+6])
			sum := base
			for _, part := range parts {
				sum += part
			}
			if math.Abs(sum-score) > 1e-9 || (i > 0 && base != base0) || len(parts) != 6 {
				t.Fatalf("%s: row %d: %v and %v sum to %v, the score is %v", d.name, i, base, parts, sum, score)
			}
			base0 = base
		}
	}
}

// known is the expectation of a tree of which some features are known.
func known(t *tree, at int, row []float64, features uint) float64 {
	n := &t.nodes[at]
	low := int(n.child)
	switch {
	case low == at:
		return t.values[at]
	case features&(1<<n.feature) != 0:
		return known(t, int(n.next(row)), row, features)
	}
	return (t.covers[low]*known(t, low, row, features) + t.covers[low+1]*known(t, low+1, row, features)) / t.covers[at]
}

// The definition of Shapley values: over all subsets of the features, what one more adds.
func TestContributionsAreShapleyValues(t *testing.T) {
	const width = 6
	rows := table(600, width, 4, parted)
	m, _ := train(t, rows, nil, Options{Trees: 8, Leaves: 12, MinRows: 5})
	factorial := func(n int) float64 { return math.Gamma(float64(n + 1)) }
	for i := range 20 {
		row := rows.Values[width*i : width*(i+1)]
		_, parts := m.Contributions(row)
		for f := range width {
			want := 0.0
			for subset := range uint(1 << width) {
				if subset&(1<<f) != 0 {
					continue
				}
				size := bits.OnesCount(subset)
				weight := factorial(size) * factorial(width-size-1) / factorial(width)
				for j := range m.trees {
					want += weight * (known(&m.trees[j], 0, row, subset|1<<f) - known(&m.trees[j], 0, row, subset))
				}
			}
			if math.Abs(parts[f]-want) > 1e-9 {
				t.Fatalf("row %d, feature %d: %v, by definition %v", i, f, parts[f], want)
			}
		}
	}
}

func TestAFeatureThatNoTreeAsksAddsNothing(t *testing.T) {
	rows := table(500, 3, 1, parted)
	for i := range rows.Rows() {
		rows.Values[3*i+1] = 7
	}
	m, _ := train(t, rows, nil, Options{})
	if _, parts := m.Contributions(rows.Values[:3]); parts[1] != 0 || parts[0] == 0 {
		t.Errorf("%v", parts)
	}
}
