package indexer

import (
	"context"
	"slices"
)

// livePostings is what a term gives to the products of a snapshot, apart from how rare it is. Products of the generation
// that are gone are among them: keywordScores passes over those.
type livePostings struct {
	frequency int              // products that have it in the field where it is commonest
	products  []weighedPosting // of the generation
	changed   []weighedPosting // of the delta
}

// postingsOf returns the postings of a term, which nobody may change.
func (k *keywordView) postingsOf(ctx context.Context, term string) (livePostings, error) {
	base, err := k.base.postingsOf(ctx, term, k.weights)
	if err != nil {
		return livePostings{}, err
	}
	if !k.changed() {
		return livePostings{frequency: base.counts.most(), products: base.products}, nil
	}
	if known, ok := k.known.Load(term); ok {
		return known.(livePostings), nil
	}
	counts := base.counts
	for _, p := range base.products {
		if k.gone.has(p.doc) {
			counts.add(p.fields, -1)
		}
	}
	changed := k.delta.weighed(term, k.weights, k.bound)
	for _, p := range changed {
		if !k.gone.has(p.doc) {
			counts.add(p.fields, 1)
		}
	}
	live := livePostings{counts.most(), base.products, changed}
	if len(base.products) >= leastCached { // few terms have as many
		k.known.Store(term, live)
	}
	return live, nil
}

// docsWith returns the products that have a term in a field.
func (k *keywordView) docsWith(ctx context.Context, field, term string) ([]uint32, error) {
	docs, err := k.base.docsWith(ctx, field, term)
	if err != nil || !k.changed() {
		return docs, err
	}
	for _, p := range k.delta.postings(field, term, k.bound) {
		docs = append(docs, p.doc)
	}
	return slices.DeleteFunc(docs, k.gone.has), nil
}

// count returns about how many products have a term in a field, and 0 only where none has.
func (k *keywordView) count(ctx context.Context, field, term string) (int, error) {
	count, err := k.base.count(ctx, field, term)
	if err != nil || !k.changed() || count > k.gone.len(k.bound) {
		return count, err
	}
	docs, err := k.docsWith(ctx, field, term)
	return len(docs), err
}
