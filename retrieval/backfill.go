package retrieval

import (
	"context"
	"fmt"

	"vitrine/indexer"
)

// backfill completes the leg entries of every candidate: what would a leg that did not find it, or not
// within its window, have scored? The scores are exact, those that the leg itself gives: the cosine of
// the float vectors, or BM25 by the same query over just the missing documents (0 when the leg would
// not take them). Ranks and contributions stay 0, so the fused sum does not change. An entry that stays
// without Backfilled means that the product has no vector in that space.
func backfill(ctx context.Context, snapshot *indexer.Snapshot, legs []*leg, candidates []*candidate) error {
	for i, l := range legs {
		var missing []*candidate
		for _, c := range candidates {
			if c.legs[i].Rank == 0 {
				missing = append(missing, c)
			}
		}
		if len(missing) == 0 {
			continue
		}
		var err error
		if l.vector == nil {
			err = backfillKeyword(ctx, snapshot, i, l, missing)
		} else {
			err = backfillVector(snapshot, i, l, missing)
		}
		if err != nil {
			return fmt.Errorf("back-fill of %s: %w", l.name, err)
		}
	}
	return nil
}

func backfillKeyword(ctx context.Context, snapshot *indexer.Snapshot, i int, l *leg, missing []*candidate) error {
	scores := make(map[uint32]float64)
	if !l.all {
		// How many of its words a product must have depends on the best product searched. The leg's
		// best hit comes along, so that the missing ones are measured as the leg measures.
		docs := docSet(missing)
		docs.Add(l.hits[0].Doc)
		words := l.words
		words.K, words.Filter = len(missing)+1, docs
		hits, err := snapshot.Keyword(ctx, words)
		if err != nil {
			return err
		}
		for _, hit := range hits {
			scores[hit.Doc] = hit.Score
		}
	}
	for _, c := range missing {
		c.legs[i].Score, c.legs[i].Backfilled = scores[c.doc], true
	}
	return nil
}

func backfillVector(snapshot *indexer.Snapshot, i int, l *leg, missing []*candidate) error {
	vector, err := l.vector.get()
	if err != nil {
		return err
	}
	docs := make([]uint32, len(missing))
	for j, c := range missing {
		docs[j] = c.doc
	}
	scores, has := snapshot.Similarity(l.space, vector, docs)
	for j, c := range missing {
		if has[j] {
			c.legs[i].Score, c.legs[i].Backfilled = scores[j], true
		}
	}
	return nil
}
