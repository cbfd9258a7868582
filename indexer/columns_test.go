package indexer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/catalog"
)

func fourProducts(t testing.TB) *Columns {
	t.Helper()
	w := newColumnsWriter()
	w.add(columnRow{category: []string{"Clothes", "Shoes"}, brand: []string{"Nike"}, colour: []string{"Red", "red", "Blue"}, price: 1000, inStock: true, currency: []string{"EUR"}})
	w.add(columnRow{category: []string{"Clothes", "Hats"}, brand: []string{"NIKE"}, colour: []string{"Blue"}, price: 2550})
	w.add(columnRow{category: []string{"Kitchen"}, brand: []string{"Nike "}, colour: []string{"red"}, price: 1, inStock: true})
	w.add(columnRow{brand: []string{""}})
	return written(t, w)
}

// written returns the columns as they are read from a file.
func written(t testing.TB, w *columnsWriter) *Columns {
	t.Helper()
	path := filepath.Join(t.TempDir(), columnsFile)
	if err := w.write(path); err != nil {
		t.Fatal(err)
	}
	c, err := openColumns(path)
	if err != nil {
		t.Fatal(err)
	}
	return newColumns(c, nil, nil)
}

func TestColumnValuesAreDistinctWhateverTheirCaseAndSpeltAsMostSpellThem(t *testing.T) {
	c := fourProducts(t)
	for field, want := range map[string][]string{
		"category": {"Clothes", "Hats", "Kitchen", "Shoes"},
		"brand":    {"Nike"},
		"colour":   {"Blue", "red"},
		"currency": {"EUR"},
		"in_stock": {"false", "true"},
		"size":     nil,
	} {
		if got := c.Values(field); !slices.Equal(got, want) {
			t.Errorf("values of %s: %q, want %q", field, got, want)
		}
	}
}

func TestColumnMatch(t *testing.T) {
	c := fourProducts(t)
	for _, test := range []struct {
		field  string
		values []string
		want   []uint32
	}{
		{"category", []string{"clothes"}, []uint32{0, 1}},
		{"category", []string{"Hats", "Kitchen"}, []uint32{1, 2}},
		{"brand", []string{"nIkE"}, []uint32{0, 1, 2}},
		{"colour", []string{"RED"}, []uint32{0, 2}},
		{"colour", []string{"green"}, nil},
		{"colour", nil, nil},
		{"in_stock", []string{"true"}, []uint32{0, 2}},
		{"in_stock", []string{"False"}, []uint32{1, 3}},
		{"in_stock", []string{"true", "false"}, []uint32{0, 1, 2, 3}},
		{"in_stock", []string{"perhaps"}, nil},
		{"size", []string{"XL"}, nil},
	} {
		got := c.Match(test.field, test.values)
		if !slices.Equal(got.ToArray(), test.want) {
			t.Errorf("%s in %q: %v, want %v", test.field, test.values, got.ToArray(), test.want)
		}
		got.AddRange(0, 100) // it is the caller's
	}
	if got := c.Match("in_stock", []string{"true"}).ToArray(); !slices.Equal(got, []uint32{0, 2}) {
		t.Errorf("after a caller changed its bitmap: %v", got)
	}
}

func TestPriceRangeIsInclusiveAndLeavesUnknownPricesOut(t *testing.T) {
	c := fourProducts(t)
	at := func(units float64) *float64 { return &units }
	for _, test := range []struct {
		min, max *float64
		want     []uint32
	}{
		{nil, nil, []uint32{0, 1, 2}},
		{at(10), nil, []uint32{0, 1}},
		{at(10), at(10), []uint32{0}},
		{nil, at(25.49), []uint32{0, 2}},
		{nil, at(25.5), []uint32{0, 1, 2}},
		{at(30), at(20), nil},
		{nil, at(0), nil},
	} {
		if got := c.PriceRange(test.min, test.max).ToArray(); !slices.Equal(got, test.want) {
			t.Errorf("price in %v..%v: %v, want %v", test.min, test.max, got, test.want)
		}
	}
	if price, ok := c.Price(1); price != 25.5 || !ok {
		t.Errorf("price of product 1: %g, %t", price, ok)
	}
	if _, ok := c.Price(3); ok {
		t.Error("a product without a price has one")
	}
	if _, ok := c.Price(99); ok || c.InStock(99) {
		t.Error("a product that is not there has a price or stock")
	}
}

