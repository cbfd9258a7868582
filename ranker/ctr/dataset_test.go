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

// ofQueries returns rows of queries of one to five rows, whose features are the rows' numbers.
func ofQueries(queries int) *Dataset {
	d := &Dataset{Features: []string{"number"}, Label: "y", Groups: []string{}}
	for q := range queries {
		for range 1 + q*7%5 {
			d.Values = append(d.Values, float64(d.Rows()))
			d.Labels = append(d.Labels, float64(d.Rows()%2))
			d.Positions = append(d.Positions, d.Rows())
			d.Groups = append(d.Groups, string(rune('a'+q)))
		}
	}
	return d
}

func TestSplitCutsNoQueryInTwo(t *testing.T) {
	all := ofQueries(20)
	training, validation, err := all.Split(0.25, 3)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(validation.groupSpans()); got != 5 {
		t.Errorf("%d queries to validate on, want 5", got)
	}
	for _, g := range training.Groups {
		if slices.Contains(validation.Groups, g) {
			t.Fatalf("rows of the query %s are in both parts", g)
		}
	}
	for _, part := range []*Dataset{training, validation} {
		if err := part.check(); err != nil {
			t.Error(err)
		}
		for i, number := range part.Values {
			if part.Positions[i] != int(number)+1 || part.Groups[i] != all.Groups[int(number)] {
				t.Fatalf("row %v has the position %d and the query %s", number, part.Positions[i], part.Groups[i])
			}
		}
	}
}

func TestSplitByTimeHoldsTheLatestBack(t *testing.T) {
	rows := numbered(10)
	rows.Times = []int64{50, 10, 90, 20, 80, 30, 70, 40, 60, 100}
	_, validation, err := rows.Split(0.3, 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{100, 90, 80}; !slices.Equal(validation.Times, want) {
		t.Errorf("validation on the times %v, want %v", validation.Times, want)
	}

	queries := &Dataset{Features: []string{"x"}, Label: "y", Values: make([]float64, 5), Labels: make([]float64, 5),
		Groups: []string{"a", "a", "b", "b", "c"}, Times: []int64{1, 9, 5, 6, 7}}
	_, validation, err = queries.Split(0.34, 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "a"}; !slices.Equal(validation.Groups, want) {
		t.Errorf("validation on the queries %v, want %v: its last row is the latest", validation.Groups, want)
	}
}

func TestADatasetWhosePartsDoNotFitIsRefused(t *testing.T) {
	for name, damage := range map[string]func(d *Dataset){
		"values":    func(d *Dataset) { d.Values = d.Values[1:] },
		"groups":    func(d *Dataset) { d.Groups = d.Groups[1:] },
		"times":     func(d *Dataset) { d.Times = []int64{1} },
		"positions": func(d *Dataset) { d.Positions[2] = -1 },
		"weights":   func(d *Dataset) { d.Weights = make([]float64, d.Rows()); d.Weights[0] = math.Inf(1) },
		"steps":     func(d *Dataset) { d.Funnel = []Step{{"cart", []float64{0}}} },
	} {
		d := ofQueries(5)
		damage(d)
		if d.check() == nil {
			t.Errorf("wrong %s were not refused", name)
		}
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
