package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Run is one training: what it used, what came out, and what became of it.
type Run struct {
	Seq     int64           `json:"seq"` // given by the store, ascending
	Time    time.Time       `json:"time"`
	Kind    string          `json:"kind"`              // of model
	Version string          `json:"version,omitempty"` // of the model; empty = none came of it
	Details json.RawMessage `json:"details"`           // the trainer's own record, an object
}

// RecordRun appends a training run and returns its number.
func (s *Store) RecordRun(ctx context.Context, r Run) (int64, error) {
	var seq int64
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "INSERT INTO runs (at, kind, version, json) VALUES (?, ?, ?, ?)", r.Time.UnixMilli(), r.Kind, r.Version, string(r.Details))
		if err != nil {
			return err
		}
		seq, err = result.LastInsertId()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("record a training run: %w", err)
	}
	return seq, nil
}

// Runs returns the newest training runs, newest first.
func (s *Store) Runs(ctx context.Context, limit int) ([]Run, error) {
	rows, err := s.db.read.QueryContext(ctx, "SELECT seq, at, kind, version, json FROM runs ORDER BY seq DESC LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("read training runs: %w", err)
	}
	defer rows.Close()
	var runs []Run
	for rows.Next() {
		var r Run
		var at int64
		var details string
		if err := rows.Scan(&r.Seq, &at, &r.Kind, &r.Version, &details); err != nil {
			return nil, fmt.Errorf("read training runs: %w", err)
		}
		r.Time, r.Details = time.UnixMilli(at).UTC(), json.RawMessage(details)
		runs = append(runs, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read training runs: %w", err)
	}
	return runs, nil
}
