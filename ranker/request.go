package ranker

import (
	"math"
	"math/bits"
	"time"

	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
	"vitrine/retrieval/words"
)

// request is what the candidates of one query share: the understood query, and the figures of the whole
// candidate set that single candidates are compared with. It serves one extraction, in one goroutine.
type request struct {
	query       *retrieval.Query
	day         time.Time // of the search
	wording     wording
	colours     words.Colours
	bestFused   float64
	bestKeyword float64
	prices      prices
	companies   []company
	readings    []*reading         // nil where the query has no words
	brands      map[string]float64 // brandMatch by brand: few brands fill a candidate set

	mobile, hourSin, hourCos, length float64

	// Of the candidate whose turn it is.
	words   *reading
	company company
	known   *behaviour.Facts
}

// unread and unknown stand for what there is not.
var (
	unread  reading
	unknown behaviour.Facts
)

func newRequest(q *retrieval.Query, candidates []retrieval.Candidate, at time.Time) *request {
	r := &request{
		query:     q,
		day:       at.UTC().Truncate(24 * time.Hour),
		wording:   parseWording(q.Text),
		colours:   words.ColoursIn(words.NewRuns(q.Text)),
		prices:    pricesOf(candidates),
		companies: companiesOf(candidates),
		brands:    map[string]float64{},
		mobile:    indicator(q.Shopper.Device == retrieval.DeviceMobile),
	}
	r.hourSin, r.hourCos = hourAngle(at)
	r.length = math.Log1p(float64(len(r.wording.terms)))
	if len(r.wording.terms) > 0 {
		r.readings = remembered.of(candidates)
	}
	for i := range candidates {
		r.bestFused = max(r.bestFused, finite(candidates[i].Fused))
		keyword, _ := legScore(&candidates[i], retrieval.LegKeyword)
		r.bestKeyword = max(r.bestKeyword, finite(keyword))
	}
	return r
}

// turnTo makes candidate i the one of which features are asked. Facts may be nil.
func (r *request) turnTo(i int, facts []behaviour.Facts) {
	r.words, r.company, r.known = &unread, r.companies[i], &unknown
	if r.readings != nil {
		r.words = r.readings[i]
	}
	if facts != nil {
		r.known = &facts[i]
	}
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

// coverage is the share of the query's terms that are among some of the candidate.
func (r *request) coverage(terms []uint64) float64 {
	return share(float64(bits.OnesCount64(r.wording.termsIn(terms))), float64(len(r.wording.terms)))
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

func (r *request) colourMatch() float64 {
	if r.colours.None() {
		return 0
	}
	return r.colours.Match(r.words.colours)
}

// finite replaces what is not a number, or not a finite one, by the neutral 0.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
