package indexer

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
)

// embedPhotos returns a row for each photo that can be used; the others are in the ledger.
func (b *build) embedPhotos(ctx context.Context, rows []photoRow) (matrix, error) {
	all := matrix{dim: b.Model.Dim, values: make([]float32, len(rows)*b.Model.Dim)}
	has := make([]bool, len(rows))
	changed, err := b.changedProducts(ctx)
	if err != nil {
		return matrix{}, err
	}
	run := b.photoRun(stagePhotos, rows, func(row int, v []float32) {
		copy(all.values[row*all.dim:], v)
		has[row] = true
		b.ledger.forget(rows[row].key())
	})
	run.changed = changed
	if err := run.do(ctx); err != nil {
		return matrix{}, fmt.Errorf("embed photos: %w", err)
	}
	b.ledger.forgetOthers(rows)
	return all.keep(rows, has), b.ledger.flush(ctx)
}

// changedProducts are those that have changed since the live generation; none where there is no such.
func (b *build) changedProducts(ctx context.Context) (map[string]bool, error) {
	changed := make(map[string]bool)
	name, err := currentGeneration(b.DataDir)
	if err != nil {
		return changed, nil
	}
	live, err := readManifest(indexPath(b.DataDir, name))
	if err != nil {
		return changed, nil
	}
	for change, err := range b.Store.Changes(ctx, live.Sequence) {
		if err != nil {
			return nil, err
		}
		changed[change.ID] = true
	}
	return changed, nil
}

// keep moves the rows that have a vector together.
func (m matrix) keep(rows []photoRow, has []bool) matrix {
	for row := range rows {
		if has[row] {
			copy(m.values[len(m.docs)*m.dim:], m.values[row*m.dim:(row+1)*m.dim])
			m.docs = append(m.docs, rows[row].doc)
			m.photos = append(m.photos, rows[row].number)
		}
	}
	m.values = m.values[:len(m.docs)*m.dim]
	return m
}

// photoRun gets vectors for some photos, and enters into the ledger why others have none.
type photoRun struct {
	*build
	stage   string // of the progress
	rows    []photoRow
	place   func(row int, v []float32) // called by several goroutines, for different rows at the same time
	recheck bool                       // try also what waits, and ask servers whatever is kept
	changed map[string]bool            // products whose photos may have changed behind their URLs

	batches chan []loadedPhoto
	mu      sync.Mutex // guards done
	done    int        // rows
}

func (b *build) photoRun(stage string, rows []photoRow, place func(row int, v []float32)) *photoRun {
	return &photoRun{build: b, stage: stage, rows: rows, place: place, batches: make(chan []loadedPhoto)}
}

// loadedPhoto is a photo on its way to the encoder.
type loadedPhoto struct {
	rows     []int // that show it, at least one
	data     []byte
	keys     []string // under which its vector is cached: of its bytes, and of its URL
	fallback []float32
}

// do works on all rows. Photos of folders are read in batches of their order, those behind URLs come as they come, and two
// goroutines embed both.
func (r *photoRun) do(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(r.batches)
		sources, ctx := errgroup.WithContext(ctx)
		sources.Go(func() error { return r.readFiles(ctx) })
		sources.Go(func() error { return r.fetchURLs(ctx) })
		return sources.Wait()
	})
	for range encoderCalls {
		group.Go(func() error {
			for batch := range r.batches {
				if err := r.embedBatch(ctx, batch); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// hand gives a batch to the encoder's goroutines.
func (r *photoRun) hand(ctx context.Context, batch []loadedPhoto) error {
	if len(batch) == 0 {
		return nil
	}
	select {
	case r.batches <- batch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle gives some rows a vector.
func (r *photoRun) settle(rows []int, v []float32) {
	for _, row := range rows {
		r.place(row, v)
		r.embedder.rows.Add(1)
	}
	r.count(len(rows))
}

// fail says why some rows have no vector, unless they have one of before.
func (r *photoRun) fail(ctx context.Context, rows []int, reason error, fallback []float32) error {
	if fallback != nil {
		r.settle(rows, fallback)
		return nil
	}
	for _, row := range rows {
		if err := r.ledger.failed(ctx, &r.rows[row], reason); err != nil {
			return err
		}
	}
	r.count(len(rows))
	return nil
}

// count reports rows that are done.
func (r *photoRun) count(rows int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done += rows
	r.report(r.stage, r.done, len(r.rows))
}

// embedBatch settles the rows of a batch; photos that the encoder cannot use fail.
func (r *photoRun) embedBatch(ctx context.Context, batch []loadedPhoto) error {
	known, broken, err := r.embedder.photoVectors(ctx, batch, r.rows)
	if err != nil {
		return err
	}
	for _, photo := range batch {
		if reason := broken[photo.keys[0]]; reason != nil {
			if err := r.fail(ctx, photo.rows, reason, photo.fallback); err != nil {
				return err
			}
			continue
		}
		r.settle(photo.rows, known[photo.keys[0]])
	}
	return nil
}

// photoVectors returns the vectors of a batch, whose rows are those of all, by key, or why there is none. What the cache lacks
// is embedded and put into it.
func (e *embedder) photoVectors(ctx context.Context, batch []loadedPhoto, all []photoRow) (known map[string][]float32, broken map[string]error, err error) {
	keys := make([]string, len(batch))
	for i, photo := range batch {
		keys[i] = photo.keys[0]
	}
	if known, err = e.cached(ctx, keys); err != nil {
		return nil, nil, err
	}
	broken, err = e.embedPhotos(ctx, batch, all, known)
	return known, broken, err
}

// embedPhotos adds the vectors of a batch, whose rows are those of all, to known, and to the cache, and returns by key
// why others have none.
func (e *embedder) embedPhotos(ctx context.Context, batch []loadedPhoto, all []photoRow, known map[string][]float32) (map[string]error, error) {
	var ask [][]byte
	var keys []string
	var first []*photoRow // of each key
	fresh := make(map[string][]float32)
	asked := make(map[string]bool)
	for _, photo := range batch {
		key := photo.keys[0]
		if known[key] == nil && !asked[key] {
			asked[key] = true
			ask, keys, first = append(ask, photo.data), append(keys, key), append(first, &all[photo.rows[0]])
		}
	}
	broken := make(map[string]error)
	if len(ask) > 0 {
		stop := e.clock.start()
		vectors, reasons, err := e.encoder.EmbedPhotos(ctx, ask)
		stop()
		if err != nil {
			return nil, err
		}
		if len(vectors) != len(ask) || len(reasons) != len(ask) {
			return nil, fmt.Errorf("%w: %d vectors for %d photos", ErrEncoder, len(vectors), len(ask))
		}
		for i, key := range keys {
			if broken[key] = reasons[i]; reasons[i] != nil {
				continue
			}
			if err := e.usable(vectors[i]); err != nil {
				return nil, fmt.Errorf("product %q, photo %q: %w", first[i].id, excerpt(first[i].photo.Ref), err)
			}
			known[key] = vectors[i]
			e.photos.Add(1)
		}
	}
	for _, photo := range batch {
		if v := known[photo.keys[0]]; v != nil {
			for n, key := range photo.keys {
				if n > 0 || asked[key] {
					fresh[key] = v
				}
			}
		}
	}
	if len(fresh) == 0 {
		return broken, nil
	}
	return broken, e.cache.Put(ctx, e.model.Fingerprint, fresh)
}
