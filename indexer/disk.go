package indexer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"vitrine/catalog/durable"
)

// ErrDiskFull is wrapped when a build needs more room than the disk has.
var ErrDiskFull = errors.New("the disk is full")

// checkRoom refuses to begin what the disk has no room for: the encoder would run for hours in vain.
func (b *build) checkRoom(products int) error {
	need := neededBytes(b.DataDir, products, b.Model.Dim)
	if free := durable.FreeBytes(b.DataDir); free >= 0 && free < need {
		return roomError(b.DataDir, need, nil)
	}
	return nil
}

// neededBytes estimates what a generation of so many products takes on the disk while it is built: as much a product as the live
// one or, where there is none, as the catalogue suggests. 0 products = as many as the live one has.
func neededBytes(dataDir string, products, dim int) int64 {
	if name, err := currentGeneration(dataDir); err == nil {
		if manifest, err := readManifest(indexPath(dataDir, name)); err == nil && manifest.Products > 0 {
			var size int64
			for name, file := range manifest.Files {
				size += file.Size
				if path.Dir(name) == keywordDir {
					size += file.Size // its segments, until they are merged
				}
			}
			if products == 0 {
				return size
			}
			return int64(float64(size) * float64(products) / float64(manifest.Products))
		}
	}
	info, err := os.Stat(filepath.Join(dataDir, "catalog.db"))
	if err != nil {
		return 0
	}
	const vectors, bytes = 2, 7 // a title and a photo; floats, codes, signs and links, by dimension
	return info.Size() + int64(products)*int64(dim)*vectors*bytes
}

// advise adds what to do about errors of the disk.
func advise(err error, dataDir string) error {
	switch {
	// Bleve's errors quote what they are of and do not wrap it.
	case errors.Is(err, syscall.ENOSPC), err != nil && strings.Contains(err.Error(), syscall.ENOSPC.Error()):
		return roomError(dataDir, neededBytes(dataDir, 0, 0), err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s cannot be written: give this user the right to write there, or choose another folder with --data: %w", dataDir, err)
	}
	return err
}

// roomError says how much room a build needs, if that can be told, and how much there is. cause may be nil.
func roomError(dataDir string, need int64, cause error) error {
	room := ""
	if free := durable.FreeBytes(dataDir); free >= 0 {
		room = fmt.Sprintf("; a build needs about %s and %s are free", megabytes(need), megabytes(free))
	}
	err := fmt.Errorf("%w that holds %s%s: free some space and index again; the live index is whole", ErrDiskFull, dataDir, room)
	if cause != nil {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
