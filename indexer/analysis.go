package indexer

import (
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/char/asciifolding"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/porter"
	"github.com/blevesearch/bleve/v2/analysis/token/stop"
	segmenter "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
)

// One analysis serves every field and language, so that a query is analysed once and words of one
// language are found in a title of another ("T恤 red"): Unicode words without accents and case, a number
// and its unit as one term (units.go), English words stemmed, Han text as overlapping pairs of characters.
//
// Products are indexed with single Han characters too. A query has those only where a character
// stands alone, because pairs say more. An analysis of plain words leaves them as they are written.
var (
	productAnalysis = foldedAnalysis{wordAnalysis(quantityFilter{keepNumbers: true}, cjk.NewCJKBigramFilter(true), stopFilter, porter.NewPorterStemmer())}
	queryAnalysis   = wordAnalysis(quantityFilter{}, cjk.NewCJKBigramFilter(false), stopFilter, porter.NewPorterStemmer())
	plainAnalysis   = wordAnalysis()
)

var stopFilter = newStopFilter()

func newStopFilter() analysis.TokenFilter {
	stopWords := analysis.NewTokenMap()
	if err := stopWords.LoadBytes(en.EnglishStopWords); err != nil {
		panic(err) // it parses a constant
	}
	return stop.NewStopTokensFilter(stopWords)
}

// wordAnalysis takes a folded text apart into words and passes these through filters.
func wordAnalysis(filters ...analysis.TokenFilter) *analysis.DefaultAnalyzer {
	words := []analysis.TokenFilter{en.NewPossessiveFilter(), cjk.NewCJKWidthFilter(), lowercase.NewLowerCaseFilter()}
	return &analysis.DefaultAnalyzer{Tokenizer: segmenter.NewUnicodeTokenizer(), TokenFilters: append(words, filters...)}
}

// foldText takes accents away and spells the signs of units out. The offsets of tokens are into what it
// returns.
func foldText(text []byte) []byte {
	return spellUnitSigns(asciifolding.New().Filter(text))
}

// foldedAnalysis folds a text before it is analysed.
type foldedAnalysis struct{ analysis.Analyzer }

func (a foldedAnalysis) Analyze(text []byte) analysis.TokenStream {
	return a.Analyzer.Analyze(foldText(text))
}

// queryTerms returns the distinct terms of a query in their order, maxQueryTerms at most.
func queryTerms(query string) []string {
	words, _ := queryWords(foldText([]byte(query)))
	terms := make([]string, len(words))
	for i, word := range words {
		terms[i] = word.term
	}
	return terms
}

// codeAnalysis makes one term of each line: an id, a SKU or an EAN.
type codeAnalysis struct{}

func (codeAnalysis) Analyze(lines []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	for line := range strings.SplitSeq(string(lines), "\n") {
		if code := codeTerm(line); code != "" {
			tokens = append(tokens, &analysis.Token{Term: []byte(code), Position: len(tokens) + 1})
		}
	}
	return tokens
}

// codeTerm writes a code as its letters and digits alone, because people leave dashes and spaces out
// or put others in.
func codeTerm(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, code)
}

// queryCodes returns what of a query may be a code: all of it, and each word that has a digit. A word
// of letters may be some product's SKU by accident.
func queryCodes(query string) []string {
	var codes []string
	if whole := codeTerm(query); whole != "" {
		codes = append(codes, whole)
	}
	for _, word := range strings.Fields(query) {
		code := codeTerm(word)
		if strings.ContainsFunc(code, unicode.IsDigit) && len(codes) < maxQueryTerms && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// countingAnalysis adds up how many terms an analysis gives: BM25 needs the average length of a field.
type countingAnalysis struct {
	analysis.Analyzer
	terms int64
}

func (c *countingAnalysis) Analyze(text []byte) analysis.TokenStream {
	tokens := c.Analyzer.Analyze(text)
	c.terms += int64(len(tokens))
	return tokens
}
