package indexer

import (
	"bytes"
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/blevesearch/bleve/v2/analysis"
)

// phraseAnalysis makes terms of what stands together in a line: each pair of neighbouring words, and the
// whole line.
type phraseAnalysis struct{}

func (phraseAnalysis) Analyze(text []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	add := func(term string) {
		tokens = append(tokens, &analysis.Token{Term: []byte(term), Position: len(tokens) + 1})
	}
	for line := range bytes.SplitSeq(foldText(text), []byte("\n")) {
		words, sequence := queryWords(line)
		for _, pair := range neighbours(words, sequence) {
			add(pair.term)
		}
		if len(sequence) > 0 {
			add(wholeTitle(words, sequence))
		}
	}
	return tokens
}

// neighbours returns the distinct pairs of neighbouring words. Nothing is between the two and only the
// second is stemmed, so that "head sets" and "headsets" are the same term. Han text, which is
// indexed in pairs of characters anyway, has none.
func neighbours(words []queryWord, sequence []int) []lookup {
	var pairs []lookup
	for i := 1; i < len(sequence); i++ {
		first, second := words[sequence[i-1]], words[sequence[i]]
		if hasHan(first.term) || hasHan(second.term) {
			continue
		}
		both := wordRange(sequence[i-1], sequence[i-1]+1) | wordRange(sequence[i], sequence[i]+1)
		if pair := (lookup{first.typed + second.term, both}); !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	return pairs
}

// wholeTitle is the term of a title that has exactly these words: a digest, because whole titles take
// much room. No analysis makes a word that begins like it.
func wholeTitle(words []queryWord, sequence []int) string {
	digest := fnv.New64a()
	for _, at := range sequence {
		digest.Write([]byte(words[at].term + " "))
	}
	return "=" + strconv.FormatUint(digest.Sum64(), 36)
}
