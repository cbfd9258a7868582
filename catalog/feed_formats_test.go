package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// blackFriday lies within the sale of the fixtures.
var blackFriday = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func fixture(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata/feeds", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func remotePhotos(refs ...string) (photos []Photo) {
	for _, ref := range refs {
		photos = append(photos, Photo{Ref: ref})
	}
	return photos
}

var googleProducts = []Product{
	{
		ID: "JKT", Title: "Halden rain jacket", Description: "Keeps rain & wind out.\ntaped seams", Brand: "Halden", Category: []string{"Clothing", "Jackets", "Rain"},
		Colour: "red", PriceCents: 1900, Currency: "EUR", InStock: true, EAN: []string{"4006381333931", "4006381333948"},
		Attributes: map[string]string{"mpn": "HJ-1", "gender": "unisex", "age_group": "adult", "material": "nylon, recycled nylon", "custom_label_0": "autumn", "google_product_category": "5506", "Water column": "10,000 mm"},
		Photos:     remotePhotos("https://cdn.halden.test/jkt-red.jpg", "https://cdn.halden.test/jkt-back.jpg", "https://cdn.halden.test/jkt-hood.jpg", "https://cdn.halden.test/jkt-blue.jpg"),
		Variants:   []Variant{{SKU: "JKT-RED-S", Colour: "red", Size: "S", PriceCents: 1500}, {SKU: "JKT-BLU-M", Colour: "blue", Size: "M", PriceCents: 1900, InStock: true}},
	},
	{ID: "MUG", Title: "Enamel mug", Description: "Blue & white", PriceCents: 750, Currency: "EUR", InStock: true, Photos: remotePhotos("img/mug.jpg")},
}

func TestFeedFormatsAreRecognisedByTheirContents(t *testing.T) {
	tests := []struct {
		fixture, format string
		want            []Product
	}{
		{"google.xml", "Google Merchant XML (RSS 2.0)", googleProducts},
		{"google-atom.xml", "Google Merchant XML (Atom)", []Product{
			{ID: "TENT", Title: "Two-person tent", Description: "Light & dry", PriceCents: 19900, Currency: "EUR", Photos: remotePhotos("https://cdn.halden.test/tent.jpg")},
			{ID: "ROPE", Title: "Climbing rope", Description: "For walls and rocks", PriceCents: 4999, Currency: "USD"},
		}},
		{"google.tsv", "Google Merchant TSV", []Product{
			{
				ID: "SOCK", Title: "Wool socks", Description: "Warm", Brand: "Halden", Category: []string{"Clothing", "Socks"}, Colour: "grey", PriceCents: 1200, Currency: "USD", InStock: true,
				EAN: []string{"4006381333955", "4006381333962"}, Attributes: map[string]string{"pattern": "plain"},
				Photos:   remotePhotos("https://cdn.halden.test/sock-grey.jpg", "https://cdn.halden.test/a.jpg", "https://cdn.halden.test/b.jpg"),
				Variants: []Variant{{SKU: "SOCK-1", Colour: "grey", Size: "39-42", PriceCents: 1200, InStock: true}, {SKU: "SOCK-2", Colour: "grey", Size: "43-46", PriceCents: 1500, InStock: true}},
			},
			{ID: "CAP", Title: `Cap, 7" brim`, Brand: "Halden", Category: []string{"Clothing", "Caps"}, Colour: "green", PriceCents: 2000, Currency: "USD", Photos: remotePhotos("https://cdn.halden.test/cap.jpg"), Attributes: map[string]string{"pattern": "striped"}},
		}},
		{"shopify.csv", "Shopify CSV", []Product{
			{
				ID: "linen-shirt", Title: "Linen shirt", Description: "Cool in summer.\nWash at 30 °C", Brand: "Marlowe", Category: []string{"Apparel & Accessories", "Clothing", "Shirts"},
				Colour: "White", PriceCents: 4200, MarginCents: 2600, InStock: true, EAN: []string{"4006381334006", "4006381334013"},
				Attributes: map[string]string{"Type": "Shirts", "Tags": "summer, linen", "Gender": "Unisex"},
				Photos:     remotePhotos("https://cdn.shop.test/shirt-1.jpg?v=1", "https://cdn.shop.test/shirt-2.jpg?v=1", "https://cdn.shop.test/shirt-3.jpg", "https://cdn.shop.test/shirt-navy.jpg"),
				Variants:   []Variant{{SKU: "LS-W-S", Colour: "White", Size: "S", PriceCents: 4000}, {SKU: "LS-W-M", Colour: "White", Size: "M", PriceCents: 4200, InStock: true}, {SKU: "LS-N-M", Colour: "Navy", Size: "M", PriceCents: 4500, InStock: true}},
			},
			{ID: "gift-card", Title: "Gift card", Brand: "Marlowe", PriceCents: 2500, InStock: true, SKU: "GIFT"},
			{
				ID: "soap", Title: "Soap", Description: "plain & simple", Brand: "Marlowe", Category: []string{"Bath"}, PriceCents: 600, InStock: true, Attributes: map[string]string{"Scent": "Lavender, Rose"},
				Photos: remotePhotos("img/soap.jpg"), Variants: []Variant{{SKU: "SOAP-L", PriceCents: 600, InStock: true}, {SKU: "SOAP-R", PriceCents: 650, InStock: true}},
			},
		}},
	}
	for _, test := range tests {
		text := fixture(t, test.fixture)
		for name, contents := range map[string]string{test.fixture: text, "feed": text, "feed.gz": packed(t, text)} {
			t.Run(test.fixture+" as "+name, func(t *testing.T) {
				feed, err := openText(t, name, contents, FeedOptions{Now: blackFriday})
				if err != nil {
					t.Fatal(err)
				}
				if feed.Format() != test.format {
					t.Errorf("recognised as %q, want %q", feed.Format(), test.format)
				}
				var rows []Row
				for row := range feed.Rows() {
					rows = append(rows, row)
				}
				wantSameProducts(t, rows, test.want)
			})
		}
	}
}

