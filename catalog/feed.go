package catalog

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
)

// Errors of feeds. They are wrapped with what to do.
var (
	ErrEmptyFeed   = errors.New("feed has no products")                // from OpenFeed
	ErrFeedFormat  = errors.New("cannot read this feed")               // from OpenFeed: neither JSONL nor CSV nor TSV, or no columns to read products from
	ErrMapping     = errors.New("mapping does not fit this feed")      // from OpenFeed: FeedOptions.Mapping
	ErrDuplicateID = errors.New("product is in the feed already")      // in Row.Err
	ErrBrokenRow   = errors.New("row cannot be read")                  // in Row.Err
	ErrFeedBroken  = errors.New("the rest of the feed cannot be read") // in the last Row.Err: damaged compression, disk errors
	errCompression = errors.New("it unpacks to more than 100 times its size, as an attack would")
)

// FeedOptions says how to read a feed; its zero value recognises everything from the file.
type FeedOptions struct {
	// Format is "jsonl", "csv" or "tsv"; empty = by the file's name and, where that says nothing,
	// its contents. Compression is always recognised.
	Format string
	// Mapping names the column (or JSON key) of a field where the header's own names do not:
	// {"title": "productDisplayName"}. The fields category, image and ean take several, with commas.
	Mapping map[string]string
	// Images is the folder below which relative photo paths lie; empty = the feed's folder.
	Images string
}

// Row is one row of a feed: a valid product, or the reason why there is none.
type Row struct {
	Line    int     // where the row begins, from 1, header included
	Product Product // when Err is set, at most its ID
	Err     error
}

// Feed reads products from a file, row by row. It is for one goroutine and one pass.
type Feed struct {
	source recordSource
	build  *productBuilder
	close  func() error

	first   *record        // read by OpenFeed to see that there is one
	lines   map[string]int // where each id was
	stopped bool
}

// record is one row as it stands in the file.
type record struct {
	line  int
	cells []cell
	err   error // wraps ErrBrokenRow
}

// cell is one value with its column's role.
type cell struct {
	column string
	role   role
	value  any // string, or what encoding/json makes of a value with UseNumber
}

// recordSource yields records until io.EOF or an error after which nothing more can be read.
type recordSource interface {
	next() (record, error)
}

// OpenFeed opens a feed and reads as far as its first row. A feed without rows gives an error that
// wraps ErrEmptyFeed.
func OpenFeed(path string, opts FeedOptions) (*Feed, error) {
	root, err := photoRoot(path, opts.Images)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open feed: %w", err)
	}
	feed, err := readFeed(file, path, opts, root)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("feed %s: %w", path, err)
	}
	feed.close = file.Close
	return feed, nil
}

// photoRoot returns the absolute folder of the feed's relative photo paths.
func photoRoot(path, images string) (string, error) {
	if images == "" {
		images = filepath.Dir(path)
	} else if info, err := os.Stat(images); err != nil {
		return "", fmt.Errorf("folder of photos: %w", err)
	} else if !info.IsDir() {
		return "", fmt.Errorf("folder of photos: %s is not a folder", images)
	}
	root, err := filepath.Abs(images)
	if err != nil {
		return "", fmt.Errorf("folder of photos: %w", err)
	}
	return root, nil
}

// readFeed begins to read a feed from r; name serves to recognise the format.
func readFeed(r io.Reader, name string, opts FeedOptions, root string) (*Feed, error) {
	lines, err := newLineReader(r)
	if err != nil {
		return nil, err
	}
	format, err := feedFormat(name, opts.Format, lines)
	if err != nil {
		return nil, err
	}
	feed := &Feed{
		build: &productBuilder{root: root},
		lines: make(map[string]int),
		close: func() error { return nil },
	}
	if format == formatJSONL {
		feed.source, err = newJSONSource(lines, opts.Mapping)
	} else {
		feed.source, err = newTableSource(lines, format, opts.Mapping)
	}
	if err != nil {
		return nil, err
	}
	first, err := feed.source.next()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it has no row with data", ErrEmptyFeed)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFeedBroken, err)
	}
	feed.first = &first
	return feed, nil
}

// Rows iterates over the rows in file order. Each product is valid and its id is new. A row that is
// broken, invalid or a duplicate is yielded with its Err, and the reading goes on, except after an
// error that wraps ErrFeedBroken, which is the last.
func (f *Feed) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for !f.stopped {
			row, ok := f.next()
			if !ok || !yield(row) {
				return
			}
		}
	}
}

// Close closes the file.
func (f *Feed) Close() error {
	f.stopped = true
	if err := f.close(); err != nil {
		return fmt.Errorf("close feed: %w", err)
	}
	return nil
}

func (f *Feed) next() (Row, bool) {
	rec, err := f.record()
	if err != nil {
		f.stopped = true
		if errors.Is(err, io.EOF) {
			return Row{}, false
		}
		return Row{Line: rec.line, Err: fmt.Errorf("%w: %w", ErrFeedBroken, err)}, true
	}
	if rec.err != nil {
		return Row{Line: rec.line, Err: rec.err}, true
	}
	product, err := f.build.product(rec.cells)
	if err == nil {
		err = product.Validate()
	}
	if err == nil {
		err = f.claim(product.ID, rec.line)
	}
	if err != nil {
		return Row{Line: rec.line, Product: Product{ID: product.ID}, Err: err}, true
	}
	return Row{Line: rec.line, Product: product}, true
}

func (f *Feed) record() (record, error) {
	if f.first != nil {
		rec := *f.first
		f.first = nil
		return rec, nil
	}
	return f.source.next()
}

// claim notes where an id was; only valid rows claim theirs, so that a corrected later row counts.
func (f *Feed) claim(id string, line int) error {
	if first, taken := f.lines[id]; taken {
		return fmt.Errorf("%w: id %q is on line %d; give each product an id of its own", ErrDuplicateID, id, first)
	}
	f.lines[id] = line
	return nil
}
