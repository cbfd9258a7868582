package vector

import (
	"context"
	"math"
	"math/rand/v2"
)

// recallNoise is the length of the noise that turns a row into a query of its neighbourhood: enough for the
// row not to be the whole answer, little enough for the query to be one like the rows.
const recallNoise = 0.5

// Recall is the mean recall@k of Search at its defaults against exact search with floats, over as many
// queries, each a row drawn with seed and moved by noise. A result counts as right when its score
// reaches that of the k-th exact one, so equal vectors stand for each other. It is 1 when there is
// nothing to find.
func (x *Index) Recall(ctx context.Context, queries, k int, seed uint64) (float64, error) {
	k = min(k, x.Len())
	if queries <= 0 || k <= 0 {
		return 1, nil
	}
	random := rand.New(rand.NewPCG(seed, 0x726563616c6c))
	var sum float64
	for range queries {
		recall, err := x.recallOf(ctx, x.nearby(random), k)
		if err != nil {
			return 0, err
		}
		sum += recall
	}
	return sum / float64(queries), nil
}

func (x *Index) recallOf(ctx context.Context, query []float32, k int) (float64, error) {
	s, err := x.borrow(query)
	if err != nil {
		return 0, err
	}
	defer x.scratch.Put(s)
	exact, err := x.searchExact(ctx, s, k, x.Len(), plan{method: byFloats}, SearchParams{})
	if err != nil {
		return 0, err
	}
	found, _, err := x.Search(ctx, query, k, SearchParams{})
	if err != nil {
		return 0, err
	}
	right := 0
	for _, n := range found {
		if n.Score >= exact[len(exact)-1].Score {
			right++
		}
	}
	return float64(right) / float64(k), nil
}

// nearby is a row moved by recallNoise in a random direction.
func (x *Index) nearby(random *rand.Rand) []float32 {
	row := x.Vector(uint32(random.IntN(x.Len())))
	query := make([]float32, len(row))
	deviation := recallNoise / math.Sqrt(float64(len(row)))
	for i, v := range row {
		query[i] = v + float32(deviation*random.NormFloat64())
	}
	return query
}
