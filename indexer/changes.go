package indexer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"vitrine/catalog"
)

// ErrBehind is wrapped when more products have changed than are searched beside a generation.
var ErrBehind = errors.New("more has changed in the catalogue than can be searched before the next generation is built")

// What may have changed since a generation was built.
const (
	// foldShare of the products, or foldLeast, may have changed until a new generation is worth building: a product that
	// changed costs a search as much as some ten others.
	foldShare = 0.05
	foldLeast = 1000
	// maxShare of the products, or maxLeast, is the most that is searched beside a generation. Each takes some 10 kB.
	maxShare = 0.3
	maxLeast = 20_000
)

// FoldAt returns how many products may change until a new generation should be built of so many.
func FoldAt(products int) int { return max(foldLeast, int(foldShare*float64(products))) }

// maxChanged returns how many changed products are searched beside a generation of so many.
func maxChanged(products int) int { return max(maxLeast, int(maxShare*float64(products))) }

// changeSource reads what has changed in the catalogue of a data directory, with the vectors that the cache has. A
// folder without a catalogue has no changes: it may be a copy of the index alone. It is safe for concurrent use.
type changeSource struct {
	dataDir string

	mu    sync.Mutex
	store *catalog.Store      // nil until it is needed
	cache *catalog.Embeddings // nil until it is needed
}

// open opens the catalogue, false where there is none.
func (s *changeSource) open(ctx context.Context) (ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store != nil {
		return true, nil
	}
	if _, err := os.Stat(filepath.Join(s.dataDir, "catalog.db")); errors.Is(err, fs.ErrNotExist) { // opening would make it
		return false, nil
	}
	s.store, err = catalog.Open(ctx, s.dataDir)
	return err == nil, err
}

func (s *changeSource) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.cache != nil {
		errs = append(errs, s.cache.Close())
	}
	s.store, s.cache = nil, nil
	return errors.Join(errs...)
}

// sequence is the number of the last change of the catalogue.
func (s *changeSource) sequence(ctx context.Context) (int64, error) {
	if ok, err := s.open(ctx); !ok {
		return 0, err
	}
	return s.store.Sequence(ctx)
}

// follow returns the delta with all that has changed by now, or an error that wraps ErrBehind.
func (s *changeSource) follow(ctx context.Context, g *generation, d *delta) (*delta, error) {
	if ok, err := s.open(ctx); !ok {
		return d, err
	}
	ids, sequence, err := changedIDs(ctx, s.store, d.sequence)
	if err != nil || len(ids) == 0 {
		return d, err
	}
	if most := maxChanged(g.len()); len(d.changed)+len(ids) > most {
		return nil, fmt.Errorf("%w: %d products, and at most %d: run vitrine index", ErrBehind, len(d.changed)+len(ids), most)
	}
	changes, err := readChanges(ctx, s.store, ids)
	if err != nil {
		return nil, err
	}
	cache, err := s.openCache(ctx)
	if err != nil {
		return nil, err
	}
	if err := newEmbedder(cache, nil, g.manifest.Model).recall(ctx, changes); err != nil {
		return nil, err
	}
	return d.apply(g, changes, sequence)
}

// changedIDs returns the products that have changed after a sequence number, in the order of their last change, whose
// number it returns too.
func changedIDs(ctx context.Context, store *catalog.Store, after int64) (ids []string, last int64, err error) {
	at := make(map[string]int64)
	last = after
	for c, err := range store.Changes(ctx, after) {
		if err != nil {
			return nil, 0, err
		}
		at[c.ID], last = c.Seq, c.Seq
	}
	for id := range at {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return int(at[a] - at[b]) })
	return ids, last, nil
}

// readChanges returns products as they are now, without vectors.
func readChanges(ctx context.Context, store *catalog.Store, ids []string) ([]change, error) {
	changes := make([]change, len(ids))
	for i, id := range ids {
		changes[i] = change{id: id}
		switch p, err := store.Product(ctx, id); {
		case errors.Is(err, catalog.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			changes[i].product = &p
		}
	}
	return changes, nil
}

func (s *changeSource) openCache(ctx context.Context) (_ *catalog.Embeddings, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache == nil {
		s.cache, err = catalog.OpenEmbeddings(ctx, s.dataDir)
	}
	return s.cache, err
}
