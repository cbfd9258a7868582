package vector

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"
)

// scanBlock is how many rows are scanned between two looks at the context.
const scanBlock = 1024

// longestList is the longest list worth keeping in order during a scan; past it all rows are kept.
const longestList = 8192

// scan fills list with the limit rows of highest score among the n rows, or those of them that allowed
// holds, matching in number. Rows come in ascending order, so that of equal ones the lower row is kept.
// When the limit excludes none, they are left in that order.
func scan(ctx context.Context, list *nearest, limit, matching, n int, allowed *roaring.Bitmap, score func(row uint32) float32) error {
	list.reset(limit)
	add := list.add
	if limit >= matching {
		add = list.push
	}
	if allowed == nil {
		for row := range uint32(n) {
			if row%scanBlock == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			add(row, score(row))
		}
		return nil
	}
	rows := allowed.ManyIterator()
	var block [scanBlock]uint32
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		taken := rows.NextMany(block[:])
		if taken == 0 {
			return nil
		}
		for _, row := range block[:taken] {
			if int(row) >= n {
				return nil
			}
			add(row, score(row))
		}
	}
}
