package retrieval

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
	"vitrine/retrieval/understanding"
)

// Understood is a piece of the shopper's words and what it was taken for. A shopper who meant something
// else asks again with the filter's string among Query.Ignore.
type Understood struct {
	Kind   string `json:"kind"`  // "denied", "price": the filter holds; "named": what it keeps is preferred
	Words  string `json:"words"` // as typed, in lower case
	Filter Filter `json:"filter"`
}

// The kinds of what is understood.
const (
	UnderstoodDenied = "denied"
	UnderstoodPrice  = "price"
	UnderstoodNamed  = "named"
)

// understood is what the words of a query say besides what is searched for.
type understood struct {
	report     []Understood
	suggestion string       // a spelling that the catalogue knows
	denied     []string     // phrases, for the vector of the words to turn away from
	named      []preference // values of the catalogue
	share      float64      // see namedShare
}

// preference is something that the words name: products that have it fit better.
type preference struct {
	products *roaring.Bitmap
	kind     bool    // the words name a category
	weight   float64 // the rarer in the catalogue, the more it says; the weights of a query sum to 1
}

// understand reads q's words, takes out of them what becomes a filter, and adds those filters to q's own.
// A price in the words gives way to the shopper's filter on prices.
func (e *Engine) understand(ctx context.Context, q *Query, in *scope) (*understood, error) {
	snapshot := in.snapshot
	said := &understood{report: []Understood{}}
	if q.Text == "" || q.Literal {
		return said, nil
	}
	typed := q.Text
	var read, taken []understanding.Part
	for _, part := range e.lexiconOf(snapshot).Read(q.Text) {
		filters := filtersOf(part)
		if part.Kind == understanding.Price && !snapshot.Columns().HasPrices() || ignored(filters, q) {
			continue
		}
		read = append(read, part)
		if part.Kind == understanding.Price && filtersOn(q, FieldPrice) {
			taken = append(taken, part)
			continue
		}
		for _, f := range filters {
			said.report = append(said.report, Understood{Kind: kindNames[part.Kind], Words: part.Words, Filter: f})
		}
		switch part.Kind {
		case understanding.Named:
			products, err := namedProducts(ctx, snapshot, filters)
			if err != nil {
				return nil, err
			}
			said.named = append(said.named, preference{products: products, kind: isCategory(filters)})
			continue
		case understanding.Denied:
			said.denied = append(said.denied, part.Words)
		}
		taken = append(taken, part)
		q.Filters = append(q.Filters, filters...)
	}
	q.Text = understanding.Without(q.Text, taken)
	weigh(said.named, snapshot.Len())
	var err error
	if said.share, err = namedShare(ctx, snapshot, typed, read); err != nil {
		return nil, err
	}
	corrected, changed, err := snapshot.Correct(ctx, typed, in.synonyms)
	if err != nil {
		return nil, err
	}
	if changed {
		said.suggestion = corrected
	}
	return said, nil
}

var kindNames = map[understanding.Kind]string{
	understanding.Named: UnderstoodNamed, understanding.Denied: UnderstoodDenied, understanding.Price: UnderstoodPrice,
}

// filtersOf says a part as filters, one a field. Of several the products of any are meant, and with Not
// those of all are denied.
func filtersOf(part understanding.Part) []Filter {
	not := part.Kind == understanding.Denied
	if part.Kind == understanding.Price {
		return []Filter{{Field: FieldPrice, Min: part.Min, Max: part.Max}}
	}
	if len(part.Values) == 0 {
		return []Filter{{Field: FieldWords, Values: []string{part.Words}, Not: not}}
	}
	var filters []Filter
	for _, value := range part.Values {
		at := slices.IndexFunc(filters, func(f Filter) bool { return f.Field == value.Field })
		if at < 0 {
			at = len(filters)
			filters = append(filters, Filter{Field: value.Field, Not: not})
		}
		if len(filters[at].Values) < MaxFilterValues {
			filters[at].Values = append(filters[at].Values, value.Value)
		}
	}
	return filters
}

