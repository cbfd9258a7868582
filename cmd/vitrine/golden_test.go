package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/catalog/sample"
	"vitrine/retrieval"
)

var update = flag.Bool("update", false, "write what is found to testdata/golden")

// goldenQuery is a search in the sample shop and what its results should be.
type goldenQuery struct {
	name string // of its file below testdata/golden
	text string
	want wanted
}

// wanted is what a shopper who asks so means; empty fields do not matter, a bar parts alternatives.
type wanted struct {
	id                               string
	brand, category, colour          string
	notColour, notMaterial           string
	gender, material, pattern, style string
	below, above                     int64 // price in cents
}

func (w wanted) fits(p catalog.Product) bool {
	is := func(wanted, value string) bool {
		return wanted == "" || slices.Contains(strings.Split(wanted, "|"), value)
	}
	return is(w.id, p.ID) && is(w.brand, p.Brand) && is(w.colour, p.Colour) &&
		(w.category == "" || slices.Contains(p.Category, w.category)) &&
		(w.notColour == "" || w.notColour != p.Colour) &&
		(w.notMaterial == "" || w.notMaterial != p.Attributes["material"]) &&
		is(w.gender, p.Attributes["gender"]) && is(w.material, p.Attributes["material"]) &&
		is(w.pattern, p.Attributes["pattern"]) && is(w.style, p.Attributes["style"]) &&
		(w.below == 0 || p.PriceCents < w.below) && (w.above == 0 || p.PriceCents > w.above)
}

