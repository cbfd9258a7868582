package ctr

import (
	"errors"
	"math"
	"testing"
	"testing/quick"
)

func TestContributionsAddUpToTheScore(t *testing.T) {
	property := func(seed uint64, shape uint8, far bool) bool {
		hidden := [][]int{nil, {9}, {16, 8}, {5, 5, 5}}[shape%4]
		factors := []int{0, 0, 3}[shape%3]
		m := randomModel(seed, 7, hidden, factors)
		m, err := m.WithCalibration(0.8, -0.3)
		if err != nil {
			return false
		}
		row := randomRows(seed+1, 1, 7)
		if far {
			row[3] = 1e4
		}
		score := m.Scores(row, nil)[0]
		base, parts, err := m.Contributions(row)
		if err != nil {
			t.Logf("seed %d, hidden %v, factors %d: %v", seed, hidden, factors, err)
			return false
		}
		mean := m.Scores(m.standard.mean, nil)[0]
		total := base
		for _, part := range parts {
			total += part
		}
		return math.Abs(total-score) <= 1e-12*max(1, math.Abs(score)) && math.Abs(base-mean) <= badShare*math.Abs(score-mean)+1e-7*(math.Abs(score)+math.Abs(mean))
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 300}); err != nil {
		t.Error(err)
	}
}

func TestContributionsOfALinearModelAreExact(t *testing.T) {
	m := randomModel(3, 4, nil, 0)
	row := randomRows(4, 1, 4)
	base, parts, err := m.Contributions(row)
	if err != nil {
		t.Fatal(err)
	}
	for j, part := range parts {
		want := m.network.values[j] * (row[j] - m.standard.mean[j]) / m.standard.scale[j]
		if math.Abs(part-want) > 1e-12 {
			t.Errorf("feature %d: %v, want %v", j, part, want)
		}
	}
	if bias := m.network.values[4]; math.Abs(base-bias) > 1e-12 {
		t.Errorf("base %v, want the bias %v", base, bias)
	}
}

// TestContributionsOfAMachineShareAPairInHalves: of a product both factors have the same part.
func TestContributionsOfAMachineShareAPairInHalves(t *testing.T) {
	m := randomModel(3, 2, nil, 1)
	clear(m.network.values)
	copy(m.network.machine, []float64{0, 1, 0, 2}) // the pair weighs 2
	m.network.pack(&m.packed)
	m.standard = standardisation{[]float64{0, 0}, []float64{1, 1}}
	base, parts, err := m.Contributions([]float64{3, 5})
	if err != nil || math.Abs(base) > 1e-12 || math.Abs(parts[0]-15) > 1e-12 || math.Abs(parts[1]-15) > 1e-12 {
		t.Errorf("base %v, parts %v, %v; the score is 30", base, parts, err)
	}
}

func TestAFeatureThatDoesNothingContributesNothing(t *testing.T) {
	m := randomModel(5, 3, []int{6}, 2)
	for u := range 6 {
		m.network.layers[0].weights[u*3+1] = 0
	}
	clear(m.network.machine[3:6])
	m.network.pack(&m.packed)
	_, parts, err := m.Contributions(randomRows(6, 1, 3))
	if err != nil || parts[1] != 0 || parts[0] == 0 {
		t.Errorf("parts %v, %v", parts, err)
	}
}

// TestContributionsSayWhereTheyDoNotAddUp: a network that is all spike between two steps.
func TestContributionsSayWhereTheyDoNotAddUp(t *testing.T) {
	m := randomModel(1, 1, []int{2}, 0)
	m.standard = standardisation{[]float64{0}, []float64{1}}
	// 1e12 · (ReLU(x) − ReLU(x − 1e-12)) rises from 0 to 1 within a trillionth of the way.
	copy(m.network.values, []float64{1, 1, 1e12, -1e12, 0, -1e-12, 0})
	m.network.pack(&m.packed)
	base, parts, err := m.Contributions([]float64{1})
	if !errors.Is(err, ErrIncomplete) || math.Abs(base+parts[0]-m.Scores([]float64{1}, nil)[0]) > 1e-9 {
		t.Errorf("base %v, parts %v, %v", base, parts, err)
	}
}

func BenchmarkContributions(b *testing.B) {
	m := randomModel(1, 45, []int{64}, 0)
	row := randomRows(2, 1, 45)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := m.Contributions(row); err != nil {
			b.Fatal(err)
		}
	}
}
