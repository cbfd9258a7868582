package indexer

import (
	"context"
	"strings"
)

// What stands in for a word counts less than the word itself.
const (
	synonymWeight = 0.9
	sizeWeight    = 0.9
	prefixWeight  = 0.7
	fuzzyWeight   = 0.5
)

// scoreClause adds what a clause gives to each product and returns those of its words that any has.
// Something near stands in for the others, unless they are in joined: part of a word that a product has.
func (k *keywordView) scoreClause(ctx context.Context, c clause, joined wordSet, scores *keywordScores) (known wordSet, err error) {
	if len(c.synonyms) == 0 {
		known, _, err = k.scoreWords(ctx, c, scores)
	} else {
		known, err = k.scoreSynonyms(ctx, c, scores)
	}
	if err != nil {
		return 0, err
	}
	for i, word := range c.words {
		bit := wordRange(c.first+i, c.first+i+1)
		if (known|joined)&bit != 0 {
			continue
		}
		spellings, err := k.standIns(ctx, word)
		if err != nil {
			return 0, err
		}
		frequency, err := k.scoreSpellings(ctx, spellings, bit, scores)
		if err != nil {
			return 0, err
		}
		if frequency > 0 {
			known |= bit
		}
	}
	return known, nil
}

// scoreWords adds what the words of a clause give as they are. It returns those that any product has,
// and how rare they are together.
func (k *keywordView) scoreWords(ctx context.Context, c clause, scores *keywordScores) (known wordSet, rarity float64, err error) {
	for i, word := range c.words {
		bit := wordRange(c.first+i, c.first+i+1)
		frequency, err := k.scoreTerm(ctx, word.term, bit, scores)
		if err != nil {
			return 0, 0, err
		}
		if frequency > 0 {
			known |= bit
		}
		rarity += k.rarity(frequency)
	}
	return known, rarity, nil
}

// scoreSynonyms adds the best of what the words of a clause give and what each synonym gives of which a
// product has all terms. It returns the words that any product has so.
func (k *keywordView) scoreSynonyms(ctx context.Context, c clause, scores *keywordScores) (known wordSet, err error) {
	best := k.takeScores(scores.filter)
	defer k.returnScores(best)
	known, rarity, err := k.scoreWords(ctx, c, best)
	if err != nil {
		return 0, err
	}
	all := wordRange(c.first, c.first+len(c.words))
	for _, synonym := range c.synonyms {
		found, err := k.scoreSynonym(ctx, synonym, rarity, all, best)
		if err != nil {
			return 0, err
		}
		if found {
			known |= all
		}
	}
	scores.merge(best)
	return known, nil
}

// scoreSynonym raises the products that have all terms of a synonym to what these give: no more than if
// they were as rare as the words that they stand for. It returns whether each term is in some product.
func (k *keywordView) scoreSynonym(ctx context.Context, terms []string, rarity float64, words wordSet, best *keywordScores) (bool, error) {
	scores := k.takeScores(best.filter)
	defer k.returnScores(scores)
	own := 0.0
	for i, term := range terms {
		frequency, err := k.scoreTerm(ctx, term, wordRange(i, i+1), scores)
		if frequency == 0 || err != nil {
			return false, err
		}
		own += k.rarity(frequency)
	}
	best.raise(scores, synonymWeight*min(1, rarity/own), wordRange(0, len(terms)), words)
	return true, nil
}

// standIns returns what is near a word that no product has: of "size 42" the 42.
func (k *keywordView) standIns(ctx context.Context, word queryWord) ([]spelling, error) {
	if size, ok := strings.CutPrefix(word.term, sizePrefix); ok && word.quantity {
		return []spelling{{size, sizeWeight}}, nil
	}
	near, completes, err := k.nearby(ctx, word)
	weight := fuzzyWeight
	if completes {
		weight = prefixWeight
	}
	var spellings []spelling
	for _, term := range queryTerms(strings.Join(near, " ")) {
		spellings = append(spellings, spelling{term, weight})
	}
	return spellings, err
}
