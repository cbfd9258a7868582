package catalog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"time"
)

// ErrNotFound is wrapped when the catalogue has no product of an id.
var ErrNotFound = errors.New("no such product")

// ErrDamaged is wrapped when a stored product is not what was stored.
var ErrDamaged = errors.New("stored product is damaged")

// Ids are compared byte by byte (BINARY), the order in which indexer numbers the products.
var storeSchema = schema{
	synchronous: "FULL",
	overwrite:   true,
	migrations: []string{`
CREATE TABLE products (
	id   TEXT NOT NULL PRIMARY KEY COLLATE BINARY,
	hash BLOB NOT NULL, -- SHA-256 of json
	json TEXT NOT NULL
);
CREATE TABLE changes (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	id      TEXT NOT NULL COLLATE BINARY,
	deleted INTEGER NOT NULL,
	at      INTEGER NOT NULL -- Unix time, milliseconds
);`, eventTables, servedTables, arrivalTables, photoTables, indexRunTables, keyTables},
}

// Store is the catalogue database: the products and the log of their changes, from which every index
// can be rebuilt, and the behaviour of shoppers, and what searches showed them, from which a ranker learns. It is safe for concurrent use.
type Store struct {
	db      *database
	commits *commits // of RecordEvents
}

// Applied counts what Apply did with its products.
type Applied struct {
	Added, Changed, Unchanged int
}

// Change is one entry of the log. The product of a change that is not a deletion may have changed
// again, or gone, since.
type Change struct {
	Seq     int64 // ascending, never used twice
	ID      string
	Deleted bool
	At      time.Time // UTC, milliseconds
}

// Open opens <dataDir>/catalog.db and makes folder and file when they are absent. A file of a later
// version gives an error that wraps ErrNewerFormat.
func Open(ctx context.Context, dataDir string) (*Store, error) {
	if err := makeDataDir(dataDir); err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, filepath.Join(dataDir, "catalog.db"), storeSchema)
	if err != nil {
		return nil, err
	}
	return newStore(db), nil
}

func newStore(db *database) *Store { return &Store{db: db, commits: newCommits()} }

// Close closes the database. Iterations that are under way end with an error.
func (s *Store) Close() error { return s.db.close() }

// CopyTo writes the catalogue, as it is at one moment, to a new file. Readers and writers go on meanwhile.
func (s *Store) CopyTo(ctx context.Context, path string) error { return s.db.copyTo(ctx, path) }

