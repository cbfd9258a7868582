package vector

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// The best in the order in which they came, whatever the scores: all different, many equal, rising, falling.
func TestShortlistKeepsTheBest(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	scores := map[string]func(i int) float32{
		"different": func(int) float32 { return random.Float32() },
		"few":       func(int) float32 { return float32(random.IntN(3)) },
		"equal":     func(int) float32 { return 1 },
		"rising":    func(i int) float32 { return float32(i) },
		"falling":   func(i int) float32 { return float32(-i) },
	}
	for name, score := range scores {
		for _, n := range []int{0, 1, 2, 7, 8, 9, 15, 16, 17, 1000} {
			for _, limit := range []int{1, 2, 8, 100} {
				t.Run(fmt.Sprintf("%s/%d of %d", name, limit, n), func(t *testing.T) {
					list := shortlist{}
					list.reset(limit)
					var all []candidate
					for i := range n {
						all = append(all, candidate{row: uint32(i), score: score(i)})
						list.add(uint32(i), all[i].score)
					}
					list.cut()
					want := slices.Clone(all)
					slices.SortStableFunc(want, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
					want = want[:min(limit, n)]
					slices.SortFunc(want, func(a, b candidate) int { return cmp.Compare(a.row, b.row) })
					if !slices.Equal(list.items, want) {
						t.Errorf("%v, want %v", list.items, want)
					}
				})
			}
		}
	}
}

func BenchmarkShortlist(b *testing.B) {
	random := rand.New(rand.NewPCG(7, 7))
	scores := make([]float32, 100_000)
	for i := range scores {
		scores[i] = random.Float32()
	}
	for _, limit := range []int{72, 1024, 5664} {
		b.Run(fmt.Sprintf("limit=%d", limit), func(b *testing.B) {
			list := shortlist{}
			for range b.N {
				list.reset(limit)
				for i, score := range scores {
					list.add(uint32(i), score)
				}
				list.cut()
			}
		})
		b.Run(fmt.Sprintf("limit=%d/sorted", limit), func(b *testing.B) {
			list := nearest{}
			for range b.N {
				list.reset(limit)
				for i, score := range scores {
					list.add(uint32(i), score)
				}
			}
		})
	}
}
