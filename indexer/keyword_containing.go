package indexer

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
)

// Containing returns the products that have every word of text in their titles, brand, category, colour or
// attributes. A description is left out: "fits without tools" is no tool. A text without any word is
// contained nowhere.
func (s *Snapshot) Containing(ctx context.Context, text string) (*roaring.Bitmap, error) {
	return s.keyword.containing(ctx, text)
}

// Knows says whether any product has each term of word.
func (s *Snapshot) Knows(ctx context.Context, word string) (bool, error) {
	for _, term := range queryTerms(word) {
		if known, err := s.keyword.hasTerm(ctx, term); !known || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (k *keywordView) containing(ctx context.Context, text string) (*roaring.Bitmap, error) {
	var all *roaring.Bitmap
	for _, term := range queryTerms(text) {
		with, err := k.withTerm(ctx, term)
		if err != nil {
			return nil, fmt.Errorf("look %q up: %w", term, err)
		}
		if all == nil {
			all = with
		} else {
			all.And(with)
		}
	}
	if all == nil {
		all = roaring.New()
	}
	return all, nil
}

func (k *keywordView) withTerm(ctx context.Context, term string) (*roaring.Bitmap, error) {
	with := roaring.New()
	for _, field := range keywordFields {
		if field.name == "description" {
			continue
		}
		docs, err := k.docsWith(ctx, field.name, term)
		if err != nil {
			return nil, err
		}
		with.AddMany(docs)
	}
	return with, nil
}
