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
	ranked    *Ranked // of all candidates; nil where the ranker did not score this one
	place     int     // in ranked
	rules     []RuleEntry
	score     float64
	others    int  // of its group
	photo     int  // number of the product's photo that matches best
	pending   bool // the product has no photo that could be had so far
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

// collect joins the hits of all legs to one set of candidates. A candidate has an entry for every leg, in
// the legs' order; that of a leg which did not find it has rank 0.
func collect(legs []*leg) []*candidate {
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
		for j, hit := range l.hits {
			c := byDoc[hit.Doc]
			if c == nil {
				own := entries[:len(legs):len(legs)]
				entries = entries[len(legs):]
				for k, other := range legs {
					own[k] = LegEntry{Leg: other.name}
				}
				slab = append(slab, candidate{doc: hit.Doc, legs: own})
				c = &slab[len(slab)-1]
				byDoc[hit.Doc] = c
				candidates = append(candidates, c)
			}
			c.legs[i].Score, c.legs[i].Rank = hit.Score, ranks[j]
		}
	}
	return candidates
}

// fuse scores the candidates by what the legs say of them, each normalised and weighted, and orders them.
func fuse(legs []*leg, candidates []*candidate, normalise normaliser, weights map[string]float64) {
	entries := make([]*LegEntry, len(candidates))
	for i, l := range legs {
		for j, c := range candidates {
			entries[j] = &c.legs[i]
		}
		normalise(entries)
		for _, entry := range entries {
			entry.Weight = weights[l.name]
			entry.Contribution = entry.Weight * entry.Normalised
		}
	}
	for _, c := range candidates {
		for i := range c.legs {
			c.fused += c.legs[i].Contribution
		}
		c.score = c.fused
	}
	order(candidates)
	for i, c := range candidates {
		c.fusedRank = i + 1
	}
}

// order sorts by score, the highest first; ties by product id.
func order(candidates []*candidate) {
	slices.SortFunc(candidates, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
}

func docSet(candidates []*candidate) *roaring.Bitmap {
	docs := make([]uint32, len(candidates))
	for i, c := range candidates {
		docs[i] = c.doc
	}
	return setOf(docs)
}
