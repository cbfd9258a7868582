package indexer

import (
	"context"
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
	keys := make([]map[Space][]string, len(changes))
	var all []string
	for i, c := range changes {
		if c.product == nil {
			continue
		}
		keys[i] = map[Space][]string{}
		for _, text := range embeddedTexts(c.product) {
			keys[i][SpaceText] = append(keys[i][SpaceText], contentKey([]byte(text)))
		}
		for _, photo := range distinctPhotos(c.product) {
			if key := photoKey(ctx, photo); key != "" {
				keys[i][SpacePhoto] = append(keys[i][SpacePhoto], key)
			}
		}
		for _, of := range keys[i] {
			all = append(all, of...)
		}
	}
	known, err := e.cached(ctx, all)
	if err != nil {
		return err
	}
	for i := range changes {
		changes[i].vectors = make(map[Space][][]float32)
		for space, of := range keys[i] {
			for _, key := range of {
				if v := known[key]; v != nil {
					changes[i].vectors[space] = append(changes[i].vectors[space], v)
				}
			}
		}
	}
	return nil
}

// vectorCount is how many vectors of a product are known.
func (c *change) vectorCount() int { return len(c.vectors[SpaceText]) + len(c.vectors[SpacePhoto]) }

// complete says that all vectors are known that a product can have.
func (c *change) complete() bool {
	return c.product == nil || c.vectorCount() == len(embeddedTexts(c.product))+len(distinctPhotos(c.product))
}

// distinctPhotos returns a product's photos without those that it names again.
func distinctPhotos(p *catalog.Product) []catalog.Photo {
	var photos []catalog.Photo
	for _, photo := range p.Photos {
		if !slices.Contains(photos, photo) {
			photos = append(photos, photo)
		}
	}
	return photos
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
