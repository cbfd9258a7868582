package indexer_test

import (
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
)

func TestQuantityIsOneTermHoweverItIsWritten(t *testing.T) {
	for want, spellings := range map[string][]string{
		"27in":     {"27 inch", `27"`, "27in", "27-inch", "27 Zoll", "27 inches", "27”", "27''", "27英寸", "27.0 inch"},
		"2tb":      {"2 TB", "2tb", "2 terabyte", "2 Terabytes", "2-TB"},
		"500ml":    {"500ml", "500 ml", "0.5 l", "0,5 Liter", "50cl", "500 millilitres", "500毫升", "0.5升"},
		"1500mm":   {"1.5m", "1.5 m", "150 cm", "1500mm", "1,5 Meter", "1,500 mm", "1.5米"},
		"100w":     {"100w", "100 Watt", "0.1 kW", "100W"},
		"1500g":    {"1.5 kg", "1500 g", "1500 grams", "1.5公斤"},
		"20000mah": {"20000mAh", "20,000 mAh", "20000 mah"},
		"size42":   {"size 42", "Size 42.0", "Größe 42", "taille 42"},
		"sizexl":   {"size XL", "size x-large", "Size xl"},
		"xl":       {"XL", "x-large", "extra large", "X Large", "xlarge"},
		"xxl":      {"XXL", "2XL", "xx-large", "2xl"},
	} {
		for _, spelling := range spellings {
			if got := indexer.KeywordTerms(spelling); !slices.Equal(got, []string{want}) {
				t.Errorf("%q has the terms %q, want %q", spelling, got, want)
			}
		}
	}
}

func TestWhatLooksLikeAQuantityAndIsNone(t *testing.T) {
	for text, want := range map[string]string{
		"3 in 1":           "3 1", // "in" is a stop word
		"2-in-1 laptop":    "2 1 laptop",
		`"windows 10" key`: "window 10 kei",
		"windows 10 a":     "windows 10",
		"1.2.3.4 m":        "1.2.3.4 m",
		"12345678901234 g": "12345678901234 g",
		"m 5":              "m 5",
		"size 27 inch":     "size 27in",
		"size":             "size",
		"small":            "small",
		"large x":          "larg x",
		"1080p":            "1080p",
		"802.11n":          "802.11n",
		"4 person tent":    "4 person tent",
	} {
		want = strings.ReplaceAll(want, "windows", "window")
		if got := strings.Join(indexer.KeywordTerms(text), " "); got != want {
			t.Errorf("%q has the terms %q, want %q", text, got, want)
		}
	}
}

func TestQuantitiesAndSizesAreFound(t *testing.T) {
	index := openProducts(t,
		catalog.Product{ID: "monitor", Title: `Acme 27" monitor`},
		catalog.Product{ID: "small monitor", Title: "Acme 24 inch monitor"},
		catalog.Product{ID: "disk", Title: "Disk", Description: "Holds 2 terabytes."},
		catalog.Product{ID: "bottle", Title: "Bottle of 0.5 l"},
		catalog.Product{ID: "shoe", Title: "Shoe", Variants: []catalog.Variant{{Size: "42"}, {Size: "43"}}},
		catalog.Product{ID: "boot", Title: "Boot", Attributes: map[string]string{"size": "42"}},
		catalog.Product{ID: "hat", Title: "Hat 58"},
		catalog.Product{ID: "shirt", Title: "Shirt", Variants: []catalog.Variant{{Size: "XL"}}},
	)
	for query, want := range map[string][]string{
		"27-inch monitor":   {"monitor"},
		"27in":              {"monitor"},
		"monitor 27":        {"monitor"},
		"24 zoll":           {"small monitor"},
		"2tb disk":          {"disk"},
		"500 ml":            {"bottle"},
		"size 42":           {"boot", "shoe"},
		"shoe size 43":      {"shoe"},
		"42":                {"boot", "shoe"},
		"shirt extra large": {"shirt"},
		"size xl":           {"shirt"},
		"xl shirt":          {"shirt"},
		"hat size 58":       {"hat"},
		"25 inch":           {},
	} {
		if got := sorted(found(t, index, query)); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}
