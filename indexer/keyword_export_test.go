package indexer

// What Bleve's own search must know to be asked the same as ours.

var (
	KeywordTerms = queryTerms
	KeywordCodes = queryCodes
	TermsNeeded  = termsNeeded
	OnlyLetters  = onlyLetters
)

const (
	CodeField   = codeField
	CodeScore   = codeScore
	FuzzyWeight = fuzzyWeight
	KeywordDir  = keywordDir
)

// KeywordWeights returns the weight of each field.
func KeywordWeights() map[string]float64 {
	weights := make(map[string]float64)
	for _, field := range keywordFields {
		weights[field.name] = field.weight
	}
	return weights
}

// SetKeywordWeights gives the fields other weights, for tests that do not run side by side.
func SetKeywordWeights(weights map[string]float64) {
	for i, field := range keywordFields {
		keywordFields[i].weight = weights[field.name]
	}
}

// ModelRuns returns the runs of a text.
func ModelRuns(text string) []string {
	var joined []string
	for _, run := range modelRuns([]byte(text)) {
		joined = append(joined, run.joined)
	}
	return joined
}
