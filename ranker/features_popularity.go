package ranker

import "vitrine/retrieval"

// popularity is what shoppers did with the product. The package behaviour says how it counts, and which clicks.
var popularity = Schema{
	{
		Name: "product_ctr", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "Logarithm of the product's clicks over what its places in the lists let expect (COEC), half-life 30 days, smoothed by 20 expected clicks towards its category; over the same of the shop.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.Clicks },
	},
	{
		Name: "product_cart_rate", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "As product_ctr, of additions to the cart after a search; smoothed by 60 expected clicks.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.Carts },
	},
	{
		Name: "product_purchase_rate", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "As product_ctr, of purchases after a search; smoothed by 120 expected clicks.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.Purchases },
	},
	{
		Name: "product_trend", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "Logarithm of the product's clicks over expected clicks with a half-life of 2 days, smoothed by 20 expected clicks, over the same with 30 days.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.Trend },
	},
	{
		Name: "query_product_ctr", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "Logarithm of the product's clicks over expected clicks under the words of the query, smoothed by 20 expected clicks towards the product's own; over the product's own.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.ofWords(r.known.QueryClicks) },
	},
	{
		Name: "query_product_purchase_rate", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "As query_product_ctr, of purchases; smoothed by 120 expected clicks.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.ofWords(r.known.QueryPurchases) },
	},
	{
		Name: "category_ctr", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "As product_ctr, of all products of its most special category, smoothed towards the shop.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.CategoryClicks },
	},
	{
		Name: "impressions", Unit: "log(1 + n) / log(1 + 10,000)", Min: 0, Max: 1,
		Doc: "How often the product was on a screen after a search, half-life 30 days: how much its rates can be relied on.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.known.Confidence() },
	},
}
