package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRowsOfAGroupNeedNotFollowOneAnother(t *testing.T) {
	rows := rowsOf(t, "a.csv", "id,item_group_id,title,size\n1,a,Tee,S\n2,b,Cap,S\n3,,Mug,\n4,a,,M\n5,b,,L\n", FeedOptions{})
	wantSameProducts(t, rows, []Product{
		{ID: "a", Title: "Tee", InStock: true, Variants: []Variant{{SKU: "1", Size: "S", InStock: true}, {SKU: "4", Size: "M", InStock: true}}},
		{ID: "b", Title: "Cap", InStock: true, Variants: []Variant{{SKU: "2", Size: "S", InStock: true}, {SKU: "5", Size: "L", InStock: true}}},
		{ID: "3", Title: "Mug", InStock: true},
	})
	if rows[0].Line != 2 || rows[1].Line != 3 || rows[2].Line != 4 {
		t.Errorf("lines %d, %d, %d", rows[0].Line, rows[1].Line, rows[2].Line)
	}
}

func TestBrokenRowOfAGroupCostsThatRowOnly(t *testing.T) {
	rows := rowsOf(t, "a.csv", "id,item_group_id,title,price,size\n1,a,Tee,5 EUR,S\n2,a,Tee,cheap,M\n1,a,Tee,5 EUR,L\n3,a,Tee,5 USD,XL\n4,a,Tee,6 EUR,XXL\n5,b,,7,S\n,c,Mug,7,S\n", FeedOptions{})
	wantRows(t, rows, []seen{{2, "a", nil}, {3, "a", ErrBrokenRow}, {4, "a", ErrDuplicateID}, {5, "a", ErrBrokenRow}, {7, "b", ErrNoTitle}, {8, "c", nil}})
	if got := rows[0].Product.Variants; len(got) != 2 || got[0].SKU != "1" || got[1].SKU != "4" {
		t.Errorf("variants %+v", got)
	}
	for i, want := range map[int]Problem{1: ProblemPrice, 2: ProblemDuplicateID, 3: ProblemPrice, 4: ProblemNoTitle} {
		if got := ProblemOf(rows[i].Err); got != want {
			t.Errorf("%v is %q, want %q", rows[i].Err, got, want)
		}
	}
}

func TestProductCostsWhatItsCheapestVariantInStockDoes(t *testing.T) {
	for rows, want := range map[string]int64{
		"1,g,5,true\n2,g,4,true\n3,g,6,true\n":   400,
		"1,g,5,true\n2,g,4,false\n":              500,
		"1,g,5,false\n2,g,4,false\n3,g,,false\n": 400,
		"1,g,,true\n2,g,4,true\n":                400,
		"1,g,,true\n2,g,4,false\n":               0,
	} {
		got := only(t, "a.csv", "id,item_group_id,price,in_stock,title\n"+strings.ReplaceAll(rows, "\n", ",Tee\n"), FeedOptions{})
		if got.PriceCents != want || got.InStock != strings.Contains(rows, "true") {
			t.Errorf("%q: price %d, in stock %v", rows, got.PriceCents, got.InStock)
		}
	}
}

