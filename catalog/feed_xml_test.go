package catalog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func rss(items ...string) string {
	return "<rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel>\n" + strings.Join(items, "\n") + "\n</channel></rss>\n"
}

func TestBrokenItemCostsThatItemOnly(t *testing.T) {
	good := "<item><g:id>%d</g:id><title>a</title></item>"
	item := func(id int) string { return fmt.Sprintf(good, id) }
	long := strings.Repeat("x", maxLineBytes)
	tests := []struct {
		name, broken string
		id           string
		kind         error
	}{
		{"an ampersand", "<item><g:id>2</g:id><title>a & b</title></item>", "", ErrBrokenRow},
		{"elements that cross", "<item><g:id>2</title></item>", "", ErrBrokenRow},
		{"an element that is not closed", "<item><g:id>2</g:id><title>a</item>", "", ErrBrokenRow},
		{"an item that is not closed", "<item><g:id>2</g:id><title>a</title>", "", ErrBrokenRow},
		{"an empty item", "<item/>", "", ErrNoID},
		{"an item without an id", "<item><title>a</title></item>", "", ErrNoID},
		{"an item that is too long", "<item><g:id>2</g:id><title>" + long + "</title></item>", "", ErrBrokenRow},
		{"a long comment within", "<item><g:id>2</g:id><!-- " + long + " --><title>a</title></item>", "", ErrBrokenRow},
		{"text that is not UTF-8", "<item><g:id>2</g:id><title>caf\xe9</title></item>", "", ErrBrokenRow},
		{"an entity that nobody knows", "<item><g:id>2</g:id><title>&laughs;</title></item>", "", ErrBrokenRow},
		{"elements deep in one another", "<item>" + strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000) + "</item>", "", ErrBrokenRow},
		{"a duplicate id", "<item><g:id>1</g:id><title>a</title></item>", "1", ErrDuplicateID},
		{"a price that is none", "<item><g:id>2</g:id><title>a</title><g:price>cheap</g:price></item>", "2", ErrBrokenRow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows := rowsOf(t, "a.xml", rss(item(1), test.broken, item(3)), FeedOptions{})
			wantRows(t, rows, []seen{{2, "1", nil}, {3, test.id, test.kind}, {4, "3", nil}})
		})
	}
	t.Run("the last item is not closed", func(t *testing.T) {
		wantRows(t, rowsOf(t, "a.xml", rss(item(1), "<item><g:id>2</g:id>"), FeedOptions{}), []seen{{2, "1", nil}, {3, "", ErrBrokenRow}})
	})
}

func TestXMLIsNotMisledByWhatLooksLikeItems(t *testing.T) {
	text := `<?xml version="1.0" encoding="utf-8"?><?php <item> ?><!DOCTYPE rss [<!ENTITY a "b">]>
<!-- <item><g:id>0</g:id></item> -->` + rss(
		"<item><g:id>1</g:id><title><![CDATA[a</item><item>]]></title><itemised>x</itemised></item>",
		"<item><g:id>2</g:id><title>b<!-- </item> --></title></item><item\n a='1'><g:id>3</g:id><title>c</title></item\n>",
	)
	rows := rowsOf(t, "a.xml", text, FeedOptions{})
	wantRows(t, rows, []seen{{3, "1", nil}, {4, "2", nil}, {4, "3", nil}})
	if got := rows[0].Product.Title; got != "a</item><item>" {
		t.Errorf("title %q", got)
	}
}

func TestXMLPrefixesAndRepetitions(t *testing.T) {
	want := Product{ID: "1", Title: "Mug", Description: "Blue", InStock: true, EAN: []string{"4006381333931"}, Attributes: map[string]string{"dc:creator": "Kim", "product_highlight": "dishwasher-proof, light"}}
	for name, text := range map[string]string{
		"another prefix":           `<rss xmlns:m="http://base.google.com/ns/1.0"><channel><item><m:id>1</m:id><title>x</title><m:title>Mug</m:title><m:gtin>4006381333931</m:gtin><description>Blue</description><dc:creator>Kim</dc:creator><m:product_highlight>dishwasher-proof</m:product_highlight><m:product_highlight>light</m:product_highlight></item></channel></rss>`,
		"declared at each element": `<rss><channel><item><g:id xmlns:g="http://base.google.com/ns/1.0">1</g:id><title>x</title><g:title xmlns:g="http://base.google.com/ns/1.0">Mug</g:title><gtin>4006381333931</gtin><description>Blue</description><dc:creator>Kim</dc:creator><g:product_highlight>dishwasher-proof</g:product_highlight><g:product_highlight>light</g:product_highlight></item></channel></rss>`,
		"no namespace at all":      `<rss><channel><item><id>1</id><title>Mug</title><gtin>4006381333931</gtin><description>Blue</description><dc:creator>Kim</dc:creator><product_highlight>dishwasher-proof</product_highlight><product_highlight>light</product_highlight><link>https://x.test</link></item></channel></rss>`,
	} {
		t.Run(name, func(t *testing.T) {
			wantProduct(t, only(t, "feed.xml", text, FeedOptions{}), want)
		})
	}
}

func TestEntityBombIsNotExpanded(t *testing.T) {
	text := "<?xml version=\"1.0\"?>\n<!DOCTYPE rss [\n<!ENTITY a0 \"ha\">\n"
	for i := 1; i < 40; i++ {
		text += fmt.Sprintf("<!ENTITY a%d \"&a%d;&a%d;\">\n", i, i-1, i-1)
	}
	rows := rowsOf(t, "a.xml", text+"]>\n"+rss("<item><g:id>1</g:id><title>&a39;</title></item>", "<item><g:id>2</g:id><title>b&nbsp;&#x41;</title></item>"), FeedOptions{})
	if len(rows) != 2 || !errors.Is(rows[0].Err, ErrBrokenRow) || rows[1].Product.Title != "b\u00a0A" {
		t.Errorf("got %+v", rows)
	}
}

func TestXMLThatIsCutOffIsBrokenWhereverItEnds(t *testing.T) {
	text := rss("<item><g:id>1</g:id><title>a</title></item>", "<item><g:id>2</g:id><title><![CDATA[b]]></title></item><!-- end -->")
	whole := strings.LastIndex(text, "</rss>") + len("</rss>")
	for end := strings.Index(text, "</item>") + len("</item>"); end < whole; end++ {
		rows := rowsOf(t, "a.xml", text[:end], FeedOptions{})
		if last := rows[len(rows)-1]; !errors.Is(last.Err, ErrFeedBroken) || rows[0].Product.ID != "1" {
			t.Fatalf("after %q: %+v", text[:end], rows)
		}
	}
}

func TestXMLBombIsStopped(t *testing.T) {
	filler := strings.Repeat("<!-- nothing at all -->", 50)
	rows := rowsOf(t, "a.xml.gz", packed(t, rss("<item><g:id>1</g:id><title>a</title></item>", strings.Repeat(filler, 32<<10))), FeedOptions{})
	wantRows(t, rows[:1], []seen{{2, "1", nil}})
	if last := rows[len(rows)-1]; !errors.Is(last.Err, errCompression) || !errors.Is(last.Err, ErrFeedBroken) {
		t.Errorf("the last: %+v", last)
	}
}
