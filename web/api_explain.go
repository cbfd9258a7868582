package web

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"

	"vitrine/retrieval"
)

// maxProductID is the longest id that is looked up, in bytes; no product has a longer one.
const maxProductID = 128

// Explainer is a Searcher that also says why a product stands where it stands among the results of a search,
// or why it is not there. Errors are as those of Search and Product.
type Explainer interface {
	Explain(ctx context.Context, q retrieval.Query, id string) (*retrieval.Account, error)
}

// apiExplain answers with the account of one product in a search whose parameters are those of the pages.
func (s *site) apiExplain(w http.ResponseWriter, r *http.Request) error {
	asked, err := parseRequest(r.URL.Query())
	if err != nil {
		return err
	}
	a, err := parseAsker(r.URL.Query())
	if err != nil {
		return err
	}
	account, err := s.account(r.Context(), a, asked, r.URL.Query().Get("product"))
	if err != nil {
		return err
	}
	public := *account
	public.Product = publicProduct(account.Product)
	return sendJSON(w, &public)
}

// account explains a product in the search of somebody, or returns errNotOffered. It waits for room as a search does.
func (s *site) account(ctx context.Context, a asker, asked request, id string) (*retrieval.Account, error) {
	explainer, ok := s.searcher.(Explainer)
	switch {
	case !ok:
		return nil, errNotOffered
	case s.searcher.Generation() == "":
		return nil, errNotReady
	case id == "" || len(id) > maxProductID || !utf8.ValidString(id):
		return nil, fmt.Errorf("%w: product must be the id of a product, at most %d bytes", errRequest, maxProductID)
	}
	photos, err := s.photosOf(asked)
	if err != nil {
		return nil, err
	}
	ctx, leave, err := s.admit(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	q := asked.query(photos)
	q.Shopper = a.shopper()
	return explainer.Explain(ctx, q, id)
}
