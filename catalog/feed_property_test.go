package catalog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// randomProducts returns valid products of every kind of field, with awkward text.
func randomProducts(rng *rand.Rand, n int) []Product {
	alphabet := []rune("abcdefghijklmnopqrstuvwxyz  \",;|'\t<>&\\/{}[]红色é😀")
	text := func() string {
		runes := []rune{'x'}
		for range rng.IntN(12) {
			runes = append(runes, alphabet[rng.IntN(len(alphabet))])
		}
		return string(append(runes, 'y'))
	}
	maybe := func() string {
		if rng.IntN(2) == 0 {
			return ""
		}
		return text()
	}
	products := make([]Product, n)
	for i := range products {
		p := Product{ID: fmt.Sprintf("%s-%d", text(), i), Title: text(), Description: maybe(), Brand: maybe(), Colour: maybe(), SKU: maybe(), InStock: rng.IntN(2) == 0}
		p.ID = strings.ReplaceAll(p.ID, "\t", " ")
		if rng.IntN(2) == 0 {
			p.Titles = map[string]string{"zh": text(), "pt-BR": text()}
			p.PriceCents, p.Currency = rng.Int64N(1e9), "EUR"
			p.Released = time.Date(1970+rng.IntN(80), 3, 1, 13, rng.IntN(60), 7, 0, time.UTC)
		}
		for range rng.IntN(4) {
			p.Category = append(p.Category, text())
			p.EAN = append(p.EAN, strconv.FormatInt(rng.Int64(), 10))
			p.Photos = append(p.Photos, Photo{Ref: fmt.Sprintf("dir %d/%d, b.jpg", i, rng.Int())}, Photo{Ref: fmt.Sprintf("https://x.test/?a=%d,b", rng.Int())})
			p.Variants = append(p.Variants, Variant{SKU: text(), Colour: maybe(), Size: maybe(), PriceCents: rng.Int64N(1e6), InStock: rng.IntN(2) == 0})
		}
		for range rng.IntN(4) {
			if p.Attributes == nil {
				p.Attributes = make(map[string]string)
			}
			p.Attributes[text()] = text()
		}
		products[i] = p
	}
	return products
}

func wantSameProducts(t *testing.T, rows []Row, want []Product) {
	t.Helper()
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(rows), len(want))
	}
	for i, row := range rows {
		if row.Err != nil {
			t.Fatalf("line %d: %v", row.Line, row.Err)
		}
		got := rootless(row.Product)
		if !reflect.DeepEqual(got, want[i]) {
			t.Fatalf("got  %s\nwant %s", asJSON(t, got), asJSON(t, want[i]))
		}
	}
}

func TestProductsAreTheSameAfterJSONL(t *testing.T) {
	for seed := range uint64(20) {
		products := randomProducts(rand.New(rand.NewPCG(seed, 1)), 25)
		var feed bytes.Buffer
		lines := json.NewEncoder(&feed)
		for _, p := range products {
			if err := lines.Encode(p); err != nil {
				t.Fatal(err)
			}
		}
		wantSameProducts(t, rowsOf(t, "a.jsonl", feed.String(), FeedOptions{}), products)
	}
}

func TestProductsAreTheSameAfterTables(t *testing.T) {
	for seed := range uint64(20) {
		products := randomProducts(rand.New(rand.NewPCG(seed, 2)), 25)
		for _, separator := range []rune{',', ';', '\t'} {
			var feed bytes.Buffer
			table := csv.NewWriter(&feed)
			table.Comma = separator
			table.UseCRLF = seed%2 == 0
			rows := [][]string{{"ID", "Title", "Titles", "Description", "Brand", "Category", "Colour", "Price Cents", "Currency", "In Stock", "Released", "SKU", "EAN", "Attributes", "Photos", "Variants"}}
			for _, p := range products {
				released := ""
				if !p.Released.IsZero() {
					released = p.Released.Format(time.RFC3339)
				}
				rows = append(rows, []string{p.ID, p.Title, listCell(t, p.Titles), p.Description, p.Brand, listCell(t, p.Category), p.Colour, strconv.FormatInt(p.PriceCents, 10), p.Currency, strconv.FormatBool(p.InStock), released, p.SKU, strings.Join(p.EAN, " "), listCell(t, p.Attributes), listCell(t, p.Photos), listCell(t, p.Variants)})
			}
			if err := table.WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			name := map[rune]string{',': "a.csv", ';': "a.csv", '\t': "a.tsv"}[separator]
			wantSameProducts(t, rowsOf(t, name, feed.String(), FeedOptions{}), products)
		}
	}
}

