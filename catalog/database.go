package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
)

// ErrNewerFormat is wrapped when a database was written by a later version of the program.
var ErrNewerFormat = errors.New("database is newer than this program")

// database is one SQLite file: a single connection that writes and a pool that only reads, so that
// a long read never waits for a writer nor the other way round.
type database struct {
	path  string
	write *sql.DB
	read  *sql.DB
}

// schema says how a file is laid out; a file of another version is refused.
type schema struct {
	version int
	tables  string
	// synchronous is SQLite's pragma: FULL loses no committed transaction, NORMAL may lose the last
	// ones when the machine (not the process) goes down.
	synchronous string
}

func openDatabase(ctx context.Context, path string, s schema) (*database, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db := &database{path: path}
	if db.write, err = sql.Open("sqlite3", dsn(path, s, "&_txlock=immediate")); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	db.write.SetMaxOpenConns(1)
	if err := db.migrate(ctx, s); err != nil {
		_ = db.write.Close()
		return nil, err
	}
	if db.read, err = sql.Open("sqlite3", dsn(path, s, "&_query_only=1")); err != nil {
		_ = db.write.Close()
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

func dsn(path string, s schema, more string) string {
	escaped := (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	return "file:" + escaped + "?_journal_mode=WAL&_busy_timeout=10000&_foreign_keys=1&_synchronous=" + s.synchronous + more
}

// migrate makes the tables of a new file and refuses a file of a later version. It takes no write
// lock where nothing is to be done, so that a database opens while another process writes to it.
func (db *database) migrate(ctx context.Context, s schema) error {
	version, err := fileVersion(ctx, db.write)
	if err == nil && version == 0 {
		version = s.version
		err = db.update(ctx, func(tx *sql.Tx) error {
			if version, err := fileVersion(ctx, tx); err != nil || version != 0 {
				return err // another process was faster
			}
			if _, err := tx.ExecContext(ctx, s.tables); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", s.version))
			return err
		})
	}
	switch {
	case damaged(err):
		return fmt.Errorf("open %s: it is damaged or no SQLite database: move it away or restore a copy: %w", db.path, err)
	case err != nil:
		return fmt.Errorf("open %s: %w", db.path, err)
	case version > s.version:
		return fmt.Errorf("open %s: %w: it has version %d and this program knows up to %d: install a newer vitrine", db.path, ErrNewerFormat, version, s.version)
	}
	return nil
}

// fileVersion is the version of the tables in a file; 0 = it has none yet.
func fileVersion(ctx context.Context, db interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (version int, err error) {
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, err
}

// update runs change in one transaction, which is undone when change fails.
func (db *database) update(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := change(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func (db *database) close() error {
	// The writer goes last: closing the last connection folds the write-ahead log into the file.
	if err := errors.Join(db.read.Close(), db.write.Close()); err != nil {
		return fmt.Errorf("close %s: %w", db.path, err)
	}
	return nil
}

// damaged reports whether SQLite found that the file is not, or no longer, a database.
func damaged(err error) bool {
	var sqliteErr sqlite3.Error
	return errors.As(err, &sqliteErr) && (sqliteErr.Code == sqlite3.ErrCorrupt || sqliteErr.Code == sqlite3.ErrNotADB)
}
