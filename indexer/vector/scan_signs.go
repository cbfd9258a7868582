package vector

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// signBlocks is how many blocks of signs are compared between two looks at the context.
const signBlocks = scanBlock / signBlock

// searchSigns looks at the signs of every row, at the upper halves of the codes of the best by them, and so on as searchExact does. It
// returns nil when the signs cannot tell the rows apart well enough: when what they left out could be better than what was
// found, by the errors seen.
func (x *Index) searchSigns(ctx context.Context, s *scratch, k int, p plan, params SearchParams) ([]Neighbour, error) {
	s.signs.aim(&s.probe, x.signs.steps)
	if err := x.scanSigns(ctx, s, p.kept, params.Allowed); err != nil {
		return nil, err
	}
	left := s.short.items
	s.left = s.left[:0]
	for _, hit := range left {
		s.left = append(s.left, hit.row)
	}
	var seen estimates
	for i, glance := range s.probe.glances(&x.codes, s.left) {
		seen.add(left[i].score*s.signs.scale, glance*s.probe.scale)
	}
	bound := seen.bound(s.short.least*s.signs.scale, signDeviation(x.Dim()))
	found, err := x.searchRows(ctx, s, k, slices.Chunk(s.left, scanBlock), len(s.left), x.planCodes(k, len(s.left)), params.Group)
	if err != nil || len(found) < k || found[k-1].Score < bound {
		return nil, err
	}
	return found, nil
}

// scanSigns leaves in s.short the kept rows of highest estimate among all, or those that allowed holds.
func (x *Index) scanSigns(ctx context.Context, s *scratch, kept int, allowed *roaring.Bitmap) error {
	s.short.reset(kept)
	s.above = slices.Grow(s.above[:0], signBlocks)[:signBlocks]
	s.sums = slices.Grow(s.sums[:0], scanBlock)[:scanBlock]
	var dense []uint64
	if allowed != nil {
		dense = denseBelow(allowed, x.Len())
	}
	perBlock, last := signBlock*x.signs.steps, len(x.signs.scales)/signBlock
	for first := 0; first < last; first += signBlocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		above := s.above[:min(signBlocks, last-first)]
		least := s.short.least
		if math.IsNaN(float64(least)) {
			least = float32(math.Inf(-1))
		}
		kernel.weighSigns(above, s.sums, x.signs.blocks[first*perBlock:], x.signs.scales[first*signBlock:], s.signs.table, s.signs.weight, least)
		for b, hits := range above {
			row := (first + b) * signBlock
			if row+signBlock > x.Len() {
				hits &= 1<<(x.Len()-row) - 1
			}
			if allowed != nil {
				hits &= allowedBits(dense, row)
			}
			for ; hits != 0; hits &= hits - 1 {
				r := bits.TrailingZeros32(hits)
				s.short.add(uint32(row+r), s.signs.estimate(s.sums[b*signBlock+r], x.signs.scales[row+r]))
			}
		}
	}
	s.short.cut()
	return nil
}

// denseBelow has a bit for each number of allowed below n.
func denseBelow(allowed *roaring.Bitmap, n int) []uint64 {
	if !allowed.IsEmpty() && int64(allowed.Maximum()) >= int64(n) {
		allowed = allowed.Clone()
		allowed.RemoveRange(uint64(n), 1<<32)
	}
	return allowed.ToDense()
}

// allowedBits are the bits of the 32 rows from a multiple of 32 on.
func allowedBits(dense []uint64, row int) uint32 {
	if row/64 >= len(dense) {
		return 0
	}
	return uint32(dense[row/64] >> (row % 64))
}
