package indexer

import (
	"context"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// Lacking returns the words of text that a product has neither as they stand nor, where no product has
// them, in a spelling near them: as Keyword goes by words. Words that are never searched for ("the") are not
// among them. Of a word of several terms, such as a Chinese phrase, the terms that lack are returned.
func (s *Snapshot) Lacking(ctx context.Context, text string, doc uint32) ([]string, error) {
	var lacking []string
	for _, word := range strings.Fields(text) {
		terms := queryTerms(word)
		for _, term := range terms {
			has, err := s.keyword.hasTerm(ctx, term, doc)
			switch {
			case err != nil:
				return nil, err
			case !has && len(terms) == 1:
				lacking = append(lacking, word)
			case !has:
				lacking = append(lacking, term)
			}
		}
	}
	return lacking, nil
}

// hasTerm says whether a search for the term scores a product.
func (k *keywordIndex) hasTerm(ctx context.Context, term string, doc uint32) (bool, error) {
	scores := k.scratch.Get().(*keywordScores)
	defer func() {
		scores.reset()
		k.scratch.Put(scores)
	}()
	scores.filter = roaring.BitmapOf(doc)
	err := k.scoreTerm(ctx, term, scores)
	return len(scores.touched) > 0, err
}
