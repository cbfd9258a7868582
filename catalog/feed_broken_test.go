package catalog

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// seen is what a row came to: its line and an id, or what its error wraps.
type seen struct {
	line int
	id   string
	err  error
}

func wantRows(t *testing.T, rows []Row, want []seen) {
	t.Helper()
	for i := range max(len(rows), len(want)) {
		if i >= len(rows) || i >= len(want) {
			t.Fatalf("got %d rows, want %d: %+v", len(rows), len(want), rows)
		}
		got, w := rows[i], want[i]
		if got.Line != w.line || got.Product.ID != w.id || !errors.Is(got.Err, w.err) || (w.err == nil) != (got.Err == nil) {
			t.Errorf("row %d: got line %d, id %q, error %v; want %+v", i, got.Line, got.Product.ID, got.Err, w)
		}
	}
}

func TestBrokenRowCostsThatRowOnly(t *testing.T) {
	long := strings.Repeat("x", maxLineBytes+1)
	tests := []struct {
		name, file, text string
		want             []seen
	}{
		{"JSON that breaks off", "a.jsonl", "{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\n{\"id\":3,\"title\":\"c\"}\n", []seen{{1, "1", nil}, {2, "", ErrBrokenRow}, {3, "3", nil}}},
		{"JSON that is no object", "a.jsonl", "{\"id\":1,\"title\":\"a\"}\n[1]\nnull\n7\n", []seen{{1, "1", nil}, {2, "", ErrBrokenRow}, {3, "", ErrBrokenRow}, {4, "", ErrBrokenRow}}},
		{"two objects on a line", "a.jsonl", "{\"id\":1,\"title\":\"a\"} {\"id\":2,\"title\":\"b\"}\n", []seen{{1, "", ErrBrokenRow}}},
		{"a first row that is broken", "a.jsonl", "{\"id\n{\"id\":2,\"title\":\"b\"}\n", []seen{{1, "", ErrBrokenRow}, {2, "2", nil}}},
		{"an invalid product", "a.jsonl", "{\"id\":1}\n{\"title\":\"b\"}\n{\"id\":\"a\\nb\",\"title\":\"c\"}\n", []seen{{1, "1", ErrInvalid}, {2, "", ErrInvalid}, {3, "a\nb", ErrInvalid}}},
		{"a duplicate id", "a.csv", "id,title\n1,a\n1,b\n2,c\n", []seen{{2, "1", nil}, {3, "1", ErrDuplicateID}, {4, "2", nil}}},
		{"a broken row does not claim its id", "a.csv", "id,title,price\n1,a,abc\n1,a,5\n", []seen{{2, "1", ErrBrokenRow}, {3, "1", nil}}},
		{"too few and too many columns", "a.csv", "id,title\n1\n2,a,b\n3,c\n", []seen{{2, "", ErrBrokenRow}, {3, "", ErrBrokenRow}, {4, "3", nil}}},
		{"a quote that never closes", "a.csv", "id,title\n1,\"a\n2,b\n3,c\n", []seen{{2, "", ErrBrokenRow}, {3, "2", nil}, {4, "3", nil}}},
		{"a quote that closes amid a later row", "a.csv", "id,title\n1,\"a\n2,17\" b\n3,c\n", []seen{{2, "", ErrBrokenRow}, {3, "2", nil}, {4, "3", nil}}},
		{"a value of several lines counts them", "a.csv", "id,title\n1,\"a\n\nb\"\n2,c\n", []seen{{2, "1", nil}, {5, "2", nil}}},
		{"a line of more than 1 MB in JSON", "a.jsonl", "{\"id\":1,\"title\":\"a\"}\n{\"t\":\"" + long + "\"}\n{\"id\":3,\"title\":\"c\"}\n", []seen{{1, "1", nil}, {2, "", ErrBrokenRow}, {3, "3", nil}}},
		{"a line of more than 1 MB in a table", "a.csv", "id,title\n1," + long + "\n2,b\n", []seen{{2, "", ErrBrokenRow}, {3, "2", nil}}},
		{"text that is not UTF-8", "a.csv", "id,title\n1,caf\xe9\n2,café\n", []seen{{2, "", ErrBrokenRow}, {3, "2", nil}}},
		{"JSON that is not UTF-8", "a.jsonl", "{\"id\":1,\"title\":\"caf\xe9\"}\n{\"id\":2,\"title\":\"café\"}\n", []seen{{1, "", ErrBrokenRow}, {2, "2", nil}}},
		{"an id of more than 128 bytes", "a.csv", "id,title\n" + strings.Repeat("x", 129) + ",a\n2,b\n", []seen{{2, strings.Repeat("x", 129), ErrInvalid}, {3, "2", nil}}},
		{"no line end at the end", "a.csv", "id,title\n1,a", []seen{{2, "1", nil}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantRows(t, rowsOf(t, test.file, test.text, FeedOptions{}), test.want)
		})
	}
}

