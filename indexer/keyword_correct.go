package indexer

import (
	"context"
	"strings"
	"unicode"

	segmenter "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
)

// correct writes for each word of text that no product has, and no synonym stands for, the nearest word of
// the catalogue: the commonest of those at the least edit distance. A last word that may be typed in part is left.
func (k *keywordView) correct(ctx context.Context, text string, synonyms *Synonyms) (string, error) {
	query := parseQuery(KeywordQuery{Terms: text, Synonyms: synonyms})
	known, err := k.joined(ctx, query)
	if err != nil {
		return "", err
	}
	nearest := make(map[string]string) // by term
	for _, c := range query.clauses {
		if len(c.synonyms) > 0 || known&wordRange(c.first, c.first+1) != 0 {
			continue
		}
		word := c.words[0]
		if has, err := k.hasTerm(ctx, word.term); has || err != nil {
			if err != nil {
				return "", err
			}
			continue
		}
		near, completes, err := k.nearby(ctx, word)
		if err != nil {
			return "", err
		}
		if len(near) > 0 && !completes {
			nearest[word.term] = near[0]
		}
	}
	if len(nearest) == 0 {
		return text, nil
	}
	return replaceWords(text, nearest), nil
}

// joined returns the words of which some product has a part joined with a neighbour.
func (k *keywordView) joined(ctx context.Context, query parsedQuery) (known wordSet, err error) {
	for _, pair := range query.pairs {
		has, err := k.hasTerm(ctx, pair.term)
		if err != nil {
			return 0, err
		}
		if has {
			known |= pair.words
		}
	}
	for _, model := range query.models {
		count, err := k.count(ctx, modelField, model.term)
		if err != nil {
			return 0, err
		}
		if count > 0 {
			known |= model.words
		}
	}
	return known, nil
}

// hasTerm returns whether any product has a term in any field.
func (k *keywordView) hasTerm(ctx context.Context, term string) (bool, error) {
	for _, field := range keywordFields {
		if count, err := k.count(ctx, field.name, term); count > 0 || err != nil {
			return count > 0, err
		}
	}
	return false, nil
}

// replaceWords replaces the words of text whose term is in nearest. What stands with a digit, a model
// number perhaps, is left as it is.
func replaceWords(text string, nearest map[string]string) string {
	var corrected strings.Builder
	for field := range strings.FieldsFuncSeq(text, unicode.IsSpace) {
		if corrected.Len() > 0 {
			corrected.WriteByte(' ')
		}
		if strings.ContainsFunc(field, unicode.IsDigit) {
			corrected.WriteString(field)
			continue
		}
		written := 0
		for _, word := range segmenter.NewUnicodeTokenizer().Tokenize([]byte(field)) {
			terms := queryTerms(string(word.Term))
			if len(terms) != 1 || nearest[terms[0]] == "" {
				continue
			}
			corrected.WriteString(field[written:word.Start] + nearest[terms[0]])
			written = word.End
		}
		corrected.WriteString(field[written:])
	}
	return corrected.String()
}
