package vector

import "math"

// doubtEstimates is by how many standard deviations a row that was not looked at closely may be underrated: of 30,000 normal errors
// one is that large.
const doubtEstimates = 4

// estimates are pairs of a coarse score and a finer one of the same rows, to tell what rows score of which only the
// coarse one is known. The finer one lies about a line over the coarse one, not about it: among the best by the coarse score most are
// overrated, and vectors that have much in common are underrated by their signs.
type estimates struct {
	n                                    int
	coarse, fine, squares, products, own float64 // sums; own is of the finer scores' squares
}

func (e *estimates) add(coarse, fine float32) {
	x, y := float64(coarse), float64(fine)
	e.n++
	e.coarse += x
	e.fine += y
	e.squares += float64(x * x)
	e.products += float64(x * y)
	e.own += float64(y * y)
}

// bound is what a row scores at most by the finer score, as good as certainly, whose coarse one is at most least: the line of least
// squares there, and the doubt. The rows seen may be copies of one, so that the deviation is taken to be at least that given.
func (e *estimates) bound(least float32, deviation float64) float32 {
	n := float64(e.n)
	if n < 3 {
		return float32(math.Inf(1))
	}
	meanX, meanY := e.coarse/n, e.fine/n
	varX := max(0, e.squares/n-float64(meanX*meanX))
	varY := max(0, e.own/n-float64(meanY*meanY))
	cov := e.products/n - float64(meanX*meanY)
	slope := 0.0
	if varX > 0 {
		slope = max(0, cov/varX)
	}
	deviation = max(deviation, math.Sqrt(max(0, varY-float64(slope*cov))))
	return float32(meanY + float64(slope*(float64(least)-meanX)) + float64(doubtEstimates*deviation))
}
