package calibration

import (
	"cmp"
	"slices"
	"sort"
)

// Isotonic maps a logit to a chance by steps that never fall, joined by straight lines.
type Isotonic struct {
	Logits  []float64 // of the knots, rising
	Chances []float64 // at the knots, in [0, 1], not falling
}

// Chance returns the calibrated chance of a click. Beyond the first and the last knot it stays what it is
// there. NaN is taken for the first knot.
func (c Isotonic) Chance(logit float64) float64 {
	above := sort.Search(len(c.Logits), func(i int) bool { return c.Logits[i] > logit })
	switch above {
	case 0:
		return c.Chances[0]
	case len(c.Logits):
		if logit != logit {
			return c.Chances[0]
		}
		return c.Chances[above-1]
	}
	share := (logit - c.Logits[above-1]) / (c.Logits[above] - c.Logits[above-1])
	return c.Chances[above-1] + share*(c.Chances[above]-c.Chances[above-1])
}

// block is a run of rows, by logit, that share a chance.
type block struct {
	first, last    float64 // logits
	weight, clicks float64 // sums
}

func (b block) chance() float64 { return b.clicks / b.weight }

// FitIsotonic learns the rising steps that are nearest to the labels by least squares, by pooling adjacent
// violators (Ayer et al. 1955; Zadrozny and Elkan 2002). Over the rows it learnt from, chances and labels
// have the same weighted mean. It wants some thousand rows; with fewer clicks than a few hundred FitPlatt is
// surer. An error wraps ErrRows.
func FitIsotonic(logits, labels, weights []float64) (Isotonic, error) {
	if err := checkBothLabels(logits, labels, weights); err != nil {
		return Isotonic{}, err
	}
	order := ascending(logits)
	var blocks []block
	for _, row := range order {
		weight := weightOf(weights, row)
		next := block{logits[row], logits[row], weight, weight * labels[row]}
		if end := len(blocks) - 1; end >= 0 && blocks[end].last == next.first {
			blocks[end].weight += next.weight // rows of one logit have one chance
			blocks[end].clicks += next.clicks
		} else {
			blocks = append(blocks, next)
		}
	}
	pooled := blocks[:0]
	for _, b := range blocks {
		pooled = append(pooled, b)
		for end := len(pooled) - 1; end > 0 && pooled[end-1].chance() >= pooled[end].chance(); end-- {
			pooled[end-1] = block{pooled[end-1].first, pooled[end].last, pooled[end-1].weight + pooled[end].weight, pooled[end-1].clicks + pooled[end].clicks}
			pooled = pooled[:end]
		}
	}
	var c Isotonic
	for _, b := range pooled {
		c.Logits, c.Chances = append(c.Logits, b.first), append(c.Chances, b.chance())
		if b.last > b.first {
			c.Logits, c.Chances = append(c.Logits, b.last), append(c.Chances, b.chance())
		}
	}
	return c, nil
}

// ascending returns the rows by rising score; equal scores stay in the order of the rows.
func ascending(scores []float64) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	return order
}
