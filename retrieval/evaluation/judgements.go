package evaluation

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"
)

// Judgements is the content of a judgement file.
type Judgements struct {
	Qrels   Qrels
	Queries []Query // in the order of the file; nil for TREC's form, which has their ids alone
}

// OpenJudgements reads the judgement file at path; errors name it.
func OpenJudgements(path string) (Judgements, error) { return open(path, ReadJudgements) }

// ReadJudgements reads judgements in any of three forms, recognised by their first line:
//
//   - TREC: lines as [ReadQrels] takes them, without a header.
//   - Quepid, its "basic" and "snapshot" exports: a CSV with the columns query, docid and rating, or names
//     near them (query_text, doc_id, grade). Such a file has no query ids: a query is known by its text,
//     whose blanks become "+" ([Query].ID of "red shoes" is "red+shoes"). A row without a rating or without
//     a document is a query alone; nothing is judged by it.
//   - ESCI, the labels of Amazon's shopping queries (Reddy et al. 2022, "Shopping Queries Dataset"): a CSV
//     or TSV with the columns query_id, query, product_id and esci_label; further columns, such as split and
//     product_locale, are ignored. The paper's gains of 1.0, 0.1, 0.01 and 0.0 are no grades, so Exact
//     counts as 3, Substitute as 2, Complement as 1 and Irrelevant as 0: with the gain 2^grade − 1 that is
//     1, 0.43, 0.14 and 0 of the best, milder than the paper.
//
// Errors wrap ErrFormat and name the line.
func ReadJudgements(r io.Reader) (Judgements, error) {
	in := bufio.NewReaderSize(r, maxLine)
	if header, ok := recogniseTable(in); ok {
		return readTable(in, header)
	}
	qrels, err := ReadQrels(in)
	return Judgements{Qrels: qrels}, err
}

// header says which cells of a table's rows are of use.
type header struct {
	comma                          rune
	width                          int
	queryID, query, product, label int // columns; queryID is -1 where there is none
	grade                          func(label string) (int, error)
}

// The names of columns, in small letters and without what parts words.
var (
	queryIDNames = []string{"queryid", "qid"}
	queryNames   = []string{"query", "querytext", "q"}
	productNames = []string{"productid", "docid", "documentid", "product", "document", "doc"}
	ratingNames  = []string{"rating", "grade", "relevance", "judgement", "judgment"}
	esciNames    = []string{"escilabel"}
)

// recogniseTable looks at the first line, without reading it, and reports whether it is the header of a
// table: it names a query, a product and a label. Only a byte order mark is read, which would hide a quote.
func recogniseTable(in *bufio.Reader) (header, bool) {
	if start, _ := in.Peek(len(byteOrderMark)); string(start) == byteOrderMark {
		_, _ = in.Discard(len(byteOrderMark)) // they are in the buffer
	}
	start, _ := in.Peek(maxLine) // an error, if it matters, comes again when the file is read
	line, _, _ := bytes.Cut(bytes.TrimLeft(start, "\r\n"), []byte("\n"))
	h := header{comma: ',', grade: parseRating}
	for _, comma := range "\t;" { // a semicolon is what spreadsheets write where a comma is a decimal point
		if bytes.ContainsRune(line, comma) {
			h.comma = comma
		}
	}
	names := strings.Split(string(line), string(h.comma))
	for i, name := range names {
		names[i] = squash(name)
	}
	column := func(known []string) int {
		for _, name := range known {
			if i := slices.Index(names, name); i >= 0 {
				return i
			}
		}
		return -1
	}
	h.width = len(names)
	h.queryID, h.query, h.product = column(queryIDNames), column(queryNames), column(productNames)
	if h.label = column(esciNames); h.label >= 0 {
		h.grade = parseESCI
	} else {
		h.label = column(ratingNames)
	}
	return h, h.query >= 0 && h.product >= 0 && h.label >= 0
}

// squash brings "Query Text", query_text and "queryText" to one form.
func squash(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.\"\r", r) {
			return -1
		}
		return r
	}, name))
}

// textID is the id of a query that is known by its text alone. It has no spaces, and different words never
// share one.
func textID(text string) string {
	return strings.NewReplacer("%", "%25", "+", "%2B", " ", "+").Replace(text)
}
