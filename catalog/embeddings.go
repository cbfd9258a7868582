package catalog

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// keysPerQuery bounds the parameters of one statement; SQLite allows 32,766.
const keysPerQuery = 500

var embeddingsSchema = schema{
	synchronous: "NORMAL",
	migrations: []string{`
CREATE TABLE vectors (
	fingerprint TEXT NOT NULL,
	key         TEXT NOT NULL,
	vector      BLOB NOT NULL, -- float32 little-endian, then their CRC-32 (IEEE)
	PRIMARY KEY (fingerprint, key)
) WITHOUT ROWID;`},
}

// Embeddings is the cache <dataDir>/embeddings.db: what a model (its fingerprint) made of a content
// (its key, a hash). It holds nothing that cannot be computed again: a file that is damaged or of a
// later version is moved to embeddings.db.damaged and begun anew. It is safe for concurrent use.
type Embeddings struct {
	path string

	mu sync.RWMutex // held for writing only while a damaged file is replaced
	db *database
}

// OpenEmbeddings opens the cache and makes folder and file when they are absent.
func OpenEmbeddings(ctx context.Context, dataDir string) (*Embeddings, error) {
	if err := makeDataDir(dataDir); err != nil {
		return nil, err
	}
	e := &Embeddings{path: filepath.Join(dataDir, "embeddings.db")}
	db, err := openDatabase(ctx, e.path, embeddingsSchema)
	if damaged(err) || errors.Is(err, ErrNewerFormat) {
		db, err = e.beginAnew(ctx)
	}
	if err != nil {
		return nil, err
	}
	e.db = db
	return e, nil
}

// Close closes the cache.
func (e *Embeddings) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.db.close()
}

// CopyTo writes the cache to a new file, while others read and write.
func (e *Embeddings) CopyTo(ctx context.Context, path string) error {
	return e.use(ctx, func(db *database) error { return db.copyTo(ctx, path) })
}

// Get returns the cached vectors of keys under fingerprint. What is not cached, or is cached and
// damaged, is absent from the map.
func (e *Embeddings) Get(ctx context.Context, fingerprint string, keys []string) (map[string][]float32, error) {
	found := make(map[string][]float32, len(keys))
	err := e.use(ctx, func(db *database) error {
		for chunk := range slices.Chunk(keys, keysPerQuery) {
			if err := getChunk(ctx, db, fingerprint, chunk, found); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read cached embeddings: %w", err)
	}
	return found, nil
}

func getChunk(ctx context.Context, db *database, fingerprint string, keys []string, into map[string][]float32) error {
	args := make([]any, 0, len(keys)+1)
	args = append(args, fingerprint)
	for _, key := range keys {
		args = append(args, key)
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(keys)), ",")
	rows, err := db.read.QueryContext(ctx, "SELECT key, vector FROM vectors WHERE fingerprint = ? AND key IN ("+marks+")", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var blob sql.RawBytes
		if err := rows.Scan(&key, &blob); err != nil {
			return err
		}
		if vector := decodeVector(blob); vector != nil {
			into[key] = vector
		}
	}
	return rows.Err()
}

// Put stores vectors by their keys under fingerprint, in one transaction; what is there is replaced.
// An empty vector, or one with a value that is not finite, is an error and nothing is stored.
func (e *Embeddings) Put(ctx context.Context, fingerprint string, vecs map[string][]float32) error {
	for key, vector := range vecs {
		if !storable(vector) {
			return fmt.Errorf("cache embeddings: the vector of %q is empty or not finite", key)
		}
	}
	err := e.use(ctx, func(db *database) error {
		return db.update(ctx, func(tx *sql.Tx) error {
			put, err := tx.PrepareContext(ctx, "INSERT OR REPLACE INTO vectors (fingerprint, key, vector) VALUES (?, ?, ?)")
			if err != nil {
				return err
			}
			defer put.Close()
			for key, vector := range vecs {
				if _, err := put.ExecContext(ctx, fingerprint, key, encodeVector(vector)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("cache embeddings: %w", err)
	}
	return nil
}

// use runs work, and once more on a fresh file when SQLite finds that the old one is damaged.
func (e *Embeddings) use(ctx context.Context, work func(*database) error) error {
	e.mu.RLock()
	db := e.db
	err := work(db)
	e.mu.RUnlock()
	if !damaged(err) {
		return err
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.db == db { // else another call has replaced it already
		_ = db.close()
		fresh, err := e.beginAnew(ctx)
		if err != nil {
			return err
		}
		e.db = fresh
	}
	return work(e.db)
}

// beginAnew moves the file away, where a person may look at it, and opens an empty one.
func (e *Embeddings) beginAnew(ctx context.Context) (*database, error) {
	if err := os.Rename(e.path, e.path+".damaged"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("move damaged cache away: %w", err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(e.path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("move damaged cache away: %w", err)
		}
	}
	return openDatabase(ctx, e.path, embeddingsSchema)
}

func storable(vector []float32) bool {
	for _, x := range vector {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return false
		}
	}
	return len(vector) > 0
}

func encodeVector(vector []float32) []byte {
	blob := make([]byte, 0, 4*len(vector)+4)
	for _, x := range vector {
		blob = binary.LittleEndian.AppendUint32(blob, math.Float32bits(x))
	}
	return binary.LittleEndian.AppendUint32(blob, crc32.ChecksumIEEE(blob))
}

// decodeVector returns nil for a blob that encodeVector did not write.
func decodeVector(blob []byte) []float32 {
	body := len(blob) - 4
	if body < 4 || body%4 != 0 || binary.LittleEndian.Uint32(blob[body:]) != crc32.ChecksumIEEE(blob[:body]) {
		return nil
	}
	vector := make([]float32, body/4)
	for i := range vector {
		vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(blob[4*i:]))
	}
	if !storable(vector) {
		return nil
	}
	return vector
}
