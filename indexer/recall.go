package indexer

import (
	"context"
	"iter"
	"slices"

	"vitrine/catalog"
)

// recall gives changes the vectors that the cache has. What it has not is left out.
func (e *embedder) recall(ctx context.Context, changes []change) error {
	for batch := range slices.Chunk(changes, textBatch) {
		if err := e.recallBatch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (e *embedder) recallBatch(ctx context.Context, changes []change) error {
	keys := make([]map[Space][]rowKey, len(changes))
	var all []string
	for i, c := range changes {
		if c.product == nil {
			continue
		}
		keys[i] = rowKeys(ctx, c.product)
		for _, of := range keys[i] {
			for _, row := range of {
				all = append(all, row.key)
			}
		}
	}
	known, err := e.cached(ctx, all)
	if err != nil {
		return err
	}
	for i := range changes {
		changes[i].vectors = make(map[Space][]deltaRow)
		for space, of := range keys[i] {
			for _, row := range of {
				if v := known[row.key]; v != nil {
					changes[i].vectors[space] = append(changes[i].vectors[space], deltaRow{v, row.photo})
				}
			}
		}
	}
	return nil
}

// rowKey is the key in the cache of what a row of a space would be of.
type rowKey struct {
	key   string
	photo uint32 // its number among those of the product, in the photo space
}

func rowKeys(ctx context.Context, p *catalog.Product) map[Space][]rowKey {
	keys := make(map[Space][]rowKey)
	for _, text := range embeddedTexts(p) {
		keys[SpaceText] = append(keys[SpaceText], rowKey{key: contentKey([]byte(text))})
	}
	for number, photo := range distinctPhotos(p) {
		if key := photoKey(ctx, photo); key != "" {
			keys[SpacePhoto] = append(keys[SpacePhoto], rowKey{key, uint32(number)})
		}
	}
	return keys
}

// vectorCount is how many vectors of a product are known.
func (c *change) vectorCount() int { return len(c.vectors[SpaceText]) + len(c.vectors[SpacePhoto]) }

// complete says that all vectors are known that a product can have.
func (c *change) complete() bool {
	if c.product == nil {
		return true
	}
	want := len(embeddedTexts(c.product))
	for range distinctPhotos(c.product) {
		want++
	}
	return c.vectorCount() == want
}

// distinctPhotos yields a product's photos by their numbers, without those that it has named before.
func distinctPhotos(p *catalog.Product) iter.Seq2[int, catalog.Photo] {
	return func(yield func(int, catalog.Photo) bool) {
		for i, photo := range p.Photos {
			if !slices.Contains(p.Photos[:i], photo) && !yield(i, photo) {
				return
			}
		}
	}
}

// photoKey is the key of a photo's vector in the cache: of its URL, or of what its file has now; "" when that cannot
// be read.
func photoKey(ctx context.Context, photo catalog.Photo) string {
	if photo.Remote() {
		return urlKey(photo)
	}
	data, err := catalog.ReadPhoto(ctx, photo)
	if err != nil {
		return ""
	}
	return contentKey(data)
}