var goldenQueries = []goldenQuery{
	// Kinds.
	{"dress", "dress", wanted{category: "Dresses"}},
	{"sofa", "sofa", wanted{category: "Sofas"}},
	{"couch", "couch", wanted{category: "Sofas"}},
	{"lamps", "lamps", wanted{category: "Lighting"}},
	{"running-shoes", "running shoes", wanted{category: "Sneakers"}},
	{"toy-car", "toy car", wanted{category: "Cars"}},
	{"furniture", "furniture", wanted{category: "Furniture"}},
	{"wine-glass", "wine glass", wanted{category: "Glasses"}},
	{"glasses-for-the-sun", "glasses for the sun", wanted{category: "Sunglasses"}},
	{"something-to-sit-on", "something to sit on", wanted{category: "Seating"}},
	{"gift-for-a-child", "gift for a child", wanted{category: "Toys"}},
	{"tea", "tea", wanted{category: "Teapots"}},

	// Attributes.
	{"red-dress", "red dress", wanted{category: "Dresses", colour: "red"}},
	{"blue-sneakers-for-men", "blue sneakers for men", wanted{category: "Sneakers", colour: "blue", gender: "men"}},
	{"womens-black-boots", "women's black boots", wanted{category: "Boots", colour: "black", gender: "women"}},
	{"striped-socks", "striped socks", wanted{category: "Socks", pattern: "striped"}},
	{"floral-mug", "floral mug", wanted{category: "Mugs", pattern: "floral"}},
	{"leather-handbag", "leather handbag", wanted{category: "Handbags", material: "leather"}},
	{"white-ceramic-vase", "white ceramic vase", wanted{category: "Vases", colour: "white", material: "ceramic"}},
	{"dark-blue-coat", "dark blue coat", wanted{category: "Coats", colour: "navy"}},
	{"gray-sweater", "gray sweater", wanted{category: "Sweaters", colour: "grey"}},
	{"wooden-chair", "wooden chair", wanted{category: "Chairs", material: "oak|painted wood"}},
	{"vintage-clock", "vintage clock", wanted{category: "Clocks", style: "vintage"}},
	{"polka-dot-skirt", "polka dot skirt", wanted{category: "Skirts", pattern: "dotted"}},
	{"silk-scarf-purple", "silk scarf purple", wanted{category: "Scarves", colour: "purple", material: "silk"}},
	{"green", "green", wanted{colour: "green"}},

	// Brands, titles and codes.
	{"marlowe", "marlowe", wanted{brand: "Marlowe"}},
	{"halden-watch", "Halden watch", wanted{brand: "Halden", category: "Watches"}},
	{"sku", "DUN-HIGH-HEEL-013", wanted{id: "s-high-heel-013"}},
	{"sku-lower-case", "mir-stool-005", wanted{id: "s-stool-005"}},
	{"ean", "2049709751033", wanted{id: "s-t-shirt-001"}},
	{"id", "s-rocket-001", wanted{id: "s-rocket-001"}},
	{"whole-title", "Hanami classic red plush teddy bear with bow", wanted{id: "s-teddy-bear-005"}},
	{"part-of-a-title", "velluto straw fedora", wanted{brand: "Velluto", category: "Hats"}},

	// Misspellings.
	{"typo-drss", "red drss", wanted{category: "Dresses", colour: "red"}},
	{"typo-sneekers", "sneekers", wanted{category: "Sneakers"}},
	{"typo-umbrela", "umbrela", wanted{category: "Umbrellas"}},
	{"typo-headfones", "headfones", wanted{category: "Headphones"}},
	{"typo-bycicle", "blue bycicle", wanted{category: "Bicycles", colour: "blue"}},
	{"typo-marlow", "marlow shirt", wanted{brand: "Marlowe", category: "Shirts"}},
	{"typo-joined", "teddybear", wanted{category: "Teddy Bears"}},
	{"typo-apart", "back pack", wanted{category: "Backpacks"}},

	// Prices and negations.
	{"sofa-under-900", "sofa under 900", wanted{category: "Sofas", below: 90000}},
	{"watch-under-100-euro", "watch under 100 euro", wanted{category: "Watches", below: 10000}},
	{"mug-10-to-15", "mug 10 to 15 euro", wanted{category: "Mugs", above: 999, below: 1501}},
	{"boots-over-100", "boots over 100", wanted{category: "Boots", above: 10000}},
	{"dress-not-red", "dress not red", wanted{category: "Dresses", notColour: "red"}},
	{"shoes-minus-black", "sneakers -black", wanted{category: "Sneakers", notColour: "black"}},
	{"bag-without-leather", "handbag without leather", wanted{category: "Handbags", notMaterial: "leather"}},

	// Chinese.
	{"zh-dress", "连衣裙", wanted{category: "Dresses"}},
	{"zh-red-dress", "红色连衣裙", wanted{category: "Dresses", colour: "red"}},
	{"zh-mens-running-shoes", "男士跑鞋", wanted{category: "Sneakers", gender: "men"}},
	{"zh-leather-handbag", "真皮手提包", wanted{category: "Handbags", material: "leather"}},
	{"zh-sofa", "沙发", wanted{category: "Sofas"}},
	{"zh-floral-mug", "碎花马克杯", wanted{category: "Mugs", pattern: "floral"}},
	{"zh-white-vase", "白色花瓶", wanted{category: "Vases", colour: "white"}},
	{"zh-skirt-not-red", "不要红色的裙子", wanted{category: "Skirts", notColour: "red"}},
	{"zh-watch-under-100", "100欧元以下的手表", wanted{category: "Watches", below: 10000}},
	{"zh-brand-teddy", "Hanami 泰迪熊", wanted{brand: "Hanami", category: "Teddy Bears"}},
	{"zh-mixed", "blue 帽子", wanted{category: "Headwear", colour: "blue"}},
	{"zh-gift-for-children", "儿童礼物", wanted{category: "Toys"}},
}

const goldenDepth = 10

// nearTie is the difference of scores below which the order of two products is left to the processor:
// embeddings differ in their last digits from one to the other.
const nearTie = 0.005

// TestGoldenQueries holds the first results of many queries in the sample shop against their files, so that
// any change of ranking is a diff to read. `go test ./cmd/vitrine -run Golden -update` writes the files.
func TestGoldenQueries(t *testing.T) {
	if testing.Short() {
		t.Skip("draws and indexes the sample shop: not run with -short")
	}
	shop, products := openSample(t)
	for _, q := range goldenQueries {
		t.Run(q.name, func(t *testing.T) {
			if !slices.ContainsFunc(products, q.want.fits) {
				t.Errorf("nothing in the shop is what %q asks for", q.text)
			}
			response, err := shop.engine.Search(t.Context(), retrieval.Query{Text: q.text, Limit: 5 * goldenDepth})
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "golden", q.name+".txt")
			got := q.listing(response.Hits, products)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v: write it with -update", err)
			}
			if got != string(want) && !tied(goldenIDs(string(want)), response.Hits) {
				t.Errorf("the results of %q changed; if they are better, write them with -update\ngot:\n%s\nwant:\n%s", q.text, got, want)
			}
		})
	}
}

