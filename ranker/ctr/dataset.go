package ctr

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// ErrData is wrapped by every reason why rows cannot be used.
var ErrData = errors.New("unusable training data")

// Dataset is a table of features and labels.
type Dataset struct {
	Features []string  // names of the columns of Values
	Label    string    // name of Labels
	Values   []float64 // row by row, one value a feature, finite
	Labels   []float64 // of each row, 0 or 1
}

// Rows is how many rows there are.
func (d *Dataset) Rows() int { return len(d.Labels) }

// Positives is how many rows have the label 1.
func (d *Dataset) Positives() int {
	positives := 0
	for _, label := range d.Labels {
		if label == 1 {
			positives++
		}
	}
	return positives
}

// Split parts the rows by chance: share of them, rounded, in [0, 1), are the validation rows. Both parts
// are copies. An error wraps ErrData where one part would be empty though it should not be.
func (d *Dataset) Split(share float64, seed uint64) (training, validation *Dataset, err error) {
	if !(share >= 0 && share < 1) {
		return nil, nil, fmt.Errorf("%w: a validation share of %v: choose 0 or more and less than 1", ErrData, share)
	}
	held := int(math.Round(share * float64(d.Rows())))
	if held == d.Rows() || (held == 0 && share > 0) {
		return nil, nil, fmt.Errorf("%w: of %d rows, %v leave no row to train on or none to validate on: choose another share, or bring more rows", ErrData, d.Rows(), share)
	}
	order := newRandom(seed, streamSplit).Perm(d.Rows())
	return d.pick(order[held:]), d.pick(order[:held]), nil
}

// pick copies rows in the order given.
func (d *Dataset) pick(rows []int) *Dataset {
	width := len(d.Features)
	p := &Dataset{
		Features: d.Features,
		Label:    d.Label,
		Values:   make([]float64, 0, len(rows)*width),
		Labels:   make([]float64, 0, len(rows)),
	}
	for _, i := range rows {
		p.Values = append(p.Values, d.Values[i*width:(i+1)*width]...)
		p.Labels = append(p.Labels, d.Labels[i])
	}
	return p
}

// Streams of one seed, so that the split does not depend on the model that is trained after it.
const (
	streamSplit = iota + 1
	streamWeights
	streamTraining
)

func newRandom(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

func finite(values ...float64) bool {
	return !slices.ContainsFunc(values, func(value float64) bool { return math.IsNaN(value) || math.IsInf(value, 0) })
}
