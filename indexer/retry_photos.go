package indexer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"vitrine/catalog"
)

// retryPhotos tries the photos again that the ledger has for now, or all that it has. Products one of whose photos has a
// vector now are logged as changed, so that the index takes them up; the others keep their places in the ledger.
func (b *build) retryPhotos(ctx context.Context) error {
	rows, err := b.failedPhotos(ctx, b.ledger.due(b.RetryPhotos))
	if err != nil || len(rows) == 0 {
		return err
	}
	b.summary.PhotosRetried = len(rows)
	var mu sync.Mutex
	var had []int
	run := b.photoRun(stageRetries, rows, func(row int, _ []float32) {
		mu.Lock()
		defer mu.Unlock()
		had = append(had, row)
	})
	run.recheck = true
	if err := run.do(ctx); err != nil {
		return fmt.Errorf("try photos again: %w", err)
	}
	b.summary.PhotosRecovered = len(had)
	products := make(map[string]bool)
	for _, row := range had {
		products[rows[row].id] = true
	}
	// First, because what the ledger forgets is not tried again.
	if err := b.Store.Touch(ctx, slices.Sorted(maps.Keys(products))...); err != nil {
		return err
	}
	for _, row := range had {
		b.ledger.forget(rows[row].key())
	}
	return b.ledger.flush(ctx)
}

// failedPhotos returns the photos of entries of the ledger, and forgets those that their products do not name any more.
func (b *build) failedPhotos(ctx context.Context, failures []catalog.PhotoFailure) ([]photoRow, error) {
	var rows []photoRow
	for _, f := range failures {
		p, err := b.Store.Product(ctx, f.ProductID)
		if err != nil && !errors.Is(err, catalog.ErrNotFound) {
			return nil, err
		}
		at := slices.IndexFunc(p.Photos, func(photo catalog.Photo) bool { return photo.Ref == f.Ref })
		if at < 0 {
			b.ledger.forget(f.PhotoKey)
			continue
		}
		rows = append(rows, photoRow{id: p.ID, photo: p.Photos[at]})
	}
	return rows, nil
}
