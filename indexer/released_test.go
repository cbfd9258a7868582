package indexer

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// releasedColumns has a product for each day, in their order.
func releasedColumns(days []int32) *Columns {
	return newColumns(&columnSet{count: len(days), newest: newestFirst(days)}, nil, nil)
}

func TestReleaseDays(t *testing.T) {
	for text, want := range map[string]int32{
		"0001-01-01T00:00:00Z":      unknownDay, // the zero time
		"0001-01-01T00:00:01Z":      firstDay,
		"1969-12-31T23:59:59Z":      -1,
		"1970-01-01T00:00:00Z":      0,
		"1970-01-01T23:59:59Z":      0,
		"2024-03-01T01:00:00+02:00": 19782, // 29 February in UTC
		"9999-12-31T23:59:59Z":      lastDay,
	} {
		released, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := releaseDay(released); got != want {
			t.Errorf("%s is day %d, want %d", text, got, want)
		}
	}
}

func TestNewestAreTheProductsInTheOrderOfReleaseThenOfId(t *testing.T) {
	c := releasedColumns([]int32{5, unknownDay, 7, -3, 7, unknownDay, lastDay, firstDay})
	for _, test := range []struct {
		docs          *roaring.Bitmap
		offset, limit int
		want          []uint32
	}{
		{nil, 0, 9, []uint32{6, 2, 4, 0, 3, 7, 1, 5}},
		{nil, 1, 2, []uint32{2, 4}},
		{nil, 7, 2, []uint32{5}},
		{nil, 9, 2, nil},
		{roaring.BitmapOf(0, 1, 3, 4), 0, 9, []uint32{4, 0, 3, 1}},
		{roaring.BitmapOf(0, 1, 3, 4), 1, 2, []uint32{0, 3}},
		{roaring.BitmapOf(0, 1, 3, 4), 4, 2, nil},
		{roaring.BitmapOf(0, 1, 3, 4), 0, 0, nil},
		{roaring.BitmapOf(5, 70, 1000), 0, 9, []uint32{5}}, // 70 and 1000 are not there
		{roaring.New(), 0, 9, nil},
	} {
		if got := c.Newest(test.docs, test.offset, test.limit); !slices.Equal(got, test.want) {
			t.Errorf("%v from %d, %d of them: %v, want %v", test.docs, test.offset, test.limit, got, test.want)
		}
	}
}

func TestPagesOfTheNewestJoinToTheSortedSet(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		days := make([]int32, 1+rng.IntN(300))
		docs := roaring.New()
		for doc := range days {
			days[doc] = []int32{unknownDay, firstDay, lastDay, rng.Int32N(20) - 10, rng.Int32N(20_000)}[rng.IntN(5)]
			if rng.IntN(3) > 0 {
				docs.Add(uint32(doc))
			}
		}
		c := releasedColumns(days)
		want := docs.ToArray()
		slices.SortStableFunc(want, func(a, b uint32) int { return cmp.Compare(days[b], days[a]) })
		var got []uint32
		for size := 1 + rng.IntN(40); ; {
			page := c.Newest(docs, len(got), size)
			got = append(got, page...)
			if len(page) < size {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("days %v: pages of %v give %v", days, want, got)
		}
	}
}

func TestDaysThatTheCatalogueCannotHaveAreDamage(t *testing.T) {
	for _, days := range [][]int32{{firstDay - 1}, {lastDay + 1}, {unknownDay + 1}, {}, {0, 0}} {
		path := filepath.Join(t.TempDir(), columnsFile)
		w := newColumnsWriter()
		w.add(columnRow{})
		w.days = nil
		w.days = append(w.days, days...)
		if err := w.write(path); err != nil {
			t.Fatal(err)
		}
		if _, err := openColumns(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("one product of the days %v: %v", days, err)
		}
	}
}

// The last page that can be asked for, of 100,000 products released over four years.
func BenchmarkNewest(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	days := make([]int32, 100_000)
	half, few := roaring.New(), roaring.New()
	for doc := range days {
		days[doc] = 19_000 + rng.Int32N(1400)
		if doc%2 == 0 {
			half.Add(uint32(doc))
		}
		if doc%1000 == 0 {
			few.Add(uint32(doc))
		}
	}
	c := releasedColumns(days)
	b.Run("order", func(b *testing.B) {
		for b.Loop() {
			newestFirst(days)
		}
	})
	for name, docs := range map[string]*roaring.Bitmap{"all": nil, "half": half, "100": few} {
		offset := 976
		if docs == few {
			offset = 76
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.Newest(docs, offset, 24)
			}
		})
	}
}
