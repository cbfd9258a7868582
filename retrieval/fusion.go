package retrieval

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/catalog"
	"vitrine/indexer"
)

// candidate is one product on its way from the legs to the page.
type candidate struct {
	doc       uint32 // docs ascend with product ids, so ties that break on doc break on the id
	legs      []LegEntry
	fused     float64
	fusedRank int // 1-based
	product   *catalog.Product
	features  []FeatureEntry
	rules     []RuleEntry
	score     float64
}

// normaliser brings the hits of one leg, best first, to a scale on which legs can be added; one value
// a hit. It is what ways of fusing differ in.
type normaliser func(hits []indexer.Hit, ranks []int) []float64

// reciprocalRank is 1/(constant + rank), rank from 1: Cormack, Clarke, Büttcher, "Reciprocal Rank
// Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009.
func reciprocalRank(constant float64) normaliser {
	return func(_ []indexer.Hit, ranks []int) []float64 {
		values := make([]float64, len(ranks))
		for i, rank := range ranks {
			values[i] = 1 / (constant + float64(rank))
		}
		return values
	}
}

// rankHits returns the 1-based rank of each hit. Equal scores share the best of their ranks (1, 2, 2, 4):
// a hundred lamps that the word "lamp" fits equally well are for the other legs to order, not for
// their ids.
func rankHits(hits []indexer.Hit) []int {
	ranks := make([]int, len(hits))
	for i := range hits {
		ranks[i] = i + 1
		if i > 0 && hits[i].Score == hits[i-1].Score {
			ranks[i] = ranks[i-1]
		}
	}
	return ranks
}

// fuse joins the hits of all legs to one list of candidates, best first. A candidate has an entry for
// every leg, in the legs' order; the entry of a leg that did not find it has rank 0 and adds nothing.
func fuse(legs []*leg, normalise normaliser) []*candidate {
	most := 0
	for _, l := range legs {
		most += len(l.hits)
	}
	// Two slabs instead of two small allocations a candidate.
	slab, entries := make([]candidate, 0, most), make([]LegEntry, most*len(legs))
	byDoc := make(map[uint32]*candidate, most)
	candidates := make([]*candidate, 0, most)

	for i, l := range legs {
		ranks := rankHits(l.hits)
		normalised := normalise(l.hits, ranks)
		for j, hit := range l.hits {
			c := byDoc[hit.Doc]
			if c == nil {
				own := entries[:len(legs):len(legs)]
				entries = entries[len(legs):]
				for k, other := range legs {
					own[k] = LegEntry{Leg: other.name, Weight: other.weight}
				}
				slab = append(slab, candidate{doc: hit.Doc, legs: own})
				c = &slab[len(slab)-1]
				byDoc[hit.Doc] = c
				candidates = append(candidates, c)
			}
			entry := &c.legs[i]
			entry.Score, entry.Rank = hit.Score, ranks[j]
			entry.Normalised = normalised[j]
			entry.Contribution = entry.Weight * entry.Normalised
		}
	}

	for _, c := range candidates {
		for _, entry := range c.legs {
			c.fused += entry.Contribution
		}
		c.score = c.fused
	}
	order(candidates)
	for i, c := range candidates {
		c.fusedRank = i + 1
	}
	return candidates
}

// order sorts by score, the highest first; ties by product id.
func order(candidates []*candidate) {
	slices.SortFunc(candidates, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
}

func docSet(candidates []*candidate) *roaring.Bitmap {
	set := roaring.New()
	for _, c := range candidates {
		set.Add(c.doc)
	}
	return set
}
