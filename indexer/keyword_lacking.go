package indexer

import (
	"context"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// Lacking returns the words of q for which a product would not be found, each searched for alone, in their
// order. Words that are never searched for ("the") are not among them. Of a word of several terms, such as
// a Chinese phrase, the terms that lack are returned. K and Filter do not count.
func (s *Snapshot) Lacking(ctx context.Context, q KeywordQuery, doc uint32) ([]string, error) {
	var lacking []string
	alone := q
	alone.K, alone.Filter = 1, roaring.BitmapOf(doc)
	for _, word := range strings.Fields(q.Terms) {
		parts := queryTerms(word)
		if len(parts) == 1 {
			parts[0] = word
		}
		for _, part := range parts {
			alone.Terms = part
			hits, err := s.Keyword(ctx, alone)
			if err != nil {
				return nil, err
			}
			if len(hits) == 0 {
				lacking = append(lacking, part)
			}
		}
	}
	return lacking, nil
}
