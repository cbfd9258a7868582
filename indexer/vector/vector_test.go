package vector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer/vector/sets"
)

const testDim = 256

// graphSets are indexes of the two sets that the graph is tested on, built once.
var graphSets = sync.OnceValue(func() map[string]*Index {
	drawn := map[string][]float32{
		"clustered":   sets.Clustered(graphRows, testDim, graphRows/100, 1),
		"unclustered": sets.Unclustered(graphRows, testDim, 24, 2),
	}
	indexes := map[string]*Index{}
	for name, vectors := range drawn {
		x, err := Build(context.Background(), vectors, testDim, Options{GraphFrom: 1})
		if err != nil {
			panic(err)
		}
		indexes[name] = x
	}
	return indexes
})

func build(t testing.TB, vectors []float32, dim int, opts Options) *Index {
	t.Helper()
	x, err := Build(t.Context(), vectors, dim, opts)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// search searches and checks what holds for every search.
func search(t testing.TB, x *Index, query []float32, k int, p SearchParams) ([]Neighbour, string) {
	t.Helper()
	found, plan, err := x.Search(t.Context(), query, k, p)
	if err != nil {
		t.Fatal(err)
	}
	checkFound(t, x, query, p, plan, found, bruteForce(t, x, query, k, p))
	return found, plan
}

// checkFound checks that there are as many results as there should be, in order, each row and group once,
// each row allowed and with its exact score.
func checkFound(t testing.TB, x *Index, query []float32, p SearchParams, plan string, found, exact []Neighbour) {
	t.Helper()
	if len(found) != len(exact) {
		t.Fatalf("%s: %d results, want %d", plan, len(found), len(exact))
	}
	score, err := x.Scorer(query)
	if err != nil {
		t.Fatal(err)
	}
	rows, groups := map[uint32]bool{}, map[uint32]bool{}
	for i, n := range found {
		if rows[n.Row] || p.Allowed != nil && !p.Allowed.Contains(n.Row) {
			t.Fatalf("%s: row %d is there twice or not allowed", plan, n.Row)
		}
		rows[n.Row] = true
		if p.Group != nil && groups[p.Group[n.Row]] {
			t.Fatalf("%s: group %d is there twice", plan, p.Group[n.Row])
		}
		if p.Group != nil {
			groups[p.Group[n.Row]] = true
		}
		if score(n.Row) != n.Score {
			t.Fatalf("%s: row %d has score %v, its exact score is %v", plan, n.Row, n.Score, score(n.Row))
		}
		if i > 0 && order(found[i-1], n) >= 0 {
			t.Fatalf("%s: %v stands before %v", plan, found[i-1], n)
		}
	}
}

func order(a, b Neighbour) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row, b.Row))
}

// bruteForce is what Search stands for, in its plainest form.
func bruteForce(t testing.TB, x *Index, query []float32, k int, p SearchParams) []Neighbour {
	t.Helper()
	var all []Neighbour
	unit, err := x.normalise(nil, query)
	if err != nil {
		t.Fatal(err)
	}
	for row := range uint32(x.Len()) {
		if p.Allowed == nil || p.Allowed.Contains(row) {
			all = append(all, Neighbour{Row: row, Score: kernel.dotFloats(unit, x.Vector(row))})
		}
	}
	slices.SortFunc(all, order)
	if p.Group != nil {
		seen := map[uint32]bool{}
		all = slices.DeleteFunc(all, func(n Neighbour) bool {
			defer func() { seen[p.Group[n.Row]] = true }()
			return seen[p.Group[n.Row]]
		})
	}
	return all[:min(k, len(all))]
}

func recall(found, exact []Neighbour) float64 {
	if len(exact) == 0 {
		return 1
	}
	right := 0
	for _, n := range found {
		if n.Score >= exact[len(exact)-1].Score {
			right++
		}
	}
	return float64(right) / float64(len(exact))
}

func TestGraphFindsNearestRows(t *testing.T) {
	for name, x := range graphSets() {
		t.Run(name, func(t *testing.T) {
			got, err := x.Recall(t.Context(), 200, 10, 7)
			if err != nil || got < MinRecall {
				t.Errorf("recall@10 is %.4f (%v), want at least %v", got, err, MinRecall)
			}
			if _, plan := search(t, x, x.Vector(5), 10, SearchParams{Ef: 64}); plan != "graph ef=64" {
				t.Errorf("plan is %q", plan)
			}
		})
	}
}

