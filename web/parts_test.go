package web

import (
	"errors"
	"image"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/retrieval"
)

func TestPricesHaveTheirCurrencysSignAndDecimals(t *testing.T) {
	for want, p := range map[string]catalog.Product{
		"€1,299.00":         {PriceCents: 129900, Currency: "EUR"},
		"$0.05":             {PriceCents: 5, Currency: "USD"},
		"¥1,200":            {PriceCents: 120000, Currency: "JPY"},
		"¥1,200.50":         {PriceCents: 120050, Currency: "JPY"},
		"BHD\u00a012.34":    {PriceCents: 1234, Currency: "BHD"},
		"12.34":             {PriceCents: 1234},
		"XX?\u00a012.34":    {PriceCents: 1234, Currency: "XX?"},
		"€1,234,567,890.12": {PriceCents: 123456789012, Currency: "EUR"},
		"":                  {Currency: "EUR"},
	} {
		if got := price(&p); got != want {
			t.Errorf("%d %s is %q, want %q", p.PriceCents, p.Currency, got, want)
		}
	}
	for want, value := range map[string]float64{"€20": 20, "€19.99": 19.99, "€1,000": 999.999, "€0.10": 0.1} {
		if got := units(value, "EUR"); got != want {
			t.Errorf("%v is %q, want %q", value, got, want)
		}
	}
}

func TestPhotoShelfForgetsWhatWasUnusedForLongest(t *testing.T) {
	shelf := newPhotoShelf(30)
	a, b := shelf.put([]byte(strings.Repeat("a", 10)), image.Point{}), shelf.put([]byte(strings.Repeat("b", 10)), image.Point{})
	if again := shelf.put([]byte(strings.Repeat("a", 10)), image.Point{}); again != a || shelf.held != 20 {
		t.Errorf("the same photo is %s, %d bytes held", again, shelf.held)
	}
	shelf.put([]byte(strings.Repeat("c", 15)), image.Point{}) // b has to go
	if _, err := shelf.get(b); !errors.Is(err, errPhotoGone) {
		t.Errorf("b is still there: %v", err)
	}
	if photo, err := shelf.get(a); err != nil || len(photo) != 10 {
		t.Errorf("a is gone: %v", err)
	}
	large := shelf.put(make([]byte, 31), image.Point{})
	if _, err := shelf.get(large); !errors.Is(err, errPhotoGone) || shelf.held > 30 {
		t.Errorf("a photo larger than the shelf is kept, %d bytes held", shelf.held)
	}
}

func TestFilterChoicesAreTakenAndGivenUp(t *testing.T) {
	one := func(field string, values ...string) retrieval.Filter {
		return retrieval.Filter{Field: field, Values: values}
	}
	text := func(filters []retrieval.Filter) string {
		var all []string
		for _, f := range filters {
			all = append(all, f.String())
		}
		return strings.Join(all, " ")
	}
	filters := add(add(add(nil, one("brand", "A")), one("brand", "B")), limits(1, 2))
	if got := text(filters); got != "brand=A|B price=1..2" {
		t.Errorf("taken: %s", got)
	}
	if got := text(add(filters, limits(3, 4))); got != "brand=A|B price=3..4" {
		t.Errorf("another price: %s", got)
	}
	if got := text(add(add(nil, one("category", "Shoes")), one("category", "Boots"))); got != "category=Boots" {
		t.Errorf("a category below: %s", got)
	}
	if got := text(remove(filters, one("brand", "a"))); got != "brand=B price=1..2" {
		t.Errorf("one of two given up: %s", got)
	}
	if got := text(remove(remove(filters, limits(1, 2)), one("brand", "A"))); got != "brand=B" {
		t.Errorf("the price given up: %s", got)
	}
	if got := text(filters); got != "brand=A|B price=1..2" {
		t.Errorf("the filters themselves were changed: %s", got)
	}
	if !holds(filters, one("brand", "b")) || holds(filters, one("brand", "C")) || !holds(filters, limits(1, 2)) || holds(filters, limits(1, 3)) {
		t.Error("holds is wrong about what is taken")
	}
}

func TestSwatchesKnowTheColoursOfFeeds(t *testing.T) {
	for name, want := range map[string]string{"red": "#c8312f", "Navy Blue": "#1f2d57", "light blue": "#2f62c9", "Multicolour": "", "dark-green": "#2f8f4e"} {
		if got := swatchOf(name); got == nil || got.Fill != want {
			t.Errorf("%s is %v, want %q", name, got, want)
		}
	}
	if got := swatchOf("transparent"); got != nil {
		t.Errorf("an unknown colour is %v", got)
	}
}

func TestPageLinksLeadToEveryPageThatCanBeAskedFor(t *testing.T) {
	text := func(offset, total int) string {
		var all []string
		for _, l := range pageLinks(request{Offset: offset}, total) {
			label := l.Label
			if l.Current {
				label = "[" + label + "]"
			}
			all = append(all, label)
		}
		return strings.Join(all, " ")
	}
	for _, test := range []struct {
		offset, total int
		want          string
	}{
		{0, 0, ""}, {0, 24, ""}, {0, 25, "[1] 2 Next"}, {24, 60, "Previous 1 [2] 3 Next"}, {240, 5000, "Previous 1 … 10 [11] 12 … 42 Next"},
		{984, 5000, "Previous 1 … 41 [42]"}, {480, 30, "Previous 1 [2]"},
	} {
		if got := text(test.offset, test.total); got != test.want {
			t.Errorf("offset %d of %d: %q, want %q", test.offset, test.total, got, test.want)
		}
	}
}

func TestBarsStayOnTheirScale(t *testing.T) {
	for name, test := range map[string]struct{ got, want bar }{
		"full":          {from(2, 2), bar{Width: 100}},
		"none":          {from(0, 0), bar{}},
		"half negative": {around(-1, 2), bar{Origin: 50, X: 25, Width: 25, Negative: true}},
		"half positive": {around(1, 2), bar{Origin: 50, X: 50, Width: 25}},
		"beyond":        {around(9, 2), bar{Origin: 50, X: 50, Width: 50}},
	} {
		if test.got != test.want {
			t.Errorf("%s: %+v, want %+v", name, test.got, test.want)
		}
	}
}
