package catalog

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// openText opens a feed of the given contents from a file of the given name.
func openText(t *testing.T, name, contents string, opts FeedOptions) (*Feed, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
		t.Fatal(err)
	}
	feed, err := OpenFeed(path, opts)
	if err == nil {
		t.Cleanup(func() { _ = feed.Close() })
	}
	return feed, err
}

func rowsOf(t *testing.T, name, contents string, opts FeedOptions) []Row {
	t.Helper()
	feed, err := openText(t, name, contents, opts)
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	for row := range feed.Rows() {
		rows = append(rows, row)
	}
	return rows
}

// only returns the single product of a feed, its photos without their root.
func only(t *testing.T, name, contents string, opts FeedOptions) Product {
	t.Helper()
	rows := rowsOf(t, name, contents, opts)
	if len(rows) != 1 || rows[0].Err != nil {
		t.Fatalf("want one product, got %+v", rows)
	}
	return rootless(rows[0].Product)
}

func rootless(p Product) Product {
	p.Photos = append([]Photo(nil), p.Photos...)
	for i := range p.Photos {
		p.Photos[i].Root = ""
	}
	return p
}

func wantProduct(t *testing.T, got, want Product) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", asJSON(t, got), asJSON(t, want))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFeedRecognisesColumns(t *testing.T) {
	day := time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, file, text string
		opts             FeedOptions
		want             Product
	}{
		{
			name: "the usual CSV columns", file: "a.csv",
			text: "Product ID,Title,Description,Vendor,Category,Color,Price,Currency,Availability,Release Date,SKU,EAN,Image Link,Season\n" +
				"7,Tee,Soft,Acme,Clothes > Tops,red,19.99,eur,out of stock,2024-03-31,T-7,4006381333931,img/7.jpg,Summer\n",
			want: Product{ID: "7", Title: "Tee", Description: "Soft", Brand: "Acme", Category: []string{"Clothes", "Tops"}, Colour: "red", PriceCents: 1999, Currency: "EUR", Released: day, SKU: "T-7", EAN: []string{"4006381333931"}, Photos: []Photo{{Ref: "img/7.jpg"}}, Attributes: map[string]string{"Season": "Summer"}},
		},
		{
			name: "categories in columns from general to special, without repetition", file: "a.csv",
			text: "id,article_type,gender,sub_category,master_category,productDisplayName\n7,Watches,Men,Watches,Accessories,Casio\n",
			want: Product{ID: "7", Title: "Casio", InStock: true, Category: []string{"Accessories", "Watches"}, Attributes: map[string]string{"gender": "Men"}},
		},
		{
			name: "a category path beats further category columns", file: "a.tsv",
			text: "id\ttitle\tgoogle_product_category\tproduct_type\n7\tTee\t212\tClothes > Tops\n",
			want: Product{ID: "7", Title: "Tee", InStock: true, Category: []string{"Clothes", "Tops"}, Attributes: map[string]string{"google_product_category": "212"}},
		},
		{
			name: "numbered columns", file: "a.csv",
			text: "id,title,category_2,category_1,image2,image1\n7,Tee,Tops,Clothes,b.jpg,a.jpg\n",
			want: Product{ID: "7", Title: "Tee", InStock: true, Category: []string{"Clothes", "Tops"}, Photos: []Photo{{Ref: "a.jpg"}, {Ref: "b.jpg"}}},
		},
		{
			name: "the best title that is not empty", file: "a.csv",
			text: "id,name,title\n7,Tee,\n",
			want: Product{ID: "7", Title: "Tee", InStock: true},
		},
		{
			name: "a second name stays searchable as an attribute", file: "a.csv",
			text: "id,name,title\n7,T-700,Tee\n",
			want: Product{ID: "7", Title: "Tee", InStock: true, Attributes: map[string]string{"name": "T-700"}},
		},
		{
			name: "titles by language", file: "a.csv",
			text: "id,title,title_zh,Title (pt-BR),title_tag\n7,Tee,T恤,Camiseta,x\n",
			want: Product{ID: "7", Title: "Tee", InStock: true, Titles: map[string]string{"zh": "T恤", "pt-BR": "Camiseta"}, Attributes: map[string]string{"title_tag": "x"}},
		},
		{
			name: "without a plain title the English one is it", file: "a.csv",
			text: "id,title_zh,title_en\n7,T恤,Tee\n",
			want: Product{ID: "7", Title: "Tee", InStock: true, Titles: map[string]string{"zh": "T恤"}},
		},
		{
			name: "several photos and EANs in one value", file: "a.csv",
			text: "id;images;ean\n7;a.jpg, b.png|https://x.test/w_1,h_2/c;4006381333931 0012345678905\n",
			want: Product{ID: "7", InStock: true, EAN: []string{"4006381333931", "0012345678905"}, Photos: []Photo{{Ref: "a.jpg"}, {Ref: "b.png"}, {Ref: "https://x.test/w_1,h_2/c"}}},
		},
		{
			name: "JSON lists in a table", file: "a.tsv",
			text: "id\ttitle\tcategory\timages\n7\tTee\t[\"Clothes\",\"Tops\"]\t[\"a.jpg\",{\"ref\":\"b, c.jpg\"}]\n",
			want: Product{ID: "7", Title: "Tee", InStock: true, Category: []string{"Clothes", "Tops"}, Photos: []Photo{{Ref: "a.jpg"}, {Ref: "b, c.jpg"}}},
		},
		{
			name: "windows paths", file: "a.csv",
			text: "id,image\n7,images\\7.jpg\n",
			want: Product{ID: "7", InStock: true, Photos: []Photo{{Ref: "images/7.jpg"}}},
		},
		{
			name: "a SKU serves as id where there is no other", file: "a.csv",
			text: "sku,name\nT-7,Tee\n",
			want: Product{ID: "T-7", Title: "Tee", SKU: "T-7", InStock: true},
		},
		{
			name: "a mapping", file: "a.csv",
			text: "class_id,name,title,coarse,fine,pic\n7,Tee,long,Clothes,Tops,a.jpg\n",
			opts: FeedOptions{Mapping: map[string]string{"id": "Class ID", "title": "name", "category": "coarse, fine", "image": "pic"}},
			want: Product{ID: "7", Title: "Tee", InStock: true, Category: []string{"Clothes", "Tops"}, Photos: []Photo{{Ref: "a.jpg"}}, Attributes: map[string]string{"title": "long"}},
		},
		{
			name: "TSV without quoting", file: "a.tsv",
			text: "id\ttitle\n7\t\"Tee, 17\"\"\n",
			want: Product{ID: "7", Title: `"Tee, 17""`, InStock: true},
		},
		{
			name: "quoted values with separators, quotes and line ends", file: "a.csv",
			text: "id,title,description\n7,\"Tee, \"\"best\"\"\",\"one\ntwo\"\n",
			want: Product{ID: "7", Title: `Tee, "best"`, Description: "one\ntwo", InStock: true},
		},
		{
			name: "a BOM, Windows line ends and empty columns of a spreadsheet", file: "a.csv",
			text: "\ufeffid,title\r\n7,Tee,,\r\n\r\n",
			want: Product{ID: "7", Title: "Tee", InStock: true},
		},
		{
			name: "JSON of every type", file: "a.jsonl",
			text: `{"id":7,"name":"Tee","price":19.90,"currency":"€","available":0,"categories":["Clothes","Tops"],"image":"a,b.jpg","gtin":4006381333931,"weight":6.0,"new":true,"none":null,"sizes":["S",1],"dim":{"w":1,"in":{"h":2}},"attributes":{"fit":"slim","b":false}}`,
			want: Product{ID: "7", Title: "Tee", PriceCents: 1990, Currency: "EUR", Category: []string{"Clothes", "Tops"}, EAN: []string{"4006381333931"}, Photos: []Photo{{Ref: "a,b.jpg"}}, Attributes: map[string]string{"weight": "6.0", "new": "true", "sizes": "S, 1", "dim.w": "1", "dim.in.h": "2", "fit": "slim", "b": "false"}},
		},
		{
			name: "variants under other names", file: "a.jsonl",
			text: `{"id":"7","title":"Tee","variants":[{"id":71,"Size":"S","price":"19,99","color":"red","stock":3},{"sku":"72","in_stock":false}]}`,
			want: Product{ID: "7", Title: "Tee", InStock: true, Variants: []Variant{{SKU: "71", Size: "S", PriceCents: 1999, Colour: "red", InStock: true}, {SKU: "72"}}},
		},
		{
			name: "the contents where the name says nothing", file: "feed",
			text: `{"id":"7","title":"Tee"}`,
			want: Product{ID: "7", Title: "Tee", InStock: true},
		},
		{
			name: "the separator of the header", file: "feed.txt",
			text: "id;title\n7;Tee, red\n",
			want: Product{ID: "7", Title: "Tee, red", InStock: true},
		},
		{
			name: "the format that was asked for", file: "feed.csv",
			text: "id\ttitle,x\n7\tTee\n", opts: FeedOptions{Format: "tsv", Mapping: map[string]string{"title": "title,x"}},
			want: Product{ID: "7", Title: "Tee", InStock: true},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantProduct(t, only(t, test.file, test.text, test.opts), test.want)
		})
	}
}