// ignored says whether the shopper does not want to be understood so.
func ignored(filters []Filter, q *Query) bool {
	return slices.ContainsFunc(filters, func(f Filter) bool {
		return slices.Contains(q.Ignore, f.String())
	})
}

func filtersOn(q *Query, field string) bool {
	return slices.ContainsFunc(q.Filters, func(f Filter) bool { return f.Field == field })
}

func namedProducts(ctx context.Context, snapshot *indexer.Snapshot, filters []Filter) (*roaring.Bitmap, error) {
	named := roaring.New()
	for _, f := range filters {
		products, err := f.products(ctx, snapshot)
		if err != nil {
			return nil, err
		}
		named.Or(products)
	}
	return named, nil
}

// namedShare is how much of what the catalogue knows of text names values of it: the words in the named parts of what was read, as
// a share of them and of the words outside of all parts that any product has. A Chinese character counts as a word.
func namedShare(ctx context.Context, snapshot *indexer.Snapshot, text string, read []understanding.Part) (float64, error) {
	count := func(word string) int {
		if r, _ := utf8.DecodeRuneInString(word); unicode.Is(unicode.Han, r) {
			return utf8.RuneCountInString(word)
		}
		return 1
	}
	inside, outside := 0, 0
	for _, part := range read {
		if part.Kind == understanding.Named {
			for _, word := range understanding.Words(part.Words) {
				inside += count(word)
			}
		}
	}
	for _, word := range understanding.Words(understanding.Without(text, read)) {
		known, err := snapshot.Knows(ctx, word)
		if err != nil {
			return 0, err
		}
		if known {
			outside += count(word)
		}
	}
	return float64(inside) / float64(max(1, inside+outside)), nil
}

// kindWeight is how much more a named category counts than what else is named: who asks for red shoes rather takes
// brown shoes than a red skirt. On judged queries 1.5 costs nothing and 3 a little.
const kindWeight = 1.5

// isCategory says whether one of the filters that a name stands for is on the category.
func isCategory(filters []Filter) bool {
	return slices.ContainsFunc(filters, func(f Filter) bool { return f.Field == FieldCategory })
}

// weigh gives each preference the information that a product's having it carries, ln(1 + N/n) for n of N
// products, times kindWeight for a category, as a share of all of them.
func weigh(named []preference, products int) {
	sum := 0.0
	for i := range named {
		n := max(1, float64(named[i].products.GetCardinality()))
		named[i].weight = math.Log(1 + float64(products)/n)
		if named[i].kind {
			named[i].weight *= kindWeight
		}
		sum += named[i].weight
	}
	for i := range named {
		named[i].weight /= sum
	}
}

// lexicon holds what the words of one generation's catalogue mean.
type lexicon struct {
	generation string
	words      *understanding.Lexicon
}

// lexiconOf returns the lexicon of a snapshot, which is made by the first query that sees the generation.
func (e *Engine) lexiconOf(snapshot *indexer.Snapshot) *understanding.Lexicon {
	if known := e.lexicon.Load(); known != nil && known.generation == snapshot.Generation() {
		return known.words
	}
	made := &lexicon{snapshot.Generation(), understanding.NewLexicon(catalogueValues(snapshot.Columns()))}
	e.lexicon.Store(made)
	return made.words
}

func catalogueValues(columns *indexer.Columns) []understanding.Value {
	var values []understanding.Value
	for _, field := range []string{FieldCategory, FieldBrand, FieldColour} {
		for _, value := range columns.Values(field) {
			values = append(values, understanding.Value{Field: field, Value: value, Colour: field == FieldColour})
		}
	}
	for _, column := range columns.Values(indexer.FieldAttributes) {
		name, value := indexer.CutAttribute(column)
		v := understanding.Value{Field: AttributePrefix + name, Value: value, Name: name}
		if v.Colour = strings.Contains(name, "colour") || strings.Contains(name, "color"); v.Colour {
			v.Name = "" // "color red" means its shades too, as "red" does
		}
		values = append(values, v)
	}
	return values
}
