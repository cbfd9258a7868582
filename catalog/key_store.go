package catalog

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

const keyTables = `
CREATE TABLE keys (
	id      TEXT NOT NULL PRIMARY KEY COLLATE BINARY,
	hash    BLOB NOT NULL,    -- SHA-256 of the whole key
	name    TEXT NOT NULL,
	scopes  TEXT NOT NULL,    -- with blanks between them
	created INTEGER NOT NULL, -- Unix time, seconds, as are those below; 0 = not
	expires INTEGER NOT NULL,
	revoked INTEGER NOT NULL,
	used    INTEGER NOT NULL  -- the hour of the last use
) WITHOUT ROWID;`

const keyColumns = "id, name, scopes, created, expires, revoked, used"

// CreateKey makes a key and returns it with its text, which is stored nowhere. The zero expires is never. Servers on the
// data directory know the key at once.
func (s *Store) CreateKey(ctx context.Context, name string, scopes []Scope, created, expires time.Time) (Key, string, error) {
	k, text, err := newKey(name, scopes, created, expires)
	if err != nil {
		return Key{}, "", err
	}
	hash := keyHash(text)
	var words []string
	for _, scope := range k.Scopes {
		words = append(words, string(scope))
	}
	err = s.db.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO keys (hash, "+keyColumns+") VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
			hash[:], k.ID, k.Name, strings.Join(words, " "), unixSeconds(k.Created), unixSeconds(k.Expires))
		return err
	})
	if err != nil {
		return Key{}, "", fmt.Errorf("store a key: %w", err)
	}
	return k, text, nil
}

// KeyOf returns the key whose text this is, also an expired or revoked one, which Key.Fault tells. An error that wraps
// ErrKeyUnknown says that it is none.
func (s *Store) KeyOf(ctx context.Context, text string) (Key, error) {
	sent := keyHash(text)
	stored := make([]byte, 0, len(sent))
	k, err := scanKey(s.db.read.QueryRowContext(ctx, "SELECT "+keyColumns+", hash FROM keys WHERE id = ?", keyID(text)), &stored)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Key{}, ErrKeyUnknown
	case err != nil:
		return Key{}, fmt.Errorf("read a key: %w", err)
	case subtle.ConstantTimeCompare(sent[:], stored) != 1:
		return Key{}, ErrKeyUnknown
	}
	return k, nil
}

// Keys returns all keys in the order in which they were made, with those that have expired or were revoked.
func (s *Store) Keys(ctx context.Context) ([]Key, error) {
	rows, err := s.db.read.QueryContext(ctx, "SELECT "+keyColumns+" FROM keys ORDER BY created, id")
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	defer rows.Close()
	var keys []Key
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return nil, fmt.Errorf("read keys: %w", err)
		}
		keys = append(keys, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return keys, nil
}

// Keyed reports whether the shop has ever had a key, so that taking the last one away opens nothing.
func (s *Store) Keyed(ctx context.Context) (keyed bool, err error) {
	if err := s.db.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM keys)").Scan(&keyed); err != nil {
		return false, fmt.Errorf("read keys: %w", err)
	}
	return keyed, nil
}

// RevokeKey ends a key for good, from the next request on. One that was revoked before stays as it is. An error that
// wraps ErrKeyUnknown says that none has that id.
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) error {
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "UPDATE keys SET revoked = CASE revoked WHEN 0 THEN ? ELSE revoked END WHERE id = ?", unixSeconds(at), id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrKeyUnknown)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("revoke key %q: %w", id, err)
	}
	return nil
}

// KeysUsed notes when keys were used last, by their ids, to the hour: who looks at a key wants to know whether it is
// still in use, and nobody when its holder works.
func (s *Store) KeysUsed(ctx context.Context, used map[string]time.Time) error {
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		for id, at := range used {
			if _, err := tx.ExecContext(ctx, "UPDATE keys SET used = max(used, ?) WHERE id = ?", unixSeconds(at.Truncate(time.Hour)), id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note the use of keys: %w", err)
	}
	return nil
}

// scanKey reads keyColumns and what comes after them.
func scanKey(row interface{ Scan(into ...any) error }, more ...any) (Key, error) {
	var k Key
	var scopes string
	var created, expires, revoked, used int64
	if err := row.Scan(append([]any{&k.ID, &k.Name, &scopes, &created, &expires, &revoked, &used}, more...)...); err != nil {
		return Key{}, err
	}
	for word := range strings.FieldsSeq(scopes) {
		k.Scopes = append(k.Scopes, Scope(word))
	}
	k.Created, k.Expires, k.Revoked, k.Used = fromUnixSeconds(created), fromUnixSeconds(expires), fromUnixSeconds(revoked), fromUnixSeconds(used)
	return k, nil
}

// unixSeconds is 0 for the zero time.
func unixSeconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnixSeconds(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}
