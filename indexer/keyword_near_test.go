package indexer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
)

func TestMisspeltWordFindsWhatIsNear(t *testing.T) {
	index := openTitles(t, "wireless headphones", "laptop bag", "skirt", "shirt", "refrigerator magnet", "batteries", "skis", "crème brûlée torch", "3M tape", "K980 pen")
	for query, want := range map[string]string{
		"hedphones":         "wireless headphones", // one letter left out
		"headhpones":        "wireless headphones", // neighbours swapped: one edit
		"labtops":           "laptop bag",          // the stem is one edit away
		"skrit":             "skirt",
		"refridgerater":     "refrigerator magnet", // two edits in a long word
		"refirgertaor":      "refrigerator magnet", // two swaps
		"baterys":           "",                    // two edits in a word of 7 letters
		"sks":               "",                    // three letters
		"headphnes wirless": "wireless headphones",
		"brulle":            "crème brûlée torch",
		"k981":              "", // a model number
		"geadphones":        "", // another first letter
	} {
		got := strings.Join(found(t, index, query), ", ")
		if got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestLastWordIsCompletedWhenNoProductHasIt(t *testing.T) {
	index := openTitles(t, "wireless mouse", "universities guide", "wire", "shelving unit", "shelves", "T恤 dress")
	for query, want := range map[string][]string{
		"wirel":        {"wireless mouse"},
		"mouse wirele": {"wireless mouse"},
		"universit":    {"universities guide"},     // longer than the stem
		"wire":         {"wire"},                   // some product has it as a word
		"wirel mouse":  {"wire", "wireless mouse"}, // not the last word: wire is near
		"universit ":   nil,                        // finished
		"wi":           nil,                        // two letters say nothing
		"shelv":        {"shelves", "shelving unit"},
		"dres":         {"T恤 dress"},
	} {
		if got := found(t, index, query); !slices.Equal(sorted(got), want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

// Whatever the catalogue and the query, a product that has a word by a misspelling, a completion or a
// synonym alone is not above one that has all words as they are, in the same place.
func TestProductWithAllWordsIsNotBelowOneWithWhatIsNear(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	words := []string{"skirt", "shirt", "short", "sport", "spot", "wireless", "wirelessly", "headphones", "headphone", "telly", "television", "power", "bank", "charger", "portable", "red", "rod"}
	synonyms := readSynonyms(t, "telly, television\npower bank, portable charger\nskirt => shirt")
	mangle := func(word string) string {
		at := 1 + random.IntN(len(word)-1)
		return []string{word, word, word[:at] + word[at+1-random.IntN(2):], word[:at], word[:at] + "x" + word[at:]}[random.IntN(5)]
	}
	for range 15 {
		var products []catalog.Product
		for i := range 40 {
			var title []string
			for _, at := range random.Perm(len(words))[:4] {
				title = append(title, mangle(words[at]))
			}
			products = append(products, catalog.Product{ID: fmt.Sprintf("p%02d", i), Title: strings.Join(title, " ")})
		}
		index := openProducts(t, products...)
		titles := make(map[string]string)
		for _, p := range products {
			titles[p.ID] = p.Title
		}
		for range 60 {
			var query []string
			for _, at := range random.Perm(len(words))[:1+random.IntN(3)] {
				query = append(query, mangle(words[at]))
			}
			near := ""
			for _, id := range foundWith(t, index, strings.Join(query, " "), synonyms) {
				if !hasAll(titles[id], query) {
					near = titles[id]
				} else if near != "" {
					t.Errorf("%q: %q is above %q", query, near, titles[id])
				}
			}
		}
	}
}

func hasAll(title string, query []string) bool {
	terms := indexer.KeywordTerms(title)
	for _, term := range indexer.KeywordTerms(strings.Join(query, " ")) {
		if !slices.Contains(terms, term) {
			return false
		}
	}
	return true
}

func TestUnknownWordsDoNotCountAgainstProducts(t *testing.T) {
	index := openTitles(t, "red dress", "red shoe", "blue dress")
	for _, query := range []string{"red dress xyzzy", "xyzzy plugh red dress qwfp", "red 红 dress"} {
		if got := found(t, index, query); !slices.Equal(got, []string{"red dress"}) {
			t.Errorf("%q finds %q", query, got)
		}
	}
}

func TestTermsNeeded(t *testing.T) {
	for words, want := range []struct{ words, han int }{{0, 0}, {1, 1}, {2, 2}, {2, 2}, {3, 3}, {4, 3}, {4, 4}, {5, 5}, {5, 5}, {6, 6}, {6, 6}} {
		if got := indexer.TermsNeeded(words, false); got != want.words {
			t.Errorf("%d of %d words, want %d", got, words, want.words)
		}
		if got := indexer.TermsNeeded(words, true); got != want.han {
			t.Errorf("%d of %d pairs of characters, want %d", got, words, want.han)
		}
	}
	index := openTitles(t, "夏季红色裙子", "红色夏季裙子", "红色夏季帽子")
	if got := found(t, index, "红色夏季裙子"); len(got) != 3 || got[0] != "红色夏季裙子" {
		t.Errorf("found %q: want the words in another order too", got)
	}
}

func TestCorrect(t *testing.T) {
	index := openTitles(t, "Wireless headphones", "Headphones stand", "Headphone", "Sony WH-1000XM4", "Laptop", "Red skirt", "Keyboard", "Smart watch", "Crème", "Men's shirt", "红色连衣裙")
	synonyms := readSynonyms(t, "telly, keyboard")
	for text, want := range map[string]string{
		"wireless hedphones":  "wireless headphones", // as the catalogue writes it and not its stem
		"Wirless  Hedphones!": "wireless headphones!",
		"headfone":            "headphone",
		"skrit, red":          "skirt, red",
		"sony wh-1000xm5":     "sony wh-1000xm5", // a model number
		"wierless xm4x 红":     "wireless xm4x 红",
		"laptops and the":     "laptops and the", // other forms and stop words are words
		"wirel":               "wirel",           // typed in part
		"wirel stnd":          "wirel stand",     // no word is near wirel
		"key board":           "key board",       // the parts of a word
		"smartwatch":          "smartwatch",      // two words in one
		"telly":               "telly",           // a synonym
		"xyzzy":               "xyzzy",
		"men's skirts":        "men's skirts",
		"红色连衣群":               "红色连衣群",
		"":                    "",
		"  ":                  "  ",
		"\xff skrit":          "\xff skirt",
	} {
		got, changed, err := index.Correct(context.Background(), text, synonyms)
		if err != nil || got != want || changed != (got != text) {
			t.Errorf("%q is corrected to %q (%t, %v), want %q", text, got, changed, err, want)
		}
	}
}
