package ctr

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// ErrIncomplete is wrapped where contributions account badly for a score.
var ErrIncomplete = errors.New("contributions do not add up")

// Contributions says what each feature of a row adds to its score, beginning with the score of the mean
// training row, base. They are integrated gradients (Sundararajan et al. 2017, section 3) along the line
// from that row to this one: of a linear model weight · (value − mean), and of any other found by the
// midpoint rule, in stretches that are halved for as long as their gradient does not explain how the score
// changes. What is left over is part of base, so that base and the parts, added in this order, come to the
// score within 1e-12 of its size.
//
// An error wraps ErrIncomplete where what is left over is more than 1 % of the score's distance from that of
// the mean row; base and parts are valid all the same. A row of another length is a panic.
func (m *Model) Contributions(row []float64) (base float64, parts []float64, err error) {
	score := m.Scores(row, nil)[0]
	change := score - m.Scores(m.standard.mean, nil)[0]
	target := make([]float64, len(row))
	m.standard.applyTo(row, target)
	parts = m.integrate(target)
	floats.Scale(m.slope, parts)
	if left := change - floats.Sum(parts); math.Abs(left) > badShare*math.Abs(change)+smallShare*(math.Abs(score)+floats.Norm(parts, 1)) {
		err = fmt.Errorf("%w: %v of %v is left over", ErrIncomplete, left, change)
	}
	return fold(score, parts), parts, err
}

// The shares of the score's change that may be left over at all and in one stretch, what of the score itself
// is too little to count in either, and the bounds of halving.
const (
	badShare      = 1e-2
	smallShare    = 1e-6
	stretchShare  = 1e-5
	roundingShare = 1e-9
	leastHalvings = 3
	mostHalvings  = 34
	mostStretches = 1 << 13
)

// stretch is a part of the line from the mean row, 0, to the row, 1.
type stretch struct {
	from, to   float64
	start, end float64 // the logits there
	halvings   int
}

// integrate returns target times the mean gradient of the logit from 0 to target.
func (m *Model) integrate(target []float64) []float64 {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	parts := make([]float64, len(target))
	whole := stretch{from: 0, to: 1}
	m.forwardAlong(s, target, []float64{0, 1})
	tasks := m.network.tasks()
	whole.start, whole.end = s.logits[0], s.logits[tasks]
	allowed := stretchShare*math.Abs(whole.end-whole.start) + roundingShare*(math.Abs(whole.start)+math.Abs(whole.end))
	queue, seen := []stretch{whole}, 0
	middles := make([]float64, 0, passRows)
	for len(queue) > 0 {
		batch := queue[:min(len(queue), passRows)]
		queue, seen = queue[len(batch):], seen+len(batch)
		middles = middles[:0]
		for _, l := range batch {
			middles = append(middles, (l.from+l.to)/2)
		}
		m.forwardAlong(s, target, middles)
		m.network.inputSlopes(&m.packed, s)
		for i, l := range batch {
			slopes, length := s.product.row(i), l.to-l.from
			left := l.end - l.start - length*floats.Dot(slopes, target)
			if l.halvings >= leastHalvings && (math.Abs(left) <= allowed || l.halvings == mostHalvings || seen > mostStretches) {
				floats.AddScaled(parts, length, slopes)
				continue
			}
			middle := s.logits[i*tasks]
			queue = append(queue,
				stretch{l.from, middles[i], l.start, middle, l.halvings + 1},
				stretch{middles[i], l.to, middle, l.end, l.halvings + 1})
		}
	}
	floats.Mul(parts, target)
	return parts
}

// forwardAlong sets s to the pass over the rows at these shares of the way to target.
func (m *Model) forwardAlong(s *scratch, target, shares []float64) {
	s.inputs.reshape(len(shares), len(target))
	for i, share := range shares {
		floats.ScaleTo(s.inputs.row(i), share, target)
	}
	m.network.forward(&m.packed, s, nil)
}

// inputSlopes sets s.product to the slopes of the first logit by the inputs, given s after forward.
func (n *network) inputSlopes(p *packed, s *scratch) {
	s.slopes = resized(s.slopes, len(s.logits))
	clear(s.slopes)
	for i := 0; i < len(s.slopes); i += n.tasks() {
		s.slopes[i] = 1
	}
	n.setSlopes(s)
	for i := len(n.layers) - 1; i > 0; i-- {
		n.passBack(p, s, i, false)
	}
	s.product.reshape(s.inputs.rows, s.inputs.cols)
	clear(s.product.data)
	addProduct(&s.deltas[0], &p.up[0], &s.product)
	if n.factors > 0 {
		addMachineSlopes(p, s)
	}
}

// fold returns the base with which the parts, added to it in order, come to the score, rounding included
// where some base does.
func fold(score float64, parts []float64) float64 {
	base := score - floats.Sum(parts)
	for range 4 {
		total := base
		for _, part := range parts {
			total += part
		}
		if total == score {
			break
		}
		base += score - total
	}
	return base
}
