package vector

import (
	"math"
	"slices"
)

// shortlist keeps the limit candidates of highest score, of equal ones the first to come, in the order in which they
// come: it lets up to twice as many in and then drops the worse half. For long lists that are only read at the end that is faster
// than an order kept throughout.
type shortlist struct {
	limit int
	items []candidate
	least float32 // what a score must exceed to enter; not a number while any may
	keys  []int64
}

func (l *shortlist) reset(limit int) {
	l.limit = limit
	l.items = l.items[:0]
	l.least = float32(math.NaN())
}

// add notes row.
func (l *shortlist) add(row uint32, score float32) {
	if !(score <= l.least) {
		l.enter(row, score)
	}
}

//go:noinline
func (l *shortlist) enter(row uint32, score float32) {
	if l.items = append(l.items, candidate{score: score, row: row}); len(l.items) >= 2*l.limit {
		l.cut()
	}
}

// cut drops all but the limit best. Which they are no processor can foresee, so nothing here branches on it.
func (l *shortlist) cut() {
	if len(l.items) <= l.limit {
		return
	}
	l.keys = l.keys[:0]
	for _, item := range l.items {
		l.keys = append(l.keys, keyOf(item.score))
	}
	least := nthLargest(l.keys, l.limit)
	kept := 0
	for _, item := range l.items {
		l.items[kept] = item
		kept += 1 - more(least, keyOf(item.score))
	}
	l.items = l.items[:kept]
	for at := kept - 1; len(l.items) > l.limit; at-- { // of those equal to the least, the last to come
		if keyOf(l.items[at].score) == least {
			l.items = slices.Delete(l.items, at, at+1)
		}
	}
	l.least = slices.MinFunc(l.items, func(a, b candidate) int { return int(keyOf(a.score) - keyOf(b.score)) }).score
}

// whole says whether nothing was dropped.
func (l *shortlist) whole() bool { return math.IsNaN(float64(l.least)) }

// keyOf is a number that is larger for a larger score.
func keyOf(score float32) int64 {
	bits := int32(math.Float32bits(score + 0)) // -0 becomes 0
	return int64(bits ^ bits>>31&math.MaxInt32)
}

// more is 1 if a > b, else 0, for numbers whose difference is one.
func more(a, b int64) int { return int(uint64(b-a) >> 63) }

// nthLargest is the n-th of keys from the largest down, n from 1 on; it changes their order (Hoare's find).
func nthLargest(keys []int64, n int) int64 {
	for {
		first, middle, last := keys[0], keys[len(keys)/2], keys[len(keys)-1]
		pivot := max(min(first, middle), min(max(first, middle), last))
		larger := moreToFront(keys, pivot)
		equal := 0
		if n > larger {
			equal = moreToFront(keys[larger:], pivot-1)
		}
		switch {
		case n <= larger:
			keys = keys[:larger]
		case n <= larger+equal:
			return pivot
		default:
			keys, n = keys[larger+equal:], n-larger-equal
		}
	}
}

// moreToFront brings the keys that are more than pivot to the front and returns how many they are.
func moreToFront(keys []int64, pivot int64) (front int) {
	for i, key := range keys {
		keys[i] = keys[front]
		keys[front] = key
		front += more(key, pivot)
	}
	return front
}