// Apply adds or replaces products in one transaction: all of them or, on an error, none. A product
// that is stored with the same content already is left alone and gets no entry in the log. An
// invalid product is an error that wraps ErrInvalid.
func (s *Store) Apply(ctx context.Context, products []Product) (Applied, error) {
	var done Applied
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		w, err := newWriter(ctx, tx)
		if err != nil {
			return err
		}
		for i := range products {
			if err := w.put(ctx, &products[i], &done); err != nil {
				return fmt.Errorf("product %q: %w", products[i].ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return Applied{}, fmt.Errorf("store products: %w", err)
	}
	return done, nil
}

// Delete removes the products of ids in one transaction and returns how many there were. Ids that
// the catalogue does not have are passed over.
func (s *Store) Delete(ctx context.Context, ids ...string) (int, error) {
	deleted := 0
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		w, err := newWriter(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := w.delete(ctx, id, &deleted); err != nil {
				return fmt.Errorf("product %q: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("delete products: %w", err)
	}
	return deleted, nil
}

// DeleteMissing removes, in one transaction, every product whose id keep does not want, and returns
// how many those were. It is how a full feed takes products out of the catalogue.
func (s *Store) DeleteMissing(ctx context.Context, keep func(id string) bool) (int, error) {
	deleted := 0
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		missing, err := idsWithout(ctx, tx, keep)
		if err != nil {
			return err
		}
		w, err := newWriter(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range missing {
			if err := w.delete(ctx, id, &deleted); err != nil {
				return fmt.Errorf("product %q: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("delete missing products: %w", err)
	}
	return deleted, nil
}

func idsWithout(ctx context.Context, tx *sql.Tx, keep func(id string) bool) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id FROM products ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if !keep(id) {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}

// writer holds the statements of one write transaction.
type writer struct {
	there, same, upsert, remove, log *sql.Stmt
	at                               int64
}

func newWriter(ctx context.Context, tx *sql.Tx) (*writer, error) {
	w := &writer{at: time.Now().UnixMilli()}
	for _, prepare := range []struct {
		into *(*sql.Stmt)
		sql  string
	}{
		{&w.there, "SELECT 1 FROM products WHERE id = ?"},
		{&w.same, "SELECT hash = ? AND json = ? FROM products WHERE id = ?"},
		{&w.upsert, "INSERT INTO products (id, hash, json) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, json = excluded.json"},
		{&w.remove, "DELETE FROM products WHERE id = ?"},
		{&w.log, "INSERT INTO changes (id, deleted, at) VALUES (?, ?, ?)"},
	} {
		// The transaction closes its statements when it ends.
		stmt, err := tx.PrepareContext(ctx, prepare.sql)
		if err != nil {
			return nil, err
		}
		*prepare.into = stmt
	}
	return w, nil
}

func (w *writer) put(ctx context.Context, p *Product, done *Applied) error {
	if err := p.Validate(); err != nil {
		return err
	}
	body, hash, err := encodeProduct(p)
	if err != nil {
		return err
	}
	var same bool // also false of a product that is damaged
	switch err := w.same.QueryRowContext(ctx, hash[:], string(body), p.ID).Scan(&same); {
	case errors.Is(err, sql.ErrNoRows):
		done.Added++
	case err != nil:
		return err
	case same:
		done.Unchanged++
		return nil
	default:
		done.Changed++
	}
	if _, err := w.upsert.ExecContext(ctx, p.ID, hash[:], string(body)); err != nil {
		return err
	}
	_, err = w.log.ExecContext(ctx, p.ID, false, w.at)
	return err
}

// encodeProduct returns the JSON under which a product is stored, and its hash.
func encodeProduct(p *Product) (body []byte, hash [sha256.Size]byte, err error) {
	canonical := *p
	canonical.Released = p.Released.UTC()
	body, err = json.Marshal(canonical)
	return body, sha256.Sum256(body), err
}

func (w *writer) delete(ctx context.Context, id string, deleted *int) error {
	result, err := w.remove.ExecContext(ctx, id)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil || n == 0 {
		return err
	}
	*deleted++
	_, err = w.log.ExecContext(ctx, id, true, w.at)
	return err
}

// Product returns the product of id, or an error that wraps ErrNotFound, or ErrDamaged when it is not what was stored.
func (s *Store) Product(ctx context.Context, id string) (Product, error) {
	var hash, body []byte
	err := s.db.read.QueryRowContext(ctx, "SELECT hash, json FROM products WHERE id = ?", id).Scan(&hash, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return Product{}, fmt.Errorf("%w: %q", ErrNotFound, id)
	}
	if err != nil {
		return Product{}, fmt.Errorf("read product %q: %w", id, err)
	}
	return decodeProduct(id, hash, body)
}

// Products iterates over all products in ascending byte order of their ids, as they were when the
// iteration began: it is one statement, so one read transaction. An error ends it; it wraps ErrDamaged where a product is not what was stored.
func (s *Store) Products(ctx context.Context) iter.Seq2[Product, error] {
	return func(yield func(Product, error) bool) {
		rows, err := s.db.read.QueryContext(ctx, "SELECT id, hash, json FROM products ORDER BY id")
		if err != nil {
			yield(Product{}, fmt.Errorf("read products: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			var hash, body sql.RawBytes
			if err := rows.Scan(&id, &hash, &body); err != nil {
				yield(Product{}, fmt.Errorf("read products: %w", err))
				return
			}
			if p, err := decodeProduct(id, hash, body); !yield(p, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Product{}, fmt.Errorf("read products: %w", err))
		}
	}
}

// decodeProduct compares what is stored with its hash: a price with a flipped bit is an error, not another price.
func decodeProduct(id string, hash, body []byte) (p Product, err error) {
	if sum := sha256.Sum256(body); string(sum[:]) != string(hash) {
		err = errors.New("its checksum is wrong")
	} else if err = json.Unmarshal(body, &p); err == nil && p.ID != id {
		err = fmt.Errorf("it says that it is %q", p.ID)
	}
	if err != nil {
		return Product{}, fmt.Errorf("%w: %q: %w: vitrine check --repair takes it from the index if it can; else index a feed that has it, or go back to a backup (vitrine restore)", ErrDamaged, id, err)
	}
	return p, nil
}

// Count returns the number of products.
func (s *Store) Count(ctx context.Context) (int, error) {
	var n int
	if err := s.db.read.QueryRowContext(ctx, "SELECT count(*) FROM products").Scan(&n); err != nil {
		return 0, fmt.Errorf("count products: %w", err)
	}
	return n, nil
}

// Sequence returns the number of the last change; 0 before the first.
func (s *Store) Sequence(ctx context.Context) (int64, error) {
	var seq int64
	if err := s.db.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM changes").Scan(&seq); err != nil {
		return 0, fmt.Errorf("read sequence: %w", err)
	}
	return seq, nil
}

// ChangedSince counts the products that changed, came or went after sequence number after.
func (s *Store) ChangedSince(ctx context.Context, after int64) (int, error) {
	var n int
	if err := s.db.read.QueryRowContext(ctx, "SELECT count(DISTINCT id) FROM changes WHERE seq > ?", after).Scan(&n); err != nil {
		return 0, fmt.Errorf("count changes: %w", err)
	}
	return n, nil
}

// Changes iterates over the log after sequence number after, oldest first. An error ends it.
func (s *Store) Changes(ctx context.Context, after int64) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		rows, err := s.db.read.QueryContext(ctx, "SELECT seq, id, deleted, at FROM changes WHERE seq > ? ORDER BY seq", after)
		if err != nil {
			yield(Change{}, fmt.Errorf("read changes: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var c Change
			var at int64
			if err := rows.Scan(&c.Seq, &c.ID, &c.Deleted, &at); err != nil {
				yield(Change{}, fmt.Errorf("read changes: %w", err))
				return
			}
			c.At = time.UnixMilli(at).UTC()
			if !yield(c, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Change{}, fmt.Errorf("read changes: %w", err))
		}
	}
}
