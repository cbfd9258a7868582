package web

import (
	"fmt"
	"net/http"
)

// apiForget deletes everything of one visitor.
func (s *site) apiForget(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client_id")
	if err := checkAskerID("client_id", client); err != nil {
		return fmt.Errorf("%w: %w", errRequest, err)
	}
	deleted, err := s.forget(r.Context(), client)
	if err != nil {
		return err
	}
	return sendJSON(w, struct {
		Deleted int `json:"deleted"` // events, queries and served searches
	}{deleted})
}
