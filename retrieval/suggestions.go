package retrieval

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/retrieval/suggest"
)

// Limits of one request for suggestions.
const (
	MaxSuggestions     = 20
	DefaultSuggestions = 10
)

// PopularQueries gives what shoppers often search for.
type PopularQueries interface {
	// PopularQueries returns the queries to suggest, in any order. Those that normalise to the same words are one.
	PopularQueries(ctx context.Context) ([]QueryCount, error)
}

// QueryCount is a query, and how often it was searched for.
type QueryCount struct {
	Text  string
	Count int
}

// SuggestionOptions say what suggestions are made from beside the catalogue. The zero value adds nothing.
type SuggestionOptions struct {
	Popular PopularQueries // nil for none
}

// SuggestionKind says what a suggestion is.
type SuggestionKind string

// The kinds, in the order in which they are shown.
const (
	SuggestQuery    SuggestionKind = "query"
	SuggestCategory SuggestionKind = "category"
	SuggestBrand    SuggestionKind = "brand"
	SuggestProduct  SuggestionKind = "product"
)

// Suggestions complete what a shopper has typed. The API and `vitrine suggest --json` give this object; the API with an
// address in place of the file and folder of each photo.
type Suggestions struct {
	Query       string       `json:"query"` // as typed
	Suggestions []Suggestion `json:"suggestions"`
	Generation  string       `json:"generation"`
}

// Suggestion is one way to go on. What choosing it means is in Query, Filter or ID, whichever the kind has.
type Suggestion struct {
	Kind       SuggestionKind `json:"kind"`
	Text       string         `json:"text"`
	Highlights [][2]int       `json:"highlights"`       // the parts of Text that were typed: pairs of rune offsets [from, to), ascending and apart
	Query      string         `json:"query,omitempty"`  // of a query: the words to search for
	Filter     string         `json:"filter,omitempty"` // of a category or brand: as ParseFilter takes it
	ID         string         `json:"id,omitempty"`     // of a product
	Photo      *catalog.Photo `json:"photo,omitempty"`  // of a product that has one: its first
	Count      int            `json:"count,omitempty"`  // how often the query was searched for; products of the category or brand
}

// Suggest completes text, as far as it is typed, by popular queries, categories, brands and products of the live generation:
// limit at most, best first (suggest.Index.Suggest gives the rules). Limit is at most MaxSuggestions; 0 is
// DefaultSuggestions. Text without a letter or digit has no suggestions. Errors about text or limit wrap ErrBadQuery.
//
// The first call for a generation makes its suggestions, and calls that come meanwhile wait for it or for their context. No search
// ever waits. RefreshSuggestions does it beforehand.
func (e *Engine) Suggest(ctx context.Context, text string, limit int) (*Suggestions, error) {
	if limit == 0 {
		limit = DefaultSuggestions
	}
	if limit < 0 || limit > MaxSuggestions {
		return nil, fmt.Errorf("%w: the limit must be from 1 to %d", ErrBadQuery, MaxSuggestions)
	}
	words, err := normaliseQueryText(text)
	if err != nil {
		return nil, err
	}
	snapshot, index, err := e.suggester.index(ctx, e)
	if err != nil {
		return nil, err
	}
	defer snapshot.Release()
	hidden, err := e.hidden(ctx, snapshot) // a rule may hold since the suggestions were made
	if err != nil {
		return nil, err
	}
	found := &Suggestions{Query: text, Suggestions: []Suggestion{}, Generation: snapshot.Generation()}
	for _, match := range index.Suggest(words, limit) {
		if match.Kind == suggest.Product && hidden != nil && hidden.Contains(match.Doc) {
			continue
		}
		suggestion, err := newSuggestion(ctx, snapshot, match)
		if err != nil {
			return nil, err
		}
		found.Suggestions = append(found.Suggestions, suggestion)
	}
	return found, nil
}

// RefreshSuggestions makes the suggestions of the live generation anew, with what is popular and hidden now. Until it is done the
// ones before are given, if they are of the same generation. A server calls it when it has opened a generation,
// so that no shopper has to wait, and when what is hidden has changed.
func (e *Engine) RefreshSuggestions(ctx context.Context) error {
	leave, err := e.suggester.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	snapshot := e.index.Acquire()
	defer snapshot.Release()
	_, err = e.suggester.build(ctx, e, snapshot)
	return err
}

func newSuggestion(ctx context.Context, snapshot *indexer.Snapshot, match suggest.Match) (Suggestion, error) {
	s := Suggestion{Text: match.Text, Highlights: match.Highlights}
	switch match.Kind {
	case suggest.Query:
		s.Kind, s.Query, s.Count = SuggestQuery, match.Text, int(match.Weight)
	case suggest.Category:
		s.Kind, s.Filter, s.Count = SuggestCategory, Filter{Field: FieldCategory, Values: []string{match.Text}}.String(), int(match.Weight)
	case suggest.Brand:
		s.Kind, s.Filter, s.Count = SuggestBrand, Filter{Field: FieldBrand, Values: []string{match.Text}}.String(), int(match.Weight)
	case suggest.Product:
		products, err := snapshot.Products(ctx, []uint32{match.Doc})
		if err != nil {
			return s, fmt.Errorf("read suggested product: %w", err)
		}
		s.Kind, s.ID = SuggestProduct, products[0].ID
		if len(products[0].Photos) > 0 {
			photo := products[0].Photos[0]
			s.Photo = &photo
		}
	}
	return s, nil
}

