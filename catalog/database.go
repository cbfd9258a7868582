package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// ErrBusy is wrapped when another process kept the database from being written to for ten seconds.
var ErrBusy = errors.New("another process is writing to the database: try again in a moment")

// ErrNewerFormat is wrapped when a database was written by a later version of the program.
var ErrNewerFormat = errors.New("database is newer than this program")

// database is one SQLite file: a single connection that writes and a pool that only reads, so that
// a long read never waits for a writer nor the other way round.
type database struct {
	path  string
	write *sql.DB
	read  *sql.DB
}

// schema says how a file is laid out. A file of a later version is refused.
type schema struct {
	// migrations bring a file from the version that is their index to the next. What has been released is never changed.
	migrations []string
	// synchronous is SQLite's pragma: FULL loses no committed transaction, NORMAL may lose the last
	// ones when the machine (not the process) goes down.
	synchronous string
	// overwrite clears what is deleted from the file, for data that people may want gone.
	overwrite bool
}

func (s schema) version() int { return len(s.migrations) }

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
	return "file:" + escaped + "?_journal_mode=WAL&_busy_timeout=10000&_foreign_keys=1&_synchronous=" + s.synchronous +
		"&_secure_delete=" + strconv.FormatBool(s.overwrite) + more
}

// migrate brings a new or older file to the version of s and refuses a file of a later one. It takes no
// write lock where nothing is to be done, so that a database opens while another process writes to it.
func (db *database) migrate(ctx context.Context, s schema) error {
	version, err := fileVersion(ctx, db.write)
	if err == nil && version < s.version() {
		err = db.update(ctx, func(tx *sql.Tx) error {
			// Another process may have been faster.
			if version, err = fileVersion(ctx, tx); err != nil || version >= s.version() {
				return err
			}
			for _, migration := range s.migrations[version:] {
				if _, err := tx.ExecContext(ctx, migration); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", s.version()))
			return err
		})
	}
	switch {
	case damaged(err):
		return fmt.Errorf("open %s: it is damaged or no SQLite database: move it away or restore a copy: %w", db.path, err)
	case err != nil:
		return fmt.Errorf("open %s: %w", db.path, err)
	case version > s.version():
		return fmt.Errorf("open %s: %w: it has version %d and this program knows up to %d: install a newer vitrine", db.path, ErrNewerFormat, version, s.version())
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

// update runs change in one transaction, which is undone when change fails. An error wraps syscall.ENOSPC when the disk is full.
func (db *database) update(ctx context.Context, change func(*sql.Tx) error) error {
	return fullDisk(db.transact(ctx, change))
}

func (db *database) transact(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if busy(err) {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	if err != nil {
		return err
	}
	if err := change(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// copyTo writes the database as it is now to a new file, while others read and write.
func (db *database) copyTo(ctx context.Context, path string) error {
	// Through the connection that may write, for the other one is told not to; the database itself is only read.
	if _, err := db.write.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("copy %s to %s: %w", db.path, path, fullDisk(err))
	}
	return nil
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

// fullDisk lets errors.Is see that an error of SQLite is one of a full disk.
func fullDisk(err error) error {
	var sqliteErr sqlite3.Error
	if errors.As(err, &sqliteErr) && sqliteErr.Code == sqlite3.ErrFull {
		return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	return err
}

// busy reports whether SQLite gave up waiting for another process.
func busy(err error) bool {
	var sqliteErr sqlite3.Error
	return errors.As(err, &sqliteErr) && sqliteErr.Code == sqlite3.ErrBusy
}