// listCell writes a value as JSON, or nothing where there is nothing.
func listCell(t *testing.T, v any) string {
	if text := asJSON(t, v); text != "null" {
		return text
	}
	return ""
}

func FuzzJSONL(f *testing.F) {
	f.Add([]byte(`{"id":1,"title":"a"}`))
	f.Add([]byte("{\"id\":\"1\",\"price\":\"1.299,00 €\",\"photos\":[{\"ref\":\"a\"}],\"variants\":[{}]}\n{"))
	f.Add([]byte(`{"sku":"x","titles":{"zh":"a"},"category":[["a"],null],"released":"01/02/2003"}`))
	f.Fuzz(func(t *testing.T, data []byte) { readEverything(t, data, "jsonl") })
}

func FuzzGoogleXML(f *testing.F) {
	addFixture(f, "google.xml")
	addFixture(f, "google-atom.xml")
	f.Add([]byte("<rss><item><id>1</id><title>a</title></item><item><id>2</id><item><!-- --><![CDATA[]]></rss>"))
	f.Add([]byte("<feed xmlns:m='http://base.google.com/ns/1.0'><entry><m:id>1</m:id><m:item_group_id>g</m:item_group_id><m:shipping><a><b/></a></m:shipping></entry>"))
	f.Fuzz(func(t *testing.T, data []byte) { readEverything(t, data, "google") })
}

func FuzzGoogleTables(f *testing.F) {
	addFixture(f, "google.tsv")
	f.Add([]byte("id,item_group_id,title,image_link,additional_image_link,availability,price,sale_price,sale_price_effective_date\n1,g,a,a.jpg,b.jpg,preorder,1 USD,2 USD,2026-01-01/2026-02-01\n2,g,a,,,,,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) { readEverything(t, data, "google") })
}

func FuzzShopify(f *testing.F) {
	addFixture(f, "shopify.csv")
	f.Add([]byte("URL handle,Title,Option1 name,Option1 value,Option2 name,Option2 value,Price,Inventory quantity,Image position,Product image URL\na,A,Color,Red,Size,S,5,-1,-1,x.jpg\na,,,Blue,,M,,,99,y.jpg\n"))
	f.Fuzz(func(t *testing.T, data []byte) { readEverything(t, data, "shopify") })
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a &amp; b</p><script><b>x</script><br/>&#x41;&bogus;")
	f.Fuzz(func(t *testing.T, text string) {
		if got := htmlText(text); len(got) > 4*len(text)+4 {
			t.Fatalf("%d bytes from %d", len(got), len(text))
		}
	})
}

func addFixture(f *testing.F, name string) {
	f.Helper()
	data, err := os.ReadFile(filepath.Join("testdata/feeds", name))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
}

func FuzzTables(f *testing.F) {
	f.Add([]byte("id,title\n1,a\n1,\"b\n"))
	f.Add([]byte("\ufeffid;name;images;category\r\n1;\"a\"\"\r\n\";a.jpg|b;[\"x\"]\r\n"))
	f.Add([]byte("id\ttitle_zh\tprice\tstock\n1\ta\t$1,2\t-1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		readEverything(t, data, "csv")
		readEverything(t, data, "tsv")
	})
}

// readEverything checks what holds for whatever bytes a stranger sends.
func readEverything(t *testing.T, data []byte, format string) {
	feed, err := readFeed(bytes.NewReader(data), "", FeedOptions{Format: format}, "/photos")
	if err != nil {
		return
	}
	isXML := strings.HasPrefix(feed.Format(), "Google Merchant XML")
	line := 0
	ids := make(map[string]bool)
	for row := range feed.Rows() {
		if row.Line < line || row.Line == line && !isXML {
			t.Fatalf("line %d follows line %d", row.Line, line)
		}
		line = row.Line
		if row.Err != nil {
			continue
		}
		if err := row.Product.Validate(); err != nil {
			t.Fatal(err)
		}
		if ids[row.Product.ID] {
			t.Fatalf("id %q twice", row.Product.ID)
		}
		ids[row.Product.ID] = true
		if len(row.Product.Photos) > MaxPhotos {
			t.Fatalf("%d photos", len(row.Product.Photos))
		}
		photos := make(map[Photo]bool)
		for _, photo := range row.Product.Photos {
			if photos[photo] {
				t.Fatalf("photo %q twice", photo.Ref)
			}
			photos[photo] = true
		}
		if _, err := json.Marshal(row.Product); err != nil {
			t.Fatal(err)
		}
	}
}
