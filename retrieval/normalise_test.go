package retrieval

import (
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormaliseFillsDefaultsAndLeavesTheQueryAlone(t *testing.T) {
	asked := Query{Text: "  Red　SHOES ", Filters: []Filter{{Field: FieldBrand, Values: []string{" Nike "}}}}
	q, err := normalise(asked)
	if err != nil {
		t.Fatal(err)
	}
	if q.Mode != ModeRanked || q.Limit != DefaultLimit || q.Text != "red shoes" || q.Filters[0].Values[0] != "Nike" {
		t.Errorf("normalised to %+v", q)
	}
	if asked.Text != "  Red　SHOES " || asked.Filters[0].Values[0] != " Nike " {
		t.Errorf("the caller's query was changed to %+v", asked)
	}
}

func TestNormaliseTextGivesOneSpelling(t *testing.T) {
	for raw, want := range map[string]string{
		"":                    "",
		" \t\n\x00 ":          "",
		"Red\tShoes":          "red shoes",
		"Ｎｉｋｅ　Ａｉｒ":            "nike air",     // full width
		"oﬃce chair":          "office chair", // ligature
		"Cafe\u0301":          "caf\u00e9",
		"ro\u00adses":         "roses", // soft hyphen
		"\ufeffred\u200bdish": "reddish",
		"红色 连衣裙":              "红色 连衣裙",
		"STRAßE":              "straße",
	} {
		if got := normaliseText(raw); got != want {
			t.Errorf("normaliseText(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestNormaliseRefusesWhatItCannotAnswerAndSaysWhatToDo(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	one := func(f Filter) Query { return Query{Filters: []Filter{f}} }
	for name, c := range map[string]struct {
		query Query
		says  string // "" = accepted
	}{
		"longest text":             {Query{Text: strings.Repeat("红", MaxTextRunes)}, ""},
		"text too long":            {Query{Text: strings.Repeat("红", MaxTextRunes+1)}, "the limit is 256"},
		"text too long by NFKC":    {Query{Text: strings.Repeat("\ufdfa", MaxTextRunes)}, "the limit is 256"},
		"most words":               {Query{Text: strings.Repeat("a ", MaxTerms)}, ""},
		"too many words":           {Query{Text: strings.Repeat("a ", MaxTerms+1)}, "33 words, the limit is 32"},
		"text is not UTF-8":        {Query{Text: "\xff"}, "UTF-8"},
		"unknown mode":             {Query{Mode: "magic"}, "keyword, vector, hybrid or ranked"},
		"deepest page":             {Query{Offset: 976}, ""},
		"page too deep":            {Query{Offset: 990, Limit: 11}, "narrow the search"},
		"limit that overflows":     {Query{Offset: 1, Limit: math.MaxInt}, "narrow the search"},
		"offset that overflows":    {Query{Offset: math.MaxInt, Limit: math.MaxInt}, "narrow the search"},
		"negative offset":          {Query{Offset: -1}, "negative"},
		"negative limit":           {Query{Limit: -1}, "negative"},
		"largest photo":            {Query{Photos: photos(make([]byte, MaxPhotoBytes))}, ""},
		"photo too large":          {Query{Photos: photos(make([]byte, MaxPhotoBytes+1))}, "the limit is 10 MB"},
		"keyword with photo only":  {Query{Photos: photos([]byte{1}), Mode: ModeKeyword}, "add words"},
		"keyword with both":        {Query{Photos: photos([]byte{1}), Text: "red", Mode: ModeKeyword}, ""},
		"unknown field":            {one(Filter{Field: "size", Values: []string{"L"}}), "category, brand, colour, price, in_stock"},
		"too many filters":         {Query{Filters: make([]Filter, MaxFilters+1)}, "33 filters"},
		"filter without a value":   {one(Filter{Field: FieldBrand}), "needs a value"},
		"filter of an empty value": {one(Filter{Field: FieldBrand, Values: []string{" "}}), "empty"},
		"filter of many values":    {one(Filter{Field: FieldBrand, Values: make([]string, MaxFilterValues+1)}), "257 values"},
		"bounds on a brand":        {one(Filter{Field: FieldBrand, Values: []string{"A"}, Min: number(1)}), "not min and max"},
		"values on a price":        {one(Filter{Field: FieldPrice, Values: []string{"1"}, Min: number(1)}), "not values"},
		"price without bounds":     {one(Filter{Field: FieldPrice}), "needs a min, a max or both"},
		"price upside down":        {one(Filter{Field: FieldPrice, Min: number(2), Max: number(1)}), "min 2 is more than max 1"},
		"price below nought":       {one(Filter{Field: FieldPrice, Min: number(-1)}), "from 0 up"},
		"price that is no number":  {one(Filter{Field: FieldPrice, Max: number(math.NaN())}), "from 0 up"},
		"endless price":            {one(Filter{Field: FieldPrice, Max: number(math.Inf(1))}), "from 0 up"},
		"stock neither way":        {one(Filter{Field: FieldInStock, Values: []string{"maybe"}}), "neither true nor false"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := normalise(c.query)
			if c.says == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if !errors.Is(err, ErrBadQuery) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want ErrBadQuery that says %q", err, c.says)
			}
		})
	}
}

func FuzzNormaliseText(f *testing.F) {
	for _, seed := range []string{"Red SHOES", "Ｎｉｋｅ", "Cafe\u0301", "\ufdfa", "İstanbul", "\u00ad\u200b", "a\x00b", "ǅ ϓ", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		text, err := normaliseQueryText(raw)
		if err != nil {
			if !errors.Is(err, ErrBadQuery) {
				t.Fatalf("%q: %v does not wrap ErrBadQuery", raw, err)
			}
			return
		}
		if !utf8.ValidString(text) || strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
			t.Fatalf("%q became %q", raw, text)
		}
		if again := normaliseText(text); again != text {
			t.Fatalf("%q became %q, and that %q", raw, text, again)
		}
	})
}
