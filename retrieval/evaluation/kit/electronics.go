package kit

import (
	"path/filepath"

	"vitrine/retrieval/evaluation"
)

// electronics are real queries with published judgements, graded 0 to 3; a hash of its id decides in
// which half a query is.
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
	set := newSet(Feed{Name: "electronics", Path: filepath.Join(folder, "products.jsonl.gz")})
	for _, query := range queries {
		if half(query.ID) == split && len(qrels[query.ID]) > 0 {
			set.add(query, qrels[query.ID])
		}
	}
	return set, nil
}
