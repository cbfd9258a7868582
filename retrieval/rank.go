package retrieval

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vitrine/catalog"
	"vitrine/indexer"
)

// Ranker scores the fused candidates of one query.
type Ranker interface {
	// Rank returns one Ranking a candidate, in the same order. q is normalised: its text is in lower
	// case, its mode and limit are set. Candidates and what they point to must not be changed or kept.
	Rank(ctx context.Context, q *Query, candidates []Candidate) ([]Ranking, error)
}

// Candidate is what a Ranker sees of one product.
type Candidate struct {
	Product   *catalog.Product
	Legs      []LegEntry // every leg that came back, in order, back-filled
	Fused     float64    // sum of the legs' contributions
	FusedRank int        // 1-based, in the order of fusion
}

// Ranking is what a Ranker says of one candidate.
type Ranking struct {
	Score    float64        // sum of the features' contributions, in order
	Features []FeatureEntry // at least one
}

// rank replaces the fused scores by those of the ranker.
func rank(ctx context.Context, ranker Ranker, q *Query, candidates []*candidate) error {
	seen := make([]Candidate, len(candidates))
	for i, c := range candidates {
		seen[i] = Candidate{Product: c.product, Legs: c.legs, Fused: c.fused, FusedRank: c.fusedRank}
	}
	rankings, err := ranker.Rank(ctx, q, seen)
	if err != nil {
		return fmt.Errorf("rank: %w", err)
	}
	if len(rankings) != len(candidates) {
		return fmt.Errorf("rank: the ranker scored %d of %d candidates", len(rankings), len(candidates))
	}
	for i, c := range candidates {
		c.features = rankings[i].Features
		c.rescore()
	}
	return nil
}

// follow puts candidates that the ranker did not score behind those that it did, in the order of the fusion. All
// are ordered by their fused scores.
func follow(ranked, rest []*candidate) {
	if len(rest) == 0 {
		return
	}
	lowest := ranked[0].score
	for _, c := range ranked {
		lowest = min(lowest, c.score)
	}
	for _, c := range rest {
		c.rules = append(c.rules, RuleEntry{Rule: ruleUnranked, Contribution: lowest - rest[0].fused - unrankedGap})
		c.rescore()
	}
}

// rescore adds up the score in the one order that Ledger promises, so that whoever adds up the
// ledger gets the same float64.
func (c *candidate) rescore() {
	c.score = 0
	for _, feature := range c.features {
		c.score += feature.Contribution
	}
	if len(c.features) == 0 {
		c.score = c.fused
	}
	for _, rule := range c.rules {
		c.score += rule.Contribution
	}
}

const (
	ruleIdentifier = "exact identifier"          // of RuleEntry
	ruleUnranked   = "beyond the ranker's depth" // of RuleEntry
	unrankedGap    = 0.001                       // so that no tie lets an unranked candidate pass
	identifiedTop  = 3                           // keyword hits that are compared with the query
)

// liftIdentified puts a product above all others when the query is its id, its SKU or one of its EANs:
// who types that wants that product, whatever the vector legs think of a number. Only the best hits of
// the keyword leg are looked at, since no other product can have the identifier's rare term.
func liftIdentified(ctx context.Context, q *Query, snapshot *indexer.Snapshot, candidates []*candidate) error {
	if q.Text == "" || strings.Contains(q.Text, " ") {
		return nil
	}
	var best []*candidate
	for _, c := range candidates {
		if slices.ContainsFunc(c.legs, func(l LegEntry) bool {
			return l.Leg == LegKeyword && l.Rank >= 1 && l.Rank <= identifiedTop
		}) {
			best = append(best, c)
		}
	}
	if err := load(ctx, snapshot, best); err != nil {
		return err
	}
	var top float64
	for i, c := range candidates {
		if i == 0 || c.score > top {
			top = c.score
		}
	}
	for _, c := range best {
		if identifies(q.Text, c.product) {
			c.rules = append(c.rules, RuleEntry{Rule: ruleIdentifier, Contribution: top - c.score + 1})
			c.rescore()
		}
	}
	return nil
}

// identifies says whether text, which is normalised, is an identifier of p or of one of its variants.
func identifies(text string, p *catalog.Product) bool {
	same := func(id string) bool { return normaliseText(id) == text }
	return same(p.ID) || same(p.SKU) || slices.ContainsFunc(p.EAN, same) ||
		slices.ContainsFunc(p.Variants, func(v catalog.Variant) bool { return same(v.SKU) })
}

// load fetches the products of the candidates that have none yet.
func load(ctx context.Context, snapshot *indexer.Snapshot, candidates []*candidate) error {
	var docs []uint32
	for _, c := range candidates {
		if c.product == nil {
			docs = append(docs, c.doc)
		}
	}
	if len(docs) == 0 {
		return nil
	}
	products, err := snapshot.Products(ctx, docs)
	if err != nil {
		return fmt.Errorf("read products: %w", err)
	}
	for _, c := range candidates {
		if c.product == nil {
			c.product, products = products[0], products[1:]
		}
	}
	return nil
}

func pageOf(q *Query, candidates []*candidate) []*candidate {
	first := min(q.Offset, len(candidates))
	return candidates[first:min(q.Offset+q.Limit, len(candidates))]
}

func makeHits(q *Query, page []*candidate) []Hit {
	hits := make([]Hit, len(page))
	for i, c := range page {
		hits[i] = Hit{Rank: q.Offset + i + 1, Score: c.score, Product: c.product.Clone(), Others: c.others}
		if q.Explain {
			hits[i].Ledger = &Ledger{Legs: c.legs, Fused: c.fused, Features: c.features, Rules: c.rules, Score: c.score}
			if c.legs == nil { // a product of a list, which nothing scored
				hits[i].Ledger.Legs = []LegEntry{}
			}
		}
	}
	return hits
}
