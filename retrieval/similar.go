package retrieval

import (
	"context"
	"fmt"

	"vitrine/indexer"
)

const defaultSimilar = 12

// Similar returns the products that look most like the one of id, best first, never itself: by the
// vector of its photo, or of its text when it has no photo. The score is the cosine. A product without
// any vector has no similar ones, and what rules hide from every search is none. Limit is at most MaxDepth; 0 is 12. An unknown id is an error that
// wraps ErrNotFound.
func (e *Engine) Similar(ctx context.Context, id string, limit int) ([]Hit, error) {
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
	space := indexer.SpacePhoto
	vector, ok := snapshot.Vector(space, doc)
	if !ok {
		space = indexer.SpaceText
		if vector, ok = snapshot.Vector(space, doc); !ok {
			return []Hit{}, nil
		}
	}
	hidden, err := e.hidden(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	shown := without(snapshot, nil, hidden)
	nearest, _, err := snapshot.Nearest(ctx, space, vector, limit+1, shown)
	if err != nil {
		return nil, fmt.Errorf("similar to %q: %w", id, err)
	}
	var found []*candidate
	for _, hit := range nearest {
		if hit.Doc != doc && len(found) < limit {
			found = append(found, &candidate{doc: hit.Doc, score: hit.Score})
		}
	}
	if err := load(ctx, snapshot, found); err != nil {
		return nil, err
	}
	return makeHits(&Query{}, found), nil
}