func TestPhotosLieBelowTheFeedOrTheChosenFolder(t *testing.T) {
	images := t.TempDir()
	row := rowsOf(t, "a.csv", "id,image\n7,a.jpg|http://x.test/b.jpg\n", FeedOptions{Images: images})[0]
	if want := []Photo{{Ref: "a.jpg", Root: images}, {Ref: "http://x.test/b.jpg"}}; !reflect.DeepEqual(row.Product.Photos, want) {
		t.Errorf("got %+v, want %+v", row.Product.Photos, want)
	}
	root := rowsOf(t, "a.csv", "id,image\n7,a.jpg\n", FeedOptions{})[0].Product.Photos[0].Root
	if _, err := os.Stat(filepath.Join(root, "a.csv")); err != nil || !filepath.IsAbs(root) {
		t.Errorf("root %q is not the feed's folder: %v", root, err)
	}
	if _, err := openText(t, "a.csv", "id,image\n7,a.jpg\n", FeedOptions{Images: filepath.Join(images, "absent")}); err == nil {
		t.Error("a folder of photos that is absent was accepted")
	}
}

func TestFeedDoesNotLetARowChooseAFolder(t *testing.T) {
	row := rowsOf(t, "a.jsonl", `{"id":"7","photos":[{"ref":"passwd","root":"/etc"}]}`, FeedOptions{})[0]
	if root := row.Product.Photos[0].Root; root == "/etc" {
		t.Error("the feed's root was taken")
	}
}

