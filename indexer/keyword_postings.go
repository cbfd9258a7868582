package indexer

import (
	"context"
	"fmt"
	"sync"

	index "github.com/blevesearch/bleve_index_api"
)

// termPostings is what a term gives to products in the fields that are searched for words, apart from how
// rare it is.
type termPostings struct {
	frequency uint64 // products that have it in the field where it is commonest
	products  []weighedPosting
}

// weighedPosting is the weighted term frequency part of BM25 in the best field of a product, and some of that in the others.
type weighedPosting struct {
	doc    uint32
	weight float64
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
func (k *keywordIndex) postingsOf(ctx context.Context, term string) (*termPostings, error) {
	if cached := k.cache.get(term); cached != nil {
		return cached, nil
	}
	p := &termPostings{}
	scores := k.takeScores(nil)
	defer k.returnScores(scores)
	for _, field := range keywordFields {
		reader, err := k.reader.TermFieldReader(ctx, []byte(term), field.name, true, true, false)
		if err != nil {
			return nil, fmt.Errorf("look %q up: %w", term, err)
		}
		p.frequency = max(p.frequency, reader.Count())
		average := k.average[field.name]
		err = k.postings(ctx, reader, func(doc uint32, posting *index.TermFieldDoc) {
			length := 1 / (posting.Norm * posting.Norm) // scorch stores 1/√length
			tf := float64(posting.Freq)
			norm := 1 - field.lengthNorm + field.lengthNorm*length/average
			scores.add(doc, field.weight*tf*(saturation+1)/(tf+saturation*norm))
		})
		_ = reader.Close()
		if err != nil {
			return nil, fmt.Errorf("look %q up: %w", term, err)
		}
	}
	p.products = scores.endPostings()
	k.cache.put(term, p)
	return p, nil
}