func TestRecallSeesABadGraph(t *testing.T) {
	const rows, dim = hopCost * defaultEf, 2 * floatDim // as many as make a graph search worth while
	bad := build(t, sets.Unclustered(rows, dim, dim, 1), dim, Options{})
	bad.graph = newGraph(rows, width) // a ring
	for row := range uint32(rows) {
		bad.graph.set(row, []uint32{(row + 1) % rows})
	}
	if got, err := bad.Recall(t.Context(), 50, 10, 7); err != nil || got > 0.5 {
		t.Errorf("recall of a ring is %.3f (%v)", got, err)
	}
}

func TestEveryRowIsReachable(t *testing.T) {
	for name, x := range graphSets() {
		t.Run(name, func(t *testing.T) { allReached(t, x) })
	}
}

// allReached fails the test unless links lead from the entry to every row, and none from a row to itself.
func allReached(t *testing.T, x *Index) {
	t.Helper()
	reached := make([]bool, x.Len())
	reached[x.graph.entry] = true
	count := 1
	for queue := []uint32{x.graph.entry}; len(queue) > 0; {
		row := queue[0]
		queue = queue[1:]
		for _, next := range x.graph.neighbours(row) {
			if next == row {
				t.Fatalf("row %d links to itself", row)
			}
			if !reached[next] {
				reached[next] = true
				count++
				queue = append(queue, next)
			}
		}
	}
	if count != x.Len() {
		t.Fatalf("%d of %d rows can be reached", count, x.Len())
	}
}

func TestAnyEffortIsTaken(t *testing.T) {
	x := graphSets()["clustered"]
	for _, ef := range []int{-1, 1, 3, 10_000, math.MaxInt} {
		search(t, x, x.Vector(3), 10, SearchParams{Ef: ef})
		search(t, x, x.Vector(3), 10, SearchParams{Ef: ef, Allowed: roaring.BitmapOf(1, 2, 3)})
	}
}

func TestReachAllConnectsLooseRows(t *testing.T) {
	vectors := sets.Unclustered(500, 16, 16, 3)
	x := build(t, vectors, 16, Options{})
	g := newGraph(500, width)
	g.entry = 42 // no links at all
	if err := (&builder{codes: &x.codes, graph: g}).reachAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.graph = g
	for row := range uint32(500) {
		s, err := x.borrow(x.Vector(row))
		if err != nil {
			t.Fatal(err)
		}
		greedySearch(x.graph, &x.codes, s, []uint32{42}, 500, nil)
		if len(s.nearest.items) != 500 {
			t.Fatalf("%d of 500 rows reached", len(s.nearest.items))
		}
		x.scratch.Put(s)
	}
}

func TestFilteredSearchKeepsItsPromise(t *testing.T) {
	if testing.Short() {
		t.Skip("a graph search pays under a filter only with more rows than a short run has; TestConcurrentSearchesAgree has filters too")
	}
	for name, x := range graphSets() {
		random := rand.New(rand.NewPCG(4, 4))
		n := x.Len()
		filters := map[string]*roaring.Bitmap{"one row": roaring.BitmapOf(uint32(random.IntN(n)))}
		for _, share := range []float64{0.8, 0.5, 0.1, 0.01, 0.001} {
			rows := roaring.New()
			for row := range uint32(n) {
				if random.Float64() < share {
					rows.Add(row)
				}
			}
			filters[fmt.Sprintf("%g%%", 100*share)] = rows
		}
		query := x.Vector(17)
		ranked := bruteForce(t, x, query, n, SearchParams{})
		for name, nearest := range map[string]int{"far fifth": n * 4 / 5, "far half": n / 2, "far four fifths": n / 5} {
			far := roaring.New() // all but the rows nearest to the query
			for _, neighbour := range ranked[nearest:] {
				far.Add(neighbour.Row)
			}
			far.Add(uint32(n + 5)) // no such row: passed over
			filters[name] = far
		}
		plans := map[string]string{"far four fifths": "graph ef=80, then exact int8", "80%": "graph ef=80", "10%": "exact int8", "one row": "exact float"}
		for filter, allowed := range filters {
			t.Run(name+"/"+filter, func(t *testing.T) {
				var sum float64
				const queries = 25
				for range queries {
					q := query
					if !strings.HasPrefix(filter, "far") {
						q = x.nearby(random)
					}
					p := SearchParams{Allowed: allowed, Ef: 64}
					found, plan := search(t, x, q, 10, p)
					sum += recall(found, bruteForce(t, x, q, 10, p))
					if want := plans[filter]; want != "" && plan[:8] != want[:8] {
						t.Errorf("plan is %q, not one like %q", plan, want)
					}
				}
				if mean := sum / queries; mean < 0.98 {
					t.Errorf("recall@10 is %.3f", mean)
				}
			})
		}
	}
}

