package indexer

import (
	"fmt"
	"io"
	"os"
)

// The rows file says which rows of each space belong to which product, and which of its photos (FORMAT.md, "rows").
const (
	rowsFile      = "rows"
	rowsMagic     = "VTRNROWS"
	rowsVersion   = 1
	photosSection = "photo-numbers"
)

// rowTable is what the rows file holds.
type rowTable struct {
	first  map[Space][]uint32 // row at which each product begins, and the number of rows
	photos []uint32           // number of each row of the photo space among the photos of its product; nil in older files
}

func writeRows(path string, r rowTable) error {
	out, err := createSections(path, rowsMagic, rowsVersion)
	if err != nil {
		return err
	}
	for _, space := range spaces {
		out.section(string(space), uint32Bytes(r.first[space]))
	}
	out.section(photosSection, uint32Bytes(r.photos))
	return out.close()
}

func openRows(path string, count int) (*rowTable, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	r, err := readRows(file, info.Size(), count)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func readRows(source io.ReaderAt, size int64, count int) (*rowTable, error) {
	file, err := readSections(source, size, rowsMagic, rowsVersion)
	if err != nil {
		return nil, err
	}
	r := &rowTable{first: make(map[Space][]uint32)}
	for _, space := range spaces {
		offsets, err := file.uint32s(string(space))
		if err != nil {
			return nil, err
		}
		if len(offsets) == 0 {
			return nil, fmt.Errorf("%w: section %q is empty", ErrDamaged, space)
		}
		if r.first[space], err = file.readOffsets(string(space), count, int(offsets[len(offsets)-1])); err != nil {
			return nil, err
		}
	}
	if !file.has(photosSection) {
		return r, nil
	}
	if r.photos, err = file.uint32s(photosSection); err != nil {
		return nil, err
	}
	return r, r.checkPhotos()
}

// checkPhotos reports numbers that do not ascend within a product.
func (r *rowTable) checkPhotos() error {
	first := r.first[SpacePhoto]
	count := len(first) - 1
	if len(r.photos) != int(first[count]) {
		return fmt.Errorf("%w: section %q does not fit the others", ErrDamaged, photosSection)
	}
	for doc := range count {
		for row := first[doc] + 1; row < first[doc+1]; row++ {
			if r.photos[row-1] >= r.photos[row] {
				return fmt.Errorf("%w: section %q does not ascend", ErrDamaged, photosSection)
			}
		}
	}
	return nil
}
