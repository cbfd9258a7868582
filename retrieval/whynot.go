package retrieval

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"vitrine/catalog"
	"vitrine/indexer"
)

// Reason is one thing that keeps a product out of the results. Text says it in a sentence; the fields
// that its kind has hold the same as data.
type Reason struct {
	Kind   ReasonKind `json:"kind"`
	Text   string     `json:"text"`
	Filter string     `json:"filter,omitempty"` // its string form
	Words  string     `json:"words,omitempty"`  // that the filter was read from; empty = the shopper set it
	Rule   string     `json:"rule,omitempty"`
	Leg    *Standing  `json:"leg,omitempty"`
}

// ReasonKind says on which way out a product was lost.
type ReasonKind string

// The kinds, in the order of the query's path. Those from ReasonFailed to ReasonLeft are of one leg, and a
// product is found when none of its legs has one.
const (
	ReasonFilter ReasonKind = "filter" // a filter takes it out
	ReasonRule   ReasonKind = "rule"   // a rule hides it
	ReasonFailed ReasonKind = "failed" // the leg was left out of the search
	ReasonWords  ReasonKind = "words"  // it has too few of the words
	ReasonVector ReasonKind = "vector" // it has nothing to compare with: no photo, no text
	ReasonFar    ReasonKind = "far"    // its cosine is below the floor that Options.NearShare sets
	ReasonNamed  ReasonKind = "named"  // it lacks a value that the words name, or too many have them all
	ReasonWindow ReasonKind = "window" // others stand before it, as many as a leg keeps
	ReasonLeft   ReasonKind = "left"   // the leg found it, and a later stage left it out
	ReasonDepth  ReasonKind = "depth"  // it is found, deeper than anybody can page
)

// Standing is how a product that is not found stands in one leg.
type Standing struct {
	Leg   string   `json:"leg"`
	Score float64  `json:"score"`           // exact
	Rank  int      `json:"rank"`            // among what filters and rules let through, ties by id, if the leg kept all; 0 = no score
	Kept  int      `json:"kept"`            // products that the leg kept
	Last  float64  `json:"last"`            // the score of the last of them
	Floor float64  `json:"floor,omitempty"` // the least cosine that the leg keeps
	Lacks []string `json:"lacks,omitempty"` // words
}

// inquiry asks why a product is not in what a query found.
type inquiry struct {
	snapshot *indexer.Snapshot
	query    *Query // as searched: the shopper's own filters and then those that were understood
	own      int    // number of the former
	found    *results
}

// whyNot returns the reasons, at least one, in the order of the query's path. The legs are asked only
// about a product that they could have found.
func (in *inquiry) whyNot(ctx context.Context, c *candidate) ([]Reason, error) {
	filters, err := in.filters(ctx, c)
	if err != nil {
		return nil, err
	}
	rules, err := in.rules(ctx, c)
	if err != nil {
		return nil, err
	}
	if reasons := slices.Concat(filters, rules); len(reasons) > 0 {
		return reasons, nil
	}
	if in.found.set.Contains(c.doc) && in.query.Group != "" {
		return []Reason{{Kind: ReasonLeft, Text: "it is found, and another product of its " + in.query.Group + " stands for it, or it is below what can be paged to"}}, nil
	}
	if in.found.set.Contains(c.doc) {
		return []Reason{{Kind: ReasonDepth, Text: fmt.Sprintf("it is found, but below the first %d results, which are all that can be paged to", MaxDepth)}}, nil
	}
	var reasons []Reason
	for i, l := range in.found.planned {
		reason := Reason{
			Kind: ReasonFailed, Leg: &Standing{Leg: l.name},
			Text: fmt.Sprintf("%s was left out of the search: %s", l.name, in.found.reports[i].Error),
		}
		if l.err == nil {
			if reason, err = in.leg(ctx, l, c.doc); err != nil {
				return nil, err
			}
		}
		reasons = append(reasons, reason)
	}
	return reasons, nil
}

// filters names each filter that takes the product out.
func (in *inquiry) filters(ctx context.Context, c *candidate) ([]Reason, error) {
	var reasons []Reason
	for i, f := range in.query.Filters {
		passing, err := matching(ctx, in.snapshot, []Filter{f})
		if err != nil {
			return nil, err
		}
		if passing.Contains(c.doc) {
			continue
		}
		reason := Reason{Kind: ReasonFilter, Filter: f.String()}
		whose := "the filter " + reason.Filter
		if i >= in.own {
			reason.Words = in.wordsOf(reason.Filter)
			whose = fmt.Sprintf("%q was read as the filter %s", reason.Words, reason.Filter)
		}
		reason.Text = fmt.Sprintf("%s: %s", whose, valueOf(c.product, f.Field))
		reasons = append(reasons, reason)
	}
	return reasons, nil
}

// wordsOf returns the words that a filter was read from.
func (in *inquiry) wordsOf(filter string) string {
	for _, u := range in.found.said.report {
		if u.Kind != UnderstoodNamed && u.Filter.String() == filter {
			return u.Words
		}
	}
	return ""
}

// valueOf says what a product has in the field of a filter.
func valueOf(p *catalog.Product, field string) string {
	var values []string
	switch field {
	case FieldPrice:
		if p.PriceCents == 0 {
			return "it has no price"
		}
		return fmt.Sprintf("its price is %d.%02d %s", p.PriceCents/100, p.PriceCents%100, p.Currency)
	case FieldInStock:
		if p.InStock {
			return "it is in stock"
		}
		return "it is out of stock"
	case FieldWords:
		return fmt.Sprintf("it is called %q", cmp.Or(p.Title, p.ID))
	case FieldCategory:
		values = p.Category
	case FieldBrand:
		values = []string{p.Brand}
	case FieldColour:
		values = []string{p.Colour}
		for _, v := range p.Variants {
			values = append(values, v.Colour)
		}
	default:
		field = strings.TrimPrefix(field, AttributePrefix)
		for name, value := range p.Attributes {
			if strings.EqualFold(name, field) {
				values = append(values, value)
			}
		}
	}
	values = slices.DeleteFunc(slices.Compact(slices.Clone(values)), func(v string) bool { return v == "" })
	if len(values) == 0 {
		return "it has no " + field
	}
	return fmt.Sprintf("its %s is %s", field, strings.Join(values, ", "))
}

