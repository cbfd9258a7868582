package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// similarProducts is how many products like the shown one its page offers.
const similarProducts = 12

// productPage fills product.html.
type productPage struct {
	frame
	Card        card
	Other       []title // the title in further languages
	Description string
	Path        []link // categories, general to special
	Photos      []picture
	Facts       []fact
	Variants    []variant
	Similar     []card
}

type title struct{ Lang, Text string }

type picture struct{ URL, Alt string }

type fact struct{ Name, Value string }

type variant struct {
	SKU, Colour, Size, Price string
	InStock                  bool
}

func (s *site) showProduct(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	// The page is about the product: that nothing like it can be found is no reason not to show it.
	similar, err := s.similar(r.Context(), p.ID, similarProducts)
	if err != nil && !errors.Is(err, errNotOffered) {
		s.explain(r, "/product/{id}", err)
	}
	page := newProductPage(&p, similar)
	page.frame = s.frame(page.Card.Title, request{})
	return render(w, http.StatusOK, "product.html", page)
}

func newProductPage(p *catalog.Product, similar []retrieval.Hit) *productPage {
	page := &productPage{Card: newCard(p, ""), Description: p.Description, Facts: facts(p)}
	for _, lang := range slices.Sorted(maps.Keys(p.Titles)) {
		page.Other = append(page.Other, title{lang, p.Titles[lang]})
	}
	for _, level := range p.Category {
		filter := []retrieval.Filter{{Field: retrieval.FieldCategory, Values: []string{level}}}
		page.Path = append(page.Path, link{Label: level, URL: request{Filters: filter}.url("/")})
	}
	for n := range p.Photos {
		page.Photos = append(page.Photos, picture{imageURL(p, n), photoAlt(p)})
	}
	for _, v := range p.Variants {
		shown := variant{SKU: v.SKU, Colour: v.Colour, Size: v.Size, InStock: v.InStock}
		if v.PriceCents > 0 {
			shown.Price = amount(v.PriceCents, p.Currency)
		}
		page.Variants = append(page.Variants, shown)
	}
	for i := range similar {
		page.Similar = append(page.Similar, newCard(&similar[i].Product, ""))
	}
	return page
}

// facts are what a product's fields say beside title, price and description.
func facts(p *catalog.Product) []fact {
	some := []fact{{"Brand", p.Brand}, {"Colour", p.Colour}}
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		some = append(some, fact{attributeName(name), p.Attributes[name]})
	}
	if !p.Released.IsZero() {
		some = append(some, fact{"Released", p.Released.Format("2 January 2006")})
	}
	some = append(some, fact{"SKU", p.SKU}, fact{"EAN", strings.Join(p.EAN, ", ")}, fact{"Product id", p.ID})
	return slices.DeleteFunc(some, func(f fact) bool { return strings.TrimSpace(f.Value) == "" })
}

// attributeName turns a feed's "sleeve_length" into "Sleeve length".
func attributeName(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}
