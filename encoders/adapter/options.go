package adapter

import (
	"errors"
	"fmt"
)

// ErrOptions is wrapped by every reason why options cannot be used.
var ErrOptions = errors.New("unusable options")

// Options of Train. The zero value is useful.
type Options struct {
	Rank        int     // of the projection; 64
	Temperature float64 // by which cosines are divided before the softmax; 0.05
	Rate        float64 // learning rate of AdamW; 0.001
	Decay       float64 // decoupled weight decay, times the rate, towards the identity; 0.01, negative = none
	Dropout     float64 // share of the hidden units left out at a time, in [0, 1); 0.1, negative = none
	Hold        float64 // weight of the mean squared length by which anchors move; 10, negative = none
	Epochs      int     // passes over the pairs at most; 40
	Batch       int     // pairs a step; 128
	Hard        int     // hard negatives a pair; 2, negative = none
	Refresh     int     // epochs between two searches for hard negatives; 3
	Patience    int     // end when the MRR has not risen for so many epochs; 5
	Seed        uint64  // of the start, the order, the dropout and the choice of negatives
}

// WithDefaults returns a copy with the defaults filled in.
func (o Options) WithDefaults() Options {
	fillInt := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	fill := func(field *float64, value float64) {
		if *field == 0 {
			*field = value
		}
	}
	fillInt(&o.Rank, 64)
	fill(&o.Temperature, 0.05)
	fill(&o.Rate, 0.001)
	fill(&o.Decay, 0.01)
	fill(&o.Dropout, 0.1)
	fill(&o.Hold, 10)
	fillInt(&o.Epochs, 40)
	fillInt(&o.Batch, 128)
	fillInt(&o.Hard, 2)
	fillInt(&o.Refresh, 3)
	fillInt(&o.Patience, 5)
	return o
}

// Validate reports the first option that cannot be used; the error wraps ErrOptions.
func (o Options) Validate() error {
	var wrong error
	switch {
	case o.Rank < 1 || o.Rank > MaxRank:
		wrong = fmt.Errorf("rank %d: choose 1 to %d", o.Rank, MaxRank)
	case !(o.Temperature > 0) || !finite(o.Temperature):
		wrong = fmt.Errorf("temperature %v: choose a number above 0", o.Temperature)
	case !(o.Rate > 0) || !finite(o.Rate):
		wrong = fmt.Errorf("rate %v: choose a number above 0", o.Rate)
	case !finite(o.Decay):
		wrong = fmt.Errorf("decay %v: choose a number", o.Decay)
	case !finite(o.Hold):
		wrong = fmt.Errorf("hold %v: choose a number", o.Hold)
	case !(o.Dropout < 1):
		wrong = fmt.Errorf("dropout %v: choose less than 1", o.Dropout)
	case o.Epochs < 1:
		wrong = fmt.Errorf("%d epochs: choose 1 or more", o.Epochs)
	case o.Batch < 2 || o.Batch > 4096:
		wrong = fmt.Errorf("a batch of %d pairs: choose 2 to 4096", o.Batch)
	case o.Hard > 64:
		wrong = fmt.Errorf("%d hard negatives a pair: choose at most 64", o.Hard)
	case o.Refresh < 1:
		wrong = fmt.Errorf("hard negatives every %d epochs: choose 1 or more", o.Refresh)
	case o.Patience < 1:
		wrong = fmt.Errorf("patience %d: choose 1 or more", o.Patience)
	}
	if wrong != nil {
		return fmt.Errorf("%w: %w", ErrOptions, wrong)
	}
	return nil
}
