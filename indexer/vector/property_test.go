package vector

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer/vector/sets"
)

// manyRows is less under the race detector.
func manyRows() int {
	if testing.Short() {
		return 1500
	}
	return 10_000
}

// randomVectors is a set of one of three kinds: unclustered, clustered, with many equal rows.
func randomVectors(random *rand.Rand, rows, dim int) []float32 {
	seed := random.Uint64()
	switch random.IntN(3) {
	case 0:
		return sets.Unclustered(rows, dim, 1+random.IntN(min(dim, 24)), seed)
	case 1:
		return sets.Clustered(rows, dim, 1+rows/100, seed)
	default:
		return withCopies(rows, dim, random.Float64(), seed)
	}
}

// randomFilters are nil, the extremes, and some between.
func randomFilters(random *rand.Rand, rows int) []*roaring.Bitmap {
	all, beyond, mixed := roaring.New(), roaring.New(), roaring.New()
	all.AddRange(0, uint64(rows))
	beyond.AddRange(uint64(rows), uint64(rows)+100)
	share := random.Float64()
	for row := range uint32(rows) {
		if random.Float64() < share {
			mixed.Add(row)
		}
	}
	one := roaring.BitmapOf(random.Uint32N(uint32(rows) + 1))
	return []*roaring.Bitmap{nil, all, roaring.New(), beyond, mixed, roaring.Or(mixed, beyond), one}
}

// randomGroups are nil and about as many groups as the average of them has rows, or half as many as there are rows.
func randomGroups(random *rand.Rand, rows int) [][]uint32 {
	few, many := make([]uint32, rows), make([]uint32, rows)
	for row := range rows {
		few[row] = random.Uint32N(40)
		many[row] = random.Uint32N(uint32(rows)/2 + 1)
	}
	return [][]uint32{nil, few, many}
}

func TestExactPlansEqualBruteForce(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	const k = 10
	plans := map[string]int{}
	for _, rows := range []int{0, 1, 2, k - 1, k, k + 1, 300, manyRows()} {
		for _, dim := range []int{1, 7, 32, 100, 127, 128, 129, 256, 384} {
			x := build(t, randomVectors(random, rows, dim), dim, Options{})
			query := sets.Gaussian(random, dim)
			if rows > 0 && random.IntN(2) == 0 {
				query = x.nearby(random)
			}
			for _, allowed := range randomFilters(random, rows) {
				for _, group := range randomGroups(random, rows) {
					p := SearchParams{Allowed: allowed, Group: group}
					ranked := bruteForce(t, x, query, 200, p)
					for _, k := range []int{0, 1, k, 200} {
						for _, p.Scan = range []Scan{NoScan, SignScan} {
							found, plan, err := x.Search(t.Context(), query, k, p)
							if want := ranked[:min(k, len(ranked))]; err != nil || !slices.Equal(found, want) {
								t.Fatalf("%d rows of %d dimensions, k = %d, %s: %v, want %v (%v)", rows, dim, k, plan, found, want, err)
							}
							plans[plan]++
						}
					}
				}
			}
		}
	}
	for _, plan := range []string{"exact 1-bit", "exact int8", "exact float"} {
		if plans[plan] == 0 {
			t.Errorf("plans used: %v", plans)
		}
	}
}

func TestScansAreExactThoughThereIsAGraph(t *testing.T) {
	x := graphSets()["unclustered"]
	random := rand.New(rand.NewPCG(8, 8))
	for range 20 {
		query := x.nearby(random)
		for scan, want := range map[Scan]string{SignScan: "exact 1-bit", CodeScan: "exact int8"} {
			found, plan := search(t, x, query, 10, SearchParams{Scan: scan, Ef: 16})
			if plan != want || !slices.Equal(found, bruteForce(t, x, query, 10, SearchParams{})) {
				t.Errorf("%s: %v", plan, found)
			}
		}
		if found, plan := search(t, x, query, 10, SearchParams{Scan: AnyScan, Ef: 16}); !strings.HasPrefix(plan, "exact") {
			t.Errorf("%s: %v", plan, found)
		}
	}
}

func TestSmallestGraphsAnswerLikeBruteForce(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 10))
	const k = 10
	for _, rows := range []int{0, 1, 2, k - 1, k, k + 1, width, width + 1, 2 * width} {
		for _, dim := range []int{1, 7, 32, 100, 127, 128, 129, 256, 384} {
			x := build(t, randomVectors(random, rows, dim), dim, Options{GraphFrom: 1})
			if (x.graph != nil) != (rows > 1) {
				t.Fatalf("%d rows: graph %t", rows, x.graph != nil)
			}
			if rows > 1 {
				allReached(t, x)
			}
			query := sets.Gaussian(random, dim)
			for _, allowed := range randomFilters(random, rows) {
				for _, group := range randomGroups(random, rows) {
					p := SearchParams{Allowed: allowed, Group: group, Ef: 1}
					found, plan, err := x.Search(t.Context(), query, k, p)
					if want := bruteForce(t, x, query, k, p); err != nil || !slices.Equal(found, want) {
						t.Fatalf("%d rows of %d dimensions, %s: %v, want %v (%v)", rows, dim, plan, found, want, err)
					}
				}
			}
		}
	}
}

func TestGraphPlansKeepToFiltersAndGroups(t *testing.T) {
	for name, x := range graphSets() {
		random := rand.New(rand.NewPCG(11, 11))
		byGraph := 0
		var sum float64
		for range 3 {
			query := x.nearby(random)
			for _, allowed := range randomFilters(random, x.Len()) {
				for _, group := range randomGroups(random, x.Len()) {
					p := SearchParams{Allowed: allowed, Group: group, Ef: x.Len() / 400}
					ranked := bruteForce(t, x, query, 10, p)
					for _, k := range []int{1, 4, 10} {
						found, plan, err := x.Search(t.Context(), query, k, p)
						if err != nil {
							t.Fatal(err)
						}
						exact := ranked[:min(k, len(ranked))]
						checkFound(t, x, query, p, plan, found, exact)
						if strings.HasPrefix(plan, "graph") && !strings.Contains(plan, "then") {
							byGraph++
							sum += recall(found, exact)
						}
					}
				}
			}
		}
		if mean := sum / float64(byGraph); byGraph < 30 || mean < MinRecall {
			t.Errorf("%s: recall of %d searches by the graph is %.3f", name, byGraph, mean)
		}
	}
}

func TestPodiumKeepsTheBestOfEachGroup(t *testing.T) {
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 12))
		n, k := 1+random.IntN(40), 1+random.IntN(12)
		group := randomGroups(random, n)[random.IntN(3)]
		top := podium{best: make([]Neighbour, 0, k), group: group}
		var all []Neighbour
		for _, row := range permutation(n, seed) {
			all = append(all, Neighbour{Row: row, Score: float32(random.IntN(10))}) // many equal scores
			top.insert(all[len(all)-1])

			want, seen := slices.SortedFunc(slices.Values(all), order), map[uint32]bool{}
			if group != nil {
				want = slices.DeleteFunc(want, func(n Neighbour) bool {
					defer func() { seen[group[n.Row]] = true }()
					return seen[group[n.Row]]
				})
			}
			if want = want[:min(k, len(want))]; !slices.Equal(top.best, want) {
				t.Fatalf("seed %d: the %d best of %v in groups %v: %v, want %v", seed, k, all, group, top.best, want)
			}
		}
	}
}
