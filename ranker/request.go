package ranker

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
	"vitrine/retrieval/words"
)

// request is what the candidates of one query share: the understood query, and the figures of the whole
// candidate set that single candidates are compared with. It serves one extraction, in one goroutine.
type request struct {
	query       *retrieval.Query
	at          time.Time
	wording     wording
	colours     words.Colours
	bestFused   float64
	bestKeyword float64
	median      map[string]float64 // price in minor units, by currency
	brands      map[string]float64 // brandMatch by brand: few brands fill a candidate set
	runs        words.Runs         // reads one text after the other
}

func newRequest(q *retrieval.Query, candidates []retrieval.Candidate, at time.Time) *request {
	r := &request{
		query:   q,
		at:      at,
		wording: parseWording(q.Text),
		median:  medianPrices(candidates),
		brands:  map[string]float64{},
	}
	r.colours = words.ColoursIn(r.runs.Over(q.Text))
	for i := range candidates {
		r.bestFused = max(r.bestFused, finite(candidates[i].Fused))
		keyword, _ := legScore(&candidates[i], retrieval.LegKeyword)
		r.bestKeyword = max(r.bestKeyword, finite(keyword))
	}
	return r
}

// cosine is that of the first of some legs which the query ran, times what the query makes of the leg's part.
func (r *request) cosine(c *retrieval.Candidate, legs ...string) float64 {
	for _, leg := range legs {
		if score, ran := legScore(c, leg); ran {
			return score * r.query.PartWeight(leg)
		}
	}
	return 0
}

// ofWords is the value of a feature of the query's words, times what the query makes of them.
func (r *request) ofWords(value float64) float64 {
	return value * r.query.PartWeight(retrieval.LegKeyword)
}

// titleCoverage and categoryCoverage are the share of the query's terms that stand in the titles, in any
// language, and in any level of the category.
func (r *request) titleCoverage(p *catalog.Product) float64 {
	found := r.termsIn(p.Title)
	for _, title := range p.Titles {
		found |= r.termsIn(title)
	}
	return r.shareOfTerms(found)
}

func (r *request) categoryCoverage(p *catalog.Product) float64 {
	var found uint64
	for _, level := range p.Category {
		found |= r.termsIn(level)
	}
	return r.shareOfTerms(found)
}

func (r *request) termsIn(text string) uint64 {
	return r.wording.termsIn(r.runs.Over(text))
}

func (r *request) shareOfTerms(found uint64) float64 {
	return share(float64(bits.OnesCount64(found)), float64(len(r.wording.terms)))
}

func (r *request) brandMatch(brand string) float64 {
	if brand == "" || r.wording.phrase == "" {
		return 0
	}
	match, known := r.brands[brand]
	if !known {
		match = indicator(r.wording.names(brand))
		r.brands[brand] = match
	}
	return match
}

func (r *request) colourMatch(p *catalog.Product) float64 {
	if r.colours.None() {
		return 0
	}
	has := words.ColoursIn(r.runs.Over(p.Colour))
	for _, variant := range p.Variants {
		has = has.With(words.ColoursIn(r.runs.Over(variant.Colour)))
	}
	if has.None() {
		has = words.ColoursIn(r.runs.Over(p.Title))
	}
	return r.colours.Match(has)
}

func (r *request) priceLogRatio(p *catalog.Product) float64 {
	median := r.median[p.Currency]
	if p.PriceCents <= 0 || median <= 0 {
		return 0
	}
	return math.Log(float64(p.PriceCents) / median)
}

// medianPrices takes products without a price as unknown.
func medianPrices(candidates []retrieval.Candidate) map[string]float64 {
	prices := map[string][]int64{}
	for i := range candidates {
		if p := candidates[i].Product; p.PriceCents > 0 {
			prices[p.Currency] = append(prices[p.Currency], p.PriceCents)
		}
	}
	medians := map[string]float64{}
	for currency, list := range prices {
		slices.Sort(list)
		medians[currency] = (float64(list[(len(list)-1)/2]) + float64(list[len(list)/2])) / 2
	}
	return medians
}

// finite replaces what is not a number, or not a finite one, by the neutral 0.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
