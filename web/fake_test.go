package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// fakeShop is a small Searcher: words are compared with the words of the product, a photo by its mean
// colour with the product's colour, both legs are fused by reciprocal rank, and one feature ranks.
type fakeShop struct {
	products   []catalog.Product
	generation string
	err        error                       // what every search answers, if set
	before     func(q *retrieval.Query)    // runs at the beginning of a search
	change     func(r *retrieval.Response) // runs at its end
}

var colours = map[string]color.RGBA{
	"red": {200, 45, 40, 255}, "blue": {45, 90, 200, 255}, "green": {45, 145, 80, 255}, "black": {25, 25, 30, 255},
}

// newFakeShop stocks the shop with 3 kinds × 4 colours × 5 brands, each with a photo in its colour.
func newFakeShop(t testing.TB) *fakeShop {
	t.Helper()
	dir := t.TempDir()
	shop := &fakeShop{generation: "gen-000001"}
	kinds := []struct{ en, zh, parent, category string }{
		{"running shoes", "跑鞋", "Footwear", "Shoes"}, {"cotton dress", "连衣裙", "Clothing", "Dresses"}, {"table lamp", "台灯", "Home", "Lamps"},
	}
	zh := map[string]string{"red": "红色", "blue": "蓝色", "green": "绿色", "black": "黑色"}
	for _, kind := range kinds {
		for _, colour := range []string{"red", "blue", "green", "black"} {
			for n, brand := range []string{"Avelo", "Brisk", "Corvo", "Delmar", "Elling"} {
				id := fmt.Sprintf("%s-%s-%d", strings.ToLower(kind.category), colour, n)
				writeFile(t, filepath.Join(dir, id+".jpg"), photoOf(t, colours[colour]))
				shop.products = append(shop.products, catalog.Product{
					ID: id, Title: brand + " " + colour + " " + kind.en, Titles: map[string]string{"zh": zh[colour] + kind.zh},
					Description: "A thing of use.", Brand: brand, Category: []string{kind.parent, kind.category}, Colour: colour,
					PriceCents: int64(1000 + 777*len(shop.products)), Currency: "EUR", MarginCents: 4711, InStock: n != 4,
					Attributes: map[string]string{"material": "cotton"}, Photos: []catalog.Photo{{Ref: id + ".jpg", Root: dir}},
				})
			}
		}
	}
	return shop
}

// photoOf is a JPEG of one colour with a white rim.
func photoOf(t testing.TB, c color.Color) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(picture, image.Rect(8, 8, 56, 56), image.NewUniform(c), image.Point{}, draw.Src)
	var data bytes.Buffer
	if err := jpeg.Encode(&data, picture, nil); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (f *fakeShop) Generation() string { return f.generation }

func (f *fakeShop) Product(_ context.Context, id string) (catalog.Product, error) {
	for _, p := range f.products {
		if p.ID == id {
			return p, nil
		}
	}
	return catalog.Product{}, fmt.Errorf("%w: %q", catalog.ErrNotFound, id)
}

func (f *fakeShop) Similar(ctx context.Context, id string, by retrieval.Aspect, limit int) ([]retrieval.Hit, error) {
	if _, err := f.Product(ctx, id); err != nil {
		return nil, err
	}
	products := slices.Clone(f.products)
	if by == retrieval.AspectText { // so that it finds others than by look
		slices.Reverse(products)
	}
	var hits []retrieval.Hit
	for _, p := range products {
		if p.ID != id && len(hits) < limit {
			hits = append(hits, retrieval.Hit{Rank: len(hits) + 1, Score: 1 / float64(len(hits)+1), Product: p})
		}
	}
	return hits, nil
}

