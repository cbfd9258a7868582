package annbench

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"vitrine/indexer/vector"
)

// The files of a run's folder. The first three are in the TEXMEX form (corpus-texmex.irisa.fr): each row
// is its length as a little-endian int32, then its values, float32 or int32.
const (
	baseFile  = "base.fvecs"
	queryFile = "query.fvecs"
	truthFile = "truth.ivecs" // for each query the nearest rows, best first; at most 100
	oursFile  = "ours.json"   // Results of Run
	peersFile = "peers.json"  // Results of peers/ann_peers.py
)

// writeFiles writes vectors, queries and truth, and returns the SHA-256 of the first two files' bytes, one
// after the other, in hex: what tells whether two results are about the same vectors.
func (r *runner) writeFiles() (sum string, err error) {
	hash := sha256.New()
	truth := func(yield func([]uint32) bool) {
		for _, exact := range r.exact {
			if !yield(rowsOf(exact)) {
				return
			}
		}
	}
	err = errors.Join(
		writeTexmex(filepath.Join(r.Folder, baseFile), slices.Chunk(r.set.Base, r.set.Dim), hash),
		writeTexmex(filepath.Join(r.Folder, queryFile), slices.Chunk(r.set.Queries, r.set.Dim), hash),
		writeTexmex(filepath.Join(r.Folder, truthFile), truth, io.Discard),
	)
	return hex.EncodeToString(hash.Sum(nil)), err
}

func rowsOf(found []vector.Neighbour) []uint32 {
	rows := make([]uint32, len(found))
	for i, n := range found {
		rows[i] = n.Row
	}
	return rows
}

// writeTexmex writes the same bytes to a new file and to hash.
func writeTexmex[T float32 | uint32](path string, rows iter.Seq[[]T], hash io.Writer) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write vectors: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriterSize(io.MultiWriter(file, hash), 1<<20)
	var line []byte
	for row := range rows {
		line = binary.LittleEndian.AppendUint32(line[:0], uint32(len(row)))
		if line, err = binary.Append(line, binary.LittleEndian, row); err != nil {
			return fmt.Errorf("write vectors: %w", err)
		}
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write vectors: %w", err)
		}
	}
	return out.Flush()
}
