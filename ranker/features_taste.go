package ranker

import "vitrine/retrieval"

// taste is how the product fits what the visitor chose before. Of a visitor of whom nothing is known, all are 0.
var taste = Schema{
	{
		Name: "brand_affinity", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "Logarithm of the brand's share of what the visitor chose in the sessions before the present one (a view or click counts 1, the cart 3, a purchase 6, and nothing where the words of the search asked for the brand; half-life 30 days; smoothed by as much as tells best, over all visitors, what one chooses next) over its share of what all others chose.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.BrandAffinity },
	},
	{
		Name: "category_affinity", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "As brand_affinity, of the levels of the category path; their mean.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.CategoryAffinity },
	},
	{
		Name: "colour_affinity", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "As brand_affinity, of the colour.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.ColourAffinity },
	},
	{
		Name: "style_affinity", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "As brand_affinity, of the attributes gender, style, pattern, material, season, occasion and usage; their mean.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.StyleAffinity },
	},
	{
		Name: "price_affinity", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "Logarithm of how much likelier the price is among what the visitor chose of the top category, in the sessions before the present one, than among what all chose, both log-normal.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.PriceAffinity },
	},
	{
		Name: "session_brand", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "As brand_affinity, of the present session (until a pause of 30 minutes) alone, whatever the words asked for; smoothed by 3.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.SessionBrand },
	},
	{
		Name: "session_category", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "As session_brand, of the levels of the category path; their mean.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.SessionCategory },
	},
	{
		Name: "session_colour", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "As session_brand, of the colour.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.SessionColour },
	},
	{
		Name: "session_price", Unit: "natural logarithm", Min: -2, Max: 2,
		Doc: "As price_affinity, of the present session alone.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.SessionPrice },
	},
	{
		Name: "seen_before", Unit: "yes = 1", Min: 0, Max: 1,
		Doc: "The product is one of the last 50 that the visitor looked at, put into the cart or bought.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return indicator(r.known.Seen) },
	},
	{
		Name: "bought_before", Unit: "yes = 1", Min: 0, Max: 1,
		Doc: "The product is one of those, and the visitor bought it.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return indicator(r.known.Bought) },
	},
}