func TestDuplicateNamesTheFirstLine(t *testing.T) {
	rows := rowsOf(t, "a.csv", "id,title\n1,a\n2,b\n1,c\n", FeedOptions{})
	if text := rows[2].Err.Error(); !strings.Contains(text, `id "1" is on line 2`) {
		t.Error(text)
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var data bytes.Buffer
	w := gzip.NewWriter(&data)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return data.String()
}

func TestGzipIsRecognisedByItsContents(t *testing.T) {
	wantRows(t, rowsOf(t, "a.csv", packed(t, "\ufeffid,title\r\n1,a\r\n"), FeedOptions{}), []seen{{2, "1", nil}})
	wantRows(t, rowsOf(t, "a.jsonl.gz", packed(t, `{"id":1,"title":"a"}`), FeedOptions{}), []seen{{1, "1", nil}})
}

func TestTruncatedGzipGivesItsRowsAndThenAnError(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,title\n")
	for i := range 200_000 {
		fmt.Fprintf(&text, "%d,product %x\n", i, i*7919)
	}
	whole := packed(t, text.String())
	rows := rowsOf(t, "a.csv.gz", whole[:len(whole)/2], FeedOptions{})
	last := rows[len(rows)-1]
	if len(rows) < 1000 || !errors.Is(last.Err, ErrFeedBroken) || last.Line == 0 {
		t.Fatalf("%d rows, the last: %+v", len(rows), last)
	}
	for _, row := range rows[:len(rows)-1] {
		if row.Err != nil {
			t.Fatalf("line %d: %v", row.Line, row.Err)
		}
	}
}

func TestDecompressionBombIsStopped(t *testing.T) {
	line := strings.Repeat("x", 1000) + "\n"
	rows := rowsOf(t, "a.csv.gz", packed(t, "id,title\n1,a\n"+strings.Repeat(line, 32<<10)), FeedOptions{})
	last := rows[len(rows)-1]
	if !errors.Is(last.Err, ErrFeedBroken) || !errors.Is(last.Err, errCompression) {
		t.Fatalf("%d rows, the last: %+v", len(rows), last)
	}
	if len(rows) > 8<<10 {
		t.Errorf("%d rows were read before it was noticed", len(rows))
	}
}

func TestQuotesThatNeverCloseDoNotCostQuadraticTime(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,title\n")
	for i := range 50_000 {
		fmt.Fprintf(&text, "%d,\"%s\n", i, strings.Repeat("y", 50))
	}
	feed, err := openText(t, "a.csv", text.String(), FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for row := range feed.Rows() {
		if !errors.Is(row.Err, ErrBrokenRow) {
			t.Fatalf("line %d: %v", row.Line, row.Err)
		}
		broken++
	}
	if wasted := feed.source.(*tableSource).wasted; broken != 50_000 || wasted > maxWasted+2*maxLineBytes {
		t.Errorf("%d rows, %d bytes read in vain", broken, wasted)
	}
}

func TestDeeplyNestedAttributesStayInProportionToTheirLine(t *testing.T) {
	// Flattened by full names, the members alone would have names of some 20 GB.
	const depth, members = 4000, 40_000
	key := strings.Repeat("k", 100)
	line := `{"id":"1","title":"a","more":` + strings.Repeat(`{"`+key+`":`, depth) + "{"
	for i := range members {
		line += fmt.Sprintf(`"%d":1,`, i)
	}
	line += `"last":1}` + strings.Repeat("}", depth) + "}\n"
	if len(line) > maxLineBytes {
		t.Fatalf("the line has %d bytes and would be refused for that", len(line))
	}
	rows := rowsOf(t, "a.jsonl", line, FeedOptions{})
	wantRows(t, rows, []seen{{1, "1", nil}})
	size := 0
	for name, value := range rows[0].Product.Attributes {
		size += len(name) + len(value)
	}
	if size > 2*maxLineBytes {
		t.Errorf("%d attributes of %d bytes from a line of %d", len(rows[0].Product.Attributes), size, len(line))
	}
}

func TestRowsMayBeLeftEarlyAndGoneOnWith(t *testing.T) {
	feed, err := openText(t, "a.csv", "id,title\n1,a\n2,b\n3,c\n", FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for range 2 {
		for row := range feed.Rows() {
			ids = append(ids, row.Product.ID)
			if len(ids) == 1 {
				break
			}
		}
	}
	if strings.Join(ids, " ") != "1 2 3" {
		t.Errorf("got %v", ids)
	}
	if err := feed.Close(); err != nil {
		t.Fatal(err)
	}
	for row := range feed.Rows() {
		t.Errorf("a closed feed gave %+v", row)
	}
}
