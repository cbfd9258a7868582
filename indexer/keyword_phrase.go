package indexer

import (
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
)

// phraseAnalysis makes terms of what stands together in a line: each pair of neighbouring words, with
// nothing between them so that "head set" is found as the word headset too, and the whole line. Han
// text is indexed in pairs of characters anyway and has none here.
type phraseAnalysis struct{}

func (phraseAnalysis) Analyze(text []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	add := func(term string) {
		tokens = append(tokens, &analysis.Token{Term: []byte(term), Position: len(tokens) + 1})
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		var terms []string
		for _, token := range queryAnalysis.Analyze(foldText([]byte(line))) {
			terms = append(terms, string(token.Term))
			if n := len(terms); n > 1 && !hasHan(terms[n-2]) && !hasHan(terms[n-1]) {
				add(terms[n-2] + terms[n-1])
			}
		}
		if len(terms) > 0 {
			add(wholeTitle(terms))
		}
	}
	return tokens
}

// wholeTitle is the term of a title that has exactly these terms: a digest, because whole titles take
// much room. No analysis makes a word that begins like it.
func wholeTitle(terms []string) string {
	digest := fnv.New64a()
	for _, term := range terms {
		digest.Write([]byte(term + " "))
	}
	return "=" + strconv.FormatUint(digest.Sum64(), 36)
}
