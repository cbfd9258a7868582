package main

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/web/tasks"
)

// Kinds of the tasks that a server begins by itself.
const (
	foldTask   = "fold"   // so much has changed that a new generation is worth building
	photosTask = "photos" // products were sent whose photos lie behind URLs
)

// foldPause is the least time between the ends of two folds that a server begins: one that fails is not begun again and again.
const foldPause = time.Minute

// upkeep begins the tasks that follow from changes of products, until ctx ends.
func (c *liveCatalogue) upkeep(ctx context.Context, jobs *tasks.List) error {
	ticker := time.NewTicker(refreshInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		switch {
		case time.Since(c.folded()) > foldPause && c.shop.foldDue():
			jobs.Start(foldTask, func(ctx context.Context, report func(string, int, int)) (json.RawMessage, error) {
				defer c.noteFold()
				return c.reindex(ctx, report)
			})
		case c.photosLack.Swap(false):
			jobs.Start(photosTask, c.fetchPhotos)
		}
	}
}

func (c *liveCatalogue) folded() time.Time { return time.Unix(0, c.foldEnded.Load()) }

func (c *liveCatalogue) noteFold() { c.foldEnded.Store(time.Now().UnixNano()) }

// foldDue says that a new generation is worth building.
func (l *liveShop) foldDue() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	snapshot := l.shop.index.Acquire()
	defer snapshot.Release()
	return l.behind.Load() || snapshot.Changed() > indexer.FoldAt(snapshot.Len())
}

// fetchPhotos is the task that gets the photos of products that have changed; searches have them as they come.
func (c *liveCatalogue) fetchPhotos(ctx context.Context, report func(stage string, done, total int)) (json.RawMessage, error) {
	if err := c.build(ctx, report, "--beside"); err != nil {
		return nil, err
	}
	return c.lastRun(ctx)
}

// lackPhotos notes that products have photos which a task has to fetch.
func (c *liveCatalogue) lackPhotos(products []catalog.Product) {
	remote := func(p catalog.Product) bool { return slices.ContainsFunc(p.Photos, catalog.Photo.Remote) }
	if slices.ContainsFunc(products, remote) {
		c.photosLack.Store(true)
	}
}
