package retrieval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"vitrine/catalog"
	"vitrine/indexer"
)

// Account says why a product stands where it stands among the results of a query, or why it is not there.
type Account struct {
	Query      string          `json:"query"`
	Mode       Mode            `json:"mode"`
	Understood []Understood    `json:"understood"`
	Product    catalog.Product `json:"product"`
	Rank       int             `json:"rank"` // as Search counts; 0 = not among the first MaxDepth results
	Total      int             `json:"total"`

	// Of a product that is found. The ledger's contributions add up to the score.
	Score  float64 `json:"score"`
	Ledger *Ledger `json:"ledger,omitempty"`
	Above  *Gap    `json:"above,omitempty"` // nil at rank 1

	// Of one that is not found. There is at least one reason.
	Reasons []Reason `json:"reasons"`
	Without *Without `json:"without,omitempty"` // when filters take it out

	Legs       []LegReport `json:"legs"`
	Rules      []FiredRule `json:"rules,omitempty"`
	Generation string      `json:"generation"`
}

// Gap is what parts a product from the one that stands above it.
type Gap struct {
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Rank       int       `json:"rank"`
	Difference float64   `json:"difference"` // of the scores, what the product lacks
	Parts      []GapPart `json:"parts"`      // that add up to it but for rounding, the largest first
}

// GapPart is how much more one contribution gives to the product above.
type GapPart struct {
	Kind       string  `json:"kind"` // "leg", "feature" or "rule"
	Name       string  `json:"name"`
	Difference float64 `json:"difference"`
}

// Without is what would become of a product without the filters that take it out.
type Without struct {
	Filters []string `json:"filters"`
	Rank    int      `json:"rank"`    // 0 = it would still not be found
	Reasons []Reason `json:"reasons"` // why not
}

// Explain runs q as Search does and accounts for the product of id in it: Account.Rank is the rank that
// Search gives it. Offset, limit, cursor and Query.Explain do not count. An id that the index lacks is an error that
// wraps ErrNotFound; other errors are those of Search.
func (e *Engine) Explain(ctx context.Context, q Query, id string) (*Account, error) {
	q.Offset, q.Limit, q.Explain, q.Cursor = 0, MaxDepth, true, ""
	asked := q.Text
	q, err := normalise(q)
	if err != nil {
		return nil, err
	}
	snapshot := e.index.Acquire()
	defer snapshot.Release()
	doc, ok := snapshot.Doc(id)
	if !ok {
		return nil, fmt.Errorf("%w: %q is no id of %s: is it in the feed, and was the feed indexed?", ErrNotFound, id, snapshot.Generation())
	}
	subject := &candidate{doc: doc}
	if err := load(ctx, snapshot, []*candidate{subject}); err != nil {
		return nil, err
	}
	account, err := e.account(ctx, q, snapshot, subject)
	if err != nil {
		return nil, err
	}
	account.Query = asked
	if less, names := withoutFilters(q, account.Reasons); len(names) > 0 {
		otherwise, err := e.account(ctx, less, snapshot, subject)
		if err != nil {
			return nil, err
		}
		account.Without = &Without{Filters: names, Rank: otherwise.Rank, Reasons: otherwise.Reasons}
	}
	return account, nil
}

// account searches and looks for subject, whose product is loaded, in what was found.
func (e *Engine) account(ctx context.Context, q Query, snapshot *indexer.Snapshot, subject *candidate) (*Account, error) {
	own := len(q.Filters) // what is understood is appended
	found, err := e.find(ctx, &q, snapshot, startStopwatch())
	if err != nil {
		return nil, err
	}
	account := &Account{
		Mode: q.Mode, Understood: found.said.report, Product: subject.product.Clone(),
		Total: found.total, Reasons: []Reason{}, Legs: found.reports, Rules: found.rules.fired,
		Generation: snapshot.Generation(),
	}
	at := slices.IndexFunc(found.page, func(c *candidate) bool { return c.doc == subject.doc })
	if at < 0 {
		in := inquiry{snapshot: snapshot, query: &q, own: own, found: found}
		account.Reasons, err = in.whyNot(ctx, subject)
		return account, err
	}
	shown := found.page[max(0, at-1) : at+1]
	if err := load(ctx, snapshot, shown); err != nil {
		return nil, err
	}
	hits := makeHits(&q, shown)
	hit := hits[len(hits)-1]
	account.Rank, account.Score, account.Ledger = at+1, hit.Score, hit.Ledger
	if len(hits) > 1 {
		account.Above = gap(&hits[0], &hit, at)
	}
	return account, nil
}

// gap compares the contributions of a hit with those of the one above it, which has the given rank.
func gap(above, below *Hit, rank int) *Gap {
	g := &Gap{ID: above.Product.ID, Title: above.Product.Title, Rank: rank, Difference: above.Score - below.Score, Parts: []GapPart{}}
	add := func(sign float64, contributions []GapPart) {
		for _, c := range contributions {
			at := slices.IndexFunc(g.Parts, func(p GapPart) bool { return p.Kind == c.Kind && p.Name == c.Name })
			if at < 0 {
				at = len(g.Parts)
				g.Parts = append(g.Parts, GapPart{Kind: c.Kind, Name: c.Name})
			}
			g.Parts[at].Difference += sign * c.Difference
		}
	}
	add(1, contributions(above.Ledger))
	add(-1, contributions(below.Ledger))
	g.Parts = slices.DeleteFunc(g.Parts, func(p GapPart) bool { return p.Difference == 0 })
	slices.SortStableFunc(g.Parts, func(a, b GapPart) int { return cmp.Compare(math.Abs(b.Difference), math.Abs(a.Difference)) })
	return g
}

// contributions lists what adds up to the score, each as its difference from nothing.
func contributions(l *Ledger) []GapPart {
	var all []GapPart
	for _, f := range l.Features {
		all = append(all, GapPart{"feature", f.Name, f.Contribution})
	}
	if len(l.Features) == 0 {
		for _, leg := range l.Legs {
			all = append(all, GapPart{"leg", leg.Leg, leg.Contribution})
		}
	}
	for _, r := range l.Rules {
		all = append(all, GapPart{"rule", r.Rule, r.Contribution})
	}
	return all
}
