package indexer

import (
	"container/heap"

	"github.com/RoaringBitmap/roaring/v2"
)

// keywordScores accumulates the scores of one search, term by term. It has a place for every product
// and is used again by later searches, so that a search costs in proportion to what it touches.
type keywordScores struct {
	filter  *roaring.Bitmap
	touched []uint32 // products with any term
	total   []float64
	matched []uint16 // terms that the product has

	termDocs []uint32 // products with the present term
	termBest []float64
	termSum  []float64
}

func newKeywordScores(count int) *keywordScores {
	return &keywordScores{
		total:    make([]float64, count),
		matched:  make([]uint16, count),
		termBest: make([]float64, count),
		termSum:  make([]float64, count),
	}
}

// add notes what the present term gives in one field of a product. Scores are positive.
func (s *keywordScores) add(doc uint32, score float64) {
	if s.termSum[doc] == 0 {
		if s.filter != nil && !s.filter.Contains(doc) {
			return
		}
		s.termDocs = append(s.termDocs, doc)
	}
	s.termSum[doc] += score
	s.termBest[doc] = max(s.termBest[doc], score)
}

// endTerm adds the present term's scores to the totals.
func (s *keywordScores) endTerm() {
	for _, doc := range s.termDocs {
		s.touch(doc)
		s.total[doc] += s.termBest[doc] + tieBreak*(s.termSum[doc]-s.termBest[doc])
		s.matched[doc]++
		s.termBest[doc], s.termSum[doc] = 0, 0
	}
	s.termDocs = s.termDocs[:0]
}

// addCode notes that a code of the product stands in the query of so many terms.
func (s *keywordScores) addCode(doc uint32, terms int) {
	if s.filter != nil && !s.filter.Contains(doc) {
		return
	}
	s.touch(doc)
	s.total[doc] += codeScore
	s.matched[doc] = uint16(terms)
}

func (s *keywordScores) touch(doc uint32) {
	if s.total[doc] == 0 {
		s.touched = append(s.touched, doc)
	}
}

// best returns the k best products with at least need terms, or with as many as any has.
func (s *keywordScores) best(k, need int) []Hit {
	most := 0
	for _, doc := range s.touched {
		most = max(most, int(s.matched[doc]))
	}
	need = min(need, most)
	var found hitHeap
	for _, doc := range s.touched {
		if int(s.matched[doc]) >= need {
			found.offer(Hit{doc, s.total[doc]}, k)
		}
	}
	return found.sorted()
}

func (s *keywordScores) reset() {
	for _, doc := range s.touched {
		s.total[doc], s.matched[doc] = 0, 0
	}
	for _, doc := range s.termDocs { // of a term that an error cut short
		s.termBest[doc], s.termSum[doc] = 0, 0
	}
	s.touched, s.termDocs, s.filter = s.touched[:0], s.termDocs[:0], nil
}

// hitHeap keeps the best hits with the worst of them on top.
type hitHeap []Hit

func (h hitHeap) Len() int           { return len(h) }
func (h hitHeap) Less(i, j int) bool { return h[j].before(h[i]) }
func (h hitHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *hitHeap) Push(x any)        { *h = append(*h, x.(Hit)) }
func (h *hitHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// before is the order of hits: by score, ties by doc.
func (a Hit) before(b Hit) bool {
	return a.Score > b.Score || a.Score == b.Score && a.Doc < b.Doc
}

func (h *hitHeap) offer(hit Hit, k int) {
	if len(*h) < k {
		heap.Push(h, hit)
	} else if hit.before((*h)[0]) {
		(*h)[0] = hit
		heap.Fix(h, 0)
	}
}

// sorted empties the heap, best first.
func (h *hitHeap) sorted() []Hit {
	hits := make([]Hit, h.Len())
	for i := len(hits) - 1; i >= 0; i-- {
		hits[i] = heap.Pop(h).(Hit)
	}
	return hits
}
