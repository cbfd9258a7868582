package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"vitrine/retrieval"
)

// facetOrder is the order of filters on the page and what they are called.
var facetOrder = []struct{ field, label string }{
	{retrieval.FieldCategory, "Category"}, {retrieval.FieldPrice, "Price"}, {retrieval.FieldColour, "Colour"}, {retrieval.FieldBrand, "Brand"}, {retrieval.FieldInStock, "Availability"},
}

// openChoices is how many choices of a filter are shown at once; the rest can be unfolded.
const openChoices = 8

// facetView is one filter: its choices, each a link that takes it or, when Active, gives it up.
type facetView struct {
	Field, Label string
	Choices      []choice
	More         []choice
	Price        *priceForm
}

type choice struct {
	link
	Count  int
	Swatch *swatch
}

// priceForm is the form for a range that the buckets do not have; a plain form, so its limits come
// as price_min and price_max.
type priceForm struct {
	Hidden    []field
	Low, High string
}

// facetViews lays the facets of a response out as filters of r. Choices of one field are
// alternatives, except that a category replaces another, since one is most often below the other.
func facetViews(r request, facets []retrieval.Facet, currency string) []facetView {
	var views []facetView
	show := func(label string, facet retrieval.Facet) {
		view := newFacetView(r, label, facet, currency)
		if len(view.Choices) > 0 {
			views = append(views, view)
		}
	}
	for _, known := range facetOrder {
		if at := slices.IndexFunc(facets, func(f retrieval.Facet) bool { return f.Field == known.field }); at >= 0 {
			show(known.label, facets[at])
		}
	}
	for _, facet := range facets {
		if strings.HasPrefix(facet.Field, retrieval.AttributePrefix) {
			show(fieldLabel(facet.Field), facet)
		}
	}
	return views
}

func newFacetView(r request, label string, facet retrieval.Facet, currency string) facetView {
	view := facetView{Field: facet.Field, Label: label}
	for _, value := range facet.Values {
		if value.Count > 0 || holds(r.Filters, filterOf(value, facet.Field)) {
			view.Choices = append(view.Choices, newChoice(r, facet.Field, value, currency))
		}
	}
	for _, value := range missing(r.Filters, facet) {
		view.Choices = append(view.Choices, newChoice(r, facet.Field, value, currency))
	}
	if facet.Field == retrieval.FieldInStock {
		view.Choices = slices.DeleteFunc(view.Choices, func(c choice) bool { return c.Label != inStock })
	}
	if facet.Field == retrieval.FieldPrice && len(view.Choices) > 0 {
		view.Price = newPriceForm(r)
	}
	if len(view.Choices) > openChoices+1 {
		view.Choices, view.More = split(view.Choices)
	}
	return view
}

// missing are the chosen values that nothing has, which must be there to be given up.
func missing(filters []retrieval.Filter, facet retrieval.Facet) []retrieval.FacetValue {
	var some []retrieval.FacetValue
	for _, f := range filters {
		if f.Field != facet.Field || f.Not {
			continue
		}
		for _, chosen := range f.Values {
			if !slices.ContainsFunc(facet.Values, func(v retrieval.FacetValue) bool { return strings.EqualFold(v.Value, chosen) }) {
				some = append(some, retrieval.FacetValue{Value: chosen})
			}
		}
	}
	return some
}

// split leaves the first choices and the taken ones in sight.
func split(choices []choice) (open, more []choice) {
	for i, c := range choices {
		if i < openChoices || c.Active {
			open = append(open, c)
		} else {
			more = append(more, c)
		}
	}
	return open, more
}

func newChoice(r request, field string, value retrieval.FacetValue, currency string) choice {
	taken := filterOf(value, field)
	c := choice{link: link{Label: labelOf(taken, currency), Active: holds(r.Filters, taken)}, Count: value.Count}
	next := add(r.Filters, taken)
	if c.Active {
		next = remove(r.Filters, taken)
	}
	c.URL = r.filtered(next).url("/")
	if field == retrieval.FieldColour {
		c.Swatch = swatchOf(value.Value)
	}
	return c
}

// understoodChips are the filters that were read out of the words, each a link that leaves it out.
func understoodChips(r request, said []retrieval.Understood, currency string) []choice {
	var some []choice
	for i := 0; i < len(said); {
		first := said[i]
		var filters []string // of one piece of the words
		for ; i < len(said) && said[i].Kind == first.Kind && said[i].Words == first.Words; i++ {
			filters = append(filters, said[i].Filter.String())
		}
		label := ""
		switch first.Kind {
		case retrieval.UnderstoodDenied:
			label = "not " + first.Words
		case retrieval.UnderstoodPrice:
			label = labelOf(first.Filter, currency)
		default: // it only prefers
			continue
		}
		some = append(some, choice{link: link{Label: label, About: "from your words", Active: true, URL: r.ignoring(filters).url("/")}})
	}
	if r.Literal {
		some = append(some, choice{link: link{Label: "words as they are", About: "how to read your words", Active: true, URL: r.literally(false).url("/")}})
	}
	return some
}

