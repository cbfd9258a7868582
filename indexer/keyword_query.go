package indexer

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// maxQueryTerms bounds the work of one query, and is the number of bits in a set of its words. Han text
// has about a term a character, so that it is above the 32 words that a shopper may type.
const maxQueryTerms = 64

// wordSet is a set of the words of a query: bit i stands for word i.
type wordSet uint64

const allWords = ^wordSet(0)

// wordRange returns the words from first up to, but without, end.
func wordRange(first, end int) wordSet {
	return allWords << first & (allWords >> (maxQueryTerms - end))
}

func (s wordSet) len() int { return bits.OnesCount64(uint64(s)) }

// parsedQuery is what of a query is looked up. Every part but the codes names the words that a product
// has which has the part.
type parsedQuery struct {
	clauses []clause
	pairs   []lookup // neighbouring words in one, as in a title or a compound
	models  []lookup // what may be a model number
	codes   []string
	title   string // all words, as the whole of a title; "" when there are none
	han     bool   // some of it is Han text
}

// clause is a word, or some neighbouring words that together have synonyms.
type clause struct {
	words    []queryWord
	first    int        // number of the first of them
	synonyms [][]string // the terms of each; a product must have all of one
}

// queryWord is a word of the query.
type queryWord struct {
	term       string // as it is indexed
	typed      string // as it was written, in lower case without accents; a quantity as it is indexed
	start, end int    // bytes of the folded query
	quantity   bool   // a number with a unit, or a size
	last       bool   // nothing but this word may have been typed in part
}

// lookup is a term of one field, and the words that it covers.
type lookup struct {
	term  string
	words wordSet
}

// parseQuery takes a query apart. Words that stand twice count once; maxQueryTerms of them at most.
func parseQuery(q KeywordQuery) parsedQuery {
	text := foldText([]byte(q.Terms))
	words, sequence := queryWords(text)
	parsed := parsedQuery{
		pairs:  neighbours(words, sequence),
		models: modelLookups(text, words),
		codes:  queryCodes(q.Terms),
		han:    hasHan(q.Terms),
	}
	parsed.clauses = q.Synonyms.clauses(words, parsed.han)
	if len(sequence) > 0 {
		parsed.title = wholeTitle(words, sequence)
	}
	return parsed
}

// queryWords returns the distinct words of a folded query, and the query as a sequence of their numbers.
func queryWords(text []byte) (words []queryWord, sequence []int) {
	tokens := queryAnalysis.Analyze(text)
	for i, token := range tokens {
		term := string(token.Term)
		if term == "" {
			continue
		}
		at := slices.IndexFunc(words, func(w queryWord) bool { return w.term == term })
		if at < 0 {
			if at = len(words); at == maxQueryTerms {
				break
			}
			word := queryWord{
				term:  term,
				typed: term,
				start: token.Start, end: token.End,
				quantity: token.KeyWord,
				last:     i == len(tokens)-1 && token.End == len(text),
			}
			if !word.quantity {
				word.typed = strings.ToLower(string(text[token.Start:token.End]))
			}
			words = append(words, word)
		}
		sequence = append(sequence, at)
	}
	return words, sequence
}

// modelLookups returns the runs that begin and end with words of the query. Quantities are no part of a
// model number.
func modelLookups(text []byte, words []queryWord) []lookup {
	var found []lookup
	for _, run := range modelRuns(text) {
		first := slices.IndexFunc(words, func(w queryWord) bool { return w.start == run.start })
		last := slices.IndexFunc(words, func(w queryWord) bool { return w.end == run.end })
		if first < 0 || last < first || slices.ContainsFunc(words[first:last+1], func(w queryWord) bool { return w.quantity }) {
			continue
		}
		found = append(found, lookup{run.joined, wordRange(first, last+1)})
	}
	return found
}

// termsNeeded is how many of a query's words, of those that any product has, a product must have: both
// of two, all but one of three to five, and 60 % of more, rounded up. Of Han text it is always 60 %, because
// a pair of characters may be the end of one word and the beginning of the next.
func termsNeeded(words int, han bool) int {
	switch {
	case words <= 2:
		return words
	case words <= 5 && !han:
		return words - 1
	}
	return (words*3 + 4) / 5
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
