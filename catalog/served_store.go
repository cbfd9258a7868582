package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Times are Unix milliseconds; rows is as encodeServedRows writes it.
const servedTables = `
CREATE TABLE served (
	seq       INTEGER PRIMARY KEY,
	query_id  TEXT NOT NULL UNIQUE,
	at        INTEGER NOT NULL,
	client_id TEXT NOT NULL,
	schema    TEXT NOT NULL,
	model     TEXT NOT NULL,
	rows      BLOB NOT NULL
);
CREATE INDEX served_at ON served (at);
CREATE INDEX served_client ON served (client_id);
CREATE TABLE runs (
	seq     INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	kind    TEXT NOT NULL,
	version TEXT NOT NULL,
	json    TEXT NOT NULL
);`

// RecordServed stores what searches showed, in one transaction: all of it or, on an error, nothing. A search whose
// query id is stored already is left as it was. An invalid one is an error that wraps ErrServed.
func (s *Store) RecordServed(ctx context.Context, served []Served) error {
	_, err := s.RecordEvents(ctx, EventBatch{Served: served})
	return err
}

// insertServed stores the searches that are not known and counts them.
func insertServed(ctx context.Context, tx *sql.Tx, served []Served, done *Recorded) error {
	if len(served) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO served (query_id, at, client_id, schema, model, rows) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (query_id) DO NOTHING")
	if err != nil {
		return err
	}
	for i := range served {
		search := &served[i]
		if err := search.Validate(); err != nil {
			return fmt.Errorf("search %q: %w", search.QueryID, err)
		}
		result, err := insert.ExecContext(ctx, search.QueryID, search.Time.UnixMilli(), search.ClientID, search.Schema, search.Model, encodeServedRows(search.Rows))
		if err != nil {
			return err
		}
		if err := count(result, &done.Served, &done.Known); err != nil {
			return err
		}
	}
	return nil
}

// NewestServed is the time of the n-th newest of the searches, n at least 1; zero where there are fewer.
func (s *Store) NewestServed(ctx context.Context, n int) (time.Time, error) {
	var at int64
	err := s.db.read.QueryRowContext(ctx, "SELECT at FROM served ORDER BY at DESC LIMIT 1 OFFSET ?", n-1).Scan(&at)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, fmt.Errorf("read served searches: %w", err)
	}
	return time.UnixMilli(at).UTC(), nil
}

// Served iterates over what searches showed as Events does over the events.
func (s *Store) Served(ctx context.Context, since time.Time) iter.Seq2[Served, error] {
	return func(yield func(Served, error) bool) {
		fail := func(err error) { yield(Served{}, fmt.Errorf("read served searches: %w", err)) }
		rows, err := s.db.read.QueryContext(ctx, "SELECT query_id, at, client_id, schema, model, rows FROM served WHERE at >= ? ORDER BY at, seq", sinceMillis(since))
		if err != nil {
			fail(err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var search Served
			var at int64
			var blob sql.RawBytes
			err := rows.Scan(&search.QueryID, &at, &search.ClientID, &search.Schema, &search.Model, &blob)
			if err == nil {
				search.Rows, err = decodeServedRows(blob)
			}
			if err != nil {
				fail(err)
				return
			}
			search.Time = time.UnixMilli(at).UTC()
			if !yield(search, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}
