package indexer

import (
	"errors"
	"slices"
	"strings"

	index "github.com/blevesearch/bleve_index_api"
	"github.com/blevesearch/vellum/levenshtein"
)

// wordMatch finds words of the catalogue: those that begin with prefix and, where distance is not 0, lie within that
// edit distance of spelling (a swap of neighbours is one edit).
type wordMatch struct {
	prefix   string
	spelling string
	distance int
}

func wordsBeginning(prefix string) wordMatch { return wordMatch{prefix: prefix} }

func wordsNear(spelling string, distance int, prefix string) wordMatch {
	return wordMatch{prefix, spelling, distance}
}

// words returns the first maxNearWords words of the generation that match, in alphabetical order.
func (k *keywordIndex) words(match wordMatch) (words []string, err error) {
	dictionary, err := k.dictionary(match)
	if dictionary == nil || err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dictionary.Close()) }()
	for len(words) < maxNearWords {
		entry, err := dictionary.Next()
		if entry == nil || err != nil {
			return words, err
		}
		words = append(words, entry.Term)
	}
	return words, nil
}

func (k *keywordIndex) dictionary(match wordMatch) (index.FieldDict, error) {
	if match.distance == 0 {
		return k.reader.FieldDictPrefix(vocabularyField, []byte(match.prefix))
	}
	reader, ok := k.reader.(index.IndexReaderFuzzy)
	if !ok {
		return nil, nil
	}
	return reader.FieldDictFuzzy(vocabularyField, match.spelling, match.distance, match.prefix)
}

// accepts returns whether a word lies within the distance, by the automata that Bleve uses.
func (m wordMatch) accepts() (func(word string) bool, error) {
	if m.distance == 0 {
		return func(string) bool { return true }, nil
	}
	builder, err := levenshtein.NewLevenshteinAutomatonBuilder(uint8(m.distance), true)
	if err != nil {
		return nil, err
	}
	automaton, err := builder.BuildDfa(m.spelling, uint8(m.distance))
	if err != nil {
		return nil, err
	}
	return func(word string) bool {
		near, _ := automaton.MatchAndDistance(word)
		return near
	}, nil
}

// words returns the words of the delta that match, the first maxNearWords in alphabetical order.
func (d *keywordDelta) words(match wordMatch) ([]string, error) {
	accepts, err := match.accepts()
	if err != nil {
		return nil, err
	}
	var words []string
	d.mu.RLock()
	defer d.mu.RUnlock()
	for at := range d.terms {
		if at.field == vocabularyField && strings.HasPrefix(at.term, match.prefix) && accepts(at.term) {
			words = append(words, at.term)
		}
	}
	slices.Sort(words)
	return words[:min(len(words), maxNearWords)], nil
}
