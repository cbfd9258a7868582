package indexer

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"vitrine/catalog"
)

// keywordDir is the Bleve index within a generation: scorch's segment and its root.bolt.
const keywordDir = "keyword"

const (
	// keywordBatch is the number of products in one of the segments that are merged at the end.
	keywordBatch = 2000
	// keywordMerge is how many segments are merged at once: up to two million products are written twice.
	keywordMerge = 1000
)

// keywordWriter makes the keyword index. Nothing is stored but terms, frequencies and lengths.
type keywordWriter struct {
	builder *scorch.Builder
	lengths map[string]*countingAnalysis
	docs    int
}

func createKeyword(dir string) (*keywordWriter, error) {
	// scorch makes the scratch folder; within the generation's own, so that a crash leaves nothing else.
	builder, err := scorch.NewBuilder(map[string]any{
		"path":            filepath.Join(dir, keywordDir),
		"buildPathPrefix": dir,
		"batchSize":       keywordBatch,
		"mergeMax":        keywordMerge,
	})
	if err != nil {
		return nil, err
	}
	w := &keywordWriter{builder: builder, lengths: make(map[string]*countingAnalysis)}
	for _, field := range keywordFields {
		w.lengths[field.name] = &countingAnalysis{Analyzer: field.analysis}
	}
	return w, nil
}

// add indexes the product with the next number; the number is its id in Bleve.
func (w *keywordWriter) add(p *catalog.Product) error {
	doc := document.NewDocument(strconv.Itoa(w.docs))
	w.docs++
	for _, field := range keywordFieldsOf(p) {
		analyzer := field.analysis
		if counted, ok := w.lengths[field.name]; ok {
			analyzer = counted
		}
		doc.AddField(document.NewTextFieldCustom(field.name, nil, []byte(field.text), index.IndexField, analyzer))
	}
	return w.builder.Index(doc)
}

// close merges and writes the index and returns each field's length in terms, over all products.
func (w *keywordWriter) close() (map[string]int64, error) {
	if err := w.builder.Close(); err != nil {
		return nil, err
	}
	lengths := make(map[string]int64)
	for field, counted := range w.lengths {
		lengths[field] = counted.terms
	}
	return lengths, nil
}

// fieldText is a field of a product, and what makes terms of its text.
type fieldText struct {
	name, text string
	analysis   analysis.Analyzer
}

// keywordFieldsOf returns the fields of a product that the keyword index has: keywordFields, and those of lookups.
func keywordFieldsOf(p *catalog.Product) []fieldText {
	texts := keywordTexts(p)
	var fields []fieldText
	for _, field := range keywordFields {
		if text := texts[field.name]; text != "" {
			fields = append(fields, fieldText{field.name, text, field.analysis})
		}
	}
	return append(fields,
		fieldText{modelField, texts[phraseField], modelAnalysis{}},
		fieldText{vocabularyField, vocabularyText(texts), vocabularyAnalysis{}},
		fieldText{codeField, keywordCodes(p), codeAnalysis{}},
	)
}

// keywordTexts returns what of a product is searched in which field. Values stand on lines of their
// own, so that no pair of Han characters spans two.
func keywordTexts(p *catalog.Product) map[string]string {
	var titles, attributes, colours []string
	for _, language := range slices.Sorted(maps.Keys(p.Titles)) {
		titles = append(titles, p.Titles[language])
	}
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		switch value := p.Attributes[name]; {
		case slices.Contains([]string{"true", "yes", "1"}, fold(value)):
			attributes = append(attributes, strings.ReplaceAll(name, "_", " "))
		case slices.Contains([]string{"false", "no", "0"}, fold(value)):
		case fold(name) == "size":
			attributes = append(attributes, sizeText(value))
		default:
			attributes = append(attributes, value)
		}
	}
	for _, v := range p.Variants {
		colours = append(colours, v.Colour)
		attributes = append(attributes, sizeText(v.Size))
	}
	slices.Sort(colours)
	return map[string]string{
		"title":       p.Title,
		phraseField:   strings.Join(append([]string{p.Title}, titles...), "\n"),
		"titles":      strings.Join(titles, "\n"),
		"brand":       p.Brand,
		"category":    strings.Join(p.Category, "\n"),
		"colour":      strings.Join(append([]string{p.Colour}, slices.Compact(colours)...), "\n"),
		"attributes":  strings.Join(attributes, "\n"),
		"description": p.Description,
	}
}

// sizeText announces a size, so that it is found by "size 42" and not only by 42.
func sizeText(size string) string {
	if size == "" {
		return ""
	}
	return "size " + size
}

// vocabularyText is what of a product is looked through for words that are nearly those of a query.
func vocabularyText(texts map[string]string) string {
	return strings.Join([]string{texts[phraseField], texts["brand"], texts["category"], texts["colour"]}, "\n")
}

func keywordCodes(p *catalog.Product) string {
	codes := append([]string{p.ID, p.SKU}, p.EAN...)
	for _, v := range p.Variants {
		codes = append(codes, v.SKU)
	}
	return strings.Join(codes, "\n")
}

func keywordError(dir string, err error) error {
	return fmt.Errorf("%w: keyword index %s: %w", ErrDamaged, filepath.Join(dir, keywordDir), err)
}
