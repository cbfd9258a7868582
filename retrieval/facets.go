package retrieval

import (
	"cmp"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

const (
	maxFacetValues  = 100 // of one facet: the most frequent ones
	priceBuckets    = 5   // at most
	maxPricesSorted = 10_000
)

// countFacets counts the values that the products of set have, field by field in the order of
// filterFields. A field of which no product has a value is left out.
func countFacets(columns *indexer.Columns, set *roaring.Bitmap) []Facet {
	facets := []Facet{}
	for _, field := range filterFields {
		var values []FacetValue
		if field == FieldPrice {
			values = countPrices(columns, set)
		} else {
			values = countValues(columns.Count(field, set))
		}
		if len(values) > 0 {
			facets = append(facets, Facet{Field: field, Values: values})
		}
	}
	return facets
}

func countValues(counts map[string]int) []FacetValue {
	var values []FacetValue
	for value, count := range counts {
		if count > 0 {
			values = append(values, FacetValue{Value: value, Count: count})
		}
	}
	slices.SortFunc(values, func(a, b FacetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return values[:min(len(values), maxFacetValues)]
}

// countPrices cuts the prices of the set into buckets of about equal size with round bounds, from cheap
// to dear. Each value reads like the price filter that selects its bucket ("20..49.99"): a filter's
// ends are inclusive, so a bucket ends a hundredth below the next one. The outer ends are open.
func countPrices(columns *indexer.Columns, set *roaring.Bitmap) []FacetValue {
	var prices []float64
	for docs := set.Iterator(); docs.HasNext(); {
		if price, ok := columns.Price(docs.Next()); ok {
			prices = append(prices, price)
		}
	}
	if len(prices) == 0 {
		return nil
	}
	bounds := roundBounds(sample(prices))
	values := make([]FacetValue, len(bounds)+1)
	for i, bound := range bounds {
		below := math.Round(bound*100-1) / 100
		values[i].Max, values[i+1].Min = &below, &bound
	}
	for _, price := range prices {
		bucket, exact := slices.BinarySearch(bounds, price)
		if exact {
			bucket++
		}
		values[bucket].Count++
	}
	if len(bounds) == 0 { // all the same
		low, high := slices.Min(prices), slices.Max(prices)
		values[0].Min, values[0].Max = &low, &high
	}
	for i := range values {
		values[i].Value = priceRange(values[i].Min, values[i].Max)
	}
	return slices.DeleteFunc(values, func(v FacetValue) bool { return v.Count == 0 })
}

// sample returns, sorted, prices or as many of them, evenly spread, as are enough to find bounds.
func sample(prices []float64) []float64 {
	step := (len(prices) + maxPricesSorted - 1) / maxPricesSorted
	var some []float64
	for i := 0; i < len(prices); i += step {
		some = append(some, prices[i])
	}
	slices.Sort(some)
	return some
}

// roundBounds returns the ascending inner bounds of the buckets: the quantiles, rounded to as few digits
// as leave at least one bound between the lowest and the highest price. Prices are sorted; none when
// all are equal.
func roundBounds(prices []float64) []float64 {
	low, high := prices[0], prices[len(prices)-1]
	for digits := 1; digits <= 9; digits++ {
		var bounds []float64
		for i := 1; i < priceBuckets; i++ {
			bound := roundTo(prices[i*len(prices)/priceBuckets], digits)
			if bound > low && bound <= high {
				bounds = append(bounds, bound)
			}
		}
		if bounds = slices.Compact(bounds); len(bounds) > 0 {
			return bounds
		}
	}
	return nil
}

// roundTo rounds a positive price to so many significant digits, but never to less than a hundredth.
func roundTo(price float64, digits int) float64 {
	unit := math.Pow10(max(int(math.Floor(math.Log10(price)))+1-digits, -2))
	if unit < 1 { // dividing keeps 0.1 + 0.2 from showing
		return math.Round(price/unit) / math.Round(1/unit)
	}
	return math.Round(price/unit) * unit
}
