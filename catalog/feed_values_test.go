package catalog

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestPriceIsReadAsCents(t *testing.T) {
	tests := []struct {
		text     string
		cents    int64
		currency string
	}{
		{"19.99", 1999, ""}, {"19,99 EUR", 1999, "EUR"}, {"eur 19.9", 1990, "EUR"}, {"$19.99", 1999, "USD"}, {"19,99 €", 1999, "EUR"},
		{"0", 0, ""}, {"7", 700, ""}, {"1,299", 129900, ""}, {"1,299.50", 129950, ""}, {"1.299,50 €", 129950, "EUR"},
		{"1 299,00 kr", 129900, ""}, {"1\u00a0299\u202f000,5", 129900050, ""}, {"CHF 1'299.-", 0, "error"}, {"1’299.95", 129995, ""},
		{"1,234,567", 123456700, ""}, {"1.234.567", 123456700, ""}, {"1,00,000.00", 10000000, ""}, {"0.125", 13, ""}, {"1234.125", 123413, ""},
		{"1.5e2", 15000, ""}, {"¥ 1200", 120000, ""}, {"12元", 1200, "CNY"}, {"12.", 0, "error"},
		{"1.299", 0, "error"}, {"abc", 0, "error"}, {"-5", 0, "error"}, {"-5 EUR", 0, "error"}, {"1,2,3", 0, "error"}, {"1.2.3", 0, "error"},
		{"19.99 / kg", 0, "error"}, {"from 19.99", 0, "error"}, {"19.99 EURO", 0, "error"}, {"1e99", 0, "error"}, {"1e999", 0, "error"}, {"NaN", 0, "error"}, {"Inf", 0, "error"}, {"--5", 0, "error"},
	}
	for _, test := range tests {
		cents, currency, err := parsePrice(test.text, false)
		if test.currency == "error" {
			if err == nil {
				t.Errorf("%q was read as %d %s", test.text, cents, currency)
			}
		} else if err != nil || cents != test.cents || currency != test.currency {
			t.Errorf("%q: got %d %q %v, want %d %q", test.text, cents, currency, err, test.cents, test.currency)
		}
	}
}

func TestCentsSurviveEveryWayOfWritingThem(t *testing.T) {
	for cents := int64(0); cents < 200_000; cents += 7 {
		whole, rest := strconv.FormatInt(cents/100, 10), strconv.FormatInt(cents%100+100, 10)[1:]
		for _, text := range []string{whole + "." + rest, whole + "," + rest + " EUR", "$" + whole + "." + rest} {
			if got, _, err := parsePrice(text, false); err != nil || got != cents {
				t.Fatalf("%q: got %d, %v", text, got, err)
			}
		}
	}
}

func TestMarginIsReadAsAnAmountAShareOrWhatThePriceLeavesOverTheCost(t *testing.T) {
	for row, want := range map[string]int64{
		`"price":"20.00","margin":"7,50 EUR"`:                  750,
		`"price":20,"margin":-1.5`:                             -150,
		`"price":"19.99","margin":"30%"`:                       600,
		`"price":"20.00","margin":"12,5 %"`:                    250,
		`"price":"20.00","cost":"13.10"`:                       690,
		`"price":"20.00","cost_of_goods_sold":"23.10 EUR"`:     -310,
		`"price":"20.00","cost":"13.10","margin":"5"`:          500,
		`"price_cents":2000,"margin_cents":-5,"margin":"9.99"`: -5,
		`"cost":"13.10"`:                                       0,
		`"margin":"10%"`:                                       0,
		`"price":"20.00"`:                                      0,
		`"price":"0.5","margin":"0"`:                           0,
	} {
		p := only(t, "feed.jsonl", `{"id":"7","title":"x",`+row+`}`+"\n", FeedOptions{})
		if p.MarginCents != want || len(p.Attributes) > 0 {
			t.Errorf("%s: %d and the attributes %v, want %d", row, p.MarginCents, p.Attributes, want)
		}
	}
}

