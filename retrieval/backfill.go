package retrieval

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// backfill completes the leg entries of every candidate: what would a leg that did not find it, or not
// within its window, have scored? The scores are those that the leg itself gives, to the last bit. Ranks
// stay 0. An entry that stays without Backfilled means that the product has nothing that the leg could score,
// such as no photo.
func backfill(ctx context.Context, legs []*leg, candidates []*candidate) error {
	group, ctx := errgroup.WithContext(ctx)
	for i, l := range legs {
		var missing []*candidate
		var docs []uint32
		for _, c := range candidates {
			if c.legs[i].Rank == 0 {
				missing, docs = append(missing, c), append(docs, c.doc)
			}
		}
		if len(missing) == 0 {
			continue
		}
		group.Go(func() error {
			scores, has, err := l.finder.score(ctx, docs)
			if err != nil {
				return fmt.Errorf("back-fill of %s: %w", l.name, err)
			}
			for j, c := range missing {
				if has[j] {
					c.legs[i].Score, c.legs[i].Backfilled = scores[j], true
				}
			}
			return nil
		})
	}
	return group.Wait()
}
