package vector

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"vitrine/indexer/vector/sets"
)

func TestSameInputGivesSameBytesWithAnyNumberOfWorkers(t *testing.T) {
	const dim = 33
	vectors := withCopies(600, dim, 0.1, 5) // some equal rows, for the ties
	var first []byte
	for _, workers := range []int{1, 2, 7} {
		file := fileBytes(t, build(t, vectors, dim, Options{GraphFrom: 1, Seed: 3, Workers: workers}))
		if first == nil {
			first = file
		} else if !bytes.Equal(first, file) {
			t.Fatalf("the file differs with %d workers", workers)
		}
	}
	if bytes.Equal(first, fileBytes(t, build(t, vectors, dim, Options{GraphFrom: 1, Seed: 4}))) {
		t.Error("another seed gives the same graph")
	}
}

func TestSeedDoesNotDependOnWorkers(t *testing.T) {
	const rows = 2*seedShardRows + 300 // three shards
	x := build(t, sets.Clustered(rows, 32, 20, 5), 32, Options{})
	var first []byte
	for _, workers := range []int{1, 3} {
		b := newBuilder(x, workers, nil)
		entries, err := b.seed(t.Context(), permutation(rows, 3))
		if err != nil || len(entries) != 3 {
			t.Fatalf("%d shards (%v)", len(entries), err)
		}
		if first == nil {
			first = b.graph.slots
		} else if !slices.Equal(first, b.graph.slots) {
			t.Error("three workers link other rows than one")
		}
	}
}

// newBuilder is a builder of a graph over x that has no links yet.
func newBuilder(x *Index, workers int, report func(done, total int)) *builder {
	opts := Options{Workers: workers, Progress: report}.WithDefaults()
	return &builder{codes: &x.codes, graph: newGraph(x.Len(), growingWidth), workers: workers, progress: &progress{report: opts.Progress}}
}

func TestBuildReportsProgressToItsEnd(t *testing.T) {
	for name, vectors := range map[string][]float32{
		"different rows": sets.Clustered(2000, 32, 10, 6),
		"equal rows":     withCopies(2000, 32, 0.9, 6),
		"no rows":        nil,
	} {
		for _, from := range []int{0, 1} {
			done, total := 0, -1
			build(t, vectors, 32, Options{GraphFrom: from, Progress: func(d, n int) {
				if d < done || n < d || total >= 0 && n != total {
					t.Errorf("%s: %d of %d after %d of %d", name, d, n, done, total)
				}
				done, total = d, n
			}})
			if done != total {
				t.Errorf("%s: the last report is %d of %d", name, done, total)
			}
		}
	}
}

// countdown is a context that ends after so many looks at it, and counts the looks from then on.
type countdown struct {
	context.Context
	left, after atomic.Int64
}

func newCountdown(t *testing.T, looks int64) *countdown {
	c := &countdown{Context: t.Context()}
	c.left.Store(looks)
	return c
}

func (c *countdown) Err() error {
	if c.left.Add(-1) >= 0 {
		return nil
	}
	c.after.Add(1)
	return context.Canceled
}

func TestCancelledBuildStopsInEveryStage(t *testing.T) {
	const workers = 3
	vectors := sets.Clustered(500, 16, 10, 6)
	whole := newCountdown(t, 1<<40)
	if _, err := Build(whole, vectors, 16, Options{GraphFrom: 1, Workers: workers}); err != nil {
		t.Fatal(err)
	}
	looks := 1<<40 - whole.left.Load()
	stages := map[string]bool{}
	for at := int64(0); at < looks; at += 1 + looks/20 {
		synctest.Test(t, func(t *testing.T) { // fails when a goroutine is left
			ctx := newCountdown(t, at)
			x, err := Build(ctx, vectors, 16, Options{GraphFrom: 1, Workers: workers})
			if x != nil || !errors.Is(err, context.Canceled) {
				t.Fatalf("after %d looks at the context: index %v, error %v", at, x, err)
			}
			if after := ctx.after.Load(); after > workers+2 {
				t.Errorf("%v: work went on: %d looks at a context that had ended", err, after)
			}
			stage, _, _ := strings.Cut(err.Error(), ":")
			stages[stage] = true
		})
	}
	for _, stage := range []string{"seed the graph", "refine the graph"} {
		if !stages[stage] {
			t.Errorf("no build was stopped when it was to %s: %v", stage, stages)
		}
	}
}

func TestCancelledReachAllStops(t *testing.T) {
	x := build(t, sets.Unclustered(500, 16, 16, 3), 16, Options{})
	b := newBuilder(x, 1, nil) // 499 rows to reach
	ctx := newCountdown(t, 10)
	if err := b.reachAll(ctx); !errors.Is(err, context.Canceled) || ctx.after.Load() != 1 {
		t.Errorf("error %v, %d looks at a context that had ended", err, ctx.after.Load())
	}
}