// Suggest offers one suggestion of each kind whose text contains what is typed.
func (f *fakeShop) Suggest(ctx context.Context, text string, limit int) (*retrieval.Suggestions, error) {
	if err := errors.Join(f.err, ctx.Err()); err != nil {
		return nil, err
	}
	found := &retrieval.Suggestions{Query: text, Suggestions: []retrieval.Suggestion{}, Generation: f.generation}
	offer := func(s retrieval.Suggestion) {
		at := strings.Index(strings.ToLower(s.Text), strings.ToLower(text))
		if at < 0 || text == "" || len(found.Suggestions) == cmp.Or(limit, retrieval.DefaultSuggestions) {
			return
		}
		s.Highlights = [][2]int{{at, at + len(text)}}
		found.Suggestions = append(found.Suggestions, s)
	}
	offer(retrieval.Suggestion{Kind: retrieval.SuggestQuery, Text: "red running shoes", Query: "red running shoes", Count: 12})
	offer(retrieval.Suggestion{Kind: retrieval.SuggestCategory, Text: "Shoes", Filter: "category=Shoes", Count: 20})
	offer(retrieval.Suggestion{Kind: retrieval.SuggestBrand, Text: "Shoe & <i>Sons</i>", Filter: "brand=Shoe & <i>Sons</i>", Count: 4})
	for i := range f.products {
		if p := &f.products[i]; strings.Contains(p.Title, "shoes") {
			offer(retrieval.Suggestion{Kind: retrieval.SuggestProduct, Text: p.Title, ID: p.ID, Photo: &p.Photos[0]})
			break
		}
	}
	return found, nil
}

// candidate is a product on its way through Search.
type candidate struct {
	product catalog.Product
	legs    []retrieval.LegEntry
	ledger  retrieval.Ledger
}

func (f *fakeShop) Search(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
	if f.before != nil {
		f.before(&q)
	}
	if err := errors.Join(f.err, ctx.Err()); err != nil {
		return nil, err
	}
	q.Mode, q.Limit = cmp.Or(q.Mode, retrieval.ModeRanked), cmp.Or(q.Limit, retrieval.DefaultLimit)
	if q.Offset < 0 || q.Limit < 0 || q.Offset+q.Limit > retrieval.MaxDepth {
		return nil, fmt.Errorf("%w: offset + limit must lie between 0 and %d", retrieval.ErrBadQuery, retrieval.MaxDepth)
	}
	var found []candidate
	for _, p := range f.products {
		if passes(&p, q.Filters) {
			found = append(found, candidate{product: p})
		}
	}
	legs := []retrieval.LegReport{}
	if q.Text != "" {
		found = leg(found, retrieval.LegKeyword, func(p *catalog.Product) float64 { return wordsIn(p, q.Text) })
		legs = append(legs, retrieval.LegReport{Leg: retrieval.LegKeyword, Plan: "fake words", Found: len(found)})
	}
	for _, photo := range q.Photos {
		picture, _, err := image.Decode(bytes.NewReader(photo.Data))
		if err != nil {
			return nil, fmt.Errorf("%w: the photo is damaged: %w", retrieval.ErrBadQuery, err)
		}
		found = leg(found, retrieval.LegPhotoImage, func(p *catalog.Product) float64 { return likeness(picture, colours[p.Colour]) })
		legs = append(legs, retrieval.LegReport{Leg: retrieval.LegPhotoImage, Plan: "fake colours", Found: len(found)})
	}
	for _, id := range q.Like {
		liked, err := f.Product(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("%w: like names the product %q, which the catalogue does not have", retrieval.ErrBadQuery, id)
		}
		found = leg(found, retrieval.LegLikeText, func(p *catalog.Product) float64 {
			if p.ID == id {
				return 0
			}
			return wordsIn(p, liked.Title)
		})
		legs = append(legs, retrieval.LegReport{Leg: retrieval.LegLikeText, Plan: "fake words", Found: len(found)})
	}
	found = slices.DeleteFunc(found, func(c candidate) bool { return slices.Contains(q.Unlike, c.product.ID) })
	for i := range found {
		found[i].score(q.Mode == retrieval.ModeRanked && len(legs) > 0)
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.ledger.Score, a.ledger.Score) })

	response := &retrieval.Response{
		Query: q.Text, Mode: q.Mode, Understood: []retrieval.Understood{}, Total: len(found), Offset: q.Offset, Hits: []retrieval.Hit{}, Facets: facetsOf(found), Legs: legs,
		Timings: []retrieval.Timing{{Stage: "fuse", Duration: 40 * time.Microsecond}, {Stage: "total", Duration: 90 * time.Microsecond}}, Generation: f.generation,
	}
	if len(legs) > 0 {
		response.Fusion = &retrieval.FusionReport{Method: retrieval.FusionConvex, Certain: 0.5, Signals: &retrieval.Signals{Peak: 0.5, Agreement: 1}}
	}
	if q.Text == "red shoez" {
		response.Suggestion = "red shoes"
	}
	for rank := q.Offset; rank < min(q.Offset+q.Limit, len(found)); rank++ {
		hit := retrieval.Hit{Rank: rank + 1, Score: found[rank].ledger.Score, Product: found[rank].product}
		if q.Explain {
			hit.Ledger = &found[rank].ledger
		}
		response.Hits = append(response.Hits, hit)
	}
	if f.change != nil {
		f.change(response)
	}
	return response, nil
}

