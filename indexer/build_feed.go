package indexer

import (
	"context"
	"errors"
	"fmt"

	"vitrine/catalog"
)

// feedBatch is the number of products that enter the catalogue in one transaction.
const feedBatch = 1000

// readFeed brings the feed into the catalogue. Rows that are rejected are listed in the summary and
// leave what the catalogue has of their product alone.
func (b *build) readFeed(ctx context.Context) error {
	read := feedReader{build: b, named: make(map[string]bool)}
	for row := range b.Feed.Rows() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := read.row(ctx, row); err != nil {
			return err
		}
	}
	if err := read.flush(ctx); err != nil {
		return err
	}
	b.report(stageFeed, read.rows, read.rows)
	if read.rows == 0 {
		return fmt.Errorf("%w: the feed has been read already: open it again", ErrNothingToIndex)
	}
	if read.accepted == 0 {
		first := b.summary.Rejected[0]
		return fmt.Errorf("%w: all %d rows of the feed were rejected; the first, line %d: %s", ErrNothingToIndex, read.rows, first.Line, first.Reason)
	}
	if b.Full {
		return read.deleteMissing(ctx)
	}
	return nil
}

type feedReader struct {
	*build
	batch    []catalog.Product
	named    map[string]bool // every id that a row has, accepted or not
	rows     int
	accepted int
	unnamed  int  // rejected rows without an id
	broken   bool // the feed ended before its end
}

func (r *feedReader) row(ctx context.Context, row catalog.Row) error {
	r.rows++
	if id := row.Product.ID; id != "" && len(id) <= catalog.MaxIDBytes { // no product has a longer one
		r.named[id] = true
	}
	if row.Err != nil {
		r.broken = r.broken || errors.Is(row.Err, catalog.ErrFeedBroken)
		if row.Product.ID == "" {
			r.unnamed++
		}
		r.summary.Rejected = append(r.summary.Rejected, Rejection{Line: row.Line, ID: excerpt(row.Product.ID), Reason: excerpt(row.Err.Error())})
		return nil
	}
	r.accepted++
	r.batch = append(r.batch, row.Product)
	if len(r.batch) < feedBatch {
		return nil
	}
	r.report(stageFeed, r.rows, 0)
	return r.flush(ctx)
}

func (r *feedReader) flush(ctx context.Context) error {
	applied, err := r.Store.Apply(ctx, r.batch)
	if err != nil {
		return err
	}
	r.batch = r.batch[:0]
	r.summary.Added += applied.Added
	r.summary.Changed += applied.Changed
	r.summary.Unchanged += applied.Unchanged
	return nil
}

// deleteMissing deletes what a full feed does not name, if what it names is known.
func (r *feedReader) deleteMissing(ctx context.Context) error {
	switch {
	case r.broken:
		r.summary.NotDeleted = "the feed could not be read to its end"
		return nil
	case r.unnamed > 0:
		r.summary.NotDeleted = fmt.Sprintf("%d rejected rows have no id that can be read: correct them and index again", r.unnamed)
		return nil
	}
	deleted, err := r.Store.DeleteMissing(ctx, func(id string) bool { return r.named[id] })
	r.summary.Deleted = deleted
	return err
}
