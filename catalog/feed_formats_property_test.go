package catalog

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// offered returns products as shops offer them: with a price, photos behind URLs, and variants that have a SKU and a
// size each; the product costs what its cheapest variant in stock does.
func offered(rng *rand.Rand, n int) []Product {
	products := randomProducts(rng, n)
	for i := range products {
		p := &products[i]
		*p = Product{
			ID: fmt.Sprintf("product %d <&>", i), Title: p.Title, Description: strings.NewReplacer("<", "", "&", "").Replace(p.Description), Brand: p.Brand,
			PriceCents: 1 + rng.Int64N(1e6), Currency: "EUR", InStock: rng.IntN(2) == 0,
		}
		for range rng.IntN(4) {
			p.Category = append(p.Category, fmt.Sprintf("level %d & more", rng.Int()))
			p.EAN = append(p.EAN, strconv.FormatInt(rng.Int64(), 10))
			p.Photos = append(p.Photos, Photo{Ref: fmt.Sprintf("https://x.test/?a=%d&b=2", rng.Int())})
		}
		variants := rng.IntN(5)
		if variants > 0 {
			p.PriceCents, p.InStock = 0, false
		}
		for j := range variants {
			v := Variant{SKU: fmt.Sprintf("sku %d-%d", i, j), Size: strconv.Itoa(30 + j), PriceCents: 1 + rng.Int64N(1e6), InStock: rng.IntN(2) == 0}
			if v.InStock && !p.InStock || v.InStock == p.InStock && (j == 0 || v.PriceCents < p.PriceCents) {
				p.PriceCents, p.InStock = v.PriceCents, v.InStock
			}
			p.Variants = append(p.Variants, v)
		}
	}
	return products
}

// feedRow is a row as one column after another.
type feedRow [][2]string

