package indexer

import (
	"cmp"
	"iter"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// keywordScores accumulates the scores of one search, term by term. It has a place for every product
// and is used again by later searches, so that a search costs in proportion to what it touches.
type keywordScores struct {
	filtered bool
	allowed  docSet // bits of the products that the filter lets through
	filter   *roaring.Bitmap
	gone     docSet   // has no scores either
	touched  []uint32 // products with any term
	products []productScore

	termDocs []uint32 // products with the present term
	term     []termScore
}

// productScore is what a product has so far.
type productScore struct {
	total   float64
	matched wordSet // words that it has
}

// termScore is what the present term gives to a product.
type termScore struct {
	best, sum float64
	fields    fieldSet // of a term's postings
}

func (t *termScore) add(score float64) {
	t.sum += score
	t.best = max(t.best, score)
}

// value is the best of what its fields or spellings give, and some of the others.
func (t termScore) value() float64 { return t.best + tieBreak*(t.sum-t.best) }

// grow makes places for so many products.
func (s *keywordScores) grow(count int) {
	if more := count - len(s.products); more > 0 {
		s.products = append(s.products, make([]productScore, more)...)
		s.term = append(s.term, make([]termScore, more)...)
	}
}

// restrict lets only the products of filter have scores (nil = all) that are not gone.
func (s *keywordScores) restrict(filter *roaring.Bitmap, gone docSet) {
	s.filter, s.filtered, s.gone = filter, filter != nil, gone
	if s.filtered {
		s.allowed = filter.ToDense()
	}
}

func (s *keywordScores) allows(doc uint32) bool {
	return (!s.filtered || s.allowed.has(doc)) && !s.gone.has(doc)
}

// add notes what the present term gives in one field, or in one of its spellings. Scores are positive.
func (s *keywordScores) add(doc uint32, score float64) {
	term := &s.term[doc]
	if term.sum == 0 {
		if !s.allows(doc) {
			return
		}
		s.termDocs = append(s.termDocs, doc)
	}
	term.add(score)
}

// endTerm adds the present term's scores to the totals. The products that have it have these words.
func (s *keywordScores) endTerm(words wordSet) {
	for _, doc := range s.termDocs {
		s.give(doc, s.term[doc].value(), words)
		s.term[doc] = termScore{}
	}
	s.termDocs = s.termDocs[:0]
}

// addField is add, and notes in which field the present term was found.
func (s *keywordScores) addField(doc uint32, score float64, field int) {
	s.add(doc, score)
	s.term[doc].fields |= 1 << field
}

// endPostings returns the present term's scores, in the order of the products, instead of adding them.
func (s *keywordScores) endPostings() []weighedPosting {
	slices.Sort(s.termDocs)
	postings := make([]weighedPosting, len(s.termDocs))
	for i, doc := range s.termDocs {
		postings[i] = weighedPosting{doc, s.term[doc].fields, s.term[doc].value()}
		s.term[doc] = termScore{}
	}
	s.termDocs = s.termDocs[:0]
	return postings
}

// addTerm is add for all postings and endTerm in one, for a term with a single spelling.
func (s *keywordScores) addTerm(postings []weighedPosting, factor float64, words wordSet) {
	for _, p := range postings {
		if s.allows(p.doc) {
			s.give(p.doc, factor*p.weight, words)
		}
	}
}

// give adds to a product's score and words.
func (s *keywordScores) give(doc uint32, score float64, words wordSet) {
	product := &s.products[doc]
	if product.total == 0 {
		s.touched = append(s.touched, doc)
	}
	product.total += score
	product.matched |= words
}

// raise gives the products that have all terms in alternative its weighted total, where they have less,
// and the words.
func (s *keywordScores) raise(alternative *keywordScores, weight float64, all, words wordSet) {
	for _, doc := range alternative.touched {
		if other := alternative.products[doc]; other.matched == all {
			s.give(doc, max(0, weight*other.total-s.products[doc].total), words)
		}
	}
}

// merge adds the totals and words of part, which has the same filter.
func (s *keywordScores) merge(part *keywordScores) {
	for _, doc := range part.touched {
		s.give(doc, part.products[doc].total, part.products[doc].matched)
	}
}

// best returns the k best products with at least need of the known words, or with as many as any has, and the others
// in no order.
func (s *keywordScores) best(k int, known wordSet, need int) (best, others []Hit) {
	hits := slices.AppendSeq(make([]Hit, 0, len(s.touched)), s.enough(known, need))
	k = min(k, len(hits))
	bestToFront(hits, k)
	best, others = hits[:k:k], hits[k:]
	slices.SortFunc(best, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
	})
	return best, others
}

// enough yields the products with at least need of the known words, or with as many as any has.
func (s *keywordScores) enough(known wordSet, need int) iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		count := func(doc uint32) int { return (s.products[doc].matched & known).len() }
		most := 0
		for _, doc := range s.touched {
			most = max(most, count(doc))
		}
		need = min(need, most)
		for _, doc := range s.touched {
			if count(doc) >= need && !yield(Hit{doc, s.products[doc].total}) {
				return
			}
		}
	}
}

func (s *keywordScores) reset() {
	for _, doc := range s.touched {
		s.products[doc] = productScore{}
	}
	for _, doc := range s.termDocs { // of a term that an error cut short
		s.term[doc] = termScore{}
	}
	s.touched, s.termDocs = s.touched[:0], s.termDocs[:0]
	s.restrict(nil, nil)
}

// before is the order of hits: by score, ties by doc.
func (a Hit) before(b Hit) bool {
	return a.Score > b.Score || a.Score == b.Score && a.Doc < b.Doc
}

// bestToFront brings the k best of hits, which are all different, to the front, in no order (Hoare's find).
func bestToFront(hits []Hit, k int) {
	for low, high := 0, len(hits)-1; low < high; {
		pivot := hits[(low+high)/2]
		i, j := low, high
		for i <= j {
			for hits[i].before(pivot) {
				i++
			}
			for pivot.before(hits[j]) {
				j--
			}
			if i <= j {
				hits[i], hits[j] = hits[j], hits[i]
				i, j = i+1, j-1
			}
		}
		switch { // hits[low..j] are better than hits[i..high]
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return
		}
	}
}
