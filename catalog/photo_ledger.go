package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"
)

// Times are Unix milliseconds; next_try is 0 where nobody tries again by themselves. An entry goes with its product.
const photoTables = `
CREATE TABLE photo_failures (
	product_id TEXT NOT NULL COLLATE BINARY REFERENCES products (id) ON DELETE CASCADE,
	ref        TEXT NOT NULL COLLATE BINARY,
	kind       TEXT NOT NULL,
	reason     TEXT NOT NULL,
	status     INTEGER NOT NULL,
	attempts   INTEGER NOT NULL,
	first_seen INTEGER NOT NULL,
	last_tried INTEGER NOT NULL,
	next_try   INTEGER NOT NULL,
	PRIMARY KEY (product_id, ref)
) WITHOUT ROWID;`

// PhotoKey names a photo by the product that has it and by what the feed says of it.
type PhotoKey struct {
	ProductID string
	Ref       string
}

// PhotoFailure is an entry of the ledger of photos that could not be had. Its product is found by words only, or by its
// other photos.
type PhotoFailure struct {
	PhotoKey
	Kind      string    // what kind of reason, one word
	Reason    string    // what went wrong, for people
	Status    int       // of HTTP; 0 = there was no answer, or nobody was asked
	Attempts  int       // runs in which it was tried
	FirstSeen time.Time // UTC, milliseconds, as are the others
	LastTried time.Time
	NextTry   time.Time // from when on it may be tried again; zero = only when somebody asks for it
}

// Pending reports whether the photo will be tried again by itself.
func (f *PhotoFailure) Pending() bool { return !f.NextTry.IsZero() }

// RecordPhotoFailures enters photos into the ledger in one transaction. What it has of them is replaced but for
// FirstSeen. Failures of products that the catalogue does not have are passed over.
func (s *Store) RecordPhotoFailures(ctx context.Context, failures []PhotoFailure) error {
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, `
			INSERT INTO photo_failures (product_id, ref, kind, reason, status, attempts, first_seen, last_tried, next_try)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM products WHERE id = ?1)
			ON CONFLICT (product_id, ref) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, status = excluded.status,
				attempts = excluded.attempts, last_tried = excluded.last_tried, next_try = excluded.next_try`)
		if err != nil {
			return err
		}
		for i := range failures {
			f := &failures[i]
			next := int64(0)
			if f.Pending() {
				next = f.NextTry.UnixMilli()
			}
			if _, err := put.ExecContext(ctx, f.ProductID, f.Ref, f.Kind, f.Reason, f.Status, f.Attempts, f.FirstSeen.UnixMilli(), f.LastTried.UnixMilli(), next); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record photos that failed: %w", err)
	}
	return nil
}

// ForgetPhotoFailures takes photos out of the ledger, in one transaction.
func (s *Store) ForgetPhotoFailures(ctx context.Context, photos []PhotoKey) error {
	if len(photos) == 0 {
		return nil
	}
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		remove, err := tx.PrepareContext(ctx, "DELETE FROM photo_failures WHERE product_id = ? AND ref = ?")
		if err != nil {
			return err
		}
		for _, photo := range photos {
			if _, err := remove.ExecContext(ctx, photo.ProductID, photo.Ref); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget photos that failed: %w", err)
	}
	return nil
}

// PhotoFailures iterates over the ledger by product id and ref. An error ends it.
func (s *Store) PhotoFailures(ctx context.Context) iter.Seq2[PhotoFailure, error] {
	return func(yield func(PhotoFailure, error) bool) {
		fail := func(err error) { yield(PhotoFailure{}, fmt.Errorf("read photos that failed: %w", err)) }
		rows, err := s.db.read.QueryContext(ctx, `
			SELECT product_id, ref, kind, reason, status, attempts, first_seen, last_tried, next_try
			FROM photo_failures ORDER BY product_id, ref`)
		if err != nil {
			fail(err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var f PhotoFailure
			var first, last, next int64
			if err := rows.Scan(&f.ProductID, &f.Ref, &f.Kind, &f.Reason, &f.Status, &f.Attempts, &first, &last, &next); err != nil {
				fail(err)
				return
			}
			f.FirstSeen, f.LastTried = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
			if next > 0 {
				f.NextTry = time.UnixMilli(next).UTC()
			}
			if !yield(f, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}

// PhotoFailureCount counts the ledger: photos that will be tried again by themselves, and those that will not.
func (s *Store) PhotoFailureCount(ctx context.Context) (pending, permanent int, err error) {
	err = s.db.read.QueryRowContext(ctx, "SELECT count(*) FILTER (WHERE next_try > 0), count(*) FILTER (WHERE next_try = 0) FROM photo_failures").
		Scan(&pending, &permanent)
	if err != nil {
		return 0, 0, fmt.Errorf("count photos that failed: %w", err)
	}
	return pending, permanent, nil
}