func TestRowsOfAGroupThatLieTooFarApartAreNotJoined(t *testing.T) {
	var feed strings.Builder
	feed.WriteString("id,item_group_id,title,description,size\n1,g,Tee,,S\n")
	const most, fillers = 1 << 20, 12
	filler := strings.Repeat("x", 100<<10)
	for i := range fillers {
		fmt.Fprintf(&feed, "f%d,,Filler,%s,\n", i, filler)
	}
	feed.WriteString("2,g,Tee,,M\n3,h,Cap,,M\n4,h,Cap,,L\n")
	opened, err := openText(t, "a.csv", feed.String(), FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	opened.fold.most = most
	var rows []seen
	held := 0
	for row := range opened.Rows() {
		held = max(held, opened.fold.bytes)
		if !strings.HasPrefix(row.Product.ID, "f") {
			rows = append(rows, seen{row.Line, row.Product.ID, row.Err})
		}
	}
	if len(rows) != 3 || rows[0].id != "g" || rows[0].err != nil || rows[2].id != "h" || rows[2].err != nil {
		t.Fatalf("got %+v", rows)
	}
	if late := rows[1]; late.id != "g" || late.line != fillers+3 || !errors.Is(late.err, ErrScattered) || !strings.Contains(late.err.Error(), `"g" begins on line 2: sort the feed`) {
		t.Errorf("got %+v", late)
	}
	if held > most+2*len(filler) {
		t.Errorf("%d bytes were held", held)
	}
}

func TestProductHasAtMostItsLimitsOfPhotosAndVariants(t *testing.T) {
	var refs []string
	for i := range 2 * MaxPhotos {
		refs = append(refs, fmt.Sprintf("%d.jpg", i))
	}
	feed, err := openText(t, "a.csv", "id,title,images\n1,Tee,"+strings.Join(refs, "|")+"\n2,Cap,"+strings.Join(refs[:MaxPhotos], "|")+"\n", FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.Collect(feed.Rows())
	if len(rows) != 2 || len(rows[0].Product.Photos) != MaxPhotos || ProblemOf(rows[0].Warning) != ProblemTooManyPhotos || rows[1].Warning != nil || feed.Trimmed() != 1 {
		t.Errorf("%d rows, trimmed %d, warnings %v, %v", len(rows), feed.Trimmed(), rows[0].Warning, rows[1].Warning)
	}

	var table strings.Builder
	table.WriteString("id,item_group_id,title,size\n")
	for i := range maxVariants + 2 {
		fmt.Fprintf(&table, "%d,g,Tee,%d\n", i, i)
	}
	rows = rowsOf(t, "a.csv", table.String(), FeedOptions{})
	if len(rows) != 3 || len(rows[0].Product.Variants) != maxVariants || !errors.Is(rows[1].Err, ErrTooManyVariants) || rows[1].Line != maxVariants+2 {
		t.Errorf("%d rows, %v", len(rows), rows[len(rows)-1].Err)
	}
}

func TestPhotosOfAGroupAreThereOnceAndInTheirPositions(t *testing.T) {
	text := "Handle,Title,Variant SKU,Image Src,Image Position,Variant Image\n" +
		"tee,Tee,1,https://x.test/c.jpg,3,https://x.test/b.jpg\ntee,,2,https://x.test/a.jpg,1,https://x.test/a.jpg\ntee,,,https://x.test/b.jpg,2,\ntee,,,https://x.test/d.jpg,,\n"
	got := only(t, "a.csv", text, FeedOptions{})
	var refs []string
	for _, photo := range got.Photos {
		refs = append(refs, strings.TrimSuffix(strings.TrimPrefix(photo.Ref, "https://x.test/"), ".jpg"))
	}
	if strings.Join(refs, "") != "abcd" || len(got.Variants) != 2 {
		t.Errorf("photos %v, variants %+v", refs, got.Variants)
	}
}

func TestDraftsAreLeftOutAndCounted(t *testing.T) {
	feed, err := openText(t, "a.csv", "Handle,Title,Variant SKU,Published,Status\na,A,1,TRUE,active\nb,B,2,FALSE,active\nb,,3,,\nc,C,4,TRUE,archived\n", FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	wantRows(t, slices.Collect(feed.Rows()), []seen{{2, "a", nil}})
	if feed.Unlisted() != 2 {
		t.Errorf("%d are unlisted", feed.Unlisted())
	}
	rows := rowsOf(t, "a.csv", "Handle,Title,Variant SKU,Status\nb,B,2,draft\n", FeedOptions{})
	wantRows(t, rows, []seen{{1, "", ErrEmptyFeed}})
}

func TestFeedThatBreaksOffDoesNotGiveAProductWhoseRowsItMayLack(t *testing.T) {
	text := fixture(t, "google.xml")
	cut := strings.Index(text, "<g:size>M</g:size>")
	rows := rowsOf(t, "a.xml", text[:cut], FeedOptions{Now: blackFriday})
	// Nothing tells that the item that broke off is the jacket's: its rows were not mixed with others so far.
	wantRows(t, rows, []seen{{8, "JKT", nil}, {34, "MUG", nil}, {54, "", ErrFeedBroken}})

	rows = rowsOf(t, "a.xml", text[:strings.Index(text, "</channel>")], FeedOptions{Now: blackFriday})
	wantRows(t, rows, []seen{{8, "JKT", ErrBrokenRow}, {34, "MUG", nil}, {57, "", ErrFeedBroken}})

	item := "<item><id>%s</id><item_group_id>%s</item_group_id><title>x</title></item>\n"
	for groups, want := range map[string][]seen{
		"a a b b": {{2, "a", nil}, {4, "b", ErrBrokenRow}, {6, "", ErrFeedBroken}},
		"a b a c": {{2, "a", ErrBrokenRow}, {3, "b", ErrBrokenRow}, {5, "c", ErrBrokenRow}, {6, "", ErrFeedBroken}},
	} {
		text := "<rss>\n"
		for i, group := range strings.Fields(groups) {
			text += fmt.Sprintf(item, fmt.Sprint(i), group)
		}
		wantRows(t, rowsOf(t, "a.xml", text, FeedOptions{}), want)
	}
}
