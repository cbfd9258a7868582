package simulation

import (
	"context"
	"sync"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// Cached remembers the answers of a search by its words and the length of its page, for rankings that depend on nothing
// else: not on who searches, nor when, nor on what was clicked. Of what it remembers only the ids, scores and features
// of the hits are left. It grows with the number of different searches.
func Cached(search Search) Search {
	type asked struct {
		text  string
		limit int
	}
	var mu sync.Mutex
	known := map[asked]func() (*retrieval.Response, error){}
	return func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
		key := asked{q.Text, q.Limit}
		mu.Lock()
		answer, found := known[key]
		if !found {
			answer = sync.OnceValues(func() (*retrieval.Response, error) { return trimmed(search(ctx, q)) })
			known[key] = answer
		}
		mu.Unlock()
		response, err := answer()
		if err != nil { // such as that the first to ask gave up: the next one tries again
			mu.Lock()
			delete(known, key)
			mu.Unlock()
		}
		return response, err
	}
}

func trimmed(response *retrieval.Response, err error) (*retrieval.Response, error) {
	if err != nil {
		return nil, err
	}
	kept := &retrieval.Response{Query: response.Query, Mode: response.Mode, Total: response.Total, Ranker: response.Ranker}
	for _, hit := range response.Hits {
		kept.Hits = append(kept.Hits, retrieval.Hit{
			Rank: hit.Rank, Score: hit.Score, Features: hit.Features, Product: catalog.Product{ID: hit.Product.ID},
		})
	}
	return kept, nil
}
