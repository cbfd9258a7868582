package indexer

import (
	"context"
	"fmt"

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
	var rows []photoRow
	var batch []loadedPhoto
	for i := range products {
		for _, photo := range products[i].Photos {
			if err := ctx.Err(); err != nil {
				return err
			}
			data, err := catalog.ReadPhoto(ctx, photo)
			if err != nil {
				continue // a URL, or nothing that can be used
			}
			batch = append(batch, loadedPhoto{rows: []int{len(rows)}, data: data, keys: []string{contentKey(data)}})
			if rows = append(rows, photoRow{id: products[i].ID, photo: photo}); len(batch) < photoBatch {
				continue
			}
			if _, _, err := e.photoVectors(ctx, batch, rows); err != nil {
				return err
			}
			batch = nil
		}
	}
	_, _, err := e.photoVectors(ctx, batch, rows)
	return err
}