func TestEachGoldenFileHasItsQuery(t *testing.T) {
	files, err := os.ReadDir(filepath.Join("testdata", "golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".txt")
		if !slices.ContainsFunc(goldenQueries, func(q goldenQuery) bool { return q.name == name }) {
			t.Errorf("%s is of no query", file.Name())
		}
	}
	if len(files) != len(goldenQueries) {
		t.Errorf("%d files of %d queries", len(files), len(goldenQueries))
	}
}

// openSample indexes the shop that `vitrine demo` shows, and returns its products too.
func openSample(t *testing.T) (*shop, []catalog.Product) {
	t.Helper()
	terminal := newTerminal(t.Output(), t.Output())
	path, err := drawSample(t.Context(), t.TempDir(), sample.Options{Seed: 1}, terminal)
	if err != nil {
		t.Fatal(err)
	}
	index := indexCmd{Data: t.TempDir(), Feed: path}
	if _, err := index.index(t.Context(), terminal, ""); err != nil {
		t.Fatal(err)
	}
	shop, err := openShop(t.Context(), index.Data, "", terminal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shop.close() })

	feed, err := catalog.OpenFeed(path, catalog.FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	var products []catalog.Product
	for row := range feed.Rows() {
		if row.Err != nil {
			t.Fatal(row.Err)
		}
		products = append(products, row.Product)
	}
	return shop, products
}

// listing is the text of a golden file: the query, how many of the products that it asks for are among
// the first results, and those results, the right ones with a plus.
func (q goldenQuery) listing(hits []retrieval.Hit, products []catalog.Product) string {
	inShop, found := 0, 0
	for _, p := range products {
		if q.want.fits(p) {
			inShop++
		}
	}
	var lines strings.Builder
	for _, hit := range hits[:min(goldenDepth, len(hits))] {
		mark := '-'
		if q.want.fits(hit.Product) {
			mark = '+'
			found++
		}
		fmt.Fprintf(&lines, "%c %s\t%s\n", mark, hit.Product.ID, hit.Product.Title)
	}
	return fmt.Sprintf("%s\n%d of %d\n%s", q.text, found, min(goldenDepth, inShop), lines.String())
}

// goldenIDs are the products that a golden file lists.
func goldenIDs(text string) []string {
	var ids []string
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n")[2:] {
		id, _, _ := strings.Cut(line, "\t")
		ids = append(ids, id[2:])
	}
	return ids
}

// tied reports whether the hits could as well stand in the order of ids, because what stands
// otherwise is nearly tied.
func tied(ids []string, hits []retrieval.Hit) bool {
	if len(ids) != min(goldenDepth, len(hits)) {
		return false
	}
	scores := map[string]float64{}
	for _, hit := range hits {
		scores[hit.Product.ID] = hit.Score
	}
	for i, id := range ids {
		score, found := scores[id]
		if !found {
			return false
		}
		for _, before := range ids[:i] {
			delete(scores, before)
		}
		for _, other := range scores { // what stands behind it, in the file or left out of it
			if other > score+nearTie {
				return false
			}
		}
	}
	return true
}

func TestNearlyTiedResultsMayChangePlaces(t *testing.T) {
	var hits []retrieval.Hit
	for id, score := range map[string]float64{"a": 3, "b": 2, "c": 2 - nearTie/2, "d": 1} {
		hits = append(hits, retrieval.Hit{Score: score, Product: catalog.Product{ID: id}})
	}
	for order, want := range map[string]bool{"a b c d": true, "a c b d": true, "b a c d": false, "a b d c": false, "a b c": false, "a b c e": false} {
		if got := tied(strings.Fields(order), hits); got != want {
			t.Errorf("%s: %v", order, got)
		}
	}
}
