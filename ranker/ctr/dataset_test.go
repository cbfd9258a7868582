package ctr

import (
	"errors"
	"math"
	"slices"
	"testing"
	"testing/quick"

	"github.com/google/go-cmp/cmp"
)

// numbered returns rows whose only feature is their number.
func numbered(rows int) *Dataset {
	d := &Dataset{Features: []string{"number"}, Label: "y"}
	for i := range rows {
		d.Values = append(d.Values, float64(i))
		d.Labels = append(d.Labels, float64(i%2))
	}
	return d
}

func TestSplitIsAPartitionByTheSeed(t *testing.T) {
	property := func(size uint8, percent uint8, seed uint64) bool {
		rows, share := int(size)+20, 0.1+float64(percent%80)/100
		all := numbered(rows)
		training, validation, err := all.Split(share, seed)
		if err != nil || validation.Rows() != int(math.Round(share*float64(rows))) {
			return false
		}
		again, _, err := all.Split(share, seed)
		if err != nil || !cmp.Equal(training, again) {
			return false
		}
		for _, part := range []*Dataset{training, validation} {
			for i, number := range part.Values {
				if part.Labels[i] != float64(int(number)%2) {
					return false // a row has lost its label
				}
			}
		}
		joined := slices.Concat(training.Values, validation.Values)
		slices.Sort(joined)
		return slices.Equal(joined, all.Values)
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestAnotherSeedSplitsOtherwise(t *testing.T) {
	one, _, err := numbered(100).Split(0.5, 1)
	if err != nil {
		t.Fatal(err)
	}
	two, _, err := numbered(100).Split(0.5, 2)
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(one, two) {
		t.Error("the seeds 1 and 2 split alike")
	}
}

func TestSplitRefusesPartsWithoutRows(t *testing.T) {
	for _, share := range []float64{-0.1, 1, 1.5, math.NaN(), 0.01, 0.99} {
		if _, _, err := numbered(10).Split(share, 1); !errors.Is(err, ErrData) {
			t.Errorf("a share of %v: %v", share, err)
		}
	}
	training, validation, err := numbered(10).Split(0, 1)
	if err != nil || training.Rows() != 10 || validation.Rows() != 0 {
		t.Errorf("a share of 0: %d and %d rows, %v", training.Rows(), validation.Rows(), err)
	}
}

func TestStandardisedRowsHaveMeanZeroAndDeviationOne(t *testing.T) {
	values := []float64{1, 7, 0.1, 3, 7, 0.1, 8, 7, 0.1} // the last two features are constant
	s := standardise(values, 3)
	got := s.apply(values)
	var sum, squares float64
	for i := range 3 {
		sum += got[i*3]
		squares += got[i*3] * got[i*3]
		if got[i*3+1] != 0 || math.Abs(got[i*3+2]) > 1e-12 {
			t.Errorf("row %d: a constant feature became %v", i, got[i*3+1:i*3+3])
		}
	}
	if math.Abs(sum) > 1e-12 || math.Abs(squares/3-1) > 1e-12 {
		t.Errorf("mean %v, variance %v", sum/3, squares/3)
	}
	if far := s.apply([]float64{math.MaxFloat64, -math.MaxFloat64, 0}); far[0] != maxStandardised || far[1] != -maxStandardised {
		t.Errorf("values out of all range became %v", far)
	}
}
