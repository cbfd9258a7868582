package ranker

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// request is what the candidates of one query share: the understood query, and the figures of the whole
// candidate set that single candidates are compared with. It serves one extraction, in one goroutine.
type request struct {
	at          time.Time
	words       wording
	colours     colours
	bestFused   float64
	bestKeyword float64
	median      map[string]float64 // price in minor units, by currency
	brands      map[string]float64 // brandMatch by brand: few brands fill a candidate set
}

func newRequest(q *retrieval.Query, candidates []retrieval.Candidate, at time.Time) *request {
	r := &request{
		at:     at,
		words:  parseWording(q.Text),
		median: medianPrices(candidates),
		brands: map[string]float64{},
	}
	r.colours = coloursIn(r.words.phrase)
	for i := range candidates {
		r.bestFused = max(r.bestFused, finite(candidates[i].Fused))
		r.bestKeyword = max(r.bestKeyword, finite(legScore(&candidates[i], retrieval.LegKeyword)))
	}
	return r
}

// coverage is the share of the query's terms that stand in any of texts.
func (r *request) coverage(texts ...string) float64 {
	if len(r.words.terms) == 0 {
		return 0
	}
	var found uint64
	for _, text := range texts {
		found |= r.words.termsIn(text)
	}
	return float64(bits.OnesCount64(found)) / float64(len(r.words.terms))
}

func (r *request) titleCoverage(p *catalog.Product) float64 {
	if len(p.Titles) == 0 {
		return r.coverage(p.Title)
	}
	texts := []string{p.Title}
	for _, title := range p.Titles {
		texts = append(texts, title)
	}
	return r.coverage(texts...)
}

func (r *request) brandMatch(brand string) float64 {
	if brand == "" || r.words.phrase == "" {
		return 0
	}
	match, known := r.brands[brand]
	if !known {
		match = indicator(r.words.names(brand))
		r.brands[brand] = match
	}
	return match
}

func (r *request) colourMatch(p *catalog.Product) float64 {
	if r.colours.none() {
		return 0
	}
	of := coloursIn(p.Colour)
	for _, variant := range p.Variants {
		of = of.with(coloursIn(variant.Colour))
	}
	if of.none() {
		of = coloursIn(p.Title)
	}
	return r.colours.match(of)
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
