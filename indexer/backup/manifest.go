package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrDamaged is wrapped when a backup is not what was written.
var ErrDamaged = errors.New("backup is damaged")

const (
	formatVersion = 1
	manifestName  = "vitrine-backup.json" // the last entry of a backup
	maxManifest   = 16 << 20              // bytes
)

// Manifest describes a backup.
type Manifest struct {
	Format     int             `json:"format"`
	Created    time.Time       `json:"created"`
	Generation string          `json:"generation,omitempty"` // of the index; empty = nothing was indexed
	Products   int             `json:"products"`             // in the catalogue
	Sequence   int64           `json:"sequence"`             // of the last change in the catalogue
	Files      map[string]File `json:"files"`                // by slash-separated path below the data directory
	SHA256     string          `json:"sha256"`               // of this JSON with this field empty
}

// File is what is known of one file.
type File struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// seal returns the manifest's JSON with its own checksum.
func (m Manifest) seal() ([]byte, error) {
	m.SHA256 = ""
	bare, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(bare)
	m.SHA256 = hex.EncodeToString(sum[:])
	return json.Marshal(m)
}

func parseManifest(data []byte) (*Manifest, error) {
	m := new(Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, manifestName, err)
	}
	if m.Format > formatVersion {
		return nil, fmt.Errorf("it has format version %d and this program reads up to %d: install a newer vitrine", m.Format, formatVersion)
	}
	if sealed, err := m.seal(); err != nil || !bytes.Equal(sealed, data) {
		return nil, fmt.Errorf("%w: %s is not what was written", ErrDamaged, manifestName)
	}
	return m, nil
}
