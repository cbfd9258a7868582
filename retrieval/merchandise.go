package retrieval

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// Rules says which merchandising rules a shop has. It must be safe for concurrent use.
type Rules interface {
	// For returns the rules that hold for q at a time, in their order: of two that are at odds, the first
	// counts. q is normalised and must not be changed or kept.
	For(q *Query, now time.Time) []Rule
}

// Action is what a rule does to its products, or to the whole search.
type Action string

// The actions. Hiding goes before pinning, and pinning before boosting and burying.
const (
	ActionPin      Action = "pin"      // stand at given places
	ActionHide     Action = "hide"     // are not found
	ActionBoost    Action = "boost"    // stand higher
	ActionBury     Action = "bury"     // stand lower
	ActionRedirect Action = "redirect" // the search leads to an address
)

// Rule is one merchandising rule that holds for a query.
type Rule struct {
	Name     string
	Action   Action
	Products []string // ids; those that the index lacks have no effect
	Filters  []Filter // the products that pass all of them, where there are no ids
	Place    int      // ActionPin: of the first product, from 1; the others follow it
	Strength float64  // ActionBoost, ActionBury: > 0; 1 carries a product of the median score to the top
	URL      string   // ActionRedirect
}

// SetRules puts rules in the place of those before, from the next search on.
func (e *Engine) SetRules(rules Rules) { e.rules.Store(&rules) }

// Covers says which products of the live index a rule is about: how many, and which of its ids are of none.
func (e *Engine) Covers(ctx context.Context, r *Rule) (products int, unknown []string, err error) {
	snapshot := e.index.Acquire()
	defer snapshot.Release()
	for _, id := range r.Products {
		if _, ok := snapshot.Doc(id); !ok {
			unknown = append(unknown, id)
		}
	}
	docs, err := covered(ctx, snapshot, r)
	if err != nil {
		return 0, nil, err
	}
	return int(docs.GetCardinality()), unknown, nil
}

// NormaliseText gives a text the spelling of Query.Text, in which Rules see it.
func NormaliseText(text string) string { return normaliseText(text) }

// merchandise is what the rules do to one query in one snapshot.
type merchandise struct {
	snapshot *indexer.Snapshot
	rules    []Rule // that hold, in their order
	fired    []FiredRule
	redirect string
	hidden   *roaring.Bitmap // nil = none
	pins     []pin           // by place; each of another product, which may be shown
	boosts   []boost
}

// boost moves products up or, when its strength is negative, down.
type boost struct {
	rule     string
	docs     *roaring.Bitmap
	strength float64
}

// merchandise finds the rules for q and takes what they hide out of the allowed products (nil = all).
func (e *Engine) merchandise(ctx context.Context, q *Query, snapshot *indexer.Snapshot, allowed *roaring.Bitmap) (*merchandise, *roaring.Bitmap, error) {
	rules := e.rulesFor(q)
	m := &merchandise{snapshot: snapshot, rules: rules}
	for i := range rules {
		r := &rules[i]
		m.fired = append(m.fired, FiredRule{Rule: r.Name, Action: r.Action})
		switch r.Action {
		case ActionBoost, ActionBury:
			docs, err := covered(ctx, snapshot, r)
			if err != nil {
				return nil, nil, err
			}
			strength := r.Strength
			if r.Action == ActionBury {
				strength = -strength
			}
			m.boosts = append(m.boosts, boost{r.Name, docs, strength})
		case ActionRedirect:
			m.redirect = cmp.Or(m.redirect, r.URL)
		}
	}
	var err error
	if m.hidden, err = hiddenBy(ctx, rules, snapshot); err != nil {
		return nil, nil, err
	}
	allowed = without(snapshot, allowed, m.hidden)
	m.pins = m.pinned(allowed)
	return m, allowed, nil
}

// hidden returns the products that may not be shown whatever is asked for; nil for none. They are what
// the rules hide that hold for a list of the whole catalogue.
func (e *Engine) hidden(ctx context.Context, snapshot *indexer.Snapshot) (*roaring.Bitmap, error) {
	return hiddenBy(ctx, e.rulesFor(&Query{}), snapshot)
}

func (e *Engine) rulesFor(q *Query) []Rule {
	if rules := e.rules.Load(); rules != nil {
		return (*rules).For(q, time.Now())
	}
	return nil
}

func hiddenBy(ctx context.Context, rules []Rule, snapshot *indexer.Snapshot) (*roaring.Bitmap, error) {
	var hidden *roaring.Bitmap
	for i := range rules {
		if rules[i].Action != ActionHide {
			continue
		}
		if hidden == nil {
			hidden = roaring.New()
		}
		docs, err := covered(ctx, snapshot, &rules[i])
		if err != nil {
			return nil, err
		}
		hidden.Or(docs)
	}
	return hidden, nil
}

// covered returns the products that r is about.
func covered(ctx context.Context, snapshot *indexer.Snapshot, r *Rule) (*roaring.Bitmap, error) {
	if len(r.Filters) > 0 {
		docs, err := matching(ctx, snapshot, r.Filters)
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", r.Name, err)
		}
		return docs, nil
	}
	docs := roaring.New()
	for _, id := range r.Products {
		if doc, ok := snapshot.Doc(id); ok {
			docs.Add(doc)
		}
	}
	return docs, nil
}

// without takes hidden (nil = none) out of allowed (nil = all).
func without(snapshot *indexer.Snapshot, allowed, hidden *roaring.Bitmap) *roaring.Bitmap {
	if hidden == nil || hidden.IsEmpty() {
		return allowed
	}
	if allowed == nil {
		allowed = snapshot.All()
	}
	return roaring.AndNot(allowed, hidden)
}

// weigh adds the boosts to the scores. Scores have no common scale: fused ones lie within hundredths,
// a ranker's within tens. So a strength counts in spreads of the scores at hand, and is added, since
// multiplying would turn a boost of a negative score into its opposite.
func (m *merchandise) weigh(candidates []*candidate) {
	if len(m.boosts) == 0 {
		return
	}
	_, others := m.split(candidates)
	unit := spread(others)
	for _, c := range others {
		m.boost(c, unit)
	}
}

// boost adds to a score the boosts that c gets, in units of its scale.
func (m *merchandise) boost(c *candidate, unit float64) {
	for _, b := range m.boosts {
		if b.docs.Contains(c.doc) {
			c.rules = append(c.rules, RuleEntry{Rule: b.rule, Contribution: b.strength * unit})
			c.rescore()
		}
	}
}

// spread is how far the highest score lies above the median one; where they are the same, above the
// lowest one; and 1 where all are the same.
func spread(candidates []*candidate) float64 {
	scores := make([]float64, len(candidates))
	for i, c := range candidates {
		scores[i] = c.score
	}
	if len(scores) == 0 {
		return 1
	}
	slices.Sort(scores)
	lowest, median, highest := scores[0], scores[(len(scores)-1)/2], scores[len(scores)-1]
	return cmp.Or(highest-median, highest-lowest, 1)
}
