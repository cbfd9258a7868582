package catalog

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestValidateSaysWhyAProductCannotEnter(t *testing.T) {
	tests := []struct {
		name string
		p    Product
		says string // "" = it may
	}{
		{"a title", Product{ID: "1", Title: "a"}, ""},
		{"a photo alone", Product{ID: "1", Photos: []Photo{{Ref: "a.jpg"}}}, ""},
		{"the longest id and title", Product{ID: strings.Repeat("x", MaxIDBytes), Title: strings.Repeat("色", MaxTitleRunes)}, ""},
		{"no id", Product{Title: "a"}, "no id"},
		{"an id of spaces", Product{ID: " ", Title: "a"}, "no id"},
		{"a long id", Product{ID: strings.Repeat("x", MaxIDBytes+1), Title: "a"}, "129 bytes"},
		{"an id with a line end", Product{ID: "a\nb", Title: "a"}, "line end"},
		{"nothing to show", Product{ID: "1", Title: " "}, "neither a title nor a photo"},
		{"a long title", Product{ID: "1", Title: strings.Repeat("色", MaxTitleRunes+1)}, "longer than 1000"},
		{"a negative price", Product{ID: "1", Title: "a", PriceCents: -1}, "negative"},
		{"text that is not UTF-8", Product{ID: "1", Title: "caf\xe9"}, "UTF-8"},
		{"a date that JSON cannot hold", Product{ID: "1", Title: "a", Released: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "years"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.p.Validate()
			if test.says == "" && err != nil || test.says != "" && (!errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("got %v, want %q", err, test.says)
			}
		})
	}
}

func TestCloneSharesNothing(t *testing.T) {
	full := func() Product {
		return Product{
			ID: "1", Titles: map[string]string{"zh": "鞋"}, Category: []string{"Shoes"}, EAN: []string{"4006381333931"},
			Attributes: map[string]string{"material": "wool"}, Photos: []Photo{{Ref: "a.jpg"}}, Variants: []Variant{{SKU: "1-42"}},
		}
	}
	p := full()
	clone := p.Clone()
	clone.Titles["zh"], clone.Category[0], clone.EAN[0], clone.Attributes["material"] = "", "", "", ""
	clone.Photos[0], clone.Variants[0] = Photo{}, Variant{}
	if want := full(); !reflect.DeepEqual(p, want) {
		t.Errorf("after its copy was changed: %+v, want %+v", p, want)
	}
}
