package catalog

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// The formats that can be asked for.
const (
	formatJSONL   = "jsonl"
	formatCSV     = "csv"
	formatTSV     = "tsv"
	formatGoogle  = "google"
	formatShopify = "shopify"
)

// The separators of tables.
const (
	separatorComma     = ","
	separatorSemicolon = ";"
	separatorTab       = "\t"
)

// openSource decides how to read a feed, as asked, by its contents or by its name, and begins. format is the format's
// name for people.
func openSource(name string, opts FeedOptions, lines *lineReader) (source recordSource, format string, err error) {
	sample := bytes.TrimLeft(lines.sample(), " \t\r\n")
	if len(sample) == 0 {
		return nil, "", fmt.Errorf("%w: the file is empty", ErrEmptyFeed)
	}
	asked := strings.ToLower(opts.Format)
	switch asked {
	case "", formatJSONL, formatCSV, formatTSV, formatGoogle, formatShopify:
	default:
		return nil, "", fmt.Errorf("%w: unknown format %q: use jsonl, csv, tsv, google or shopify", ErrFeedFormat, opts.Format)
	}
	switch named := extension(name); {
	case sample[0] == '<' && (asked == "" || asked == formatGoogle):
		return openXML(lines, opts.Mapping)
	case asked == formatJSONL, asked == "" && (named == "jsonl" || named == "ndjson" || sample[0] == '{' && named != formatCSV && named != formatTSV):
		source, err = newJSONSource(lines, opts.Mapping)
		return source, "JSONL", err
	case sample[0] == '[' && asked == "" && named != formatCSV && named != formatTSV:
		return nil, "", fmt.Errorf("%w: it is one JSON array: write each product on a line of its own (jq -c '.[]')", ErrFeedFormat)
	case asked == formatTSV, asked != formatCSV && (named == formatTSV || named == "tab"):
		return openTable(lines, separatorTab, asked, opts.Mapping)
	}
	return openTable(lines, tableSeparator(sample), asked, opts.Mapping)
}

// extension is what a file's name says of its contents, without the dot.
func extension(name string) string {
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(name)), ".gz")
	return strings.TrimPrefix(filepath.Ext(base), ".")
}

// openTable reads the header, which tells whether the table has the columns of Shopify or Merchant Center. One that
// was asked for as CSV or TSV is read as neither.
func openTable(lines *lineReader, separator, asked string, mapping map[string]string) (recordSource, string, error) {
	table, err := newTableSource(lines, separator)
	if err != nil {
		return nil, "", err
	}
	format := map[string]string{separatorComma: "CSV", separatorSemicolon: "CSV with semicolons", separatorTab: "TSV"}[separator]
	switch {
	case asked == formatShopify, asked == "" && hasShopifyColumns(table.names):
		source, err := newShopifySource(table, mapping)
		return source, "Shopify " + format, err
	case asked == formatGoogle, asked == "" && hasGoogleColumns(table.names):
		return table, "Google Merchant " + format, table.assign(mapping, googleRole)
	}
	return table, format, table.assign(mapping, recognise)
}

// tableSeparator returns the separator that the header has most of; a tie goes to the comma.
func tableSeparator(sample []byte) string {
	header, _, _ := bytes.Cut(sample, []byte("\n"))
	best, most := separatorComma, 0
	for _, separator := range []string{separatorComma, separatorSemicolon, separatorTab} {
		if n := bytes.Count(header, []byte(separator)); n > most {
			best, most = separator, n
		}
	}
	return best
}

// has reports whether all of the columns, squashed, are among the names.
func has(names []string, columns ...string) bool {
	for _, column := range columns {
		if !slices.ContainsFunc(names, func(name string) bool { return squash(name) == column }) {
			return false
		}
	}
	return true
}
