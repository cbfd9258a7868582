package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Times are Unix milliseconds. json holds the whole event or query; the other columns are what is looked up.
const eventTables = `
CREATE TABLE events (
	seq       INTEGER PRIMARY KEY,
	id        TEXT NOT NULL UNIQUE,
	at        INTEGER NOT NULL,
	client_id TEXT NOT NULL,
	action    TEXT NOT NULL,
	json      TEXT NOT NULL
);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_client ON events (client_id);
CREATE TABLE queries (
	seq       INTEGER PRIMARY KEY,
	id        TEXT NOT NULL UNIQUE,
	at        INTEGER NOT NULL,
	client_id TEXT NOT NULL,
	json      TEXT NOT NULL
);
CREATE INDEX queries_at ON queries (at);
CREATE INDEX queries_client ON queries (client_id);`

// deletedAtOnce bounds a transaction that deletes events, so that others can write in between.
const deletedAtOnce = 10_000

// Recorded counts what RecordEvents did with a batch.
type Recorded struct {
	Events  int `json:"events"`           // stored
	Queries int `json:"queries"`          // stored
	Served  int `json:"served,omitempty"` // stored
	Known   int `json:"known"`            // stored before under the same id, and left as they were
}

// RecordEvents stores a batch in one transaction, which may hold the batches of other callers too: all of it or, on an
// error, nothing. When it returns, the batch is on the disk. What an id says is stored already is counted and left alone.
// The batch is not validated again.
func (s *Store) RecordEvents(ctx context.Context, batch EventBatch) (Recorded, error) {
	if batch.Len() == 0 || ctx.Err() != nil {
		return Recorded{}, ctx.Err()
	}
	done, err := s.commit(ctx, batch)
	if err != nil {
		return Recorded{}, fmt.Errorf("store events: %w", err)
	}
	return done, nil
}

// insert inserts the batch and counts it.
func (c *commit) insert(ctx context.Context, tx *sql.Tx) error {
	c.done = Recorded{}
	// The transaction closes its statements when it ends.
	query, err := tx.PrepareContext(ctx, "INSERT INTO queries (id, at, client_id, json) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING")
	if err != nil {
		return err
	}
	for _, q := range c.batch.Queries {
		q = q.stored()
		if err := insertNew(ctx, query, &q, &c.done.Queries, &c.done.Known, q.ID, q.Time.UnixMilli(), q.ClientID); err != nil {
			return err
		}
	}
	event, err := tx.PrepareContext(ctx, "INSERT INTO events (id, at, client_id, action, json) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING")
	if err != nil {
		return err
	}
	for _, e := range c.batch.Events {
		e, err := e.stored()
		if err != nil {
			return err
		}
		if err := insertNew(ctx, event, &e, &c.done.Events, &c.done.Known, e.ID, e.Time.UnixMilli(), e.ClientID, e.Action); err != nil {
			return err
		}
	}
	return insertServed(ctx, tx, c.batch.Served, &c.done)
}

// insertNew inserts a row of columns and then the value's JSON, and counts it as stored or as known.
func insertNew(ctx context.Context, insert *sql.Stmt, value any, stored, known *int, columns ...any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	result, err := insert.ExecContext(ctx, append(columns, string(text))...)
	if err != nil {
		return err
	}
	return count(result, stored, known)
}

// count counts an inserted row as stored, and one that was there as known.
func count(result sql.Result, stored, known *int) error {
	n, err := result.RowsAffected()
	*stored += int(n)
	*known += 1 - int(n)
	return err
}

// Events iterates over the events from a time on (the zero time = all), in order of time, those of one millisecond as
// they came in; it sees them as they were when it began. An error ends it.
func (s *Store) Events(ctx context.Context, since time.Time) iter.Seq2[Event, error] {
	return decodeRows[Event](ctx, s.db.read, "SELECT json FROM events WHERE at >= ? ORDER BY at, seq", sinceMillis(since))
}

// Queries iterates over the queries as Events does over the events.
func (s *Store) Queries(ctx context.Context, since time.Time) iter.Seq2[ShopperQuery, error] {
	return decodeRows[ShopperQuery](ctx, s.db.read, "SELECT json FROM queries WHERE at >= ? ORDER BY at, seq", sinceMillis(since))
}

// sinceMillis is the first millisecond that does not lie before since.
func sinceMillis(since time.Time) int64 {
	return since.Add(time.Millisecond - time.Nanosecond).UnixMilli()
}

