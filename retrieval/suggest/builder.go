package suggest

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
)

// Kind says what a suggestion is, in the order in which kinds are shown.
type Kind uint8

// The kinds.
const (
	Query Kind = iota
	Category
	Brand
	Product
	kinds // how many there are
)

// Entry is a text that can be suggested.
type Entry struct {
	Kind   Kind
	Text   string
	Doc    uint32 // of a product; one that has several titles has an entry for each
	Weight uint32 // popularity: the more popular of one kind comes first
}

// Builder gathers the entries of an Index. The zero value is ready for use.
type Builder struct {
	entries []Entry
}

// Add takes an entry in. One without a letter or digit is never suggested.
func (b *Builder) Add(e Entry) { b.entries = append(b.entries, e) }

// errTooLarge is returned for more text than its offsets can address.
var errTooLarge = errors.New("the texts to suggest are longer than 4 GB together, or more than 2 billion")

// Build returns the index of the entries that were added, and empties the builder.
func (b *Builder) Build() (*Index, error) {
	entries := b.entries
	b.entries = nil
	size := 0
	for _, e := range entries {
		size += len(e.Text)
	}
	if size > math.MaxUint32 || len(entries) > maxEntries {
		return nil, errTooLarge
	}

	// Their order is the one in which equal matches are shown, so that an entry's number is its rank.
	slices.SortFunc(entries, func(a, b Entry) int {
		if order := cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Doc, b.Doc)); order != 0 {
			return order
		}
		return strings.Compare(a.Text, b.Text)
	})
	x := &Index{
		ends:    make([]uint32, len(entries)),
		docs:    make([]uint32, len(entries)),
		weights: make([]uint32, len(entries)),
	}
	var texts strings.Builder
	texts.Grow(size)
	titles := make(map[uint32]int)
	for n, e := range entries {
		texts.WriteString(e.Text)
		x.ends[n], x.docs[n], x.weights[n] = uint32(texts.Len()), e.Doc, e.Weight
		x.until[e.Kind] = uint32(n) + 1
		if e.Kind == Product {
			titles[e.Doc]++
			x.titles = max(x.titles, titles[e.Doc])
		}
	}
	x.texts = texts.String()
	for kind := 1; kind < len(x.until); kind++ {
		x.until[kind] = max(x.until[kind], x.until[kind-1])
	}
	var other sync.WaitGroup
	other.Go(func() { x.grams = lexiconOf(entries, true) })
	x.words = lexiconOf(entries, false)
	other.Wait()
	return x, nil
}

// lexiconOf returns the lexicon of the words of entries, or of their grams.
func lexiconOf(entries []Entry, grams bool) *lexicon {
	var b lexiconBuilder
	var buffer []byte
	for n, e := range entries {
		first := true
		segments(e.Text, buffer, func(s segment) {
			if s.unspaced == grams {
				s.terms(func(term []byte) {
					b.add(term, newPosting(uint32(n), first))
					first = false
				})
			}
			first, buffer = false, s.folded
		})
	}
	return b.build()
}
