package web

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// Suggester is a Searcher that also completes what a shopper has typed so far. Errors are as those of Search.
type Suggester interface {
	Suggest(ctx context.Context, text string, limit int) (*retrieval.Suggestions, error)
}

// apiSuggest answers with what the shopper may be about to type.
func (s *site) apiSuggest(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	text := values.Get("q")
	limit, err := parseCount("limit", values.Get("limit"))
	switch {
	case err != nil:
	case limit > retrieval.MaxSuggestions:
		err = fmt.Errorf("limit is %d, at most %d can be asked for", limit, retrieval.MaxSuggestions)
	case !utf8.ValidString(text):
		err = fmt.Errorf("q is not UTF-8")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errRequest, err)
	}
	found, err := s.suggest(r.Context(), text, limit)
	if err != nil {
		return err
	}
	public := *found
	public.Suggestions = make([]retrieval.Suggestion, len(found.Suggestions))
	for i, suggestion := range found.Suggestions {
		public.Suggestions[i] = publicSuggestion(suggestion)
	}
	return sendJSON(w, &public)
}

// publicSuggestion is a suggestion as strangers may see it: with the address of its photo.
func publicSuggestion(s retrieval.Suggestion) retrieval.Suggestion {
	if s.Photo != nil {
		p := publicProduct(catalog.Product{ID: s.ID, Photos: []catalog.Photo{*s.Photo}})
		s.Photo = &p.Photos[0]
	}
	return s
}

// suggest completes text, or returns errNotOffered. It has a gate of its own: suggestions that wait for a new
// generation to be read take no place from a search.
func (s *site) suggest(ctx context.Context, text string, limit int) (*retrieval.Suggestions, error) {
	suggester, ok := s.searcher.(Suggester)
	if !ok {
		return nil, errNotOffered
	}
	if s.searcher.Generation() == "" {
		return nil, errNotReady
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	leave, err := s.suggestions.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return suggester.Suggest(ctx, text, limit)
}
