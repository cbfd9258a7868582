package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// keptIndexRuns is how many runs of the indexer are remembered.
const keptIndexRuns = 1000

const indexRunTables = `
CREATE TABLE index_runs (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT,
	at   INTEGER NOT NULL, -- of its beginning, Unix time, milliseconds
	json TEXT NOT NULL
);`

// IndexRun is one run of the indexer over the catalogue: what it took up and what came out.
type IndexRun struct {
	Seq        int64         `json:"seq"` // given by the store, ascending
	Started    time.Time     `json:"started"`
	Elapsed    time.Duration `json:"elapsed_ns"`
	Generation string        `json:"generation,omitempty"` // that was live at its end; empty = the run failed
	UpToDate   bool          `json:"up_to_date"`           // nothing had changed, so none was built
	Products   int           `json:"products"`             // in the generation

	// What a feed did to the catalogue, in products; Rejected are rows.
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Deleted   int `json:"deleted"`
	Rejected  int `json:"rejected"`

	// Texts and photos by where their vectors came from, and photos without one.
	TextsEmbedded  int    `json:"texts_embedded"`
	PhotosEmbedded int    `json:"photos_embedded"`
	FromCache      int    `json:"from_cache"`
	PhotoProblems  int    `json:"photo_problems"`
	Error          string `json:"error,omitempty"` // why the run failed
}

// RecordIndexRun appends a run, forgets those before the last 1,000, and returns its number.
func (s *Store) RecordIndexRun(ctx context.Context, run IndexRun) (int64, error) {
	var seq int64
	body, err := json.Marshal(run)
	if err != nil {
		return 0, fmt.Errorf("record the run of the indexer: %w", err)
	}
	err = s.db.update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "INSERT INTO index_runs (at, json) VALUES (?, ?)", run.Started.UnixMilli(), string(body))
		if err != nil {
			return err
		}
		if seq, err = result.LastInsertId(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM index_runs WHERE seq <= ?", seq-keptIndexRuns)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("record the run of the indexer: %w", err)
	}
	return seq, nil
}

// IndexRuns returns the newest runs, newest first.
func (s *Store) IndexRuns(ctx context.Context, limit int) ([]IndexRun, error) {
	rows, err := s.db.read.QueryContext(ctx, "SELECT seq, json FROM index_runs ORDER BY seq DESC LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("read the runs of the indexer: %w", err)
	}
	defer rows.Close()
	var runs []IndexRun
	for rows.Next() {
		var run IndexRun
		var seq int64
		var body sql.RawBytes
		if err := rows.Scan(&seq, &body); err != nil {
			return nil, fmt.Errorf("read the runs of the indexer: %w", err)
		}
		if err := json.Unmarshal(body, &run); err != nil {
			return nil, fmt.Errorf("read the runs of the indexer: run %d is damaged: %w", seq, err)
		}
		run.Seq = seq
		runs = append(runs, run)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the runs of the indexer: %w", err)
	}
	return runs, nil
}