// filterOf is the filter that keeps what a facet's value counts.
func filterOf(value retrieval.FacetValue, field string) retrieval.Filter {
	if value.Min != nil || value.Max != nil {
		return retrieval.Filter{Field: field, Min: value.Min, Max: value.Max}
	}
	return retrieval.Filter{Field: field, Values: []string{value.Value}}
}

// add takes one more choice: an alternative to others of its field, or instead of them where a
// field has one at a time.
func add(filters []retrieval.Filter, taken retrieval.Filter) []retrieval.Filter {
	at := slices.IndexFunc(filters, func(f retrieval.Filter) bool { return f.Field == taken.Field && !f.Not && len(f.Values) > 0 })
	if at < 0 || len(taken.Values) == 0 || taken.Field == retrieval.FieldCategory || taken.Field == retrieval.FieldInStock {
		return append(without(filters, taken.Field), taken)
	}
	joined := slices.Clone(filters)
	joined[at].Values = slices.Concat(joined[at].Values, taken.Values)
	return joined
}

// remove gives one choice up, whichever filter holds it.
func remove(filters []retrieval.Filter, given retrieval.Filter) []retrieval.Filter {
	var left []retrieval.Filter
	for _, f := range filters {
		same := f.Field == given.Field && f.Not == given.Not
		if same && len(given.Values) == 0 && len(f.Values) == 0 {
			continue
		}
		if same && len(given.Values) > 0 && len(f.Values) > 0 {
			f.Values = slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return strings.EqualFold(v, given.Values[0]) })
			if len(f.Values) == 0 {
				continue
			}
		}
		left = append(left, f)
	}
	return left
}

// holds reports whether filters contain exactly this choice.
func holds(filters []retrieval.Filter, taken retrieval.Filter) bool {
	return slices.ContainsFunc(filters, func(f retrieval.Filter) bool {
		if f.Field != taken.Field || f.Not != taken.Not {
			return false
		}
		if len(taken.Values) > 0 {
			return slices.ContainsFunc(f.Values, func(v string) bool { return strings.EqualFold(v, taken.Values[0]) })
		}
		return len(f.Values) == 0 && sameLimit(f.Min, taken.Min) && sameLimit(f.Max, taken.Max)
	})
}

func sameLimit(a, b *float64) bool { return a == b || (a != nil && b != nil && *a == *b) }

const inStock = "In stock"

// labelOf names a filter of one choice for the reader.
func labelOf(f retrieval.Filter, currency string) string {
	if f.Not {
		f.Not = false
		return "not " + labelOf(f, currency)
	}
	switch {
	case f.Min != nil && f.Max != nil:
		return units(*f.Min, currency) + " – " + units(*f.Max, currency)
	case f.Min != nil:
		return units(*f.Min, currency) + " and more"
	case f.Max != nil:
		return "up to " + units(*f.Max, currency)
	case f.Field == retrieval.FieldInStock && strings.Join(f.Values, "") == "true":
		return inStock
	case f.Field == retrieval.FieldInStock:
		return "Out of stock"
	}
	return strings.Join(f.Values, ", ")
}

// chips are the filters in force, one a choice, each a link that gives it up.
func chips(r request, currency string) []choice {
	var some []choice
	for _, f := range r.Filters {
		parts := []retrieval.Filter{f}
		if len(f.Values) > 0 {
			parts = parts[:0]
			for _, value := range f.Values {
				parts = append(parts, retrieval.Filter{Field: f.Field, Values: []string{value}, Not: f.Not})
			}
		}
		for _, part := range parts {
			c := choice{link: link{Label: labelOf(part, currency), About: fieldLabel(f.Field), Active: true, URL: r.filtered(remove(r.Filters, part)).url("/")}}
			if f.Field == retrieval.FieldColour && !f.Not {
				c.Swatch = swatchOf(c.Label)
			}
			some = append(some, c)
		}
	}
	return some
}

func fieldLabel(field string) string {
	for _, known := range facetOrder {
		if known.field == field {
			return known.label
		}
	}
	name := strings.ReplaceAll(strings.TrimPrefix(field, retrieval.AttributePrefix), "_", " ")
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

func newPriceForm(r request) *priceForm {
	form := &priceForm{Hidden: hidden(r.filtered(without(r.Filters, retrieval.FieldPrice)))}
	for _, f := range r.Filters {
		if f.Field == retrieval.FieldPrice {
			form.Low, form.High = limitText(f.Min), limitText(f.Max)
		}
	}
	return form
}

func limitText(limit *float64) string {
	if limit == nil {
		return ""
	}
	return strconv.FormatFloat(*limit, 'f', -1, 64)
}

// currencyOf is the currency that most of the hits have; filters state prices without one.
func currencyOf(hits []retrieval.Hit) string {
	counts := map[string]int{}
	for i := range hits {
		counts[hits[i].Product.Currency]++
	}
	best := ""
	for code, n := range counts {
		if c := cmp.Compare(n, counts[best]); c > 0 || c == 0 && code < best {
			best = code
		}
	}
	return best
}
