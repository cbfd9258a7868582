package ctr

import (
	"math/bits"
	"slices"
)

// tower is the position bias: what the place in the list adds to the logit of a click in training, whatever
// was shown there (Zhao et al. 2019, "Recommending What Video to Watch Next", section 4.3). When the model
// is used the place is not known yet, and the mean over the training rows stands in for it: the order is that
// of the features alone, and the chances stay those of the training rows.
type tower struct {
	layouts []string  // sorted
	values  []float64 // layouts × bands
	mean    float64   // over the training rows
}

// Bands of positions: each of the first ones on its own, then by powers of two, of which the last is open.
const (
	singleBands = 20
	bands       = singleBands + 11
	maxLayouts  = 16
)

// band returns the band of a position from 1: 20 is of 21 to 32, 21 of 33 to 64, and so on.
func band(position int) int {
	if position <= singleBands {
		return position - 1
	}
	return min(singleBands+bits.Len(uint(position-1))-bits.Len(singleBands), bands-1)
}

// newTower returns a tower of zeros for the layouts of the rows, which know their positions.
func newTower(d *Dataset) *tower {
	t := &tower{layouts: []string{""}}
	if d.Layouts != nil {
		t.layouts = slices.Clone(d.Layouts)
		slices.Sort(t.layouts)
		t.layouts = slices.Compact(t.layouts)
	}
	t.values = make([]float64, len(t.layouts)*bands)
	return t
}

// places returns which of the values each row has; -1 where the position or the layout is unknown.
func (t *tower) places(d *Dataset) []int32 {
	places := make([]int32, len(d.Positions))
	for i, position := range d.Positions {
		layout := ""
		if d.Layouts != nil {
			layout = d.Layouts[i]
		}
		at, known := slices.BinarySearch(t.layouts, layout)
		if places[i] = -1; known && position > 0 {
			places[i] = int32(at*bands + band(position))
		}
	}
	return places
}

// add adds what the places add to the first logit of each row.
func (t *tower) add(places []int32, tasks int, logits []float64) {
	for i, place := range places {
		if place >= 0 {
			logits[i*tasks] += t.values[place]
		}
	}
}

// gradient sets into to the gradient by the values, given that by the logits.
func (t *tower) gradient(places []int32, tasks int, slopes, into []float64) {
	clear(into)
	for i, place := range places {
		if place >= 0 {
			into[place] += slopes[i*tasks]
		}
	}
}

// settle sets the mean over the rows.
func (t *tower) settle(places []int32) {
	t.mean = 0
	for _, place := range places {
		if place >= 0 {
			t.mean += t.values[place]
		}
	}
	t.mean /= float64(len(places))
}
