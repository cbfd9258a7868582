package indexer

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
)

// generation is one generation, open for reading. Its docs are the numbers from 0 in ascending byte order of ids.
type generation struct {
	manifest Manifest
	products *products
	columns  *columnSet
	keyword  *keywordIndex
	spaces   map[Space]*vectorSpace

	references atomic.Int64 // the holders; the last one to go closes the files
}

// openGeneration opens the generation in dir with one reference, the caller'g.
func openGeneration(dir string) (_ *generation, err error) {
	g := &generation{spaces: make(map[Space]*vectorSpace)}
	g.references.Store(1)
	defer func() {
		if err != nil {
			_ = g.close()
		}
	}()
	if g.manifest, err = readManifest(dir); err != nil {
		return nil, err
	}
	if err := g.manifest.checkSizes(dir); err != nil {
		return nil, err
	}
	if g.products, err = openProducts(filepath.Join(dir, productsFile)); err != nil {
		return nil, err
	}
	if g.columns, err = openColumns(filepath.Join(dir, columnsFile)); err != nil {
		return nil, err
	}
	if g.products.len() != g.manifest.Products || g.columns.count != g.manifest.Products {
		return nil, fmt.Errorf("%w: %s: the manifest counts %d products, %s has %d and %s %d", ErrDamaged, dir,
			g.manifest.Products, productsFile, g.products.len(), columnsFile, g.columns.count)
	}
	if g.keyword, err = openKeyword(dir, &g.manifest); err != nil {
		return nil, err
	}
	of, err := openRows(filepath.Join(dir, rowsFile), g.len())
	if err != nil {
		return nil, err
	}
	for _, space := range spaces {
		if g.spaces[space], err = openSpace(dir, space, of); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *generation) retain() { g.references.Add(1) }

func (g *generation) release() {
	if g.references.Add(-1) == 0 {
		// Files that were only read: an error of closing them concerns nobody any more.
		_ = g.close()
	}
}

func (g *generation) close() error {
	var errs []error
	if g.products != nil {
		errs = append(errs, g.products.close())
	}
	if g.keyword != nil {
		errs = append(errs, g.keyword.close())
	}
	for _, space := range g.spaces {
		if space != nil {
			errs = append(errs, space.index.Close())
		}
	}
	return errors.Join(errs...)
}

func (g *generation) name() string { return g.manifest.Generation }

func (g *generation) len() int { return g.products.len() }