func TestFormatsCanBeAskedFor(t *testing.T) {
	shopify := "Handle,Title\nmug,Mug\n"
	if got := only(t, "a.csv", shopify, FeedOptions{Format: "shopify"}); got.ID != "mug" {
		t.Errorf("got %+v", got)
	}
	google := "id,title,link\n1,Mug,https://x.test\n"
	if got := only(t, "a.csv", google, FeedOptions{Format: "google"}); got.Attributes != nil {
		t.Errorf("got %+v", got)
	}
	wantRows(t, rowsOf(t, "a.txt", fixture(t, "google.xml"), FeedOptions{Format: "google"}), []seen{{8, "JKT", nil}, {34, "MUG", nil}})
	if got := only(t, "a.csv", "id,title,image_link,availability,link\n1,Mug,a.jpg,in stock,https://x.test\n", FeedOptions{Format: "csv"}); got.Attributes["link"] != "https://x.test" {
		t.Errorf("as CSV the table was read as Merchant Center's: %+v", got)
	}
}

func TestMappingsHoldInEveryFormat(t *testing.T) {
	xml := `<rss xmlns:g="http://base.google.com/ns/1.0"><item><g:id>1</g:id><title>long</title><g:short_title>Mug</g:short_title><g:link>https://x.test</g:link></item></rss>`
	got := only(t, "a.xml", xml, FeedOptions{Mapping: map[string]string{"title": "short_title", "image": "link"}})
	wantProduct(t, got, Product{ID: "1", Title: "Mug", InStock: true, Photos: remotePhotos("https://x.test"), Attributes: map[string]string{"title": "long"}})

	shopify := "Handle,Title,Variant SKU,Variant Price,Season (product.metafields.custom.season)\nmug,Mug,M-1,5,Winter\n"
	got = only(t, "a.csv", shopify, FeedOptions{Mapping: map[string]string{"brand": "Season (product.metafields.custom.season)"}})
	wantProduct(t, got, Product{ID: "mug", Title: "Mug", InStock: true, SKU: "M-1", Brand: "Winter", PriceCents: 500})

	rows := rowsOf(t, "a.csv", "sku,parent,name,size\nT-1,T,Tee,S\nT-2,T,Tee,M\n", FeedOptions{Mapping: map[string]string{"item_group_id": "parent"}})
	wantSameProducts(t, rows, []Product{{ID: "T", Title: "Tee", InStock: true, Variants: []Variant{{SKU: "T-1", Size: "S", InStock: true}, {SKU: "T-2", Size: "M", InStock: true}}}})
}