// googleRows writes products as Merchant Center has them, one row a variant; the columns are the same in all.
func googleRows(products []Product) []feedRow {
	var rows []feedRow
	for _, p := range products {
		variants := p.Variants
		group := p.ID
		if len(variants) == 0 {
			group, variants = "", []Variant{{SKU: p.ID, PriceCents: p.PriceCents, InStock: p.InStock}}
		}
		for i, v := range variants {
			row := feedRow{
				{"id", v.SKU}, {"item_group_id", group}, {"title", p.Title}, {"description", p.Description}, {"brand", p.Brand}, {"size", v.Size},
				{"price", fmt.Sprintf("%d.%02d EUR", v.PriceCents/100, v.PriceCents%100)}, {"availability", map[bool]string{true: "in stock", false: "out of stock"}[v.InStock]},
				{"product_type", strings.Join(p.Category, " > ")}, {"gtin", strings.Join(p.EAN, " ")}, {"image_link", ""}, {"additional_image_link", ""},
			}
			for j, photo := range p.Photos {
				if first := len(row) - 2; j == 0 {
					row[first][1] = photo.Ref
				} else if j*len(variants)/len(p.Photos) == i { // spread over the rows
					row[first+1][1] = strings.TrimPrefix(row[first+1][1]+"|"+photo.Ref, "|")
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// shopifyRows writes products as Shopify exports them: a row for each variant or photo, whichever are more.
func shopifyRows(products []Product) []feedRow {
	var rows []feedRow
	for _, p := range products {
		variants := p.Variants
		option := "Size"
		if len(variants) == 0 {
			option, variants = "Title", []Variant{{SKU: p.SKU, Size: "Default Title", PriceCents: p.PriceCents, InStock: p.InStock}}
		}
		for i := range max(len(variants), len(p.Photos)) {
			var title, description, brand, category, ean, sku, size, price, stock, photo, position string
			if i == 0 {
				title, description, brand, category, ean = p.Title, p.Description, p.Brand, strings.Join(p.Category, " > "), strings.Join(p.EAN, " ")
			} else {
				option = ""
			}
			if i < len(variants) {
				v := variants[i]
				sku, size, price, stock = v.SKU, v.Size, fmt.Sprintf("%d.%02d", v.PriceCents/100, v.PriceCents%100), map[bool]string{true: "3", false: "0"}[v.InStock]
			}
			if at := len(p.Photos) - 1 - i; at >= 0 { // the last position first
				photo, position = p.Photos[at].Ref, strconv.Itoa(at+1)
			}
			rows = append(rows, feedRow{
				{"Handle", p.ID}, {"Title", title}, {"Body (HTML)", description}, {"Vendor", brand}, {"Product Category", category}, {"Option1 Name", option}, {"Option1 Value", size},
				{"Variant SKU", sku}, {"Variant Inventory Tracker", "shopify"}, {"Variant Inventory Qty", stock}, {"Variant Inventory Policy", "deny"}, {"Variant Price", price},
				{"Variant Barcode", ean}, {"Image Src", photo}, {"Image Position", position},
			})
		}
	}
	return rows
}

func tableOf(t testing.TB, rows []feedRow, separator rune) string {
	t.Helper()
	var text bytes.Buffer
	table := csv.NewWriter(&text)
	table.Comma = separator
	for i, row := range rows {
		var names, values []string
		for _, column := range row {
			names, values = append(names, column[0]), append(values, column[1])
		}
		if i == 0 {
			_ = table.Write(names)
		}
		_ = table.Write(values)
	}
	if table.Flush(); table.Error() != nil {
		t.Fatal(table.Error())
	}
	return text.String()
}

func rssOf(t testing.TB, rows []feedRow) string {
	t.Helper()
	var text bytes.Buffer
	text.WriteString("<?xml version=\"1.0\"?>\n<rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel>\n")
	for _, row := range rows {
		text.WriteString("<item>")
		for _, column := range row {
			values := []string{column[1]}
			if column[0] == "additional_image_link" {
				values = strings.Split(column[1], "|")
			}
			for _, value := range values {
				if value == "" {
					continue
				}
				fmt.Fprintf(&text, "<g:%s>", column[0])
				if err := xml.EscapeText(&text, []byte(value)); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&text, "</g:%s>\n", column[0])
			}
		}
		text.WriteString("</item>\n")
	}
	return text.String() + "</channel></rss>"
}

// apart mixes the rows of products, but not the order of their first rows and of each product's own.
func apart(rng *rand.Rand, rows []feedRow, column string) []feedRow {
	var first, later, mixed []feedRow
	began := make(map[string]bool)
	for _, row := range rows {
		if key := row.get(column); key == "" || !began[key] {
			began[key] = true
			first = append(first, row)
		} else {
			later = append(later, row)
		}
	}
	clear(began)
	for len(first)+len(later) > 0 {
		if len(later) > 0 && began[later[0].get(column)] && rng.IntN(2) == 0 {
			mixed, later = append(mixed, later[0]), later[1:]
		} else if len(first) > 0 {
			began[first[0].get(column)] = true
			mixed, first = append(mixed, first[0]), first[1:]
		}
	}
	return mixed
}

func (r feedRow) get(column string) string {
	for _, c := range r {
		if c[0] == column {
			return c[1]
		}
	}
	return ""
}

func TestProductsAreTheSameAfterGoogleFeeds(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		products := offered(rng, 25)
		rows := googleRows(products)
		wantSameProducts(t, rowsOf(t, "a.tsv", tableOf(t, rows, '\t'), FeedOptions{}), products)
		wantSameProducts(t, rowsOf(t, "a.csv", tableOf(t, rows, ','), FeedOptions{}), products)
		wantSameProducts(t, rowsOf(t, "a.xml", rssOf(t, rows), FeedOptions{}), products)
		wantSameProducts(t, rowsOf(t, "a.xml.gz", packed(t, rssOf(t, apart(rng, rows, "item_group_id"))), FeedOptions{}), products)
	}
}

func TestProductsAreTheSameAfterShopifyFeeds(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 4))
		products := offered(rng, 25)
		rows := shopifyRows(products)
		wantSameProducts(t, rowsOf(t, "a.csv", tableOf(t, rows, ','), FeedOptions{Currency: "EUR"}), products)
		wantSameProducts(t, rowsOf(t, "a.csv.gz", packed(t, tableOf(t, apart(rng, rows, "Handle"), ',')), FeedOptions{Currency: "EUR"}), products)
	}
}