func TestOpenFeedErrors(t *testing.T) {
	tests := []struct {
		name, file, text string
		opts             FeedOptions
		want             error
		says             string
	}{
		{"an empty file", "a.csv", "", FeedOptions{}, ErrEmptyFeed, "the file is empty"},
		{"a file of empty lines", "a.jsonl", "\n \r\n", FeedOptions{}, ErrEmptyFeed, "the file is empty"},
		{"a header alone", "a.csv", "id,title\n", FeedOptions{}, ErrEmptyFeed, "no row with data"},
		{"a table without an id", "a.csv", "a,title\n1,b\n", FeedOptions{}, ErrFeedFormat, "--map id=COLUMN; the columns are a, title"},
		{"a table with nothing to show", "a.csv", "id,b\n1,b\n", FeedOptions{}, ErrFeedFormat, "--map title=COLUMN"},
		{"a JSON array", "a.json", `[{"id":1}]`, FeedOptions{}, ErrFeedFormat, "jq"},
		{"XML of another kind", "a.xml", `<products><product/></products>`, FeedOptions{}, ErrFeedFormat, "XML whose root is <products>"},
		{"an error page in the place of the feed", "a.csv", `<!DOCTYPE html><html><body>Not found</body></html>`, FeedOptions{}, ErrFeedFormat, "XML whose root is <html>"},
		{"XML in another encoding", "a.xml", `<?xml version="1.0" encoding="ISO-8859-1"?><rss></rss>`, FeedOptions{}, ErrFeedFormat, "iso-8859-1: save it as UTF-8"},
		{"XML without an item", "a.xml", `<rss><channel><title>Shop</title></channel></rss>`, FeedOptions{}, ErrEmptyFeed, "no row with data"},
		{"XML that ends before its first item", "a.xml", `<rss><channel><title>Shop</title>`, FeedOptions{}, ErrFeedBroken, "cut off"},
		{"a mapping to an unknown element", "a.xml", `<rss><item><id>1</id><title>a</title></item></rss>`, FeedOptions{Mapping: map[string]string{"title": "caption"}}, ErrMapping, "the columns are id, title"},
		{"an unknown currency", "a.csv", "id,title\n1,b\n", FeedOptions{Currency: "euro"}, ErrCurrency, "write a code like EUR"},
		{"a spreadsheet", "a.xlsx", "PK\x03\x04....", FeedOptions{}, ErrFeedFormat, "save the sheet as CSV"},
		{"UTF-16", "a.csv", "\xff\xfei\x00d\x00", FeedOptions{}, ErrFeedFormat, "UTF-8"},
		{"an unknown format", "a.csv", "id,title\n1,b\n", FeedOptions{Format: "parquet"}, ErrFeedFormat, "jsonl, csv, tsv, google or shopify"},
		{"a mapping of an unknown field", "a.csv", "id,title\n1,b\n", FeedOptions{Mapping: map[string]string{"smell": "title"}}, ErrMapping, "the fields are"},
		{"a mapping to an unknown column", "a.csv", "id,title\n1,b\n", FeedOptions{Mapping: map[string]string{"title": "caption"}}, ErrMapping, `no column "caption": the columns are id, title`},
		{"a mapping to an unknown key", "a.jsonl", `{"id":1,"t":"x"}`, FeedOptions{Mapping: map[string]string{"title": "caption"}}, ErrMapping, "the columns are id, t"},
		{"a column for two fields", "a.csv", "id,x\n1,b\n", FeedOptions{Mapping: map[string]string{"title": "x", "brand": "x"}}, ErrMapping, "both"},
		{"broken compression", "a.csv.gz", "\x1f\x8b\x08\x00", FeedOptions{}, ErrFeedFormat, "unpack"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := openText(t, test.file, test.text, test.opts)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %v that says %q", err, test.want, test.says)
			}
		})
	}
	if _, err := OpenFeed(filepath.Join(t.TempDir(), "absent.csv"), FeedOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent feed: %v", err)
	}
}

