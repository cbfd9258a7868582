package ranker

import (
	"math"
	"slices"
	"time"

	"vitrine/retrieval"
)

// freshHalfLife is the age at which the freshness of a product has fallen to one half.
const freshHalfLife = 365 * 24 * time.Hour

// features is the registry, in the order in which a ledger is read: relevance, then what the words of the query name,
// then the shop's own concerns, and what shoppers did.
var features = slices.Concat(relevance, popularity, taste, circumstances)

// relevance is what the product itself has to do with the query and the shop.
var relevance = Schema{
	{
		Name: "fused_score", Unit: "share of the best", Min: 0, Max: 1,
		Doc: "Score of the fusion over all legs, divided by the best of the query's candidates.",
		of:  func(r *request, c *retrieval.Candidate) float64 { return share(c.Fused, r.bestFused) },
	},
	{
		Name: "fused_reciprocal_rank", Unit: "1 / rank", Min: 0, Max: 1,
		Doc: "1 / rank in the fused order.",
		of:  func(_ *request, c *retrieval.Candidate) float64 { return share(1, float64(c.FusedRank)) },
	},
	{
		Name: "keyword_score", Unit: "share of the best", Min: 0, Max: 1,
		Doc: "BM25 score of the keyword leg, divided by the best of the query's candidates.",
		of: func(r *request, c *retrieval.Candidate) float64 {
			score, _ := legScore(c, retrieval.LegKeyword)
			return r.ofWords(share(score, r.bestKeyword))
		},
	},
	{
		Name: "text_text_cosine", Unit: "cosine", Min: -1, Max: 1,
		Doc: "Cosine of the query's words, or without any of the text of the products to be like, and the product's text.",
		of: func(r *request, c *retrieval.Candidate) float64 {
			return r.cosine(c, retrieval.LegTextText, retrieval.LegLikeText)
		},
	},
	{
		Name: "text_image_cosine", Unit: "cosine", Min: -1, Max: 1,
		Doc: "Cosine of the query's words and the product's best photo.",
		of:  func(r *request, c *retrieval.Candidate) float64 { return r.cosine(c, retrieval.LegTextImage) },
	},
	{
		Name: "photo_image_cosine", Unit: "cosine", Min: -1, Max: 1,
		Doc: "Cosine of the query's photos, or without any of those of the products to be like, and the product's best photo.",
		of: func(r *request, c *retrieval.Candidate) float64 {
			return r.cosine(c, retrieval.LegPhotoImage, retrieval.LegLikeImage)
		},
	},
	{
		Name: "title_coverage", Unit: "share of the query's terms", Min: 0, Max: 1,
		Doc: "Share of the query's terms that stand in a title, in any of its languages. Terms are words without plural ending and stop words, and bigrams of Chinese, Japanese and Korean characters.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.ofWords(r.coverage(r.words.title)) },
	},
	{
		Name: "brand_match", Unit: "yes = 1", Min: 0, Max: 1,
		Doc: "The query names the product's brand, word for word.",
		of:  func(r *request, c *retrieval.Candidate) float64 { return r.ofWords(r.brandMatch(c.Product.Brand)) },
	},
	{
		Name: "colour_match", Unit: "yes = 1, no = -1", Min: -1, Max: 1,
		Doc: "The product has a colour that the query names (1), or colours are known and none is (-1). 0 also for the plain colour where the query asks for a shade of it, and where no colour is asked for or known.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.ofWords(r.colourMatch()) },
	},
	{
		Name: "category_match", Unit: "share of the query's terms", Min: 0, Max: 1,
		Doc: "Share of the query's terms that stand in the product's category path.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.ofWords(r.coverage(r.words.category)) },
	},
	{
		Name: "price_log_ratio", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "Logarithm of the price over the median price of the query's candidates in the same currency.",
		of:  func(r *request, c *retrieval.Candidate) float64 { return r.prices.logRatio(c.Product) },
	},
	{
		Name: "in_stock", Unit: "yes = 1", Min: 0, Max: 1,
		Doc: "The product can be bought now.",
		of:  func(_ *request, c *retrieval.Candidate) float64 { return indicator(c.Product.InStock) },
	},
	{
		Name: "freshness", Unit: "2^-(years since release)", Min: 0, Max: 1,
		Doc: "1 on the day of release, one half a year (365 days) later, one quarter after two; 1 before the release.",
		of:  func(r *request, c *retrieval.Candidate) float64 { return freshness(c.Product.Released, r.day) },
	},
	{
		Name: "has_photo", Unit: "yes = 1", Min: 0, Max: 1,
		Doc: "The catalogue names at least one photo of the product.",
		of:  func(_ *request, c *retrieval.Candidate) float64 { return indicator(len(c.Product.Photos) > 0) },
	},
}

// legScore is the raw score of the leg called name, 0 where the product has nothing that it could score; false
// where the query did not run it.
func legScore(c *retrieval.Candidate, name string) (score float64, ran bool) {
	for i := range c.Legs {
		if c.Legs[i].Leg == name {
			return c.Legs[i].Score, true
		}
	}
	return 0, false
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func freshness(released, at time.Time) float64 {
	if released.IsZero() {
		return 0
	}
	return math.Exp2(-max(0, at.Sub(released).Hours()/freshHalfLife.Hours()))
}
