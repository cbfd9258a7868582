package retrieval

import (
	"slices"

	"vitrine/indexer"
)

// diversified is how many of the best candidates are put in a more varied order.
const diversified = 100

// diversify reorders the best of the candidates by maximal marginal relevance (Carbonell and Goldstein, "The
// Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries", SIGIR 1998):
// the next is always the one with the highest (1-d)·relevance - d·likeness, d being the diversity in
// [0, 1], relevance the share of the score between the lowest and the highest of them, and likeness that to
// the most alike of those already placed. Ties keep their order, and so does what stands below.
func diversify(d float64, columns *indexer.Columns, candidates []*candidate) {
	left := slices.Clone(candidates[:min(diversified, len(candidates))])
	if d == 0 || len(left) == 0 {
		return
	}
	low, high := left[0].score, left[0].score
	for _, c := range left {
		low, high = min(low, c.score), max(high, c.score)
	}
	relevance := func(c *candidate) float64 {
		if high == low {
			return 1
		}
		return (c.score - low) / (high - low)
	}
	traits, likeness := traitsOf(columns, left), make(map[uint32]float64, len(left))
	for place := range len(left) {
		best, most := 0, 0.0
		for i, c := range left {
			if value := (1-d)*relevance(c) - d*likeness[c.doc]; i == 0 || value > most {
				best, most = i, value
			}
		}
		chosen := left[best]
		candidates[place] = chosen
		left = slices.Delete(left, best, best+1)
		for _, c := range left {
			likeness[c.doc] = max(likeness[c.doc], traits[c.doc].likeness(traits[chosen.doc]))
		}
	}
}

// traits are what makes products alike.
type traits struct{ brand, category []string }

func traitsOf(columns *indexer.Columns, candidates []*candidate) map[uint32]traits {
	all := make(map[uint32]traits, len(candidates))
	for _, c := range candidates {
		all[c.doc] = traits{columns.ValuesOf(FieldBrand, c.doc), columns.ValuesOf(FieldCategory, c.doc)}
	}
	return all
}

// likeness is the mean of two shares in [0, 1]: of the brand, and of the levels of the category that both
// have in all that either has.
func (t traits) likeness(other traits) float64 {
	return (overlap(t.brand, other.brand) + overlap(t.category, other.category)) / 2
}

// overlap is the Jaccard index of two lists of distinct values, and 0 of empty ones.
func overlap(a, b []string) float64 {
	common := 0
	for _, value := range a {
		if slices.Contains(b, value) {
			common++
		}
	}
	if common == 0 {
		return 0
	}
	return float64(common) / float64(len(a)+len(b)-common)
}
