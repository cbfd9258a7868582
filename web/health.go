package web

import (
	"fmt"
	"net/http"
)

// showHealth says that the process answers at all.
func showHealth(w http.ResponseWriter, _ *http.Request) error {
	_, err := fmt.Fprintln(w, "ok")
	return err
}

// showReadiness says whether searches can be answered: a generation is open.
func (s *site) showReadiness(w http.ResponseWriter, _ *http.Request) error {
	generation := s.searcher.Generation()
	if generation == "" {
		problemOf(errNotReady).writeJSON(w)
		return nil
	}
	_, err := fmt.Fprintln(w, "ready", generation)
	return err
}

func (s *site) showMetrics(w http.ResponseWriter, r *http.Request) error {
	s.metrics.handler().ServeHTTP(w, r)
	return nil
}