func TestShopifyColumnsOfThePresentExport(t *testing.T) {
	text := "Title,URL handle,Description,Vendor,Type,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Price,Cost per item,Inventory tracker,Inventory quantity,Continue selling when out of stock,Product image URL,Image position,Variant image URL\n" +
		"Mug,mug,<b>Blue</b> mug,Halden,Mugs,TRUE,Active,M-1,4006381333931,Color,Blue,9.50,4,shopify,0,FALSE,https://x.test/2.jpg,2,\n" +
		",mug,,,,,,M-2,,,Red,9.50,4,shopify,0,TRUE,https://x.test/1.jpg,1,https://x.test/red.jpg\n"
	rows := rowsOf(t, "a.csv", text, FeedOptions{Currency: "usd"})
	wantSameProducts(t, rows, []Product{{
		ID: "mug", Title: "Mug", Description: "Blue mug", Brand: "Halden", Category: []string{"Mugs"}, Colour: "Blue", PriceCents: 950, Currency: "USD", MarginCents: 550, InStock: true, EAN: []string{"4006381333931"},
		Photos:   remotePhotos("https://x.test/1.jpg", "https://x.test/2.jpg", "https://x.test/red.jpg"),
		Variants: []Variant{{SKU: "M-1", Colour: "Blue", PriceCents: 950}, {SKU: "M-2", Colour: "Red", PriceCents: 950, InStock: true}},
	}})
}

func TestPriceWithoutACurrencyHasTheOneThatIsGiven(t *testing.T) {
	for text, want := range map[string]string{"5": "CHF", "5 EUR": "EUR", "": ""} {
		if got := only(t, "a.csv", "id,title,price\n1,Mug,"+text+"\n", FeedOptions{Currency: "chf"}); got.Currency != want {
			t.Errorf("price %q: currency %q, want %q", text, got.Currency, want)
		}
	}
}

func TestSalePriceHoldsWhileTheSaleDoes(t *testing.T) {
	at := func(text string) time.Time {
		date, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return date
	}
	tests := []struct {
		dates string
		now   time.Time
		cents int64
	}{
		{"", blackFriday, 750},
		{"2026-11-27T00:00+0100/2026-11-30T23:59+0100", at("2026-11-26T22:59:59Z"), 950},
		{"2026-11-27T00:00+0100/2026-11-30T23:59+0100", at("2026-11-26T23:00:00Z"), 750},
		{"2026-11-27T00:00+0100/2026-11-30T23:59+0100", at("2026-11-30T22:59:00Z"), 950},
		{"2026-11-27 / 2026-11-30", at("2026-11-30T23:59:59Z"), 750},
		{"2026-11-27/2026-11-30", at("2026-12-01T00:00:00Z"), 950},
	}
	for _, test := range tests {
		got := only(t, "a.tsv", "id\ttitle\tprice\tsale_price\tsale_price_effective_date\n1\tMug\t9.50 EUR\t7.50\t"+test.dates+"\n", FeedOptions{Now: test.now})
		if got.PriceCents != test.cents || got.Currency != "EUR" || got.Attributes != nil {
			t.Errorf("%s at %s: got %+v", test.dates, test.now, got)
		}
	}
	rows := rowsOf(t, "a.tsv", "id\ttitle\tsale_price\tsale_price_effective_date\n1\tMug\t7.50\tsoon\n", FeedOptions{})
	if ProblemOf(rows[0].Err) != ProblemPrice || !strings.Contains(rows[0].Err.Error(), "from when to when") {
		t.Errorf("got %v", rows[0].Err)
	}
}

func TestHTMLIsReadAsText(t *testing.T) {
	for text, want := range map[string]string{
		"plain text < 5 & > 3":                  "plain text < 5 & > 3",
		"sizes <M and >L":                       "sizes <M and >L",
		"<p>a</p><p>b  c</p>":                   "a\nb c",
		"a<br>b<br/>c":                          "a\nb\nc",
		"<ul><li>a</li><li><b>b</b>c</li></ul>": "a\nbc",
		"a &amp; b&nbsp;c":                      "a & b c",
		"<style>p{}</style><script>alert('<p>')</script><p>a": "a",
		"<p>a &lt;b&gt;</p>":                           "a <b>",
		"<table><tr><td>a</td><td>b</td></tr></table>": "a b",
		"<p>unclosed <b":                               "unclosed",
		"<p></p>":                                      "",
	} {
		if got := htmlText(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
