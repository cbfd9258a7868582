package crowd

import (
	"reflect"
	"slices"
	"testing"

	"vitrine/catalog"
)

var models = []catalog.Product{
	{ID: "a", Title: "Arden red shoe", Brand: "Arden", Description: "A shoe.", PriceCents: 5000, Currency: "EUR", Photos: []catalog.Photo{{Ref: "a.jpg"}}},
	{ID: "b", Title: "Bolt blue lamp", Brand: "Bolt", PriceCents: 9000, Currency: "EUR"},
	{ID: "c", Title: "Cirrus green mug", Brand: "Cirrus", PriceCents: 900, Currency: "EUR"},
}

func TestTheSameSeedMakesTheSameProductsAndAnotherSeedOthers(t *testing.T) {
	made := slices.Collect(Products(models, 200, 1))
	if !reflect.DeepEqual(made, slices.Collect(Products(models, 200, 1))) {
		t.Error("two crowds of one seed differ")
	}
	if reflect.DeepEqual(made, slices.Collect(Products(models, 200, 2))) {
		t.Error("two crowds of two seeds are the same")
	}
}

func TestProductsAreValidAndSomeBrandsAreFarMoreCommonThanOthers(t *testing.T) {
	brands, last := map[string]int{}, ""
	for p := range Products(models, 5000, 1) {
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		if p.ID <= last {
			t.Fatalf("%q comes after %q", p.ID, last)
		}
		last = p.ID
		brands[p.Brand]++
	}
	commonest := 0
	for _, n := range brands {
		commonest = max(commonest, n)
	}
	if len(brands) < 300 || commonest < 250 {
		t.Errorf("%d brands, the commonest of %d products: want several hundred brands and one of hundreds", len(brands), commonest)
	}
}
