package indexer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"

	index "github.com/blevesearch/bleve_index_api"
)

// termPostings is what a term gives to products in the fields that are searched for words, apart from how
// rare it is.
type termPostings struct {
	counts   fieldCounts
	products []weighedPosting
}

// weighedPosting is the weighted term frequency part of BM25 in the best field of a product, and some of that in the others.
type weighedPosting struct {
	doc    uint32
	fields fieldSet // where the product has the term
	weight float64
}

// fieldSet is a set of keywordFields: bit i stands for field i.
type fieldSet uint8

// fieldCounts counts products by the number of the field in which they have a term.
type fieldCounts [fieldSetSize]int

const fieldSetSize = 8

// most is the count of the field where the term is commonest.
func (c *fieldCounts) most() int { return slices.Max(c[:]) }

func (c *fieldCounts) add(fields fieldSet, n int) {
	for ; fields != 0; fields &= fields - 1 {
		c[bits.TrailingZeros8(uint8(fields))] += n
	}
}

const (
	// maxCachedPostings bounds the memory of the cache: 16 bytes each, 64 MB.
	maxCachedPostings = 4 << 20
	// leastCached is how many postings a term needs for decoding them again to be worth a place.
	leastCached = 64
)

// postingsCache keeps the postings of terms that were searched for: a shop's shoppers use the same words again and
// again, and decoding the lists of common ones is most of a search. When it is full, terms go at random; common
// ones are soon back. It is safe for concurrent use.
type postingsCache struct {
	mu    sync.RWMutex
	terms map[string]*termPostings
	held  int // postings
}

func newPostingsCache() *postingsCache { return &postingsCache{terms: make(map[string]*termPostings)} }

func (c *postingsCache) get(term string) *termPostings {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.terms[term]
}

func (c *postingsCache) put(term string, postings *termPostings) {
	size := len(postings.products)
	if size < leastCached || size > maxCachedPostings {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.terms[term]; known { // another search was as fast
		return
	}
	for other, held := range c.terms {
		if c.held+size <= maxCachedPostings {
			break
		}
		delete(c.terms, other)
		c.held -= len(held.products)
	}
	c.terms[term] = postings
	c.held += size
}

// postingsOf returns the postings of a term, which nobody may change.
func (k *keywordIndex) postingsOf(ctx context.Context, term string, w *weights) (*termPostings, error) {
	if cached := w.cache.get(term); cached != nil {
		return cached, nil
	}
	p := &termPostings{}
	scores := k.takeScores(len(k.docs))
	defer k.returnScores(scores)
	for i, field := range keywordFields {
		reader, err := k.reader.TermFieldReader(ctx, []byte(term), field.name, true, true, false)
		if err != nil {
			return nil, fmt.Errorf("look %q up: %w", term, err)
		}
		p.counts[i] = int(reader.Count())
		err = k.postings(ctx, reader, func(doc uint32, posting *index.TermFieldDoc) {
			length := math.Round(1 / (posting.Norm * posting.Norm)) // Bleve gives 1/√length
			scores.addField(doc, w.of(i, float64(posting.Freq), length), i)
		})
		_ = reader.Close()
		if err != nil {
			return nil, fmt.Errorf("look %q up: %w", term, err)
		}
	}
	p.products = scores.endPostings()
	w.cache.put(term, p)
	return p, nil
}

// docsWith returns the products that have a term in a field.
func (k *keywordIndex) docsWith(ctx context.Context, field, term string) ([]uint32, error) {
	reader, err := k.reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return nil, fmt.Errorf("look %s %q up: %w", field, term, err)
	}
	docs := make([]uint32, 0, reader.Count())
	err = k.postings(ctx, reader, func(doc uint32, _ *index.TermFieldDoc) { docs = append(docs, doc) })
	return docs, errors.Join(err, reader.Close())
}

// count returns how many products have a term in a field.
func (k *keywordIndex) count(ctx context.Context, field, term string) (int, error) {
	reader, err := k.reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return 0, fmt.Errorf("look %s %q up: %w", field, term, err)
	}
	return int(reader.Count()), reader.Close()
}
