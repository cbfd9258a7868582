package indexer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"vitrine/catalog"
)

// EmbedProducts puts those vectors of products into the cache that it lacks: of their texts, and of their photos in folders.
// Photos behind URLs are left to who fetches them. A photo that cannot be read or used has no vector, which is no error. What
// is done when ctx ends is kept.
func EmbedProducts(ctx context.Context, cache *catalog.Embeddings, encoder Encoder, model Model, products []catalog.Product) error {
	e := newEmbedder(cache, encoder, model)
	if err := e.embedProductTexts(ctx, products); err != nil {
		return fmt.Errorf("embed texts: %w", err)
	}
	if err := e.embedProductPhotos(ctx, products); err != nil {
		return fmt.Errorf("embed photos: %w", err)
	}
	return nil
}

func (e *embedder) embedProductTexts(ctx context.Context, products []catalog.Product) error {
	var rows []textRow
	known := make(map[string]bool)
	for i := range products {
		for _, text := range embeddedTexts(&products[i]) {
			if !known[text] {
				known[text] = true
				rows = append(rows, textRow{id: products[i].ID, text: text})
			}
		}
	}
	for begin := 0; begin < len(rows); begin += textBatch {
		if _, err := e.embedTexts(ctx, rows[begin:min(begin+textBatch, len(rows))]); err != nil {
			return err
		}
	}
	return nil
}

func (e *embedder) embedProductPhotos(ctx context.Context, products []catalog.Product) error {
	batch := make(map[string][]byte) // encoded photos, by the keys of their contents
	for i := range products {
		for _, photo := range products[i].Photos {
			if err := ctx.Err(); err != nil {
				return err
			}
			data, err := catalog.ReadPhoto(ctx, photo)
			if err != nil {
				continue // a URL, or nothing that can be used
			}
			if batch[contentKey(data)] = data; len(batch) < photoBatch {
				continue
			}
			if err := e.cachePhotos(ctx, batch); err != nil {
				return err
			}
			clear(batch)
		}
	}
	return e.cachePhotos(ctx, batch)
}

// cachePhotos embeds those of a batch that the cache lacks.
func (e *embedder) cachePhotos(ctx context.Context, batch map[string][]byte) error {
	known, err := e.cached(ctx, slices.Collect(maps.Keys(batch)))
	if err != nil {
		return err
	}
	var keys []string
	var ask [][]byte
	for key, data := range batch {
		if known[key] == nil {
			keys, ask = append(keys, key), append(ask, data)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	vectors, broken, err := e.encoder.EmbedPhotos(ctx, ask)
	if err != nil {
		return err
	}
	if len(vectors) != len(ask) || len(broken) != len(ask) {
		return fmt.Errorf("%w: %d vectors for %d photos", ErrEncoder, len(vectors), len(ask))
	}
	fresh := make(map[string][]float32, len(keys))
	for i, key := range keys {
		if broken[i] != nil {
			continue
		}
		if err := e.usable(vectors[i]); err != nil {
			return err
		}
		fresh[key] = vectors[i]
	}
	return e.cache.Put(ctx, e.model.Fingerprint, fresh)
}
