package vector

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer/vector/sets"
)

// withCopies is a set of which the given share of the rows, strewn among the others, equals row 0.
func withCopies(rows, dim int, share float64, seed uint64) []float32 {
	vectors := sets.Unclustered(rows, dim, min(dim, 24), seed)
	random := rand.New(rand.NewPCG(seed, seed))
	for row := range rows {
		if random.Float64() < share {
			copy(vectors[row*dim:(row+1)*dim], vectors[:dim])
		}
	}
	return vectors
}

func TestEqualRowsAreAllFoundAndHideNoOthers(t *testing.T) {
	const dim = 384
	rows := 6000
	if testing.Short() {
		rows = 2000
	}
	for _, share := range []float64{0.3, 0.7, 1} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			x := build(t, withCopies(rows, dim, share, 6), dim, Options{GraphFrom: 1})
			allReached(t, x)
			random := rand.New(rand.NewPCG(5, 5))
			most := roaring.New()
			for row := range uint32(rows) {
				if random.IntN(10) > 0 {
					most.Add(row)
				}
			}
			pairs := make([]uint32, rows)
			for row := range pairs {
				pairs[row] = uint32(row / 2)
			}
			var sum float64
			const queries = 20
			for i := range queries {
				query := x.Vector(0)
				if i > 0 {
					query = x.Vector(random.Uint32N(uint32(rows)))
				}
				for _, p := range []SearchParams{{Ef: 20}, {Allowed: most, Ef: 5}, {Group: pairs, Ef: 5}, {Allowed: roaring.BitmapOf(0, 7, uint32(rows)-1)}} {
					found, plan := search(t, x, query, 5, p)
					if p.Ef == 20 && plan != "graph ef=20" {
						t.Fatalf("plan is %q", plan)
					}
					sum += recall(found, bruteForce(t, x, query, 5, p)) / 4
				}
			}
			if mean := sum / queries; mean < MinRecall {
				t.Errorf("recall@5 is %.3f", mean)
			}
		})
	}
}

func TestEqualVectorsComeByRow(t *testing.T) {
	const dim = 2 * floatDim
	vectors := slices.Repeat(append(make([]float32, dim-1), 1), 3000)
	scanned, linked := build(t, vectors, dim, Options{}), build(t, vectors, dim, Options{GraphFrom: 1})
	for want, x := range map[string]*Index{"exact int8": scanned, "graph ef=5": linked} {
		found, plan := search(t, x, vectors[:dim], 5, SearchParams{Ef: 5})
		if plan != want {
			t.Errorf("plan is %q, not %q", plan, want)
		}
		for i, n := range found {
			if n.Row != uint32(i) {
				t.Fatalf("%s: place %d has row %d", plan, i, n.Row)
			}
		}
	}
}

func TestCopiesAreTheRowsOfEqualCodes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for rows := range 200 {
		c := newCodes(rows, 1)
		byCode := map[byte]copies{}
		for row := range rows {
			c.high[row*c.stride] = byte(random.IntN(20))
			byCode[c.high[row*c.stride]] = append(byCode[c.high[row*c.stride]], uint32(row))
		}
		var want []copies
		for _, same := range byCode {
			if len(same) > 1 {
				want = append(want, same)
			}
		}
		got, err := findCopies(t.Context(), &c, 2)
		if err != nil {
			t.Fatal(err)
		}
		byFirst := func(a, b copies) int { return cmp.Compare(a[0], b[0]) }
		slices.SortFunc(want, byFirst)
		slices.SortFunc(got, byFirst)
		if !slices.EqualFunc(got, want, func(a, b copies) bool { return slices.Equal(a, b) }) {
			t.Fatalf("copies %v, want %v", got, want)
		}
		order := without(permutation(rows, 1), got)
		if len(order) != len(byCode) {
			t.Fatalf("%d rows without copies, want %d", len(order), len(byCode))
		}
	}
}

func TestCopiesHangInOrderBelowTheFirst(t *testing.T) {
	for _, count := range []int{2, 3, width + 1, width + 2, width + 3, 2000} {
		same := make(copies, count)
		for i := range same {
			same[i] = uint32(2*i + 5)
		}
		g := newGraph(2*count+5, width)
		full := make([]uint32, maxDegree)
		g.set(same[0], full)
		same.hang(g)
		found := copies{same[0]}
		queue := g.neighbours(same[0])[maxDegree:]
		for len(queue) > 0 {
			found = append(found, queue[0])
			queue = append(slices.Clone(queue[1:]), g.neighbours(queue[0])...)
		}
		if !slices.Equal(found, same) {
			t.Fatalf("%d copies: found %d of them: %v", count, len(found), found)
		}
		if !g.hasRoom(same[count-1]) {
			t.Errorf("%d copies: the last has no room for a row that cannot be reached otherwise", count)
		}
	}
}

// What coder/hnsw cannot take is a key twice; its keys are row numbers.
func TestEveryRowIsLinkedOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		order := permutation(n, 9)
		slices.Sort(order)
		for i, row := range order {
			if row != uint32(i) {
				t.Fatalf("of %d rows, row %d stands at %d", n, row, i)
			}
		}
	}
}
