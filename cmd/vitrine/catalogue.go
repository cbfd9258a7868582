package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/web"
)

const (
	// embedTimeout bounds how long a change waits for its vectors; what has none by then is found by words until the index is
	// built again.
	embedTimeout = 15 * time.Second
	embedBatch   = 32 // products that are embedded before a new model may come into force
)

// liveCatalogue implements web.Catalogue: what it has taken is on the disk, and in the next search. It needs no lock of the
// data directory: a transaction is enough, also while an index is built. It is safe for concurrent use.
type liveCatalogue struct {
	shop  *liveShop
	store *catalog.Store
	cache *catalog.Embeddings

	photosLack atomic.Bool  // products were sent whose photos are to be fetched
	foldEnded  atomic.Int64 // when the last fold of upkeep ended, Unix nanoseconds
}

// openLiveCatalogue takes changes for a shop into a store, which the caller closes last.
func openLiveCatalogue(ctx context.Context, shop *liveShop, store *catalog.Store) (*liveCatalogue, error) {
	cache, err := catalog.OpenEmbeddings(ctx, shop.dataDir)
	if err != nil {
		return nil, err
	}
	return &liveCatalogue{shop: shop, store: store, cache: cache}, nil
}

func (c *liveCatalogue) close() error { return c.cache.Close() }

// Put implements web.Catalogue.
func (c *liveCatalogue) Put(ctx context.Context, products []catalog.Product) (catalog.Applied, error) {
	if len(products) == 0 {
		return catalog.Applied{}, nil
	}
	if err := c.embed(ctx, products); err != nil && ctx.Err() == nil {
		c.shop.terminal.notef("vitrine: %v (these products are found by words until the index is built again)", err)
	}
	done, err := c.store.Apply(ctx, products)
	if err != nil {
		return catalog.Applied{}, err
	}
	c.lackPhotos(products)
	return done, c.shop.takeUp(ctx)
}

// Delete implements web.Catalogue.
func (c *liveCatalogue) Delete(ctx context.Context, id string) error {
	n, err := c.store.Delete(ctx, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%w: %q", catalog.ErrNotFound, id)
	}
	return c.shop.takeUp(ctx)
}

// Product implements web.Catalogue.
func (c *liveCatalogue) Product(ctx context.Context, id string) (catalog.Product, error) {
	return c.store.Product(ctx, id)
}

// embed has the cache know the vectors of products. Photos behind URLs are left to the next build: they are pending.
func (c *liveCatalogue) embed(ctx context.Context, products []catalog.Product) error {
	ctx, cancel := context.WithTimeout(ctx, embedTimeout)
	defer cancel()
	for batch := range slices.Chunk(products, embedBatch) {
		if err := c.shop.embed(ctx, c.cache, batch); err != nil {
			return err
		}
	}
	return nil
}

// embed puts vectors of products into a cache, by the model in force.
func (l *liveShop) embed(ctx context.Context, cache *catalog.Embeddings, products []catalog.Product) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	err := indexer.EmbedProducts(ctx, cache, l.shop.model, builtWith(l.shop.index), products)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("embedding took longer than %s: %w", embedTimeout, err)
	}
	return err
}

// takeUp brings the changes that were stored before the call into the search.
func (l *liveShop) takeUp(ctx context.Context) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	err := l.advance(ctx)
	if errors.Is(err, indexer.ErrBehind) {
		err = fmt.Errorf("%w: %w", web.ErrStoredOnly, err)
	}
	return err
}
