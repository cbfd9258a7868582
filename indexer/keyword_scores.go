package indexer

import (
	"container/heap"
	"iter"

	"github.com/RoaringBitmap/roaring/v2"
)

// keywordScores accumulates the scores of one search, term by term. It has a place for every product
// and is used again by later searches, so that a search costs in proportion to what it touches.
type keywordScores struct {
	filter  *roaring.Bitmap
	touched []uint32 // products with any term
	total   []float64
	matched []wordSet // words that the product has

	termDocs []uint32 // products with the present term
	termBest []float64
	termSum  []float64
}

func newKeywordScores(count int) *keywordScores {
	return &keywordScores{
		total:    make([]float64, count),
		matched:  make([]wordSet, count),
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

// addAll notes what the present term gives in one field of many products.
func (s *keywordScores) addAll(postings []weighedPosting, factor float64) {
	for _, p := range postings {
		s.add(p.doc, factor*p.weight)
	}
}

// endTerm adds the present term's scores to the totals. The products that have it have these words.
func (s *keywordScores) endTerm(words wordSet) {
	for _, doc := range s.termDocs {
		s.touch(doc)
		s.total[doc] += s.termBest[doc] + tieBreak*(s.termSum[doc]-s.termBest[doc])
		s.matched[doc] |= words
		s.termBest[doc], s.termSum[doc] = 0, 0
	}
	s.termDocs = s.termDocs[:0]
}

// raise gives the products that have all terms in alternative its weighted total, where they have less,
// and the words.
func (s *keywordScores) raise(alternative *keywordScores, weight float64, all, words wordSet) {
	for _, doc := range alternative.touched {
		if alternative.matched[doc] == all {
			s.touch(doc)
			s.total[doc] = max(s.total[doc], weight*alternative.total[doc])
			s.matched[doc] |= words
		}
	}
}

// merge adds the totals and words of part, which has the same filter.
func (s *keywordScores) merge(part *keywordScores) {
	for _, doc := range part.touched {
		s.touch(doc)
		s.total[doc] += part.total[doc]
		s.matched[doc] |= part.matched[doc]
	}
}

func (s *keywordScores) touch(doc uint32) {
	if s.total[doc] == 0 {
		s.touched = append(s.touched, doc)
	}
}

// best returns the k best products with at least need of the known words, or with as many as any has.
func (s *keywordScores) best(k int, known wordSet, need int) []Hit {
	var found hitHeap
	for hit := range s.enough(known, need) {
		found.offer(hit, k)
	}
	return found.sorted()
}

// after returns the products of enough that stand behind last, in no order.
func (s *keywordScores) after(last Hit, known wordSet, need int) []Hit {
	var behind []Hit
	for hit := range s.enough(known, need) {
		if last.before(hit) {
			behind = append(behind, hit)
		}
	}
	return behind
}

// enough yields the products with at least need of the known words, or with as many as any has.
func (s *keywordScores) enough(known wordSet, need int) iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		count := func(doc uint32) int { return (s.matched[doc] & known).len() }
		most := 0
		for _, doc := range s.touched {
			most = max(most, count(doc))
		}
		need = min(need, most)
		for _, doc := range s.touched {
			if count(doc) >= need && !yield(Hit{doc, s.total[doc]}) {
				return
			}
		}
	}
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
