package indexer_test

import (
	"slices"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// openProducts indexes products and opens them.
func openProducts(t testing.TB, products ...catalog.Product) *indexer.Snapshot {
	t.Helper()
	s := newShop(t)
	s.dir = indexertest.Build(t, products)
	return s.open()
}

// openTitles indexes products of which a title is all, and which it is the id of too.
func openTitles(t testing.TB, titles ...string) *indexer.Snapshot {
	t.Helper()
	var products []catalog.Product
	for _, title := range titles {
		products = append(products, catalog.Product{ID: title, Title: title})
	}
	return openProducts(t, products...)
}

func TestModelNumberIsFoundHoweverItIsWritten(t *testing.T) {
	const model = "Sony WH-1000XM4 headphones"
	others := []string{
		"Sony WH-1000XM3 headphones", "Sony WF-1000XM4 earbuds", "WH WH WH 1000 sheets", "XM4 radio, 1000 W",
		"Case for WH 1000", "1000 clips", "Sony headphones WH", "XM 4 WH paint", "WH-XM4-1000 drill",
	}
	for _, title := range []string{model, "Sony WH1000XM4 headphones", "Sony WH 1000 XM4 headphones", "Sony WH-1000-XM-4 headphones"} {
		index := openTitles(t, append(others, title)...)
		for _, query := range []string{
			"WH-1000XM4", "wh1000xm4", "WH 1000 XM4", "wh-1000-xm4", "WH 1000XM4", "wh1000 xm4", "wh_1000/xm4",
			"sony wh-1000xm4", "sony wh1000xm4", "headphones wh 1000 xm4", "WH-1000XM4 Sony",
		} {
			if got := found(t, index, query); len(got) == 0 || got[0] != title {
				t.Errorf("%q finds %q, want %q first", query, got, title)
			}
		}
	}
	index := openTitles(t, "Sony WH-1000XM4 headphones", "Sony WH-1000XM3 headphones", "1000 XM radios", "Fan XM4")
	for _, query := range []string{"1000 xm4", "1000xm4", "1000-XM4"} {
		if got := found(t, index, query); len(got) == 0 || got[0] != model {
			t.Errorf("%q finds %q, want %q first", query, got, model)
		}
	}
}

func TestModelNumberIsNotFoundByOneThatIsNearlyTheSame(t *testing.T) {
	index := openTitles(t, "Sony WH-1000XM4", "Brother TN-2110 toner")
	for _, query := range []string{"wh1000xm5", "wh1000xm", "tn2111", "tn21100", "xm5"} {
		if got := found(t, index, query); len(got) > 0 && query != "wh1000xm" {
			t.Errorf("%q finds %q", query, got)
		}
	}
	if got := found(t, index, "wh1000xm"); !slices.Equal(got, []string{"Sony WH-1000XM4"}) {
		t.Errorf("the beginning of a model number finds %q", got)
	}
}

func TestCodesComeBeforeModelNumbers(t *testing.T) {
	index := openProducts(t,
		catalog.Product{ID: "a", Title: "Toner TN-2110 for TN-2110 printers"},
		catalog.Product{ID: "b", Title: "Toner", SKU: "TN 2110"},
	)
	if got := found(t, index, "tn-2110"); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("found %q", got)
	}
}

func TestModelRuns(t *testing.T) {
	for text, want := range map[string][]string{
		"WH-1000XM4":            {"wh1000", "wh1000xm", "wh1000xm4", "1000xm", "1000xm4", "xm4"},
		"RTX 3080 Ti":           {"rtx3080", "rtx3080ti", "3080ti"},
		"PS 4":                  {"ps4"},
		"USB-C 3.0 hub":         {"usbc3", "usbc30", "c3", "c30", "30hub", "0hub", "c30hub", "usbc30hub"},
		"iPhone 11":             nil, // a word and a number: a phrase
		"iPhone11":              {"iphone11"},
		"no digits at-all":      nil,
		"4006381333931":         nil, // a code
		"第2代":                   nil,
		"T100 for four friends": {"t100", "t100for", "t100forfour"},
	} {
		got := indexer.ModelRuns(text)
		slices.Sort(got)
		want = slices.Sorted(slices.Values(want))
		if !slices.Equal(got, want) {
			t.Errorf("%q has %q, want %q", text, got, want)
		}
	}
}
