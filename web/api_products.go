package web

import (
	"fmt"
	"net/http"

	"vitrine/retrieval"
)

const (
	defaultSimilar = 12
	maxSimilar     = 100
)

// apiProduct answers with one product as it was when indexed.
func (s *site) apiProduct(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return sendJSON(w, publicProduct(p))
}

// similarBody is the answer of GET /api/v1/products/{id}/similar.
type similarBody struct {
	QueryID string    `json:"query_id"`
	ID      string    `json:"id"`
	Hits    []hitBody `json:"hits"`
}

// apiSimilar answers with the products that are most like one by an aspect.
func (s *site) apiSimilar(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	by, err := retrieval.ParseAspect(values.Get("by"))
	if err != nil {
		return err
	}
	limit, err := parseCount("limit", values.Get("limit"))
	if err == nil && limit > maxSimilar {
		err = fmt.Errorf("limit is %d, at most %d can be asked for", limit, maxSimilar)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errRequest, err)
	}
	if limit == 0 {
		limit = defaultSimilar
	}
	a, err := parseAsker(values)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	hits, err := s.similar(r.Context(), id, by, limit)
	if err != nil {
		return err
	}
	list := s.answerSimilar(a, id, hits)
	return sendJSON(w, similarBody{list.queryID, id, publicHits(hits, list)})
}
