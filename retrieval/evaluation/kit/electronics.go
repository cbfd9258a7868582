package kit

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"vitrine/retrieval/evaluation"
)

// electronics are real queries with published judgements, graded 0 to 3. The order of the hashes of
// their ids divides them in the middle, for they are few.
func electronics(dir string, split Split) (*Set, error) {
	folder := filepath.Join(dir, "electronics")
	queries, err := evaluation.OpenQueries(filepath.Join(folder, "queries.dev.tsv"))
	if err != nil {
		return nil, err
	}
	qrels, err := evaluation.OpenQrels(filepath.Join(folder, "qrels.dev.txt"))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(queries, func(a, b evaluation.Query) int {
		return cmp.Or(cmp.Compare(hash("half", a.ID), hash("half", b.ID)), strings.Compare(a.ID, b.ID))
	})
	middle := len(queries) / 2
	of := map[Split][]evaluation.Query{Tune: queries[:middle], Test: queries[middle:]}

	set := newSet(Feed{Name: "electronics", Path: filepath.Join(folder, "products.jsonl.gz")})
	for _, query := range of[split] {
		set.add(query, qrels[query.ID])
	}
	return set, nil
}