func TestFacetCounts(t *testing.T) {
	c := fourProducts(t)
	if got, want := c.Count("category", nil), (map[string]int{"Clothes": 2, "Shoes": 1, "Hats": 1, "Kitchen": 1}); !reflect.DeepEqual(got, want) {
		t.Errorf("categories of all: %v", got)
	}
	docs := roaring.BitmapOf(0, 3, 77)
	if got, want := c.Count("colour", docs), (map[string]int{"Blue": 1, "red": 1}); !reflect.DeepEqual(got, want) {
		t.Errorf("colours of some: %v", got)
	}
	if got, want := c.Count("in_stock", docs), (map[string]int{"true": 1, "false": 1}); !reflect.DeepEqual(got, want) {
		t.Errorf("stock of some: %v", got)
	}
	if got, want := c.Count("in_stock", nil), (map[string]int{"true": 2, "false": 2}); !reflect.DeepEqual(got, want) {
		t.Errorf("stock of all: %v", got)
	}
	for value, docs := range map[string]*roaring.Bitmap{"true": roaring.BitmapOf(0, 2, 77), "false": roaring.BitmapOf(1, 3)} {
		if got, want := c.Count("in_stock", docs), (map[string]int{value: 2}); !reflect.DeepEqual(got, want) {
			t.Errorf("stock of %v: %v", docs, got)
		}
	}
	if got := c.Count("size", docs); len(got) != 0 {
		t.Errorf("an unknown field: %v", got)
	}
}

// Counts over every second of 20,000 products, which have two levels of category of 60, one brand of
// 2,000 and one or two colours of 12.
func BenchmarkCount(b *testing.B) {
	rng := rand.New(rand.NewPCG(9, 10))
	pick := func(name string, n int) string { return fmt.Sprintf("%s %d", name, rng.IntN(n)) }
	w := newColumnsWriter()
	docs := roaring.New()
	for doc := range uint32(20_000) {
		w.add(columnRow{
			category: []string{pick("aisle", 10), pick("shelf", 50)}, brand: []string{pick("brand", 2000)},
			colour: []string{pick("colour", 12), pick("colour", 12)}, currency: []string{"EUR"}, inStock: rng.IntN(5) > 0,
		})
		if doc%2 == 0 {
			docs.Add(doc)
		}
	}
	c := written(b, w)
	for _, field := range append(columnFields, fieldInStock) {
		b.Run(field, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Count(field, docs)
			}
		})
	}
}

func TestColumnsHoldTheAttributesThatPeopleChooseBy(t *testing.T) {
	w := newColumnsWriter()
	for i := range 2 * (maxChoices + 1) {
		p := catalog.Product{Attributes: map[string]string{
			"Material": []string{"Cotton", "cotton", "Wool"}[i%3],
			"number":   fmt.Sprint(i),               // each product has its own
			"model":    fmt.Sprint(i % maxChoices),  // few enough
			"series":   fmt.Sprint(i / 2),           // one too many
			"care":     strings.Repeat("wash ", 20), // a sentence
		}}
		if i == 0 {
			p.Variants = []catalog.Variant{{Size: "XL"}, {Size: "M"}}
		}
		if i == 1 {
			p.Variants = []catalog.Variant{{Size: "xl"}, {Size: "M"}}
		}
		w.add(columnsOf(&p))
	}
	c := written(t, w)
	names := map[string]int{}
	for _, value := range c.Values("attribute") {
		name, _ := CutAttribute(value)
		names[name]++
	}
	if want := map[string]int{"material": 2, "model": maxChoices, "size": 2}; !reflect.DeepEqual(names, want) {
		t.Errorf("values by attribute: %v, want %v", names, want)
	}
	if got := c.Match("attribute", []string{AttributeValue("Size", "xl ")}).ToArray(); !slices.Equal(got, []uint32{0, 1}) {
		t.Errorf("products in XL: %v", got)
	}
}

// The hundredths within a range are those whose units lie in it, whatever its ends.
func TestPriceBoundsAreThoseOfTheUnits(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	ends := []float64{math.Inf(-1), -1, 0, 0.005, 0.01, 0.29, 1.005, 19.99, 20, 1e11, 1e300, math.Inf(1), math.NaN()}
	for range 300 {
		ends = append(ends, float64(random.IntN(5000))/100, random.Float64()*50)
	}
	for range 3000 {
		low, high := &ends[random.IntN(len(ends))], &ends[random.IntN(len(ends))]
		if random.IntN(5) == 0 {
			low = nil
		}
		if random.IntN(5) == 0 {
			high = nil
		}
		least, most := priceBounds(low, high)
		for _, price := range []int64{0, 1, 2, 29, 100, 1999, 2000, random.Int64N(5000), 1e13} {
			units := unitsOf(price)
			want := price > 0 && (low == nil || units >= *low) && (high == nil || units <= *high)
			if got := price >= least && price <= most; got != want {
				t.Fatalf("%d hundredths within %v to %v: %t", price, low, high, got)
			}
		}
	}
}
