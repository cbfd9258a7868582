package retrieval

import (
	"context"
	"fmt"

	"vitrine/indexer"
)

// backfill completes the leg entries of every candidate: what would a leg that did not find it, or not
// within its window, have scored? The scores are exact, the same that the leg itself would have given:
// the cosine of the float vectors, or BM25 by the same query over just the missing documents. Ranks and
// contributions stay 0, so the fused sum does not change. An entry that stays without Backfilled
// means that the product has no vector in that space.
func backfill(ctx context.Context, q *Query, snapshot *indexer.Snapshot, legs []*leg, candidates []*candidate) error {
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
			err = backfillKeyword(ctx, q, snapshot, i, missing)
		} else {
			err = backfillVector(snapshot, l, i, missing)
		}
		if err != nil {
			return fmt.Errorf("back-fill of %s: %w", l.name, err)
		}
	}
	return nil
}

func backfillKeyword(ctx context.Context, q *Query, snapshot *indexer.Snapshot, i int, missing []*candidate) error {
	hits, err := snapshot.Keyword(ctx, indexer.KeywordQuery{Terms: q.Text, K: len(missing), Filter: docSet(missing)})
	if err != nil {
		return err
	}
	scores := make(map[uint32]float64, len(hits))
	for _, hit := range hits {
		scores[hit.Doc] = hit.Score
	}
	for _, c := range missing {
		c.legs[i].Score, c.legs[i].Backfilled = scores[c.doc], true // 0: it has none of the words
	}
	return nil
}

func backfillVector(snapshot *indexer.Snapshot, l *leg, i int, missing []*candidate) error {
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