func decodeRows[T any](ctx context.Context, db *sql.DB, query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := db.QueryContext(ctx, query, args...)
		if err != nil {
			yield(none, fmt.Errorf("read events: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var text sql.RawBytes
			var value T
			err := rows.Scan(&text)
			if err == nil {
				err = json.Unmarshal(text, &value)
			}
			if err != nil {
				yield(none, fmt.Errorf("read events: %w", err))
				return
			}
			if !yield(value, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, fmt.Errorf("read events: %w", err))
		}
	}
}

// ForgetClient deletes all events, queries and served searches of a visitor and returns how many there were. What is deleted is also
// overwritten on the disk, at once or, while somebody reads from the database, with a later write. On an error a part may be deleted; calling it again deletes the rest.
func (s *Store) ForgetClient(ctx context.Context, clientID string) (int, error) {
	deleted, err := s.deleteEvents(ctx, "client_id = ?", clientID)
	return deleted, errors.Join(err, s.noteErasure(ctx, clientID))
}

// PruneEvents deletes all events, queries and served searches of before a time, as ForgetClient does, and returns how many there were.
func (s *Store) PruneEvents(ctx context.Context, before time.Time) (int, error) {
	deleted, err := s.deleteEvents(ctx, "at < ?", sinceMillis(before))
	return deleted, errors.Join(err, s.pruneErasures(ctx, before))
}

func (s *Store) deleteEvents(ctx context.Context, where string, arg any) (int, error) {
	deleted := 0
	for _, table := range []string{"events", "queries", "served"} {
		statement := fmt.Sprintf("DELETE FROM %[1]s WHERE seq IN (SELECT seq FROM %[1]s WHERE %[2]s LIMIT %[3]d)", table, where, deletedAtOnce)
		for more := true; more; {
			err := s.db.update(ctx, func(tx *sql.Tx) error {
				result, err := tx.ExecContext(ctx, statement, arg)
				if err != nil {
					return err
				}
				n, err := result.RowsAffected()
				deleted += int(n)
				more = n == deletedAtOnce
				return err
			})
			if err != nil {
				return deleted, fmt.Errorf("delete events: %w", err)
			}
		}
	}
	// The write-ahead log still has pages as they were. A reader that keeps it in use is no error.
	if _, err := s.db.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return deleted, fmt.Errorf("delete events: %w", err)
	}
	return deleted, nil
}

// EventStats counts what is stored.
type EventStats struct {
	Queries  int            `json:"queries"`
	Served   int            `json:"served"` // searches of which is kept what they showed
	Events   int            `json:"events"`
	Actions  map[string]int `json:"actions"`        // events by action
	Doubted  map[string]int `json:"doubted"`        // events that do not count for learning, by the reason
	Visitors int            `json:"visitors"`       // different client ids
	First    time.Time      `json:"first,omitzero"` // of events and queries
	Last     time.Time      `json:"last,omitzero"`  // of events and queries
}

// EventStats counts the stored events and queries.
func (s *Store) EventStats(ctx context.Context) (EventStats, error) {
	// One transaction, so that the numbers fit each other.
	tx, err := s.db.read.BeginTx(ctx, nil)
	if err != nil {
		return EventStats{}, fmt.Errorf("count events: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	var stats EventStats
	if stats.Actions, err = countBy(ctx, tx, "SELECT action, count(*) FROM events GROUP BY action"); err != nil {
		return EventStats{}, fmt.Errorf("count events: %w", err)
	}
	if stats.Doubted, err = countBy(ctx, tx, `
		SELECT json_extract(json, '$.doubt') AS doubt, count(*) FROM events WHERE doubt IS NOT NULL GROUP BY doubt`); err != nil {
		return EventStats{}, fmt.Errorf("count events: %w", err)
	}
	for _, n := range stats.Actions {
		stats.Events += n
	}
	var first, last sql.NullInt64
	err = tx.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM queries), (SELECT count(*) FROM served),
			(SELECT count(*) FROM (SELECT client_id FROM events UNION SELECT client_id FROM queries)),
			min(at), max(at)
		FROM (SELECT min(at) AS at FROM events UNION ALL SELECT max(at) FROM events
			UNION ALL SELECT min(at) FROM queries UNION ALL SELECT max(at) FROM queries)`).
		Scan(&stats.Queries, &stats.Served, &stats.Visitors, &first, &last)
	if err != nil {
		return EventStats{}, fmt.Errorf("count events: %w", err)
	}
	if first.Valid {
		stats.First, stats.Last = time.UnixMilli(first.Int64).UTC(), time.UnixMilli(last.Int64).UTC()
	}
	return stats, nil
}

// countBy runs a query whose rows are a name and a count.
func countBy(ctx context.Context, tx *sql.Tx, query string) (map[string]int, error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, rows.Err()
}
