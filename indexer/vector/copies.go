package vector

import (
	"bytes"
	"cmp"
	"context"
	"hash/crc32"
	"slices"
)

// copies are the rows, ascending, that have the same codes: at least two. In a shop they are the products that
// show the same picture, often thousands that show the one for "no picture".
//
// Only the first is linked like any other row. A search list full of copies has no room for anything that leads
// away from them, so that a graph over all of them would fall apart into the copies and the rest.
type copies []uint32

// findCopies compares the codes of all rows.
func findCopies(ctx context.Context, c *codes, workers int) ([]copies, error) {
	type keyed struct {
		key uint64
		row uint32
	}
	rows := make([]keyed, c.rows())
	if err := parallel(ctx, workers, len(rows), 256, func(_, i int) {
		high, low := c.halves(uint32(i))
		rows[i] = keyed{uint64(crc32.Checksum(high, castagnoli))<<32 | uint64(crc32.Checksum(low, castagnoli)), uint32(i)}
	}); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
	var found []copies
	for begin, end := 0, 0; begin < len(rows); begin = end {
		same := copies{rows[begin].row}
		for end = begin + 1; end < len(rows) && rows[end].key == rows[begin].key; end++ {
			if c.equal(rows[begin].row, rows[end].row) {
				same = append(same, rows[end].row)
			}
		}
		if len(same) > 1 {
			found = append(found, same)
		}
	}
	return found, nil
}

func (c *codes) equal(a, b uint32) bool {
	aHigh, aLow := c.halves(a)
	bHigh, bLow := c.halves(b)
	return bytes.Equal(aHigh, bHigh) && bytes.Equal(aLow, bLow)
}

// without removes from order all copies but the first of each.
func without(order []uint32, all []copies) []uint32 {
	left := make([]bool, len(order))
	for _, same := range all {
		for _, row := range same[1:] {
			left[row] = true
		}
	}
	return slices.DeleteFunc(order, func(row uint32) bool { return left[row] })
}

// hang links the copies of a row below it: the row, which pruning has left room for one link, to the second, that to
// as many more as it has room for, and so on. A search that comes to the row finds them in ascending order.
func (same copies) hang(g *graph) {
	for i, row := range same[1:] {
		parent := same[0]
		if i > 0 {
			parent = same[1+(i-1)/g.width]
		}
		g.add(parent, row)
	}
}
