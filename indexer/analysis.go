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
// language are found in a title of another ("T恤 red"): Unicode words without accents and case, English
// ones stemmed, Han text as overlapping pairs of characters.
//
// Products are indexed with single Han characters too. A query has those only where a character
// stands alone, because pairs say more.
var (
	productAnalysis = newAnalysis(true)
	queryAnalysis   = newAnalysis(false)
)

func newAnalysis(singleHan bool) analysis.Analyzer {
	stopWords := analysis.NewTokenMap()
	if err := stopWords.LoadBytes(en.EnglishStopWords); err != nil {
		panic(err) // it parses a constant
	}
	return &analysis.DefaultAnalyzer{
		CharFilters: []analysis.CharFilter{asciifolding.New()},
		Tokenizer:   segmenter.NewUnicodeTokenizer(),
		TokenFilters: []analysis.TokenFilter{
			en.NewPossessiveFilter(),
			cjk.NewCJKWidthFilter(),
			lowercase.NewLowerCaseFilter(),
			cjk.NewCJKBigramFilter(singleHan),
			stop.NewStopTokensFilter(stopWords),
			porter.NewPorterStemmer(),
		},
	}
}

// maxQueryTerms bounds the work of one query. Han text has about a term a character, so that it is
// above the 32 words that a shopper may type.
const maxQueryTerms = 64

// queryTerms returns the distinct terms of a query in their order, maxQueryTerms at most.
func queryTerms(query string) []string {
	var terms []string
	seen := make(map[string]bool)
	for _, token := range queryAnalysis.Analyze([]byte(query)) {
		term := string(token.Term)
		if term != "" && !seen[term] && len(terms) < maxQueryTerms {
			seen[term] = true
			terms = append(terms, term)
		}
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
