package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Damage is something in a database that is not what was stored.
type Damage struct {
	ID   string // of the product that is hurt; empty = it cannot be told which, or none
	Text string
}

// Check reads the whole catalogue and returns what is damaged: pages, products, and entries of the log that contradict the
// products. An error is for a check that could not be made.
func (s *Store) Check(ctx context.Context) ([]Damage, error) {
	found, err := s.db.integrity(ctx)
	if err != nil {
		return nil, fmt.Errorf("check the catalogue: %w", err)
	}
	for _, check := range []func(context.Context) ([]Damage, error){s.checkProducts, s.checkLog} {
		more, err := check(ctx)
		found = append(found, more...)
		if err := asDamage(&found, err); err != nil {
			return nil, fmt.Errorf("check the catalogue: %w", err)
		}
	}
	return found, nil
}

// asDamage adds an error to what was found if SQLite says by it that the file is damaged, and returns it if not.
func asDamage(found *[]Damage, err error) error {
	if !damaged(err) {
		return err
	}
	*found = append(*found, Damage{Text: err.Error()})
	return nil
}

// checkProducts reads each product by itself, so that one on a damaged page does not hide the others.
func (s *Store) checkProducts(ctx context.Context) (found []Damage, err error) {
	ids, err := s.IDs(ctx)
	for _, id := range ids {
		switch _, err := s.Product(ctx, id); {
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrDamaged), damaged(err):
			found = append(found, Damage{ID: id, Text: err.Error()})
		case err != nil:
			return found, err
		}
	}
	return found, err
}

// IDs returns the ids of all products in ascending byte order; with an error, those that could be read. It reads the index of ids
// alone, so that a damaged product hides no other.
func (s *Store) IDs(ctx context.Context) ([]string, error) {
	ids, err := queryStrings(ctx, s.db.read, "SELECT id FROM products ORDER BY id")
	if err != nil {
		return ids, fmt.Errorf("read ids: %w", err)
	}
	return ids, nil
}

// checkLog compares the last change of each product with the products.
func (s *Store) checkLog(ctx context.Context) (found []Damage, err error) {
	// Of a group SQLite gives the row that has the maximum.
	const wrong = `SELECT id FROM (SELECT id, deleted, max(seq) FROM changes GROUP BY id)
		WHERE deleted != (id NOT IN (SELECT id FROM products)) ORDER BY id`
	ids, err := queryStrings(ctx, s.db.read, wrong)
	for _, id := range ids {
		found = append(found, Damage{ID: id, Text: fmt.Sprintf("the log of changes and the products disagree on whether there is a product %q", id)})
	}
	if err != nil {
		return found, err
	}
	const beyond = "SELECT seq FROM changes WHERE seq > (SELECT seq FROM sqlite_sequence WHERE name = 'changes')"
	numbers, err := queryStrings(ctx, s.db.read, beyond)
	for _, number := range numbers {
		found = append(found, Damage{Text: fmt.Sprintf("the log has a change %s, which was never numbered", number)})
	}
	return found, err
}

// queryStrings returns a query's only column as far as it can be read, also with an error.
func queryStrings(ctx context.Context, db *sql.DB, query string) (values []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return values, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}

// integrity has SQLite check the pages of a file and how they hang together.
func (db *database) integrity(ctx context.Context) (found []Damage, err error) {
	lines, err := queryStrings(ctx, db.read, "PRAGMA integrity_check")
	if err := asDamage(&found, err); err != nil {
		return nil, err
	}
	for _, line := range lines {
		if line != "ok" {
			found = append(found, Damage{Text: line})
		}
	}
	return found, nil
}

// CheckEmbeddings reads the whole cache of vectors, if there is one, and returns what is damaged. It changes nothing, unlike
// OpenEmbeddings.
func CheckEmbeddings(ctx context.Context, dataDir string) (found []Damage, err error) {
	path := filepath.Join(dataDir, "embeddings.db")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	db, err := openDatabase(ctx, path, embeddingsSchema)
	if err != nil {
		return []Damage{{Text: err.Error()}}, nil
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if found, err = db.integrity(ctx); err != nil {
		return nil, fmt.Errorf("check cached embeddings: %w", err)
	}
	unusable, err := unusableVectors(ctx, db)
	if len(unusable) > 0 {
		found = append(found, Damage{Text: fmt.Sprintf("the checksums of %d vectors are wrong", len(unusable))})
	}
	if err := asDamage(&found, err); err != nil {
		return nil, fmt.Errorf("check cached embeddings: %w", err)
	}
	return found, nil
}

// vectorKey is the primary key of the cache.
type vectorKey struct{ fingerprint, key string }

func unusableVectors(ctx context.Context, db *database) (keys []vectorKey, err error) {
	rows, err := db.read.QueryContext(ctx, "SELECT fingerprint, key, vector FROM vectors")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k vectorKey
		var blob sql.RawBytes
		if err := rows.Scan(&k.fingerprint, &k.key, &blob); err != nil {
			return keys, err
		}
		if decodeVector(blob) == nil {
			keys = append(keys, k)
		}
	}
	return keys, rows.Err()
}

// Repair takes out the vectors whose checksums are wrong or, where the file itself is damaged, moves it to
// embeddings.db.damaged and begins anew. It returns what it did, in words; empty = there was nothing to do.
func (e *Embeddings) Repair(ctx context.Context) (done string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	damages, err := e.db.integrity(ctx)
	if err != nil {
		return "", fmt.Errorf("repair cached embeddings: %w", err)
	}
	unusable, err := unusableVectors(ctx, e.db)
	if len(damages) > 0 || damaged(err) {
		_ = e.db.close()
		if e.db, err = e.beginAnew(ctx); err != nil {
			return "", fmt.Errorf("repair cached embeddings: %w", err)
		}
		return fmt.Sprintf("%s was damaged and was moved to %s.damaged: vectors are made again", e.path, e.path), nil
	}
	if err != nil || len(unusable) == 0 {
		return "", err
	}
	err = e.db.update(ctx, func(tx *sql.Tx) error {
		for _, k := range unusable {
			if _, err := tx.ExecContext(ctx, "DELETE FROM vectors WHERE fingerprint = ? AND key = ?", k.fingerprint, k.key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("repair cached embeddings: %w", err)
	}
	return fmt.Sprintf("%d damaged vectors were taken out of %s", len(unusable), e.path), nil
}

// RestoreDamaged puts back, of copies of products, those that agree with the hash or with the content that is stored. It returns
// their ids; others are passed over.
func (s *Store) RestoreDamaged(ctx context.Context, copies []Product) (restored []string, err error) {
	err = s.db.update(ctx, func(tx *sql.Tx) error {
		for i := range copies {
			body, hash, err := encodeProduct(&copies[i])
			if err != nil {
				return err
			}
			result, err := tx.ExecContext(ctx, "UPDATE products SET hash = ?1, json = ?2 WHERE id = ?3 AND (hash = ?1 OR json = ?2)", hash[:], string(body), copies[i].ID)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil {
				return err
			} else if n > 0 {
				restored = append(restored, copies[i].ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("restore products: %w", err)
	}
	return restored, nil
}
