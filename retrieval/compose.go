package retrieval

import (
	"context"
	"fmt"
	"image"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// Limits of what one query shows.
const (
	MaxPhotos      = 4
	MaxExamples    = 10  // in Like and in Unlike
	MaxPhotoWeight = 100 // against another photo's
)

// PhotoQuery is one photo of a query.
type PhotoQuery struct {
	Data   []byte          // JPEG, PNG, GIF or WebP, at most 10 MB
	Crop   image.Rectangle // the part that counts, in pixels after EXIF orientation; empty = all
	Weight float64         // against the other photos, at most 100; 0 = 1
}

// EvenBalance is the Query.Balance at which words and what is shown have their usual weights.
const EvenBalance = 0.5

// shows says whether q has photos or examples.
func (q *Query) shows() bool { return len(q.Photos) > 0 || len(q.Like) > 0 }

// PartWeight is the factor in [0, 1] by which Balance lowers what a leg of q counts: 2·Balance, at most 1, for
// those of what is shown and 2·(1 − Balance), at most 1, for those of words. So one of the two parts always
// has its usual weight. It is 1 when only one of them takes part.
func (q *Query) PartWeight(leg string) float64 {
	if q.Balance == nil || q.Text == "" || !q.shows() || q.Mode == ModeKeyword {
		return 1
	}
	if isShown(leg) {
		return min(1, *q.Balance/EvenBalance)
	}
	return min(1, (1-*q.Balance)/EvenBalance)
}

// isShown says whether a leg searches by what is shown.
func isShown(leg string) bool {
	return leg == LegPhotoImage || leg == LegLikeImage || leg == LegLikeText
}

// tip takes out of q the part to which Balance gives no weight at all.
func (q *Query) tip() {
	switch {
	case q.PartWeight(LegPhotoImage) == 0:
		q.Photos, q.Like = nil, nil
	case q.PartWeight(LegKeyword) == 0:
		q.Text = ""
	}
}

// partWeights are the weights of the legs, each times what q makes of its part.
func partWeights(q *Query, weights map[string]float64) map[string]float64 {
	scaled := make(map[string]float64, len(weights))
	for leg, weight := range weights {
		scaled[leg] = weight * q.PartWeight(leg)
	}
	return scaled
}

// checkShown checks what q shows against the limits.
func checkShown(q *Query) error {
	if len(q.Photos) > MaxPhotos {
		return fmt.Errorf("%w: there are %d photos, the limit is %d", ErrBadQuery, len(q.Photos), MaxPhotos)
	}
	for _, photo := range q.Photos {
		switch {
		case len(photo.Data) == 0:
			return fmt.Errorf("%w: a photo is empty: leave it out", ErrBadQuery)
		case len(photo.Data) > MaxPhotoBytes:
			return fmt.Errorf("%w: the photo has %.1f MB, the limit is %d MB: send a smaller one", ErrBadQuery, float64(len(photo.Data))/(1<<20), MaxPhotoBytes>>20)
		case !(photo.Weight >= 0 && photo.Weight <= MaxPhotoWeight): // written so that NaN is refused
			return fmt.Errorf("%w: the weight %v of a photo must be from 0 to %d", ErrBadQuery, photo.Weight, MaxPhotoWeight)
		}
	}
	if q.Balance != nil && !(*q.Balance >= 0 && *q.Balance <= 1) {
		return fmt.Errorf("%w: the balance %v must be from 0, words alone, to 1, what is shown alone", ErrBadQuery, *q.Balance)
	}
	if q.Mode == ModeKeyword && q.Text == "" && q.shows() {
		return fmt.Errorf("%w: mode keyword cannot search by a photo or by products alone: add words or use mode vector, hybrid or ranked", ErrBadQuery)
	}
	return checkExamples(q)
}

func checkExamples(q *Query) error {
	if most := max(len(q.Like), len(q.Unlike)); most > MaxExamples {
		return fmt.Errorf("%w: there are %d products in like or in unlike, the limit is %d each", ErrBadQuery, most, MaxExamples)
	}
	for _, id := range q.Unlike {
		if slices.Contains(q.Like, id) {
			return fmt.Errorf("%w: product %q stands in like and in unlike: take it out of one", ErrBadQuery, id)
		}
	}
	if len(q.Unlike) > 0 && q.browses() {
		return fmt.Errorf("%w: unlike alone says nothing of what is wanted: add words, a photo or products in like", ErrBadQuery)
	}
	return nil
}

// embedPhotos is the vector of all photos: the mean of their unit vectors by weight, normalised.
func (e *Engine) embedPhotos(ctx context.Context, photos []PhotoQuery) ([]float32, error) {
	if len(photos) == 1 {
		return e.encoder.EmbedPhoto(ctx, photos[0].Data, photos[0].Crop)
	}
	var sum []float32
	for _, photo := range photos {
		vector, err := e.encoder.EmbedPhoto(ctx, photo.Data, photo.Crop)
		if err != nil {
			return nil, err
		}
		weight := photo.Weight
		if weight == 0 {
			weight = 1
		}
		sum = plus(sum, float32(weight), vector)
	}
	if !normaliseVector(sum) {
		return nil, fmt.Errorf("%w: the photos have nothing in common: search by one of them", ErrBadQuery)
	}
	return sum, nil
}

// unlikeShare is β of Rocchio's formula, "Relevance Feedback in Information Retrieval", 1971: how much the
// mean of what is not liked takes from a vector. Of 0, 0.25, 0.5, 0.75 and 1 this was the best for liked products
// on the tuning half of a made set (docs/measurements.md); words alone gain a little more by more.
const unlikeShare = 0.25

// examples are the products that a query is shown as liked or unliked.
type examples struct {
	snapshot     *indexer.Snapshot
	like, unlike []uint32
}

// findExamples looks up the products that q names. An unknown id is an error that wraps ErrBadQuery.
func findExamples(q *Query, snapshot *indexer.Snapshot) (*examples, error) {
	found := &examples{snapshot: snapshot}
	for _, named := range []struct {
		part string
		ids  []string
		docs *[]uint32
	}{{"like", q.Like, &found.like}, {"unlike", q.Unlike, &found.unlike}} {
		for _, id := range named.ids {
			doc, ok := snapshot.Doc(id)
			if !ok {
				return nil, fmt.Errorf("%w: %s names the product %q, which the catalogue does not have", ErrBadQuery, named.part, id)
			}
			if !slices.Contains(*named.docs, doc) {
				*named.docs = append(*named.docs, doc)
			}
		}
	}
	return found, nil
}

// leaveOut takes the examples, which the shopper knows, out of the allowed products (nil = all).
func (x *examples) leaveOut(allowed *roaring.Bitmap) *roaring.Bitmap {
	return without(x.snapshot, allowed, roaring.BitmapOf(slices.Concat(x.like, x.unlike)...))
}

// liked is the mean vector of the liked products in a space; nil when none of them has one.
func (x *examples) liked(space indexer.Space) []float32 { return meanVector(x.snapshot, space, x.like) }

// turnedAway is vector less a share of what is not liked in a space, normalised. Where nothing would be left, it
// is the vector itself.
func (x *examples) turnedAway(space indexer.Space, vector []float32) []float32 {
	unliked := meanVector(x.snapshot, space, x.unlike)
	if unliked == nil {
		return vector
	}
	turned := plus(slices.Clone(vector), -unlikeShare, unliked)
	if !normaliseVector(turned) {
		return vector
	}
	return turned
}

// meanVector is the normalised mean of the vectors of docs in a space; nil when there is none.
func meanVector(snapshot *indexer.Snapshot, space indexer.Space, docs []uint32) []float32 {
	var sum []float32
	for _, doc := range docs {
		if vector, ok := snapshot.Vector(space, doc); ok {
			sum = plus(sum, 1, vector)
		}
	}
	if !normaliseVector(sum) {
		return nil
	}
	return sum
}

// plus adds weight·vector to sum, which may be nil, and returns it.
func plus(sum []float32, weight float32, vector []float32) []float32 {
	if sum == nil {
		sum = make([]float32, len(vector))
	}
	for i, v := range vector {
		sum[i] += weight * v
	}
	return sum
}

// normaliseVector gives v length 1, or returns false when it has none to speak of.
func normaliseVector(v []float32) bool {
	square := 0.0
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	length := math.Sqrt(square)
	if length < 1e-6 {
		return false
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / length)
	}
	return true
}