func TestFeedsOfTheDataKit(t *testing.T) {
	const kit = "../../shared/data"
	if _, err := os.Stat(kit); err != nil {
		t.Skip("the data kit is not at ../shared/data beside the repository")
	}
	tests := []struct {
		file     string
		opts     FeedOptions
		products int
		sample   int // index of the product that want describes
		want     Product
	}{
		{"fashion/products.csv", FeedOptions{}, 9002, 0, Product{ID: "1607", Title: "Reebok Men trackpant- male Track Pants", Category: []string{"Apparel", "Bottomwear", "Track Pants"}, Colour: "Blue", InStock: true, Photos: []Photo{{Ref: "images/1607.jpg"}}, Attributes: map[string]string{"gender": "Men", "season": "Fall", "year": "2010", "usage": "Sports"}}},
		{"fashion/titles_only.csv", FeedOptions{}, 22966, 0, Product{ID: "1163", Title: "Nike Sahara Team India Fanwear Round Neck Jersey", Category: []string{"Apparel", "Topwear", "Tshirts"}, Colour: "Blue", InStock: true, Attributes: map[string]string{"gender": "Men", "season": "Summer", "year": "2011", "usage": "Sports"}}},
		{"electronics/products.jsonl.gz", FeedOptions{}, 19406, 0, Product{ID: "3920564", Title: "Xerox 006R90321 toner cartridge Original Black 6 pc(s)", Description: "Toner (6 Per Box) for CopyCentre C65 Digital Copier", Brand: "Xerox", PriceCents: 4995, InStock: true, EAN: []string{"0095205603217"}, Released: time.Date(2009, 12, 10, 0, 0, 0, 0, time.UTC), Attributes: map[string]string{"name": "006R90321", "t_type": "Original", "t_printing_colours": "Black", "t_print_technology": "Laser printing", "t_compatibility": "CopyCentre C65", "n_quantity_per_pack": "6.0", "n_black_toner_page_yield": "23000.0"}}},
		{"grocery/products.csv", FeedOptions{Mapping: map[string]string{"id": "class_id", "title": "name", "category": "coarse_class"}}, 81, 1, Product{ID: "1", Title: "Granny-Smith", Description: "Granny Smith is a green apple with white, firm pulp and a clear acidity in the flavor.", Category: []string{"Apple"}, InStock: true, Photos: []Photo{{Ref: "iconic/Granny-Smith.jpg"}}}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			feed, err := OpenFeed(filepath.Join(kit, test.file), test.opts)
			if err != nil {
				t.Fatal(err)
			}
			defer feed.Close()
			count := 0
			for row := range feed.Rows() {
				if row.Err != nil {
					t.Fatalf("line %d: %v", row.Line, row.Err)
				}
				if count == test.sample {
					wantProduct(t, rootless(row.Product), test.want)
				}
				for _, photo := range row.Product.Photos {
					if _, err := os.Stat(filepath.Join(photo.Root, photo.Ref)); err != nil {
						t.Fatal(err)
					}
				}
				count++
			}
			if count != test.products {
				t.Errorf("%d products, want %d", count, test.products)
			}
		})
	}
}
