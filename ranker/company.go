package ranker

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// company is how many of the candidates that the fusion puts before one are like it, as shares.
type company struct {
	brand, category float64
}

func companiesOf(candidates []retrieval.Candidate) []company {
	companies := make([]company, len(candidates))
	brands, categories := map[string]int{}, map[string]int{}
	count := func(seen map[string]int, value string, before int) float64 {
		if value == "" {
			return 0
		}
		n := seen[value]
		seen[value] = n + 1
		return share(float64(n), float64(before))
	}
	for before, i := range fusedOrder(candidates) {
		p := candidates[i].Product
		companies[i] = company{count(brands, p.Brand, before), count(categories, leaf(p), before)}
	}
	return companies
}

// leaf is the most special level of a product's category; "" without any.
func leaf(p *catalog.Product) string {
	if len(p.Category) == 0 {
		return ""
	}
	return p.Category[len(p.Category)-1]
}

// fusedOrder returns the indices of the candidates by their fused rank, ties by id.
func fusedOrder(candidates []retrieval.Candidate) []int {
	order := make([]int, len(candidates))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := &candidates[a], &candidates[b]
		return cmp.Or(cmp.Compare(x.FusedRank, y.FusedRank), strings.Compare(x.Product.ID, y.Product.ID))
	})
	return order
}

// prices are those of a candidate set, ascending, by currency; in minor units. Products without a price are left out.
type prices map[string][]int64

func pricesOf(candidates []retrieval.Candidate) prices {
	all := prices{}
	for i := range candidates {
		if p := candidates[i].Product; p.PriceCents > 0 {
			all[p.Currency] = append(all[p.Currency], p.PriceCents)
		}
	}
	for _, list := range all {
		slices.Sort(list)
	}
	return all
}

// logRatio is the logarithm of the product's price over the median.
func (p prices) logRatio(of *catalog.Product) float64 {
	list := p[of.Currency]
	if of.PriceCents <= 0 || len(list) == 0 {
		return 0
	}
	return math.Log(2 * float64(of.PriceCents) / (float64(list[(len(list)-1)/2]) + float64(list[len(list)/2])))
}

// cheaper is the share of the others that are.
func (p prices) cheaper(than *catalog.Product) float64 {
	list := p[than.Currency]
	if than.PriceCents <= 0 {
		return 0
	}
	place, _ := slices.BinarySearch(list, than.PriceCents)
	return share(float64(place), float64(len(list)-1))
}
