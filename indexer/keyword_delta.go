package indexer

import (
	"slices"
	"sort"
	"sync"

	"vitrine/catalog"
)

// keywordDelta has the words of the products that were added or changed since the generation was built. Their docs
// ascend and products are only added, so that the snapshot of an earlier moment reads the same postings up to its
// bound. It is safe for concurrent use.
//
// It takes the place of a Bleve index in memory, which makes a segment of each batch and asks every one of them for
// every term (docs/decisions/0014-live-changes.md has both measured).
type keywordDelta struct {
	mu    sync.RWMutex
	terms map[fieldTerm][]deltaPosting
}

type fieldTerm struct{ field, term string }

// deltaPosting is a product with a term in a field.
type deltaPosting struct {
	doc       uint32
	frequency uint32 // of the term
	length    uint32 // of the field, in terms
}

func newKeywordDelta() *keywordDelta {
	return &keywordDelta{terms: make(map[fieldTerm][]deltaPosting)}
}

// add indexes a product, whose doc is above all before, and returns the lengths of its fields.
func (d *keywordDelta) add(doc uint32, p *catalog.Product) (lengths fieldLengths) {
	type found struct {
		at      fieldTerm
		posting deltaPosting
	}
	var all []found
	for _, field := range keywordFieldsOf(p) {
		tokens := field.analysis.Analyze([]byte(field.text))
		if i := fieldNumber(field.name); i >= 0 {
			lengths[i] = int64(len(tokens))
		}
		frequency := make(map[string]uint32, len(tokens))
		for _, token := range tokens {
			frequency[string(token.Term)]++
		}
		for term, n := range frequency {
			all = append(all, found{fieldTerm{field.name, term}, deltaPosting{doc, n, uint32(len(tokens))}})
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range all {
		d.terms[f.at] = append(d.terms[f.at], f.posting)
	}
	return lengths
}

// fieldNumber is the number of a field among keywordFields; -1 = it is one of lookups.
func fieldNumber(name string) int {
	for i, field := range keywordFields {
		if field.name == name {
			return i
		}
	}
	return -1
}

// lengthsOf are the lengths of a product's fields.
func lengthsOf(p *catalog.Product) (lengths fieldLengths) {
	texts := keywordTexts(p)
	for i, field := range keywordFields {
		if text := texts[field.name]; text != "" {
			lengths[i] = int64(len(field.analysis.Analyze([]byte(text))))
		}
	}
	return lengths
}

// postings returns the postings of a term in a field, of docs below bound.
func (d *keywordDelta) postings(field, term string, bound uint32) []deltaPosting {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := d.terms[fieldTerm{field, term}]
	end := sort.Search(len(all), func(i int) bool { return all[i].doc >= bound })
	return all[:end]
}

// weighed returns what a term gives to products in the fields that are searched for words, in the order of docs.
func (d *keywordDelta) weighed(term string, w *weights, bound uint32) []weighedPosting {
	found := make(map[uint32]*termScore)
	for i, field := range keywordFields {
		for _, p := range d.postings(field.name, term, bound) {
			score := found[p.doc]
			if score == nil {
				score = &termScore{}
				found[p.doc] = score
			}
			score.add(w.of(i, float64(p.frequency), float64(p.length)))
			score.fields |= 1 << i
		}
	}
	weighed := make([]weighedPosting, 0, len(found))
	for doc, score := range found {
		weighed = append(weighed, weighedPosting{doc, score.fields, score.value()})
	}
	slices.SortFunc(weighed, func(a, b weighedPosting) int { return int(a.doc) - int(b.doc) })
	return weighed
}