func TestGroupsAreFoundOnceByTheirBestRow(t *testing.T) {
	x := graphSets()["clustered"]
	group := make([]uint32, x.Len())
	for row := range group {
		group[row] = uint32(row / 4)
	}
	few := make([]uint32, x.Len()) // three groups in all
	for row := range few {
		few[row] = uint32(row % 3)
	}
	half := roaring.New()
	half.AddRange(0, uint64(x.Len()/2))
	for name, p := range map[string]SearchParams{
		"graph":      {Group: group},
		"filter":     {Group: group, Allowed: half},
		"few groups": {Group: few},
		"few rows":   {Group: group, Allowed: roaring.BitmapOf(0, 1, 2, 3, graphRows-1)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, row := range []uint32{1, 500, graphRows - 1} {
				found, plan := search(t, x, x.Vector(row), 10, p)
				if got := recall(found, bruteForce(t, x, x.Vector(row), 10, p)); got < 0.9 {
					t.Errorf("%s: recall %.2f", plan, got)
				}
			}
		})
	}
	if _, _, err := x.Search(t.Context(), x.Vector(0), 3, SearchParams{Group: group[:5]}); err == nil {
		t.Error("groups of another index were taken")
	}
}

func TestMoreResultsThanRows(t *testing.T) {
	x := graphSets()["clustered"]
	found, plan := search(t, x, x.Vector(0), 2*graphRows, SearchParams{})
	if len(found) != x.Len() || plan != "exact float" {
		t.Errorf("%s: %d of %d rows", plan, len(found), x.Len())
	}
	if found, _ := search(t, x, x.Vector(0), 0, SearchParams{}); len(found) != 0 {
		t.Errorf("%d results for k = 0", len(found))
	}
	if found, _ := search(t, x, x.Vector(0), 5, SearchParams{Allowed: roaring.New()}); len(found) != 0 {
		t.Errorf("%d results of an empty filter", len(found))
	}
}

func TestBuildNamesTheVectorItRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for want, vectors := range map[string][]float32{
		"row 1 is zero and has no direction":                      {1, 0, 0, 0, 0, 1},
		"row 2 holds a value that is not finite":                  {1, 0, 0, 1, nan, 0},
		"row 0 holds a value that is not finite":                  {float32(math.Inf(1)), 0, 0, 1, 1, 0},
		"row 1 has length 2, want 1: normalise it":                {1, 0, 0, 2},
		"3 values are not a whole number of rows of 2 dimensions": {1, 0, 0},
	} {
		_, err := Build(t.Context(), vectors, 2, Options{})
		if !errors.Is(err, ErrVector) || err.Error() != ErrVector.Error()+": "+want {
			t.Errorf("%v: error %v, want %q", vectors, err, want)
		}
	}
	if _, err := Build(t.Context(), nil, 0, Options{}); !errors.Is(err, ErrVector) {
		t.Errorf("no dimensions: error %v", err)
	}
}

func TestSearchRefusesQueriesWithoutDirection(t *testing.T) {
	x := build(t, []float32{1, 0, 0, 1}, 2, Options{})
	for _, query := range [][]float32{nil, {1}, {1, 0, 0}, {0, 0}, {float32(math.NaN()), 1}, {float32(math.Inf(-1)), 1}} {
		if _, _, err := x.Search(t.Context(), query, 1, SearchParams{}); !errors.Is(err, ErrVector) {
			t.Errorf("%v: error %v", query, err)
		}
	}
	if score, err := x.Scorer([]float32{0, 3}); err != nil || score(1) != 1 {
		t.Errorf("the cosine of a long query is not 1 (%v)", err)
	}
	if _, err := x.Scorer([]float32{0, 0}); !errors.Is(err, ErrVector) {
		t.Errorf("scorer of a query without direction: %v", err)
	}
}

func TestSeedGraphHasOneEntryAndDropsNoLink(t *testing.T) {
	x := graphSets()["clustered"]
	g := newGraph(x.Len(), 500) // room for every link
	rows := permutation(x.Len(), 1)[:500]
	if err := (&builder{codes: &x.codes, graph: g}).seedShard(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if got := len(g.neighbours(row)); got < min(seedNeighbours, i) {
			t.Fatalf("row %d has %d links", row, got)
		}
		for _, neighbour := range g.neighbours(row) {
			if !slices.Contains(g.neighbours(neighbour), row) {
				t.Fatalf("the link from %d to %d leads one way", row, neighbour)
			}
		}
	}
}
