package vector

import "math"

// candidate is a row with its similarity to what is searched for.
type candidate struct {
	score    float32
	row      uint32
	expanded bool // its neighbours have been looked at
}

// nearest is a list of at most limit candidates, one at least, best first: DiskANN's candidate list 𝓛. A sorted
// array beats two heaps at the sizes in use, and its next unexpanded entry needs no search.
type nearest struct {
	limit int
	items []candidate
	worst float32 // what a score must exceed to enter
	next  int     // no entry before it is unexpanded
}

func (l *nearest) reset(limit int) {
	l.limit, l.next = limit, 0
	if cap(l.items) < limit {
		l.items = make([]candidate, 0, limit)
	}
	l.items = l.items[:0]
	l.worst = float32(math.Inf(-1))
}

// add puts row at its place unless limit better ones are there; among equals the earlier stays ahead.
func (l *nearest) add(row uint32, score float32) {
	if score > l.worst {
		l.insert(row, score)
	}
}

func (l *nearest) insert(row uint32, score float32) {
	n := len(l.items)
	if n < l.limit {
		l.items = l.items[:n+1]
	} else {
		n--
	}
	low, high := 0, n
	for low < high {
		middle := int(uint(low+high) >> 1)
		if l.items[middle].score >= score {
			low = middle + 1
		} else {
			high = middle
		}
	}
	copy(l.items[low+1:n+1], l.items[low:n])
	l.items[low] = candidate{score: score, row: row}
	l.next = min(l.next, low)
	if n+1 == l.limit {
		l.worst = l.items[n].score
	}
}

// expand appends the best entries that were not expanded yet, at most n, to rows.
func (l *nearest) expand(rows []uint32, n int) []uint32 {
	for ; l.next < len(l.items) && len(rows) < n; l.next++ {
		if item := &l.items[l.next]; !item.expanded {
			item.expanded = true
			rows = append(rows, item.row)
		}
	}
	return rows
}
