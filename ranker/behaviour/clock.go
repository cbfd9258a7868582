package behaviour

import (
	"math"
	"time"
)

// span is how fast something is forgotten.
type span int

const (
	long   span = iota // the taste of a season
	recent             // what sells this week
	spans
)

// halfLives are those of the spans.
var halfLives = [spans]time.Duration{long: 30 * 24 * time.Hour, recent: 2 * 24 * time.Hour}

// landmarkAge is the age at which the landmark of the clock is moved: the weights of the recent span are then 2^100.
const landmarkAge = 200 * 24 * time.Hour

// clock gives the weights of forward exponential decay (Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay, 2009,
// section 3.1). What happens at t adds 2^((t - landmark) / half-life) to a sum, whenever it arrives; the sum at a later
// time is multiplied by one factor for all. So sums need no timers, and what was added can be taken away again.
type clock struct {
	landmark int64 // Unix milliseconds; 0 = not set yet
}

func (c clock) weight(at int64, s span) float64 {
	return math.Exp2(float64(at-c.landmark) / float64(halfLives[s].Milliseconds()))
}

// factors turn sums into those as of a time.
func (c clock) factors(at int64) [spans]float64 {
	return [spans]float64{long: c.weight(2*c.landmark-at, long), recent: c.weight(2*c.landmark-at, recent)}
}

// old says that weights as of a time grow so large that the landmark should move there.
func (c clock) old(at int64) bool { return at-c.landmark > landmarkAge.Milliseconds() }
