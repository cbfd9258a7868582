package ranker

import (
	"math"
	"slices"

	"vitrine/retrieval"
)

// Forecaster is a Model that may also estimate what comes after a click. Without that, objectives that read carts or
// purchases cannot be pursued.
type Forecaster interface {
	Model
	// Forecasts says whether it does.
	Forecasts() bool
	// Forecast writes the probabilities of each row of m into a slice of that length.
	Forecast(m Matrix, into []Outlook)
}

// objectiveName is the ledger's name of what the objective makes of the model's score.
const objectiveName = "objective"

// pursue returns what the objective adds to the score of each candidate, which is corrected already: the score becomes
// the logarithm of the formula's value. It is nil for clicks, and where the model does not estimate what the formula reads.
func (o Objective) pursue(model Model, m Matrix, candidates []retrieval.Candidate, scores []float64, corrections correcting) []retrieval.FeatureEntry {
	if !o.within(model) || o.value == nil {
		return nil
	}
	outlooks := make([]Outlook, m.Rows)
	if forecaster, ok := model.(Forecaster); ok && forecaster.Forecasts() {
		forecaster.Forecast(m, outlooks)
		corrections.adjust(outlooks)
	} else {
		for i, score := range scores {
			outlooks[i].Click = Probability(score)
		}
	}
	fillMoney(candidates, outlooks)
	lifts := make([]retrieval.FeatureEntry, m.Rows)
	for i := range lifts {
		value := o.value(&outlooks[i])
		lifts[i] = retrieval.FeatureEntry{Name: objectiveName, Value: finite(value), Contribution: logarithm(value) - scores[i]}
	}
	return lifts
}

// ReadsOutcomes says whether the formula reads carts or purchases, which not every model estimates.
func (o Objective) ReadsOutcomes() bool { return o.needs&(factCart|factPurchase) != 0 }

// within says whether the model estimates all that the formula reads.
func (o Objective) within(model Model) bool {
	forecaster, ok := model.(Forecaster)
	return ok && forecaster.Forecasts() || !o.ReadsOutcomes()
}

// leastValue is where logarithm goes on as a straight line: a purchase of one cent with a probability of 1 in 10 million.
const leastValue = 1e-9

// logarithm is the natural one, so that a lift compares with logits, and goes on below leastValue as its tangent, so
// that losses have an order too. What is no number comes last.
func logarithm(value float64) float64 {
	switch {
	case math.IsNaN(value) || math.IsInf(value, -1):
		value = -math.MaxFloat32
	case math.IsInf(value, 1):
		value = math.MaxFloat64
	}
	if value >= leastValue {
		return math.Log(value)
	}
	return math.Log(leastValue) + max(value, -math.MaxFloat32)/leastValue - 1
}

// fillMoney sets prices and margins. Where one is not known, or is in another currency than most, it is the median of the
// others, so that a gap in the catalogue neither lifts nor sinks a product; 1 where none is known.
func fillMoney(candidates []retrieval.Candidate, outlooks []Outlook) {
	currency := usualCurrency(candidates)
	fill := func(cents func(c *retrieval.Candidate) int64, into func(o *Outlook) *float64) {
		var known []float64
		for i := range candidates {
			if c := &candidates[i]; cents(c) != 0 && c.Product.Currency == currency {
				known = append(known, float64(cents(c))/100)
			}
		}
		middle := 1.0
		if len(known) > 0 {
			slices.Sort(known)
			middle = (known[(len(known)-1)/2] + known[len(known)/2]) / 2
		}
		for i := range candidates {
			*into(&outlooks[i]) = middle
			if c := &candidates[i]; cents(c) != 0 && c.Product.Currency == currency {
				*into(&outlooks[i]) = float64(cents(c)) / 100
			}
		}
	}
	fill(func(c *retrieval.Candidate) int64 { return c.Product.PriceCents }, func(o *Outlook) *float64 { return &o.Price })
	fill(func(c *retrieval.Candidate) int64 { return c.Product.MarginCents }, func(o *Outlook) *float64 { return &o.Margin })
}

// usualCurrency is that of most candidates; of several, the first by name.
func usualCurrency(candidates []retrieval.Candidate) string {
	counts := map[string]int{}
	for i := range candidates {
		counts[candidates[i].Product.Currency]++
	}
	usual := ""
	for currency, n := range counts {
		if n > counts[usual] || n == counts[usual] && currency < usual {
			usual = currency
		}
	}
	return usual
}
