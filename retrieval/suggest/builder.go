package suggest

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
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
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Doc, b.Doc), cmp.Compare(a.Text, b.Text))
	})
	x := &Index{
		ends:    make([]uint32, len(entries)),
		docs:    make([]uint32, len(entries)),
		weights: make([]uint32, len(entries)),
	}
	var texts strings.Builder
	texts.Grow(size)
	var words, grams lexiconBuilder
	var buffer []byte
	titles := make(map[uint32]int)
	for n, e := range entries {
		texts.WriteString(e.Text)
		x.ends[n], x.docs[n], x.weights[n] = uint32(texts.Len()), e.Doc, e.Weight
		x.until[e.Kind] = uint32(n) + 1
		if e.Kind == Product {
			titles[e.Doc]++
			x.titles = max(x.titles, titles[e.Doc])
		}
		first := true
		segments(e.Text, buffer, func(s segment) {
			into := &words
			if s.unspaced {
				into = &grams
			}
			s.terms(func(term []byte) {
				into.add(term, newPosting(uint32(n), first))
				first = false
			})
			buffer = s.folded
		})
	}
	for kind := 1; kind < len(x.until); kind++ {
		x.until[kind] = max(x.until[kind], x.until[kind-1])
	}
	x.texts = texts.String()
	x.words, x.grams = words.build(), grams.build()
	return x, nil
}
