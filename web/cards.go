package web

import (
	"net/url"
	"strings"
	"unicode"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// card is a product in a grid.
type card struct {
	Title   string
	Lang    string // of the title, when it is not the page's
	Brand   string
	Price   string
	Image   string
	Alt     string
	URL     string
	WhyURL  string // the inspection page of this result, if it is one
	Others  int    // products that it stands for, besides itself
	MoreURL string // the search with it as an example of what is liked
	LessURL string // the search with it as an example of what is not
	SoldOut bool
	Late    bool   // far down: the photo may be loaded when it comes into sight
	ForYou  string // what of the shopper's own past moved it up
	Place   *place // nil where nobody notes what becomes of it
}

// place is where a card stands, for the events of what is done with it.
type place struct {
	QueryID, Product string
	Position         int // from 1 over all pages
	Token            string
}

// place is that of hit i; nil where it has no token.
func (l answered) place(i int, hit *retrieval.Hit) *place {
	if l.tokens == nil {
		return nil
	}
	return &place{l.queryID, hit.Product.ID, hit.Rank, l.tokens[i]}
}

// eagerCards are about what a screen shows at first.
const eagerCards = 8

func newCard(p *catalog.Product, language string) card {
	c := card{Brand: p.Brand, Price: price(p), Image: imageURL(p, 0), Alt: photoAlt(p), URL: productURL(p.ID), SoldOut: !p.InStock}
	c.Title, c.Lang = titleIn(p, language)
	return c
}

// hitCard is the card of a hit, with the photo that matches best, or a stand-in for one that could not be had so far.
func hitCard(hit *retrieval.Hit, language string) card {
	c := newCard(&hit.Product, language)
	switch {
	case hit.ImagePending:
		c.Image, c.Alt = assetURL("no-photo.svg"), "No photo yet"
	case hit.Photo != nil:
		c.Image = imageURL(&hit.Product, hit.Photo.Index)
	}
	return c
}

// resultCards are the hits of r, answered as list, each with a link to the page that explains its rank for who inspects.
func resultCards(hits []retrieval.Hit, r request, list answered, inspects bool) []card {
	cards := make([]card, len(hits))
	reasons := personalReasons(hits)
	for i := range hits {
		cards[i] = hitCard(&hits[i], languageOf(r.Text))
		id := hits[i].Product.ID
		if len(r.Like) < retrieval.MaxExamples {
			cards[i].MoreURL = r.liking(id).url("/")
		}
		if !r.lists() { // what is only listed has no score to explain, and there is nothing to turn from it
			if inspects {
				cards[i].WhyURL = inspectionURL(r, &hits[i])
			}
			if len(r.Unlike) < retrieval.MaxExamples {
				cards[i].LessURL = r.unliking(id).url("/")
			}
		}
		cards[i].Others = hits[i].Others
		cards[i].Late = i >= eagerCards
		cards[i].ForYou = reasons[i]
		cards[i].Place = list.place(i, &hits[i])
	}
	return cards
}

func productURL(id string) string { return "/product/" + url.PathEscape(id) }

// languageOf guesses the language that words are in, as far as titles may have it: Chinese or "".
func languageOf(words string) string {
	if strings.ContainsFunc(words, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return "zh"
	}
	return ""
}

// titleIn is the title in a language, if there is one, with that language; else the main title.
func titleIn(p *catalog.Product, language string) (title, lang string) {
	if title := p.Titles[language]; title != "" {
		return title, language
	}
	if p.Title != "" {
		return p.Title, ""
	}
	return p.ID, ""
}
