package vector

import (
	"context"
	"iter"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// scanBlock is how many rows are scanned between two looks at the context.
const scanBlock = 1024

// longestList is the longest list worth keeping in order during a scan; past it all rows are kept.
const longestList = 8192

// scan fills list with the limit rows of highest score among the n rows, or those of them that allowed
// holds, matching in number. Rows come in ascending order, so that of equal ones the lower row is kept.
func scan(ctx context.Context, list *nearest, limit, matching, n int, allowed *roaring.Bitmap, score func(rows []uint32) []float32) error {
	list.reset(limit)
	add := list.add
	if limit >= matching {
		add = list.push
	}
	blocks := blocksOf(n)
	if allowed != nil {
		blocks = allowedBlocks(allowed, n)
	}
	for rows := range blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, score := range score(rows) {
			add(rows[i], score)
		}
	}
	if limit >= matching {
		sortHits(list.items)
	}
	return nil
}

// blocksOf are the rows below n, some at a time; each block is valid until the next.
func blocksOf(n int) iter.Seq[[]uint32] {
	return func(yield func([]uint32) bool) {
		block := make([]uint32, 0, scanBlock)
		for row := range uint32(n) {
			if block = append(block, row); len(block) == scanBlock || int(row) == n-1 {
				if !yield(block) {
					return
				}
				block = block[:0]
			}
		}
	}
}

// allowedBlocks are those of allowed below n.
func allowedBlocks(allowed *roaring.Bitmap, n int) iter.Seq[[]uint32] {
	return func(yield func([]uint32) bool) {
		rows := allowed.ManyIterator()
		var block [scanBlock]uint32
		for {
			taken := block[:rows.NextMany(block[:])]
			if end := slices.IndexFunc(taken, func(row uint32) bool { return int(row) >= n }); end >= 0 {
				taken = taken[:end]
			}
			if len(taken) == 0 || !yield(taken) {
				return
			}
		}
	}
}