func TestDateIsReadInSeveralForms(t *testing.T) {
	want := time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"2024-03-31", "2024-3-31", "2024/03/31", "31.03.2024", "31.3.2024", "20240331", "31/03/2024", "3/31/2024", "31 March 2024", "Mar 31, 2024", "2024-03-31T00:00:00Z", "2024-03-31 00:00:00", "2024-03-31T02:00+0200"} {
		if got, err := parseDate(text); err != nil || !got.Equal(want) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for text, year := range map[string]int{"2012": 2012, "0000-00-00": 1, "0001-01-01T00:00:00Z": 1} {
		if got, err := parseDate(text); err != nil || got.Year() != year {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"soon", "2024-02-30", "03/04/2024", "99", "2024-13-01"} {
		if got, err := parseDate(text); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func TestStockIsReadFromWordsAndQuantities(t *testing.T) {
	for text, want := range map[string]bool{
		"true": true, "in stock": true, "in_stock": true, "In Stock": true, "https://schema.org/InStock": true, "1": true, "12.0": true, "": true,
		"false": false, "out of stock": false, "out_of_stock": false, "http://schema.org/OutOfStock": false, "0": false, "-3": false, "preorder": false, "Sold out": false,
	} {
		if got := only(t, "a.tsv", "id\ttitle\tavailability\n7\tTee\t"+text+"\n", FeedOptions{}).InStock; got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

func TestBrokenValueNamesItsColumnAndWhatToWrite(t *testing.T) {
	for row, says := range map[string]string{
		`{"id":"7","title":"x","price":"abc"}`:                          `column "price": "abc" is no price: write 19.99`,
		`{"id":"7","title":"x","Price":-5}`:                             `column "Price": the price -5 is negative`,
		`{"id":"7","title":"x","price":"1.299"}`:                        "two decimals",
		`{"id":"7","title":"x","price":{"amount":1}}`:                   `column "price": it holds an object`,
		`{"id":"7","title":"x","price_cents":19.99}`:                    "write 1999 for 19.99",
		`{"id":"7","title":"x","price_cents":-1}`:                       "negative",
		`{"id":"7","title":"x","price_cents":1e300}`:                    "too large",
		`{"id":"7","title":"x","currency":"gold coins"}`:                "write a code like EUR",
		`{"id":"7","title":"x","released":"soon"}`:                      `column "released": "soon" is no date: write dates like 2024-03-31`,
		`{"id":"7","title":"x","released":"03/04/2024"}`:                "could be 2024-04-03 or 2024-03-04",
		`{"id":"7","title":"x","in_stock":"perhaps"}`:                   "true or false",
		`{"id":"7","title":"x","titles":"y"}`:                           "titles by language",
		`{"id":"7","title":"x","margin":"good"}`:                        `column "margin": "good" is no price`,
		`{"id":"7","title":"x","margin":"300%"}`:                        "a percentage such as 30%",
		`{"id":"7","title":"x","variants":[{"price":"abc"}]}`:           `column "price": "abc" is no price: write 19.99 or 19.99 EUR (in "variants")`,
		`{"id":"7","title":"x","variants":"S, M"}`:                      "not a list of objects",
		`{"id":"7","title":"x","photos":[{"href":"a.jpg"}]}`:            "a photo has no ref",
		`{"id":"7","title":{"en":"x"}}`:                                 `column "title": it holds an object`,
		`{"id":"7","title":"x","released":"9999-12-31T23:59:59-05:00"}`: "years 1 to 9999",
	} {
		got := rowsOf(t, "a.jsonl", row, FeedOptions{})[0]
		if got.Err == nil || !strings.Contains(got.Err.Error(), says) {
			t.Errorf("%s: got %v, want %q", row, got.Err, says)
		}
		if got.Product.ID != "7" || got.Line != 1 || !errors.Is(got.Err, ErrBrokenRow) && !errors.Is(got.Err, ErrInvalid) {
			t.Errorf("%s: got %+v", row, got)
		}
	}
}
