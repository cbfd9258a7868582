package retrieval

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

const defaultSimilar = 12

// Aspect is what products are compared by.
type Aspect string

// The aspects. Empty stands for the look, or for the text of a product that has no photo.
const (
	AspectLook Aspect = "look" // the vectors of photos
	AspectText Aspect = "text" // the vectors of titles and descriptions
	AspectBoth Aspect = "both" // the mean of both cosines, of which one that cannot be had counts 0
)

// ParseAspect reads an Aspect. Errors wrap ErrBadQuery.
func ParseAspect(s string) (Aspect, error) {
	switch aspect := Aspect(s); aspect {
	case "", AspectLook, AspectText, AspectBoth:
		return aspect, nil
	}
	return "", fmt.Errorf("%w: products cannot be compared by %q: use look, text or both", ErrBadQuery, s)
}

// Similar returns the products that are most like the one of id by an aspect, best first, never itself. The
// score is the cosine. A product without the vectors has no similar ones, and what rules hide from every
// search is none. Of AspectBoth the candidates are the Options.Window nearest in either space. Limit is at
// most MaxDepth; 0 is 12. An unknown id is an error that wraps ErrNotFound.
func (e *Engine) Similar(ctx context.Context, id string, by Aspect, limit int) ([]Hit, error) {
	by, err := ParseAspect(string(by))
	if err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = defaultSimilar
	}
	if limit < 0 || limit > MaxDepth {
		return nil, fmt.Errorf("%w: the limit must be from 1 to %d", ErrBadQuery, MaxDepth)
	}
	snapshot := e.index.Acquire()
	defer snapshot.Release()
	doc, ok := snapshot.Doc(id)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNotFound, id)
	}
	hidden, err := e.hidden(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	allowed := without(snapshot, without(snapshot, nil, hidden), roaring.BitmapOf(doc))
	found, err := e.likest(ctx, snapshot, doc, by, limit, allowed)
	if err != nil {
		return nil, fmt.Errorf("similar to %q: %w", id, err)
	}
	if err := load(ctx, snapshot, found); err != nil {
		return nil, err
	}
	return makeHits(&Query{}, found), nil
}

// likest returns the allowed products that are most like doc.
func (e *Engine) likest(ctx context.Context, snapshot *indexer.Snapshot, doc uint32, by Aspect, limit int, allowed *roaring.Bitmap) ([]*candidate, error) {
	look, hasLook := snapshot.Vector(indexer.SpacePhoto, doc)
	text, hasText := snapshot.Vector(indexer.SpaceText, doc)
	spaces := make(map[indexer.Space][]float32)
	if hasLook && by != AspectText {
		spaces[indexer.SpacePhoto] = look
	}
	if hasText && (by == AspectText || by == AspectBoth || by == "" && !hasLook) {
		spaces[indexer.SpaceText] = text
	}
	depth := limit
	if by == AspectBoth {
		depth = max(limit, e.opts.Window)
	}
	near := roaring.New()
	for space, vector := range spaces {
		hits, _, err := snapshot.Nearest(ctx, space, vector, depth, allowed)
		if err != nil {
			return nil, err
		}
		for _, hit := range hits {
			near.Add(hit.Doc)
		}
	}
	docs := near.ToArray()
	found := make([]*candidate, len(docs))
	for i, doc := range docs {
		found[i] = &candidate{doc: doc}
	}
	aspects := 1.0
	if by == AspectBoth {
		aspects = 2
	}
	for space, vector := range spaces {
		scores, _ := snapshot.Similarity(space, vector, docs)
		for i, score := range scores {
			found[i].score += score / aspects
		}
	}
	order(found)
	found = found[:min(limit, len(found))]
	nameByVector(snapshot, spaces[indexer.SpacePhoto], found)
	return found, nil
}
