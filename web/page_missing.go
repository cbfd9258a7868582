package web

import (
	"fmt"
	"net/http"
	"strings"

	"vitrine/retrieval"
)

// missingPage fills missing.html: why a product is not among the results.
type missingPage struct {
	frame
	Card    card
	Heading string
	Mode    string
	Total   int
	BackURL string
	Reasons []string
	Without *otherwise
	Ask     productForm

	Generation string
}

// otherwise is what would become of the product without some filters.
type otherwise struct {
	Filters string
	Rank    int // 0 = it would not be found either
	Reasons []string
}

// productForm asks for another product in the same search.
type productForm struct {
	Hidden []field
}

// newProductForm keeps the search.
func newProductForm(asked request) productForm { return productForm{hidden(asked)} }

// showMissing says why a product is not among the results, or leads to the inspection of its place.
func (s *site) showMissing(w http.ResponseWriter, r *http.Request) error {
	asked, err := parseRequest(r.URL.Query())
	if err != nil {
		return s.showRefusal(w, r, asked, err)
	}
	asked.Offset, asked.Limit, asked.Explain = 0, 0, false
	account, err := s.account(r.Context(), s.visitor(w, r), asked, strings.TrimSpace(r.URL.Query().Get("product")))
	if err != nil {
		return s.showRefusal(w, r, asked, err)
	}
	if account.Rank > 0 {
		http.Redirect(w, r, inspectionURL(asked, &retrieval.Hit{Rank: account.Rank, Product: account.Product})+"&moved=", http.StatusSeeOther)
		return nil
	}
	page := &missingPage{
		frame: s.frame("Why not this product", asked), Card: newCard(&account.Product, languageOf(asked.Text)),
		Heading: heading(asked), Mode: string(account.Mode), Total: account.Total, BackURL: asked.url("/"),
		Reasons: texts(account.Reasons), Ask: newProductForm(asked), Generation: account.Generation,
	}
	if without := account.Without; without != nil {
		page.Without = &otherwise{strings.Join(without.Filters, " and "), without.Rank, texts(without.Reasons)}
	}
	return render(w, http.StatusOK, "missing.html", page)
}

// texts are the sentences of reasons, with the names of legs that readers know.
func texts(reasons []retrieval.Reason) []string {
	sentences := make([]string, len(reasons))
	for i, r := range reasons {
		sentences[i] = r.Text
		if r.Leg != nil {
			sentences[i] = fmt.Sprintf("%s%s", legName(r.Leg.Leg), strings.TrimPrefix(r.Text, r.Leg.Leg))
		}
	}
	return sentences
}
