package retrieval

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"

	"vitrine/indexer"
)

const (
	maxFacetValues  = 100 // of one facet: the most frequent ones
	priceBuckets    = 5   // at most
	maxPricesSorted = 10_000

	relaxedAtOnce = 4 // sets that are found side by side

	maxAttributes = 6
	maxChoices    = 50 // values of an attribute that is offered unasked
	minCoverage   = 0.1
	tellApart     = 8
)

// count begins to count the facets of what was found, which must stay as it is, and returns a function that waits for them.
func (e *Engine) count(ctx context.Context, q *Query, found *results) (counted func() ([]Facet, error)) {
	var facets []Facet
	var err error
	done := make(chan struct{})
	found.snapshot.Retain() // the search may fail meanwhile and give its own hold back
	go func() {
		defer close(done)
		defer found.snapshot.Release()
		facets, err = e.facets(ctx, q, found)
	}()
	return func() ([]Facet, error) {
		<-done
		return facets, err
	}
}

// facets counts field by field, in the order of filterFields and then the attributes that choose best. A
// field of which no product has a value is left out.
//
// A count is the number of products that the search would find with that value as the only one of its field.
// So a field with a filter is counted over what is found without that filter: to choose one brand does not
// hide the others. What a filter denies stays away. To this end the legs run once more for each such field,
// on the vectors that they have. Counts are exact but for these cases, in which they are too low:
//   - a leg fills its window, so that a narrower search reaches further down; with it the total of the
//     search is cut as well;
//   - all products that fit the search well are filtered away, and the list is of what comes next to it
//     (see foundSet);
//   - merchandising rules pin or hide other products when that filter is set;
//   - a graph of vectors misses a neighbour.
func (e *Engine) facets(ctx context.Context, q *Query, found *results) ([]Facet, error) {
	relaxed, err := e.relaxed(ctx, q, found)
	if err != nil {
		return nil, err
	}
	columns := found.snapshot.Columns()
	facets := []Facet{}
	for _, field := range filterFields {
		set, ok := relaxed[field]
		if !ok {
			set = found.set
		}
		var values []FacetValue
		if field == FieldPrice {
			values = withChosen(columns, set, countPrices(columns, set), q.Filters)
		} else {
			values = countValues(columns.Count(field, set))
		}
		if len(values) > 0 {
			facets = append(facets, Facet{Field: field, Values: values})
		}
	}
	return append(facets, countAttributes(columns, found.set, relaxed)...), nil
}