// rules names each rule that hides the product.
func (in *inquiry) rules(ctx context.Context, c *candidate) ([]Reason, error) {
	var reasons []Reason
	for i := range in.found.rules.rules {
		r := &in.found.rules.rules[i]
		if r.Action != ActionHide {
			continue
		}
		hidden, err := covered(ctx, in.snapshot, r)
		if err != nil {
			return nil, err
		}
		if hidden.Contains(c.doc) {
			reasons = append(reasons, Reason{Kind: ReasonRule, Rule: r.Name, Text: fmt.Sprintf("the rule %q hides it", r.Name)})
		}
	}
	return reasons, nil
}

// leg says why one leg, which came back, did not bring the product in.
func (in *inquiry) leg(ctx context.Context, l *leg, doc uint32) (Reason, error) {
	at := &Standing{Leg: l.name, Kept: len(l.hits)}
	if at.Kept > 0 {
		at.Last = l.hits[at.Kept-1].Score
	}
	scores, has, err := l.finder.score(ctx, []uint32{doc})
	if err != nil {
		return Reason{}, err
	}
	if !has[0] {
		return Reason{Kind: ReasonVector, Leg: at, Text: l.name + ": it has no photo, or no text, to compare with"}, nil
	}
	if at.Score = scores[0]; at.Score != 0 {
		if at.Rank, err = in.rank(ctx, l, doc, at.Score); err != nil {
			return Reason{}, err
		}
	}
	if slices.ContainsFunc(l.hits, func(h indexer.Hit) bool { return h.Doc == doc }) {
		text := "%s found it at rank %d of what passes the filters, but it is not good enough beside what is found without them"
		return Reason{Kind: ReasonLeft, Leg: at, Text: fmt.Sprintf(text, l.name, at.Rank)}, nil
	}
	var kind ReasonKind
	var text string
	if f, ok := l.finder.(accountable); ok {
		if kind, text, err = f.missed(ctx, doc, l.hits, at); err != nil {
			return Reason{}, err
		}
	}
	if text == "" {
		kind, text = ReasonWindow, fmt.Sprintf("its score %.4f would be rank %d; the %d that were kept end at %.4f", at.Score, at.Rank, at.Kept, at.Last)
	}
	return Reason{Kind: kind, Leg: at, Text: l.name + ": " + text}, nil
}

// rank is the place of a product with a score among all that the leg may find, ties by id.
func (in *inquiry) rank(ctx context.Context, l *leg, doc uint32, score float64) (int, error) {
	all := cmp.Or(in.found.allowed, in.snapshot.All()).ToArray()
	scores, has, err := l.finder.score(ctx, all)
	if err != nil {
		return 0, err
	}
	rank := 1
	for i, other := range all {
		if has[i] && (scores[i] > score || scores[i] == score && other < doc) {
			rank++
		}
	}
	return rank, nil
}

func (f *keywordFinder) missed(ctx context.Context, doc uint32, _ []indexer.Hit, at *Standing) (ReasonKind, string, error) {
	var err error
	if at.Lacks, err = f.snapshot.Lacking(ctx, f.words, doc); err != nil || at.Score > 0 {
		return "", "", err
	}
	if len(at.Lacks) == 0 {
		return ReasonWords, "there is no word in the query that is searched for", nil
	}
	return ReasonWords, fmt.Sprintf("it lacks the words %q", at.Lacks), nil
}

func (f *vectorFinder) missed(_ context.Context, _ uint32, hits []indexer.Hit, at *Standing) (ReasonKind, string, error) {
	if len(hits) > 0 && f.nearShare > 0 {
		at.Floor = nearFloor(hits, f.nearShare)
	}
	if at.Score <= 0 || at.Score < at.Floor {
		return ReasonFar, fmt.Sprintf("its cosine %.4f would be rank %d, but only %.4f and more is near enough", at.Score, at.Rank, at.Floor), nil
	}
	return "", "", nil
}

func (f *namedFinder) missed(_ context.Context, doc uint32, _ []indexer.Hit, _ *Standing) (ReasonKind, string, error) {
	lacks := slices.ContainsFunc(f.named, func(p preference) bool { return !p.products.Contains(doc) })
	if lacks {
		return ReasonNamed, "it lacks something that the words name", nil
	}
	return ReasonNamed, "more products than the leg keeps have all that the words name: it leaves the choice to the other legs", nil
}

// withoutFilters is q less the filters among reasons, and their string forms. A filter that was read from
// words is given up by telling the query to ignore it.
func withoutFilters(q Query, reasons []Reason) (less Query, filters []string) {
	q.Filters, q.Ignore = slices.Clone(q.Filters), slices.Clone(q.Ignore)
	for _, r := range reasons {
		if r.Kind != ReasonFilter || slices.Contains(filters, r.Filter) {
			continue
		}
		filters = append(filters, r.Filter)
		if r.Words != "" {
			q.Ignore = append(q.Ignore, r.Filter)
		}
		q.Filters = slices.DeleteFunc(q.Filters, func(f Filter) bool { return f.String() == r.Filter })
	}
	return q, filters
}
