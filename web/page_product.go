package web

import (
	"context"
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
	ID          string
	Card        card
	Other       []title // the title in further languages
	Description string
	Path        []link // categories, general to special
	Photos      []picture
	Facts       []fact
	Variants    []variant
	Similar     []similarSection
}

// similarSection is a list of products that are like the shown one.
type similarSection struct {
	Heading string
	Cards   []card
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
	a := s.visitor(w, r)
	page := newProductPage(&p)
	page.Similar, err = s.similarSections(r.Context(), a, p.ID)
	if err != nil && !errors.Is(err, errNotOffered) {
		s.explain(r, "/product/{id}", err)
	}
	page.frame = s.frame(page.Card.Title, request{}).seenBy(a)
	return render(w, http.StatusOK, "product.html", page)
}

// similarSections are what looks like the product of id and what reads like it, or only one of the two when
// most of the other is in it.
func (s *site) similarSections(ctx context.Context, a asker, id string) ([]similarSection, error) {
	looks, err := s.similar(ctx, id, retrieval.AspectLook, similarProducts)
	if err != nil {
		return nil, err
	}
	reads, err := s.similar(ctx, id, retrieval.AspectText, similarProducts)
	if err != nil {
		return nil, err
	}
	switch {
	case len(looks)+len(reads) == 0:
		return nil, nil
	case len(looks) == 0:
		return []similarSection{s.similarSection(a, "Similar products", id, reads)}, nil
	case 2*shared(looks, reads) >= len(reads):
		return []similarSection{s.similarSection(a, "Similar products", id, looks)}, nil
	}
	return []similarSection{s.similarSection(a, "Looks like this", id, looks), s.similarSection(a, "Reads like this", id, reads)}, nil
}

// similarSection lays out products that are like that of id.
func (s *site) similarSection(a asker, heading, id string, hits []retrieval.Hit) similarSection {
	list := s.answerSimilar(a, id, hits)
	cards := make([]card, len(hits))
	for i := range hits {
		cards[i] = hitCard(&hits[i], "")
		cards[i].Late = true
		cards[i].Place = list.place(i, &hits[i])
	}
	return similarSection{heading, cards}
}

// shared is how many products stand in both lists.
func shared(a, b []retrieval.Hit) int {
	ids := make(map[string]bool, len(a))
	for i := range a {
		ids[a[i].Product.ID] = true
	}
	n := 0
	for i := range b {
		if ids[b[i].Product.ID] {
			n++
		}
	}
	return n
}

func newProductPage(p *catalog.Product) *productPage {
	page := &productPage{ID: p.ID, Card: newCard(p, ""), Description: p.Description, Facts: facts(p)}
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