// suggester keeps the suggestions of one generation.
type suggester struct {
	turn chan struct{} // holds a token while suggestions are made
	made atomic.Pointer[madeSuggestions]
}

type madeSuggestions struct {
	generation string
	index      *suggest.Index
}

func newSuggester() *suggester { return &suggester{turn: make(chan struct{}, 1)} }

// enter waits for the turn to make suggestions; leave gives it on.
func (s *suggester) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// index returns the live snapshot, which the caller releases, and the suggestions made from that and no other.
func (s *suggester) index(ctx context.Context, e *Engine) (*indexer.Snapshot, *suggest.Index, error) {
	snapshot := e.index.Acquire()
	if index := s.of(snapshot); index != nil {
		return snapshot, index, nil
	}
	snapshot.Release()

	leave, err := s.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	snapshot = e.index.Acquire() // there may be a newer one after the wait
	index := s.of(snapshot)
	if index == nil {
		// To the end even if this shopper types on: the next letter needs it.
		if index, err = s.build(context.WithoutCancel(ctx), e, snapshot); err != nil {
			snapshot.Release()
			return nil, nil, err
		}
	}
	return snapshot, index, nil
}

// of returns the suggestions of a snapshot, nil when there are none yet.
func (s *suggester) of(snapshot *indexer.Snapshot) *suggest.Index {
	if made := s.made.Load(); made != nil && made.generation == snapshot.Generation() {
		return made.index
	}
	return nil
}

// build makes suggestions from a snapshot and puts them in use.
func (s *suggester) build(ctx context.Context, e *Engine, snapshot *indexer.Snapshot) (*suggest.Index, error) {
	index, err := makeSuggestions(ctx, e, snapshot)
	if err != nil {
		return nil, fmt.Errorf("make suggestions: %w", err)
	}
	s.made.Store(&madeSuggestions{snapshot.Generation(), index})
	return index, nil
}

func makeSuggestions(ctx context.Context, e *Engine, snapshot *indexer.Snapshot) (*suggest.Index, error) {
	var builder suggest.Builder
	if popular := e.opts.Suggestions.Popular; popular != nil {
		queries, err := popular.PopularQueries(ctx)
		if err != nil {
			return nil, fmt.Errorf("popular queries: %w", err)
		}
		for text, count := range sumCounts(queries) {
			builder.Add(suggest.Entry{Kind: suggest.Query, Text: text, Weight: weight(count)})
		}
	}
	hidden, err := e.hidden(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	visible := without(snapshot, snapshot.All(), hidden)
	for value, count := range snapshot.Columns().Count(FieldCategory, visible) {
		builder.Add(suggest.Entry{Kind: suggest.Category, Text: value, Weight: weight(count)})
	}
	for value, count := range snapshot.Columns().Count(FieldBrand, visible) {
		builder.Add(suggest.Entry{Kind: suggest.Brand, Text: value, Weight: weight(count)})
	}
	if err := addTitles(ctx, &builder, snapshot, visible.ToArray()); err != nil {
		return nil, err
	}
	return builder.Build()
}

// sumCounts adds the counts of queries up by their normal spelling. What could not be searched for is left out.
func sumCounts(queries []QueryCount) map[string]int {
	counts := make(map[string]int, len(queries))
	for _, q := range queries {
		if text, err := normaliseQueryText(q.Text); err == nil && q.Count > 0 {
			counts[text] += q.Count
		}
	}
	return counts
}

func weight(count int) uint32 { return uint32(min(max(count, 0), math.MaxUint32)) }

// titleBatch is how many products are read at once by one goroutine.
const titleBatch = 1024

// addTitles adds the titles of docs; what can be bought comes before what cannot.
func addTitles(ctx context.Context, builder *suggest.Builder, snapshot *indexer.Snapshot, docs []uint32) error {
	batches := slices.Collect(slices.Chunk(docs, titleBatch))
	entries := make([][]suggest.Entry, len(batches))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for n, batch := range batches {
		group.Go(func() error {
			products, err := snapshot.Products(ctx, batch)
			if err != nil {
				return err
			}
			for i, p := range products {
				entries[n] = append(entries[n], titlesOf(p, batch[i])...)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, batch := range entries {
		for _, e := range batch {
			builder.Add(e)
		}
	}
	return nil
}

func titlesOf(p *catalog.Product, doc uint32) []suggest.Entry {
	e := suggest.Entry{Kind: suggest.Product, Text: p.Title, Doc: doc}
	if p.InStock {
		e.Weight = 1
	}
	var entries []suggest.Entry
	if p.Title != "" {
		entries = append(entries, e)
	}
	for _, title := range p.Titles {
		if title != p.Title {
			e.Text = title
			entries = append(entries, e)
		}
	}
	return entries
}
