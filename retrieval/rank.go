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
	// Rank scores all candidates. q is normalised: its text is in lower case, its mode and limit are set. Candidates
	// and what they point to must not be changed, nor kept when what Rank returned is no longer used.
	Rank(ctx context.Context, q *Query, candidates []Candidate) (*Ranked, error)
}

// Candidate is what a Ranker sees of one product.
type Candidate struct {
	Product   *catalog.Product
	Legs      []LegEntry // every leg that came back, in order, back-filled
	Fused     float64    // sum of the legs' contributions
	FusedRank int        // 1-based, in the order of fusion
}

// Ranked is what a Ranker says of the candidates of one query.
type Ranked struct {
	Model     string    // its version
	Objective string    // what the scores stand for: clicks, or a formula
	Schema    string    // hash of what its features mean
	Scores    []float64 // one a candidate, in their order
	Values    []float64 // what the model saw: a row of features a candidate; may be empty

	// Explain returns the contributions to the score of candidate i, at least one: added up in order they are the
	// score, bit for bit.
	Explain func(i int) []FeatureEntry
}

// features are the row of candidate i. It shares Values.
func (r *Ranked) features(i int) []float64 {
	width := len(r.Values) / len(r.Scores)
	return r.Values[i*width : (i+1)*width : (i+1)*width]
}

// RankerReport says which model ranked a query, or why none did.
type RankerReport struct {
	Model     string `json:"model,omitempty"`
	Objective string `json:"objective,omitempty"` // clicks, or the formula that the order pursues
	Schema    string `json:"schema,omitempty"`    // hash of what its features mean
	Error     string `json:"error,omitempty"`     // the order is that of the fusion
}

// rank replaces the fused scores by those of the ranker. A ranker that fails or is late leaves the order of the fusion
// as it is, and the report says so; the error is that of a caller who waits no longer.
func (e *Engine) rank(ctx context.Context, q *Query, candidates []*candidate) (*RankerReport, error) {
	ranked, err := e.askRanker(ctx, q, candidates)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return &RankerReport{Error: err.Error()}, nil
	}
	for i, c := range candidates {
		c.ranked, c.place = ranked, i
		c.rescore()
	}
	return &RankerReport{Model: ranked.Model, Objective: ranked.Objective, Schema: ranked.Schema}, nil
}

// askRanker leaves a late ranker behind.
func (e *Engine) askRanker(ctx context.Context, q *Query, candidates []*candidate) (*Ranked, error) {
	asked, seen := *q, make([]Candidate, len(candidates))
	for i, c := range candidates {
		seen[i] = Candidate{Product: c.product, Legs: c.legs, Fused: c.fused, FusedRank: c.fusedRank}
	}
	type answer struct {
		ranked *Ranked
		err    error
	}
	answers := make(chan answer, 1)
	within, cancel := context.WithTimeout(ctx, e.opts.RankDeadline)
	defer cancel()
	go func() {
		var a answer
		defer func() {
			if fault := recover(); fault != nil {
				a.err = fmt.Errorf("the ranker panicked: %v", fault)
			}
			answers <- a
		}()
		a.ranked, a.err = e.ranker.Rank(within, &asked, seen)
	}()
	select {
	case <-within.Done():
		return nil, fmt.Errorf("the ranker was not done within %v", e.opts.RankDeadline)
	case a := <-answers:
		if a.err == nil && len(a.ranked.Scores) != len(candidates) {
			a.err = fmt.Errorf("the ranker scored %d of %d candidates", len(a.ranked.Scores), len(candidates))
		}
		return a.ranked, a.err
	}
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
	c.score = c.fused
	if c.ranked != nil {
		c.score = c.ranked.Scores[c.place]
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
		hits[i] = Hit{Rank: q.Offset + i + 1, Score: c.score, Product: c.product.Clone(), Others: c.others, Fused: c.fused}
		hits[i].Photo, hits[i].ImagePending = c.hitPhoto()
		if c.ranked != nil {
			hits[i].Features = c.ranked.features(c.place)
		}
		if q.Explain {
			hits[i].Ledger = c.ledger()
		}
	}
	return hits
}

// ledger explains the score of c.
func (c *candidate) ledger() *Ledger {
	l := &Ledger{Legs: c.legs, Fused: c.fused, Rules: c.rules, Score: c.score}
	if c.legs == nil { // a product of a list, which nothing scored
		l.Legs = []LegEntry{}
	}
	if c.ranked != nil {
		l.Features = c.ranked.Explain(c.place)
	}
	return l
}
