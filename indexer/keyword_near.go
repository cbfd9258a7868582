package indexer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
)

// vocabularyField has the words of the catalogue as they are written: the other fields have stems, of
// which no suggestion can be made.
const vocabularyField = "word"

const (
	// A word of fuzzyMinRunes letters and more that no product has may be misspelt: words at edit
	// distance 1 are then tried, and where there are none, for words of farMinRunes and more, those at
	// distance 2. A word that some product has is taken as it stands, however rare ("skirt" among shirts).
	fuzzyMinRunes = 4
	farMinRunes   = 8
	// prefixMinRunes is how much of the last word must have been typed for it to be completed.
	prefixMinRunes = 3
	// nearWords is how many words stand in for one that no product has: the commonest.
	nearWords = 5
	// maxNearWords bounds how many words are weighed for that, in alphabetical order.
	maxNearWords = 500
)

// vocabularyAnalysis makes a term of each distinct word of letters. Han text has no spelling.
type vocabularyAnalysis struct{}

func (vocabularyAnalysis) Analyze(text []byte) analysis.TokenStream {
	var words analysis.TokenStream
	seen := make(map[string]bool)
	for _, token := range plainAnalysis.Analyze(foldText(text)) {
		if word := string(token.Term); !seen[word] && utf8.RuneCountInString(word) >= prefixMinRunes && onlyLetters(word) {
			seen[word] = true
			token.Position = len(words) + 1
			words = append(words, token)
		}
	}
	return words
}

// onlyLetters is false of model numbers: no other product is meant by one that is nearly the same.
func onlyLetters(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) || unicode.Is(unicode.Han, r) })
}

// nearby returns the words of the catalogue that may be meant by one that no product has, the commonest
// first: what completes it where it may be typed in part, or else the words at the least edit distance
// with the same first letter (a swap of neighbours is one edit). completes says which.
func (k *keywordView) nearby(ctx context.Context, word queryWord) (near []string, completes bool, err error) {
	if !onlyLetters(word.typed) {
		return nil, false, nil
	}
	runes := utf8.RuneCountInString(word.typed)
	if word.last && runes >= prefixMinRunes {
		near, err = k.commonest(ctx, wordsBeginning(word.typed))
		if err != nil || len(near) > 0 {
			return near, true, err
		}
	}
	if runes >= fuzzyMinRunes {
		// The stem too: "labtops" is nearer to laptop than it looks.
		near, err = k.atDistance(ctx, 1, word.typed, word.term)
	}
	if err == nil && len(near) == 0 && runes >= farMinRunes {
		near, err = k.atDistance(ctx, 2, word.typed)
	}
	return near, false, err
}

// atDistance returns the commonest words within an edit distance of any of the spellings.
func (k *keywordView) atDistance(ctx context.Context, distance int, spellings ...string) ([]string, error) {
	for _, spelling := range spellings {
		_, first := utf8.DecodeRuneInString(spelling)
		near, err := k.commonest(ctx, wordsNear(spelling, distance, spelling[:first]))
		if err != nil || len(near) > 0 {
			return near, err
		}
	}
	return nil, nil
}

// commonest returns the nearWords commonest words that match, ties in alphabetical order.
func (k *keywordView) commonest(ctx context.Context, match wordMatch) ([]string, error) {
	candidates, err := k.base.words(match)
	if err == nil && k.changed() {
		var changed []string
		changed, err = k.delta.words(match)
		candidates = append(candidates, changed...)
	}
	if err != nil {
		return nil, fmt.Errorf("look for near words: %w", err)
	}
	common := make(map[string]int, len(candidates))
	for _, word := range candidates {
		count, err := k.count(ctx, vocabularyField, word)
		if err != nil {
			return nil, err
		}
		if count > 0 {
			common[word] = count
		}
	}
	words := slices.SortedFunc(maps.Keys(common), func(a, b string) int {
		return cmp.Or(cmp.Compare(common[b], common[a]), cmp.Compare(a, b))
	})
	return words[:min(len(words), nearWords)], nil
}
