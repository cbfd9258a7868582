package catalog

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// FeedOptions says how to read a feed; its zero value recognises everything from the file.
type FeedOptions struct {
	// Format is "jsonl", "csv", "tsv", "google" (Merchant Center's table or XML) or "shopify" (its product export);
	// empty = by the file's contents and name. Compression is always recognised.
	Format string
	// Mapping names the column (or JSON key, or XML element) of a field where the header's own names do not:
	// {"title": "productDisplayName"}. The fields category, image and ean take several, with commas.
	Mapping map[string]string
	// Images is the folder below which relative photo paths lie; empty = the feed's folder.
	Images string
	// Currency is the ISO 4217 code of the prices that name none; empty = they stay without a currency.
	Currency string
	// Now is the time at which sale prices must be in effect; zero = when the feed is opened.
	Now time.Time
}

// Row is one product of a feed, or the reason why there is none.
type Row struct {
	Line    int     // where its first row begins, from 1, header included
	Product Product // when Err is set, at most its ID
	Err     error
	Warning error // what was left out of a product that is valid: wraps ErrTooManyPhotos
}

// Feed reads products from a file. It is for one goroutine and one pass.
type Feed struct {
	source recordSource
	format string
	build  *productBuilder
	fold   *folder
	close  func() error

	first    *record        // read by OpenFeed to see that there is one
	lines    map[string]int // where each id was
	columns  *columnUse     // nil = not asked for
	rows     int
	given    int // products and errors
	unlisted int
	trimmed  int
	stopped  bool
}

// record is one row as it stands in the file.
type record struct {
	line     int
	size     int // bytes of text, about
	cells    []cell
	position int   // of its photo among those of the product, from 1; 0 = after those
	unlisted bool  // its product is not on sale
	err      error // wraps ErrBrokenRow
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
	if opts.Currency != "" && !currencyForm.MatchString(opts.Currency) {
		return nil, fmt.Errorf("%w %q: write a code like EUR", ErrCurrency, opts.Currency)
	}
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	lines, err := newLineReader(r)
	if err != nil {
		return nil, err
	}
	feed := &Feed{
		build: &productBuilder{root: root, currency: strings.ToUpper(opts.Currency), now: opts.Now},
		fold:  newFolder(),
		lines: make(map[string]int),
		close: func() error { return nil },
	}
	if feed.source, feed.format, err = openSource(name, opts, lines); err != nil {
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

// Format names the format that the feed is read as.
func (f *Feed) Format() string { return f.format }

// Unlisted counts the products so far that the feed says are not on sale, and which Rows leaves out.
func (f *Feed) Unlisted() int { return f.unlisted }

// Trimmed counts the products so far that have more than MaxPhotos photos, the rest of which is left out.
func (f *Feed) Trimmed() int { return f.trimmed }

// Rows iterates over the products in the order of their first rows. Each is valid and its id is new. A row that is
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

// next reads records until a product is complete.
func (f *Feed) next() (Row, bool) {
	for {
		if done, ok := f.fold.take(); ok {
			if done.unlisted && done.err == nil {
				f.unlisted++
				continue
			}
			f.given++
			return f.row(done), true
		}
		if f.fold.ended {
			return f.end()
		}
		rec, err := f.record()
		switch {
		case errors.Is(err, io.EOF):
			f.fold.end()
		case err != nil:
			f.fold.breakOff(rec.line, fmt.Errorf("%w: %w", ErrFeedBroken, err))
		default:
			f.rows++
			f.columns.note(rec.cells)
			f.fold.add(f.build.item(rec))
		}
	}
}

// end stops the feed; one that has no product on sale says so.
func (f *Feed) end() (Row, bool) {
	f.stopped = true
	if f.given == 0 && f.unlisted > 0 {
		return Row{Line: 1, Err: fmt.Errorf("%w: all %d are drafts, archived or not published", ErrEmptyFeed, f.unlisted)}, true
	}
	return Row{}, false
}

// row checks what was read of a product.
func (f *Feed) row(done item) Row {
	err := done.err
	if err == nil {
		err = done.product.Validate()
	}
	if err == nil {
		err = f.claim(done.product.ID, done.line)
	}
	if err != nil {
		return Row{Line: done.line, Product: Product{ID: done.product.ID}, Err: err}
	}
	row := Row{Line: done.line, Product: done.product}
	if n := len(row.Product.Photos); n > MaxPhotos {
		f.trimmed++
		row.Product.Photos = row.Product.Photos[:MaxPhotos:MaxPhotos]
		row.Warning = fmt.Errorf("%w: %d or more, of which the first %d are used", ErrTooManyPhotos, n, MaxPhotos)
	}
	return row
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
		return errDuplicate(id, first)
	}
	f.lines[strings.Clone(id)] = line // not its row, of which it may be a part
	return nil
}

func errDuplicate(id string, line int) error {
	return fmt.Errorf("%w: id %q is on line %d; give each product an id of its own", ErrDuplicateID, id, line)
}
