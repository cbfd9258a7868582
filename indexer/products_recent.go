package indexer

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"vitrine/catalog"
)

const (
	// maxRecentBytes bounds the memory of recentProducts, counted in bytes of their records. Decoded, a product takes about twice that.
	maxRecentBytes = 32 << 20
	// maxRecentAtOnce: who reads more products at once goes through the catalogue, and would only drive out what is asked for
	// again.
	maxRecentAtOnce = 512
)

// recentProducts keeps the products that were read last. Shoppers ask for the same things again and again, and decoding the
// candidates is a good part of a search. It is safe for concurrent use.
type recentProducts struct {
	mu    sync.Mutex
	held  *simplelru.LRU[uint32, recentProduct]
	bytes int
}

type recentProduct struct {
	product *catalog.Product
	bytes   int // of its record
}

func newRecentProducts(count int) *recentProducts {
	held, err := simplelru.NewLRU[uint32, recentProduct](max(1, count), nil)
	if err != nil {
		panic(err) // of a size below one
	}
	return &recentProducts{held: held}
}

// get fills found with those of docs that are held, and returns the places of the others.
func (r *recentProducts) get(docs []uint32, found []*catalog.Product) (missing []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, doc := range docs {
		if recent, ok := r.held.Get(doc); ok {
			found[i] = recent.product
		} else {
			missing = append(missing, i)
		}
	}
	return missing
}

// put adds the products at places of docs, which were read.
func (r *recentProducts) put(docs []uint32, found []*catalog.Product, places []int, bytes func(doc uint32) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range places {
		size := bytes(docs[i])
		if size > maxRecentBytes || r.held.Contains(docs[i]) { // another search was as fast
			continue
		}
		r.held.Add(docs[i], recentProduct{found[i], size})
		for r.bytes += size; r.bytes > maxRecentBytes; {
			_, oldest, _ := r.held.RemoveOldest()
			r.bytes -= oldest.bytes
		}
	}
}
