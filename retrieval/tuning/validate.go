package tuning

import (
	"context"
	"hash/fnv"
	"slices"

	"vitrine/retrieval"
)

// Values are the NDCG@10 of queries, by their ids.
type Values map[string]float64

// Evaluate returns what a weighting reaches on each query.
func Evaluate(group Group, w *retrieval.Weighting) Values {
	values := make(Values, len(group))
	for _, o := range group {
		values[o.Query] = o.ndcg(w)
	}
	return values
}

// CrossValidate fits on all folds but one, from start, and evaluates on that one, in turn. A query's fold
// depends on its id alone. The values are thus of queries that their fit has not seen.
func CrossValidate(ctx context.Context, group Group, start retrieval.Weighting, folds int, progress func(done, total int)) (Values, error) {
	values := make(Values, len(group))
	for fold := range folds {
		var fit, held Group
		for _, o := range group {
			if foldOf(o.Query, folds) == fold {
				held = append(held, o)
			} else {
				fit = append(fit, o)
			}
		}
		if len(held) == 0 {
			continue
		}
		w, err := Fit(ctx, []Group{fit}, start, func(done, total int) {
			if progress != nil {
				progress(fold*total+done, folds*total)
			}
		})
		if err != nil {
			return nil, err
		}
		for id, value := range Evaluate(held, &w) {
			values[id] = value
		}
	}
	return values, nil
}

func foldOf(query string, folds int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(query)) // never fails
	return int(h.Sum32() % uint32(folds))
}

// Sorted returns the ids in order.
func (v Values) Sorted() []string {
	ids := make([]string, 0, len(v))
	for id := range v {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
