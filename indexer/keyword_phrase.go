package indexer

import (
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
)

// maxTitleTerms is the length of the longest title that is indexed as a whole, in terms.
const maxTitleTerms = 16

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
		if 0 < len(terms) && len(terms) <= maxTitleTerms {
			add(wholeTitle(terms))
		}
	}
	return tokens
}

// wholeTitle is the term of a title that has exactly these terms; no analysis makes another like it.
func wholeTitle(terms []string) string { return "=" + strings.Join(terms, " ") }