// relaxed returns, by field, what is found without the filters on that field. A set that cannot be had in time
// is empty: its facet is left out.
func (e *Engine) relaxed(ctx context.Context, q *Query, found *results) (map[string]*roaring.Bitmap, error) {
	fields := countedApart(q.Filters)
	if len(fields) == 0 {
		return nil, nil
	}
	limited, cancel := context.WithTimeout(ctx, e.opts.Deadline)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(relaxedAtOnce)
	sets := make([]*roaring.Bitmap, len(fields))
	for i, field := range fields {
		group.Go(func() error {
			set, err := e.foundWithout(limited, q, field, found.legs, found.rules)
			if err != nil {
				set = roaring.New()
			}
			sets[i] = set
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	relaxed := make(map[string]*roaring.Bitmap, len(fields))
	for i, field := range fields {
		relaxed[field] = sets[i]
	}
	return relaxed, nil
}

// countedApart lists the fields that have a facet and a filter that chooses among its values.
func countedApart(filters []Filter) []string {
	var fields []string
	attributes := 0
	for _, f := range filters {
		if f.Not || f.Field == FieldWords || slices.Contains(fields, f.Field) {
			continue
		}
		if strings.HasPrefix(f.Field, AttributePrefix) {
			if attributes++; attributes > maxAttributes {
				continue
			}
		}
		fields = append(fields, f.Field)
	}
	return fields
}

// foundWithout is the set that q finds without its filters that choose among the values of a field.
func (e *Engine) foundWithout(ctx context.Context, q *Query, field string, legs []*leg, rules *merchandise) (*roaring.Bitmap, error) {
	others := slices.DeleteFunc(slices.Clone(q.Filters), func(f Filter) bool { return f.Field == field && !f.Not })
	allowed, err := matching(ctx, rules.snapshot, others)
	if err != nil {
		return nil, err
	}
	allowed = without(rules.snapshot, allowed, rules.hidden)
	if q.browses() {
		return cmp.Or(allowed, rules.snapshot.All()), nil
	}
	again := make([]*leg, len(legs))
	for i, l := range legs {
		again[i] = &leg{name: l.name, finder: l.finder.within(allowed)}
		if again[i].run(ctx, e.opts.Window); again[i].err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, again[i].err)
		}
	}
	set, _ := foundSet(again)
	for _, p := range rules.pinned(allowed) {
		set.Add(p.doc)
	}
	return set, nil
}

// countAttributes counts the attributes that are filtered by, and those that choose best within the set, up
// to maxAttributes, the best first.
func countAttributes(columns *indexer.Columns, set *roaring.Bitmap, relaxed map[string]*roaring.Bitmap) []Facet {
	counts := countsByName(columns, set)
	filtered := make(map[string]bool)
	for field, set := range relaxed {
		if name, ok := strings.CutPrefix(field, AttributePrefix); ok {
			counts[name], filtered[name] = countsByName(columns, set)[name], true
		}
	}
	type attribute struct {
		name string
		gain float64
	}
	var some []attribute
	for name, values := range counts {
		a := attribute{name, gain(values, int(set.GetCardinality()))}
		if filtered[name] {
			a.gain = math.Inf(1)
		}
		if a.gain > 0 {
			some = append(some, a)
		}
	}
	slices.SortFunc(some, func(a, b attribute) int {
		return cmp.Or(cmp.Compare(b.gain, a.gain), cmp.Compare(a.name, b.name))
	})
	var facets []Facet
	for _, a := range some[:min(len(some), maxAttributes)] {
		if values := countValues(counts[a.name]); len(values) > 0 {
			facets = append(facets, Facet{Field: AttributePrefix + a.name, Values: values})
		}
	}
	return facets
}

// countsByName counts the values of each attribute over the products of set.
func countsByName(columns *indexer.Columns, set *roaring.Bitmap) map[string]map[string]int {
	counts := make(map[string]map[string]int)
	for column, count := range columns.Count(indexer.FieldAttributes, set) {
		name, value := indexer.CutAttribute(column)
		if counts[name] == nil {
			counts[name] = make(map[string]int)
		}
		counts[name][value] = count
	}
	return counts
}

// gain says how well an attribute chooses among products: the information of its values in bits, which more
// than tellApart values of equal size do not raise, times the share of the products that have it. It is 0
// where that share is less than minCoverage, and of one value or more than maxChoices.
func gain(counts map[string]int, products int) float64 {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	coverage := min(1, float64(sum)/float64(products)) // a product may have several values
	if coverage < minCoverage || len(counts) > maxChoices {
		return 0
	}
	bits := 0.0
	for _, value := range slices.Sorted(maps.Keys(counts)) { // in one order, for the sum to be the same
		share := float64(counts[value]) / float64(sum)
		bits -= share * math.Log2(share)
	}
	return coverage * min(bits, math.Log2(tellApart))
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

// withChosen adds the ranges of the price filters to the buckets of set, if they are not among them: the
// bounds of buckets follow the other filters.
func withChosen(columns *indexer.Columns, set *roaring.Bitmap, buckets []FacetValue, filters []Filter) []FacetValue {
	for _, f := range filters {
		value := priceRange(f.Min, f.Max)
		known := slices.ContainsFunc(buckets, func(v FacetValue) bool { return v.Value == value })
		if f.Field != FieldPrice || f.Not || known {
			continue
		}
		count := columns.CountPrices(set, f.Min, f.Max)
		buckets = append(buckets, FacetValue{Value: value, Count: count, Min: f.Min, Max: f.Max})
	}
	from := func(v FacetValue) float64 {
		if v.Min == nil {
			return 0
		}
		return *v.Min
	}
	slices.SortStableFunc(buckets, func(a, b FacetValue) int { return cmp.Compare(from(a), from(b)) })
	return buckets
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
