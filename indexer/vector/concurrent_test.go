package vector

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

func TestConcurrentSearchesOfOneFileAgree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vectors")
	if err := graphSets()["clustered"].WriteFile(path); err != nil {
		t.Fatal(err)
	}
	x, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	half, group := roaring.New(), make([]uint32, x.Len())
	half.AddRange(0, uint64(x.Len()/2))
	for row := range group {
		group[row] = uint32(row / 4)
	}
	params := []SearchParams{{Ef: 32}, {Allowed: half}, {Allowed: roaring.BitmapOf(1, 2, 3)}, {Group: group}, {Scan: AnyScan}}
	const queries = 20
	var want [queries][]Neighbour // what one goroutine finds
	for i := range want {
		want[i], _ = search(t, x, x.Vector(uint32(i)), 10, params[i%len(params)])
	}
	var workers sync.WaitGroup
	for worker := range 4 {
		workers.Go(func() {
			for n := range 2 * queries {
				i := (n + 5*worker) % queries
				found, _, err := x.Search(context.Background(), x.Vector(uint32(i)), 10, params[i%len(params)])
				if err != nil || !slices.Equal(found, want[i]) {
					t.Errorf("row %d: %v, alone %v (%v)", i, found, want[i], err)
				}
				if score, err := x.Scorer(x.Vector(uint32(i))); err != nil || len(found) > 0 && score(found[0].Row) != found[0].Score {
					t.Errorf("row %d: another score (%v)", i, err)
				}
			}
			if _, err := x.Recall(context.Background(), 3, 10, uint64(worker)); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
}

func TestCancelledSearchStops(t *testing.T) {
	x := graphSets()["clustered"]
	for name, p := range map[string]SearchParams{"graph": {Ef: 32}, "scan": {Scan: AnyScan}} {
		ctx := newCountdown(t, 1) // Search looks once, a scan in each block
		_, plan, err := x.Search(ctx, x.Vector(0), 3, p)
		if scanned := name == "scan"; scanned != errors.Is(err, context.Canceled) {
			t.Errorf("%s, a context that ends: error %v", plan, err)
		}
		if _, _, err := x.Search(newCountdown(t, 0), x.Vector(0), 3, p); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, a context that has ended: error %v", name, err)
		}
	}
}
