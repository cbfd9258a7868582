package ranker

import (
	"math"
	"sync"
	"sync/atomic"
)

// When a correction has proved itself.
const (
	leastExamples  = 2000
	leastClicks    = 100
	standardErrors = 2    // by which the gain must be above 0
	proofHalfLife  = 5000 // examples
)

var proofDecay = math.Exp2(-1.0 / proofHalfLife)

// proof compares log losses, each of an example before it was learnt (progressive validation: Blum, Kalai and Langford
// 1999), with and without a correction. The sums fade, so that what helped last month need not be in force today. The gain
// is paired: what is hard about an example is hard for both.
type proof struct {
	inForce atomic.Bool

	mu               sync.Mutex
	examples, clicks int
	weight, squares  float64 // Σ w, Σ w² of the examples' weights
	without, with    float64 // Σ w · loss
	gain, gainSquare float64 // Σ w · d, Σ w · d², d the loss without less the loss with
}

func (p *proof) add(without, with float64, clicked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.examples++
	if clicked {
		p.clicks++
	}
	gain := without - with
	for _, sum := range []struct {
		of *float64
		by float64
	}{{&p.weight, 1}, {&p.without, without}, {&p.with, with}, {&p.gain, gain}, {&p.gainSquare, gain * gain}} {
		*sum.of = *sum.of*proofDecay + sum.by
	}
	p.squares = p.squares*proofDecay*proofDecay + 1
	p.inForce.Store(p.holds())
}

func (p *proof) holds() bool {
	mean := p.gain / p.weight
	variance := max(0, p.gainSquare/p.weight-mean*mean)
	return p.examples >= leastExamples && p.clicks >= leastClicks && mean > standardErrors*math.Sqrt(variance*p.squares)/p.weight
}

func (p *proof) figures() CorrectionFigures {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := CorrectionFigures{Examples: p.examples, Clicks: p.clicks, InForce: p.inForce.Load()}
	if p.without > 0 {
		f.LossRatio = p.with / p.without
	}
	return f
}

// logLoss is that of log odds, in nats.
func logLoss(logOdds float64, clicked bool) float64 {
	if clicked {
		logOdds = -logOdds
	}
	return max(logOdds, 0) + math.Log1p(math.Exp(-math.Abs(logOdds)))
}
