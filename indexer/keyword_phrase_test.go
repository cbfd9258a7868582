package indexer_test

import (
	"slices"
	"testing"

	"vitrine/catalog"
)

func TestWordsTogetherInTheTitleComeFirst(t *testing.T) {
	index := openTitles(t, "night lamp with light", "light for the night", "warm night light lamp", "lamp night a light")
	got := found(t, index, "night light")
	if len(got) != 4 || got[0] != "lamp night a light" && got[0] != "warm night light lamp" || got[1] != "lamp night a light" && got[1] != "warm night light lamp" {
		t.Errorf("found %q: want the titles with night and light together first", got)
	}
	if got := found(t, index, "light night"); got[0] != "light for the night" {
		t.Errorf("found %q: want the order of the query", got)
	}
}

func TestTitleThatIsTheQueryComesFirst(t *testing.T) {
	index := openProducts(t,
		catalog.Product{ID: "boys", Title: "The Boys"},
		catalog.Product{ID: "more", Title: "Boys boys boys", Brand: "Boys", Category: []string{"Boys"}, Colour: "boys", Description: "boys boys boys"},
		catalog.Product{ID: "dress", Title: "Kleid", Titles: map[string]string{"en": "Red dress", "zh": "红色连衣裙"}},
		catalog.Product{ID: "red dress", Title: "Red dress, red", Brand: "Red", Colour: "red", Description: "red dress"},
		catalog.Product{ID: "zh", Title: "红色连衣裙 红色连衣裙", Description: "红色连衣裙"},
	)
	for query, want := range map[string]string{"boys": "boys", "the boy": "boys", "RED DRESSES": "dress", "红色连衣裙": "dress", "kleid": "dress"} {
		if got := found(t, index, query); len(got) == 0 || got[0] != want {
			t.Errorf("%q finds %q, want %q first", query, got, want)
		}
	}
}

func TestWordsAreFoundJoinedAndApart(t *testing.T) {
	index := openTitles(t, "Headset", "Head set of brass", "Set of heads", "Power banks", "Powerbank 5", "iPhone 11 case", "iPhone11")
	for query, want := range map[string][]string{
		"head set":  {"Head set of brass", "Headset", "Set of heads"},
		"headset":   {"Head set of brass", "Headset"},
		"powerbank": {"Power banks", "Powerbank 5"},
		"iphone11":  {"iPhone 11 case", "iPhone11"},
		"iphone 11": {"iPhone 11 case", "iPhone11"},
	} {
		if got := sorted(found(t, index, query)); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestPartOfACompoundIsNotTakenForMisspelt(t *testing.T) {
	index := openTitles(t, "Bluetooth headset", "Blue booth", "Blue lamp")
	if got := found(t, index, "blue tooth"); !slices.Equal(got, []string{"Bluetooth headset"}) {
		t.Errorf("found %q", got)
	}
}
