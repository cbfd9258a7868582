package indexer

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"vitrine/catalog"
	"vitrine/indexer/fetch"
)

const (
	filesAtOnce = 8    // photos of folders that are read at once
	urlChunk    = 1000 // URLs whose vectors are looked up at once
)

// readFiles hands on the photos of rows that lie in folders, in their order.
func (r *photoRun) readFiles(ctx context.Context) error {
	var local []int
	for row := range r.rows {
		if !r.rows[row].photo.Remote() {
			local = append(local, row)
		}
	}
	for rows := range slices.Chunk(local, photoBatch) {
		batch, err := r.readBatch(ctx, rows)
		if err != nil {
			return err
		}
		if err := r.hand(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (r *photoRun) readBatch(ctx context.Context, rows []int) ([]loadedPhoto, error) {
	data, reasons := make([][]byte, len(rows)), make([]error, len(rows))
	var group errgroup.Group
	group.SetLimit(filesAtOnce)
	for i, row := range rows {
		group.Go(func() error {
			data[i], reasons[i] = catalog.ReadPhoto(ctx, r.rows[row].photo)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var batch []loadedPhoto
	for i, row := range rows {
		if reasons[i] == nil {
			batch = append(batch, loadedPhoto{rows: []int{row}, data: data[i], keys: []string{contentKey(data[i])}})
			continue
		}
		if err := r.fail(ctx, []int{row}, reasons[i], nil); err != nil {
			return nil, err
		}
	}
	return batch, nil
}

// urlKey is the key of a photo's URL in the cache: what lies behind it is fetched once.
func urlKey(photo catalog.Photo) string { return "url:" + contentKey([]byte(photo.Ref)) }

// fetchURLs settles the photos behind URLs whose vectors are known, and fetches and hands on the others.
func (r *photoRun) fetchURLs(ctx context.Context) error {
	missing, err := r.missing(ctx)
	if err != nil {
		return err
	}
	wanted := make([]fetch.Wanted, len(missing))
	for i, photo := range missing {
		wanted[i] = fetch.Wanted{URL: r.rows[photo.rows[0]].photo.Ref, Recheck: r.recheck}
	}
	fetched := make(chan loadedPhoto)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(fetched)
		return r.fetcher.Each(ctx, wanted, func(i int, data []byte, err error) error {
			photo := missing[i]
			if err != nil {
				return r.fail(ctx, photo.rows, err, photo.fallback)
			}
			photo.data, photo.keys = data, []string{contentKey(data), urlKey(r.rows[photo.rows[0]].photo)}
			select {
			case fetched <- photo:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	group.Go(func() error {
		var batch []loadedPhoto
		for photo := range fetched {
			if batch = append(batch, photo); len(batch) < photoBatch {
				continue
			}
			if err := r.hand(ctx, batch); err != nil {
				return err
			}
			batch = nil
		}
		return r.hand(ctx, batch)
	})
	return group.Wait()
}

// missing returns the photos that are to be fetched, each URL once, and settles what is known of the others. A photo that has
// a vector is fetched again only when one of its products has changed and the copy that is kept is old; should that fail, the
// vector stays.
func (r *photoRun) missing(ctx context.Context) ([]loadedPhoto, error) {
	var urls []string
	rowsOf := make(map[string][]int)
	for row := range r.rows {
		photo := &r.rows[row].photo
		if !photo.Remote() {
			continue
		}
		if rowsOf[photo.Ref] == nil {
			urls = append(urls, photo.Ref)
		}
		rowsOf[photo.Ref] = append(rowsOf[photo.Ref], row)
	}
	var missing []loadedPhoto
	for chunk := range slices.Chunk(urls, urlChunk) {
		keys := make([]string, len(chunk))
		for i, url := range chunk {
			keys[i] = urlKey(catalog.Photo{Ref: url})
		}
		known, err := r.embedder.cached(ctx, keys)
		if err != nil {
			return nil, err
		}
		for i, url := range chunk {
			rows, v := rowsOf[url], known[keys[i]]
			switch {
			case v != nil && !r.mayHaveChanged(url, rows):
				r.settle(rows, v)
				continue
			case v == nil && !r.recheck:
				due := slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return r.ledger.waits(&r.rows[row]) })
				r.count(len(rows) - len(due))
				rows = due
			}
			if len(rows) > 0 {
				missing = append(missing, loadedPhoto{rows: rows, fallback: v})
			}
		}
	}
	return missing, nil
}

func (r *photoRun) mayHaveChanged(url string, rows []int) bool {
	return slices.ContainsFunc(rows, func(row int) bool { return r.changed[r.rows[row].id] }) && r.fetcher.Stale(url)
}
