package vector

import (
	"context"
	"iter"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// scanBlock is how many rows are scanned between two looks at the context.
const scanBlock = 1024

// scan leaves in list the limit rows of highest score below a bound, or all where they are fewer. rows come in ascending order, so that
// of equal ones the lower row is kept.
func scan(ctx context.Context, list *shortlist, limit int, below float32, rows iter.Seq[[]uint32], score func(rows []uint32) []float32) error {
	list.reset(limit)
	for block := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, score := range score(block) {
			if !(score >= below) {
				list.add(block[i], score)
			}
		}
	}
	list.cut()
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
