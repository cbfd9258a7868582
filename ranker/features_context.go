package ranker

import (
	"math"
	"time"

	"vitrine/retrieval"
)

// circumstances are the company in which the product is found, and the search itself. Those of the search are the same for all
// candidates: they say something to models in which features act together.
var circumstances = Schema{
	{
		Name: "brand_repeats", Unit: "share of the better candidates", Min: 0, Max: 1,
		Doc: "Share of the candidates with a better fused rank that are of the same brand.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.company.brand },
	},
	{
		Name: "category_repeats", Unit: "share of the better candidates", Min: 0, Max: 1,
		Doc: "Share of the candidates with a better fused rank that are of the same most special category.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.company.category },
	},
	{
		Name: "price_share", Unit: "share of the other candidates", Min: 0, Max: 1,
		Doc: "Share of the other candidates with a price in the same currency that are cheaper.",
		of:  func(r *request, c *retrieval.Candidate) float64 { return r.prices.cheaper(c.Product) },
	},
	{
		Name: "mobile", Unit: "yes = 1", Min: 0, Max: 1,
		Doc: "The search comes from a phone.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.mobile },
	},
	{
		Name: "mobile_price", Unit: "natural logarithm", Min: -3, Max: 3,
		Doc: "price_log_ratio of a search from a phone, else 0.",
		of: func(r *request, c *retrieval.Candidate) float64 {
			if r.mobile == 0 {
				return 0
			}
			return r.prices.logRatio(c.Product)
		},
	},
	{
		Name: "hour_sin", Unit: "sine", Min: -1, Max: 1,
		Doc: "Sine of the time of day of the search in UTC, of which 24 hours are the circle.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.hourSin },
	},
	{
		Name: "hour_cos", Unit: "cosine", Min: -1, Max: 1,
		Doc: "Cosine of the same angle.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.hourCos },
	},
	{
		Name: "query_length", Unit: "log(1 + terms)", Min: 0, Max: 5,
		Doc: "Logarithm of one more than the number of the query's terms, as title_coverage counts them.",
		of:  func(r *request, _ *retrieval.Candidate) float64 { return r.length },
	},
}

// hourAngle is the time of day as an angle.
func hourAngle(at time.Time) (sin, cos float64) {
	at = at.UTC()
	return math.Sincos(2 * math.Pi * at.Sub(at.Truncate(24*time.Hour)).Hours() / 24)
}
