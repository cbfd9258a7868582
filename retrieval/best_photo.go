package retrieval

import "vitrine/indexer"

// HitPhoto is the photo of a product that shows best why it is a hit.
type HitPhoto struct {
	Index int    `json:"index"` // in the product's photos
	Ref   string `json:"ref"`   // of it
}

// photoLegs are the legs whose vectors are compared with photos, those that know best which photo was meant first.
var photoLegs = []string{LegPhotoImage, LegLikeImage, LegTextImage}

// namePhotos says of each candidate which photo matches the query best: by the vector of the first of photoLegs that came
// back, else the first that has a vector.
func namePhotos(found *results, page []*candidate) error {
	var vector []float32
	for _, name := range photoLegs {
		for _, l := range found.legs {
			if f, ok := l.finder.(*vectorFinder); ok && l.name == name && vector == nil {
				var err error
				if vector, err = f.turned(); err != nil {
					return err
				}
			}
		}
	}
	nameByVector(found.snapshot, vector, page)
	return nil
}

// nameByVector is namePhotos by a vector; nil = the first photo that has one.
func nameByVector(snapshot *indexer.Snapshot, vector []float32, page []*candidate) {
	for i, number := range snapshot.BestPhotos(vector, docsOf(page)) {
		page[i].photo, page[i].pending = max(0, number), number == indexer.NoPhoto
	}
}

// hitPhoto is the photo of a candidate whose product is loaded, and whether none of the product's could be had so far. A
// product without a photo has none.
func (c *candidate) hitPhoto() (photo *HitPhoto, pending bool) {
	photos := c.product.Photos
	if len(photos) == 0 {
		return nil, false
	}
	at := c.photo
	if at >= len(photos) { // of a page by cursor, whose product has changed since
		at = 0
	}
	return &HitPhoto{Index: at, Ref: photos[at].Ref}, c.pending
}
