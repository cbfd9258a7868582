package indexer

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vitrine/catalog"
)

// embedPhotos returns a row for each photo that can be used; the others are noted as problems. One
// goroutine loads photos, batch by batch, and two others embed what it has loaded, so that at most three
// batches are in memory.
func (b *build) embedPhotos(ctx context.Context, rows []photoRow) (matrix, error) {
	all := matrix{dim: b.Model.Dim, values: make([]float32, len(rows)*b.Model.Dim)}
	has := make([]bool, len(rows))
	place := func(row int, v []float32) { copy(all.values[row*all.dim:], v); has[row] = true }

	loader := &photoLoader{embedder: b.embedder, fetch: newFetcher(b.AllowAddr), problems: &b.problems, place: place}
	defer loader.fetch.close()
	var done atomic.Int64
	batches := make(chan []loadedPhoto)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(batches)
		for begin := 0; begin < len(rows); begin += photoBatch {
			end := min(begin+photoBatch, len(rows))
			loaded, err := loader.load(ctx, rows[begin:end], begin)
			if err != nil {
				return err
			}
			b.report(stagePhotos, int(done.Add(int64(end-begin-len(loaded)))), len(rows))
			select {
			case batches <- loaded:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range encoderCalls {
		group.Go(func() error {
			for batch := range batches {
				if err := b.embedBatch(ctx, batch, place); err != nil {
					return err
				}
				b.report(stagePhotos, int(done.Add(int64(len(batch)))), len(rows))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return matrix{}, fmt.Errorf("embed photos: %w", err)
	}
	return all.keep(rows, has), nil
}

// keep moves the rows that have a vector together.
func (m matrix) keep(rows []photoRow, has []bool) matrix {
	for row := range rows {
		if has[row] {
			copy(m.values[len(m.docs)*m.dim:], m.values[row*m.dim:(row+1)*m.dim])
			m.docs = append(m.docs, rows[row].doc)
		}
	}
	m.values = m.values[:len(m.docs)*m.dim]
	return m
}

// loadedPhoto is a photo on its way to the encoder.
type loadedPhoto struct {
	row  int
	of   photoRow
	data []byte
	keys []string // under which its vector is cached: of its bytes, and of its URL
}

// photoLoader reads photos from folders and fetches them from URLs.
type photoLoader struct {
	embedder *embedder
	fetch    *fetcher
	problems *photoProblems
	place    func(row int, v []float32)
}

// load returns the photos of rows, the first of which has number begin. What cannot be loaded becomes a
// problem. A photo behind a URL is fetched once: its vector is cached under the URL too.
func (l *photoLoader) load(ctx context.Context, rows []photoRow, begin int) ([]loadedPhoto, error) {
	var urls []string
	for _, row := range rows {
		if row.photo.Remote() {
			urls = append(urls, urlKey(row.photo))
		}
	}
	cached, err := l.embedder.cached(ctx, urls)
	if err != nil {
		return nil, err
	}
	data, reasons := make([][]byte, len(rows)), make([]error, len(rows))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(fetchesAtOnce)
	for i, row := range rows {
		if row.photo.Remote() {
			if v := cached[urlKey(row.photo)]; v != nil {
				l.place(begin+i, v)
				l.embedder.rows.Add(1)
				continue
			}
		}
		group.Go(func() error {
			data[i], reasons[i] = l.read(groupCtx, row.photo)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var loaded []loadedPhoto
	for i, row := range rows {
		switch {
		case reasons[i] != nil:
			l.problems.add(begin+i, row, reasons[i])
		case data[i] != nil:
			keys := []string{contentKey(data[i])}
			if row.photo.Remote() {
				keys = append(keys, urlKey(row.photo))
			}
			loaded = append(loaded, loadedPhoto{begin + i, row, data[i], keys})
		}
	}
	return loaded, nil
}

func (l *photoLoader) read(ctx context.Context, photo catalog.Photo) ([]byte, error) {
	if photo.Remote() {
		return l.fetch.get(ctx, photo.Ref)
	}
	return catalog.ReadPhoto(ctx, photo)
}

func urlKey(photo catalog.Photo) string { return "url:" + contentKey([]byte(photo.Ref)) }

// embedBatch places the vectors of a batch; photos that the encoder cannot use become problems.
func (b *build) embedBatch(ctx context.Context, batch []loadedPhoto, place func(row int, v []float32)) error {
	if len(batch) == 0 {
		return nil
	}
	keys := make([]string, len(batch))
	for i, photo := range batch {
		keys[i] = photo.keys[0]
	}
	known, err := b.embedder.cached(ctx, keys)
	if err != nil {
		return err
	}
	broken, err := b.embedder.embedPhotos(ctx, batch, known)
	if err != nil {
		return err
	}
	for _, photo := range batch {
		if reason := broken[photo.keys[0]]; reason != nil {
			b.problems.add(photo.row, photo.of, reason)
			continue
		}
		place(photo.row, known[photo.keys[0]])
		b.embedder.rows.Add(1)
	}
	return nil
}

// embedPhotos adds the vectors of a batch to known, and to the cache, and returns by key why others
// have none.
func (e *embedder) embedPhotos(ctx context.Context, batch []loadedPhoto, known map[string][]float32) (map[string]error, error) {
	var ask [][]byte
	var keys []string
	var first []photoRow // of each key
	fresh := make(map[string][]float32)
	asked := make(map[string]bool)
	for _, photo := range batch {
		key := photo.keys[0]
		if known[key] == nil && !asked[key] {
			asked[key] = true
			ask, keys, first = append(ask, photo.data), append(keys, key), append(first, photo.of)
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
