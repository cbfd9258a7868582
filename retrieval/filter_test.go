package retrieval

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestParseFilterReadsWhatStringWrites(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	for written, c := range map[string]struct {
		filter    Filter
		canonical string
	}{
		"brand=Nike|Puma":      {Filter{Field: FieldBrand, Values: []string{"Nike", "Puma"}}, "brand=Nike|Puma"},
		" Colour = light blue": {Filter{Field: FieldColour, Values: []string{"light blue"}}, "colour=light blue"},
		"category=红色|a=b":      {Filter{Field: FieldCategory, Values: []string{"红色", "a=b"}}, "category=红色|a=b"},
		`brand=Dolce \| Co\\`:  {Filter{Field: FieldBrand, Values: []string{`Dolce | Co\`}}, `brand=Dolce \| Co\\`},
		`brand=\Nike`:          {Filter{Field: FieldBrand, Values: []string{"Nike"}}, "brand=Nike"},
		"in_stock=true":        {Filter{Field: FieldInStock, Values: []string{"true"}}, "in_stock=true"},
		"price=10..50":         {Filter{Field: FieldPrice, Min: number(10), Max: number(50)}, "price=10..50"},
		"price= .. 49.90":      {Filter{Field: FieldPrice, Max: number(49.9)}, "price=..49.9"},
		"price=1e2..":          {Filter{Field: FieldPrice, Min: number(100)}, "price=100.."},
	} {
		f, err := ParseFilter(written)
		if err != nil {
			t.Errorf("ParseFilter(%q): %v", written, err)
			continue
		}
		if !reflect.DeepEqual(f, c.filter) {
			t.Errorf("ParseFilter(%q) = %+v, want %+v", written, f, c.filter)
		}
		if f.String() != c.canonical {
			t.Errorf("ParseFilter(%q).String() = %q, want %q", written, f.String(), c.canonical)
		}
	}
}

func TestParseFilterSaysWhatIsWrong(t *testing.T) {
	for written, says := range map[string]string{
		"":              "category, brand, colour, price, in_stock",
		"Nike":          "FIELD=VALUE",
		"size=L":        "category, brand, colour, price, in_stock",
		"brand=":        "empty",
		"brand=a||b":    "empty",
		"price=20":      "price=10..50",
		"price=..":      "needs a min, a max or both",
		"price=a..b":    "such as 49.90",
		"price=0x1p4..": "such as 49.90",
		"price=5..1":    "more than max",
		"price=..NaN":   "from 0 up",
		"in_stock=yes":  "neither true nor false",
	} {
		if _, err := ParseFilter(written); !errors.Is(err, ErrBadQuery) || !strings.Contains(err.Error(), says) {
			t.Errorf("ParseFilter(%q): %v, want ErrBadQuery that says %q", written, err, says)
		}
	}
}

func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{"brand=Nike|Puma", `colour=a\|b\\|c`, "price=10..50", "price=..0.1", "price=1e308..", "in_stock=false", "category=鞋 子", "price=1...5", `brand=\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		first, err := ParseFilter(written)
		if err != nil {
			if !errors.Is(err, ErrBadQuery) {
				t.Fatalf("ParseFilter(%q): %v does not wrap ErrBadQuery", written, err)
			}
			return
		}
		again, err := ParseFilter(first.String())
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Fatalf("ParseFilter(%q) = %+v; its String %q reads as %+v, %v", written, first, first.String(), again, err)
		}
	})
}