// leg keeps the candidates with a positive score and adds its entry to each.
func leg(some []candidate, name string, score func(p *catalog.Product) float64) []candidate {
	scores := map[string]float64{}
	for i := range some {
		scores[some[i].product.ID] = score(&some[i].product)
	}
	some = slices.DeleteFunc(some, func(c candidate) bool { return scores[c.product.ID] <= 0 })
	slices.SortStableFunc(some, func(a, b candidate) int { return cmp.Compare(scores[b.product.ID], scores[a.product.ID]) })
	for i := range some {
		normalised := 1 / float64(60+i+1)
		some[i].legs = append(some[i].legs, retrieval.LegEntry{
			Leg: name, Score: scores[some[i].product.ID], Rank: i + 1, Normalised: normalised, Weight: 1, Contribution: normalised,
		})
	}
	return some
}

func wordsIn(p *catalog.Product, words string) float64 {
	text := strings.ToLower(strings.Join([]string{p.Title, p.Description, p.Titles["zh"]}, " "))
	found := 0.0
	for _, word := range strings.Fields(strings.ToLower(words)) {
		if strings.Contains(text, word) {
			found++
		}
	}
	return found
}

// likeness is 1 for a picture whose middle has colour c, and 0 or less for one far from it.
func likeness(picture image.Image, c color.RGBA) float64 {
	box := picture.Bounds()
	r, g, b, _ := picture.At((box.Min.X+box.Max.X)/2, (box.Min.Y+box.Max.Y)/2).RGBA()
	return 1 - math.Hypot(math.Hypot(float64(r>>8)-float64(c.R), float64(g>>8)-float64(c.G)), float64(b>>8)-float64(c.B))/100
}

func (c *candidate) score(ranked bool) {
	l := &c.ledger
	l.Legs = c.legs
	for _, leg := range c.legs {
		l.Fused += leg.Contribution
	}
	l.Score = l.Fused
	if ranked {
		stock := 0.0
		if !c.product.InStock {
			stock = -0.5
		}
		l.Features = []retrieval.FeatureEntry{
			{Name: "fused", Value: l.Fused, Weight: 10, Contribution: 10 * l.Fused}, {Name: "out_of_stock", Value: 1, Weight: stock, Contribution: stock},
		}
		l.Score = 10*l.Fused + stock
	}
}

func passes(p *catalog.Product, filters []retrieval.Filter) bool {
	for _, f := range filters {
		units := float64(p.PriceCents) / 100
		if f.Min != nil && units < *f.Min || f.Max != nil && units > *f.Max {
			return false
		}
		if len(f.Values) > 0 && f.Not == slices.ContainsFunc(valuesOf(p, f.Field), func(v string) bool {
			return slices.ContainsFunc(f.Values, func(wanted string) bool { return strings.EqualFold(v, wanted) })
		}) {
			return false
		}
	}
	return true
}

