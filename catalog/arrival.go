package catalog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"
)

// arrivalTables number what arrives so that no number is used twice, also when the last of it is deleted: who has read up to
// a number misses nothing. The erasures tell them whose events are gone; they hold no id.
const arrivalTables = `
CREATE TABLE numbered_events (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT NOT NULL UNIQUE,
	at        INTEGER NOT NULL,
	client_id TEXT NOT NULL,
	action    TEXT NOT NULL,
	json      TEXT NOT NULL
);
INSERT INTO numbered_events SELECT seq, id, at, client_id, action, json FROM events ORDER BY seq;
DROP TABLE events;
ALTER TABLE numbered_events RENAME TO events;
CREATE INDEX events_at ON events (at);
CREATE INDEX events_client ON events (client_id);
CREATE TABLE numbered_queries (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT NOT NULL UNIQUE,
	at        INTEGER NOT NULL,
	client_id TEXT NOT NULL,
	json      TEXT NOT NULL
);
INSERT INTO numbered_queries SELECT seq, id, at, client_id, json FROM queries ORDER BY seq;
DROP TABLE queries;
ALTER TABLE numbered_queries RENAME TO queries;
CREATE INDEX queries_at ON queries (at);
CREATE INDEX queries_client ON queries (client_id);
CREATE TABLE erasures (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT,
	at     INTEGER NOT NULL, -- of the deletion
	client BLOB NOT NULL     -- SHA-256 of the client_id
);`

// Arrivals are the numbers of the last event, query and erasure that somebody has read.
type Arrivals struct {
	Events, Queries, Erasures int64
}

// Numbered is something stored, by the order in which it arrived.
type Numbered[T any] struct {
	Seq   int64 // ascending, never used twice
	Value T
}

// Erasure says that all of a visitor was deleted.
type Erasure [sha256.Size]byte // SHA-256 of the client_id

// ArrivedBefore returns where to read on from to see all events and queries from a time on, and the erasures to come.
func (s *Store) ArrivedBefore(ctx context.Context, since time.Time) (Arrivals, error) {
	var a Arrivals
	err := s.db.read.QueryRowContext(ctx, `
		SELECT coalesce((SELECT min(seq) FROM events WHERE at >= ?1), (SELECT max(seq) + 1 FROM events), 1) - 1,
			coalesce((SELECT min(seq) FROM queries WHERE at >= ?1), (SELECT max(seq) + 1 FROM queries), 1) - 1,
			(SELECT coalesce(max(seq), 0) FROM erasures)`, sinceMillis(since)).
		Scan(&a.Events, &a.Queries, &a.Erasures)
	if err != nil {
		return Arrivals{}, fmt.Errorf("read events: %w", err)
	}
	return a, nil
}

// EventsAfter iterates over the events that arrived after number seq, in that order. An error ends it.
func (s *Store) EventsAfter(ctx context.Context, seq int64) iter.Seq2[Numbered[Event], error] {
	return numberedRows(ctx, s.db.read, "SELECT seq, json FROM events WHERE seq > ? ORDER BY seq", seq, decodeJSON[Event])
}

// QueriesAfter iterates over the queries as EventsAfter does over the events.
func (s *Store) QueriesAfter(ctx context.Context, seq int64) iter.Seq2[Numbered[ShopperQuery], error] {
	return numberedRows(ctx, s.db.read, "SELECT seq, json FROM queries WHERE seq > ? ORDER BY seq", seq, decodeJSON[ShopperQuery])
}

// ErasuresAfter iterates over the erasures as EventsAfter does over the events. Of the visitor of an erasure only what came
// after it is stored, or the rest of a deletion that failed.
func (s *Store) ErasuresAfter(ctx context.Context, seq int64) iter.Seq2[Numbered[Erasure], error] {
	return numberedRows(ctx, s.db.read, "SELECT seq, client FROM erasures WHERE seq > ? ORDER BY seq", seq, func(client []byte) (e Erasure, err error) {
		if copy(e[:], client) != len(client) || len(client) != len(e) {
			err = fmt.Errorf("an erasure has %d bytes", len(client))
		}
		return e, err
	})
}

func decodeJSON[T any](text []byte) (value T, err error) {
	err = json.Unmarshal(text, &value)
	return value, err
}

func numberedRows[T any](ctx context.Context, db *sql.DB, query string, after int64, decode func([]byte) (T, error)) iter.Seq2[Numbered[T], error] {
	return func(yield func(Numbered[T], error) bool) {
		fail := func(err error) { yield(Numbered[T]{}, fmt.Errorf("read events: %w", err)) }
		rows, err := db.QueryContext(ctx, query, after)
		if err != nil {
			fail(err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var row Numbered[T]
			var stored sql.RawBytes
			err := rows.Scan(&row.Seq, &stored)
			if err == nil {
				row.Value, err = decode(stored)
			}
			if err != nil {
				fail(err)
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}

func (s *Store) noteErasure(ctx context.Context, clientID string) error {
	client := sha256.Sum256([]byte(clientID))
	if _, err := s.db.write.ExecContext(ctx, "INSERT INTO erasures (at, client) VALUES (?, ?)", time.Now().UnixMilli(), client[:]); err != nil {
		return fmt.Errorf("note the deletion: %w", err)
	}
	return nil
}

func (s *Store) pruneErasures(ctx context.Context, before time.Time) error {
	if _, err := s.db.write.ExecContext(ctx, "DELETE FROM erasures WHERE at < ?", sinceMillis(before)); err != nil {
		return fmt.Errorf("delete erasures: %w", err)
	}
	return nil
}
