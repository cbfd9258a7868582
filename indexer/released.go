package indexer

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// Release days count from 1 January 1970, in UTC. The catalogue has dates of the years 1 to 9999.
const (
	firstDay   = -719162 // 1 January of the year 1
	lastDay    = 2932896 // 31 December 9999
	unknownDay = math.MinInt32
)

func releaseDay(released time.Time) int32 {
	if released.IsZero() {
		return unknownDay
	}
	return int32(released.Truncate(24*time.Hour).Unix() / (24 * 60 * 60))
}

// Newest returns docs by the day of their release, the last day first and those without a date at the
// end; products of one day stand in the order of their numbers. It leaves out offset of them and
// returns at most limit. A nil docs means all products.
func (c *Columns) Newest(docs *roaring.Bitmap, offset, limit int) []uint32 {
	order := c.newest()
	if docs == nil {
		begin := min(offset, len(order))
		return slices.Clone(order[begin:min(begin+limit, len(order))])
	}
	wanted := docSet(docs.ToDense())
	left := min(limit, int(docs.GetCardinality())-offset)
	var page []uint32
	for _, doc := range order {
		switch {
		case left <= 0:
			return page
		case !wanted.has(doc):
		case offset > 0:
			offset--
		default:
			page = append(page, doc)
			left--
		}
	}
	return page
}

// newestOfBoth merges the orders of a generation, but for what is gone, and of its delta.
func newestOfBoth(base, delta *columnSet, gone docSet) []uint32 {
	order := make([]uint32, 0, base.count+delta.count)
	ours := delta.newest
	for _, doc := range base.newest {
		for len(ours) > 0 && delta.days[ours[0]] > base.days[doc] {
			order, ours = append(order, ours[0]+uint32(base.count)), ours[1:]
		}
		order = append(order, doc)
	}
	for _, doc := range ours {
		order = append(order, doc+uint32(base.count))
	}
	return slices.DeleteFunc(order, gone.has)
}

// newestFirst returns the numbers of products in the order of Columns.Newest.
func newestFirst(days []int32) []uint32 {
	// Sorted as numbers: age in the upper half, an unknown day being the oldest, doc in the lower.
	keys := make([]uint64, len(days))
	for doc, day := range days {
		keys[doc] = uint64(lastDay-int64(day))<<32 | uint64(doc)
	}
	slices.Sort(keys)
	docs := make([]uint32, len(keys))
	for i, key := range keys {
		docs[i] = uint32(key)
	}
	return docs
}

// readReleased returns the release day of each of count products.
func readReleased(file *sections, count int) ([]int32, error) {
	stored, err := file.uint32s("released")
	if err != nil {
		return nil, err
	}
	if len(stored) != count {
		return nil, fmt.Errorf("%w: section %q has %d days for %d products", ErrDamaged, "released", len(stored), count)
	}
	days := make([]int32, count)
	for doc := range days {
		day := int32(stored[doc])
		if day != unknownDay && (day < firstDay || day > lastDay) {
			return nil, fmt.Errorf("%w: product %d was released on day %d", ErrDamaged, doc, day)
		}
		days[doc] = day
	}
	return days, nil
}