func valuesOf(p *catalog.Product, field string) []string {
	switch field {
	case retrieval.FieldCategory:
		return p.Category
	case retrieval.FieldBrand:
		return []string{p.Brand}
	case retrieval.FieldColour:
		return []string{p.Colour}
	case retrieval.FieldInStock:
		return []string{strconv.FormatBool(p.InStock)}
	case "attribute.sole_type":
		return []string{"rubber"}
	}
	return nil
}

func facetsOf(found []candidate) []retrieval.Facet {
	facets := []retrieval.Facet{}
	for _, field := range []string{retrieval.FieldCategory, retrieval.FieldBrand, retrieval.FieldColour, retrieval.FieldInStock} {
		counts := map[string]int{}
		for _, c := range found {
			for _, value := range valuesOf(&c.product, field) {
				counts[value]++
			}
		}
		facet := retrieval.Facet{Field: field}
		for value, count := range counts {
			facet.Values = append(facet.Values, retrieval.FacetValue{Value: value, Count: count})
		}
		slices.SortFunc(facet.Values, func(a, b retrieval.FacetValue) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		if len(facet.Values) > 0 {
			facets = append(facets, facet)
		}
	}
	cheap, dear, bound, below := 0, 0, 200.0, 199.99
	for _, c := range found {
		if c.product.PriceCents < 20000 {
			cheap++
		} else {
			dear++
		}
	}
	return append(facets, retrieval.Facet{Field: retrieval.FieldPrice, Values: []retrieval.FacetValue{
		{Value: "..199.99", Count: cheap, Max: &below}, {Value: "200..", Count: dear, Min: &bound},
	}})
}

// Explain finds a product by Search; whatever it does not find lacks a word or a filter.
func (f *fakeShop) Explain(ctx context.Context, q retrieval.Query, id string) (*retrieval.Account, error) {
	p, err := f.Product(ctx, id)
	if err != nil {
		return nil, err
	}
	q.Limit, q.Explain = retrieval.MaxDepth, true
	response, err := f.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	account := &retrieval.Account{
		Query: q.Text, Mode: response.Mode, Understood: []retrieval.Understood{}, Product: p, Total: response.Total,
		Reasons: []retrieval.Reason{}, Legs: response.Legs, Generation: f.generation,
	}
	for i, hit := range response.Hits {
		if hit.Product.ID != id {
			continue
		}
		account.Rank, account.Score, account.Ledger = hit.Rank, hit.Score, hit.Ledger
		if i > 0 {
			above := response.Hits[i-1]
			account.Above = &retrieval.Gap{
				ID: above.Product.ID, Title: above.Product.Title, Rank: above.Rank, Difference: above.Score - hit.Score,
				Parts: []retrieval.GapPart{{Kind: "leg", Name: retrieval.LegKeyword, Difference: above.Score - hit.Score}},
			}
		}
		return account, nil
	}
	for _, filter := range q.Filters {
		if !passes(&p, []retrieval.Filter{filter}) {
			account.Reasons = append(account.Reasons, retrieval.Reason{Kind: retrieval.ReasonFilter, Filter: filter.String(), Text: "the filter " + filter.String() + ": <i>no</i>"})
			account.Without = &retrieval.Without{Filters: []string{filter.String()}, Rank: 3, Reasons: []retrieval.Reason{}}
		}
	}
	if len(account.Reasons) == 0 {
		standing := &retrieval.Standing{Leg: retrieval.LegKeyword, Kept: response.Total, Lacks: []string{q.Text}}
		account.Reasons = append(account.Reasons, retrieval.Reason{Kind: retrieval.ReasonWords, Leg: standing, Text: "keyword: it lacks the words"})
	}
	return account, nil
}
