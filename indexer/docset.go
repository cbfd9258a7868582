package indexer

import (
	"math/bits"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// docSet is a set of docs: bit d%64 of word d/64 stands for doc d. Asking it takes a load, where a Roaring bitmap
// takes a binary search. One that is in a snapshot is not changed.
type docSet []uint64

func (s docSet) has(doc uint32) bool {
	return int(doc/64) < len(s) && s[doc/64]>>(doc%64)&1 == 1
}

// with returns a set that has docs too.
func (s docSet) with(docs ...uint32) docSet {
	if len(docs) == 0 {
		return s
	}
	words := int(slices.Max(docs)/64) + 1
	more := make(docSet, max(len(s), words))
	copy(more, s)
	for _, doc := range docs {
		more[doc/64] |= 1 << (doc % 64)
	}
	return more
}

// len returns the number of docs below bound.
func (s docSet) len(bound uint32) int {
	n := 0
	for i, word := range s {
		switch first := uint32(i) * 64; {
		case first >= bound:
			return n
		case bound-first < 64:
			word &= 1<<(bound-first) - 1
		}
		n += bits.OnesCount64(word)
	}
	return n
}

// bitmap returns the set in another form, which may share its memory.
func (s docSet) bitmap() *roaring.Bitmap { return roaring.FromDense(s, false) }
