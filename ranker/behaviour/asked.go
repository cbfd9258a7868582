package behaviour

import (
	"slices"

	"vitrine/retrieval/words"
)

// maxAsked is how many words of a search are remembered.
const maxAsked = 32

// wordsOf are hashes of the words of a text without plural endings.
func wordsOf(text string) (hashes []uint64) {
	for runs := words.NewRuns(text); runs.Scan() && len(hashes) < maxAsked; {
		hashes = append(hashes, uint64(clientKey("word\x00"+string(words.Stem(runs.Run())))))
	}
	return hashes
}

// askedBy says whether the words of a search have all of what a label is called, as "red dresses" has red and Dress.
func (s *State) askedBy(k key) func(label) bool {
	q, known := s.searches.Peek(k)
	if !known {
		return s.askedIn(nil)
	}
	return s.askedIn(q.words)
}

// askedIn says the same of words.
func (s *State) askedIn(words []uint64) func(label) bool {
	if len(words) == 0 {
		return func(label) bool { return false }
	}
	return func(l label) bool {
		called := s.called[l.value]
		return len(called) > 0 && !slices.ContainsFunc(called, func(word uint64) bool { return !slices.Contains(words, word) })
	}
}
