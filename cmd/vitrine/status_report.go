package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/web"
	"vitrine/web/tasks"
)

// shopStatus tells how a data directory stands, but for its disk.
func shopStatus(ctx context.Context, dataDir string, store *catalog.Store, library runtimeLibrary) (*web.Status, error) {
	status := &web.Status{Ranker: liveVersion(rankerStore(dataDir, library).Live()), Adapter: liveVersion(openAdapters(dataDir).Live())}
	after := int64(0)
	switch manifest, err := indexer.LiveManifest(dataDir); {
	case err == nil:
		status.Generation, after = generationStatus(&manifest), manifest.Sequence
	case !errors.Is(err, indexer.ErrNoIndex):
		return nil, err
	}
	var err error
	if status.Catalogue, err = catalogueStatus(ctx, store, after); err != nil {
		return nil, err
	}
	runs, err := store.IndexRuns(ctx, 1)
	if len(runs) > 0 {
		status.LastRun = &runs[0]
	}
	return status, err
}

// liveVersion is that of a store of versions.
func liveVersion(version string, _ []string, err error) string {
	if err != nil {
		return "unknown: " + err.Error()
	}
	return version
}

func generationStatus(m *indexer.Manifest) *web.GenerationStatus {
	g := &web.GenerationStatus{
		Name: m.Generation, Created: m.Created, Format: m.Format, Sequence: m.Sequence, Products: m.Products,
		Rows: make(map[string]int), Recall: m.Recall, Model: web.ModelStatus(m.Model),
	}
	for space, rows := range m.Rows {
		g.Rows[string(space)] = rows
	}
	return g
}

// catalogueStatus counts what is stored, and what of it changed after a sequence.
func catalogueStatus(ctx context.Context, store *catalog.Store, after int64) (c web.CatalogueStatus, err error) {
	if c.Products, err = store.Count(ctx); err != nil {
		return c, err
	}
	if c.Sequence, err = store.Sequence(ctx); err != nil {
		return c, err
	}
	if c.Delta, err = store.ChangedSince(ctx, after); err != nil {
		return c, err
	}
	c.PendingImages, _, err = store.PhotoFailureCount(ctx)
	return c, err
}

// diskEvery is how old the sizes on the disk may be that a server tells: they take a walk over all files.
const diskEvery = 30 * time.Second

// liveStatus implements web.StatusReporter for a running server. It is safe for concurrent use.
type liveStatus struct {
	shop    *liveShop
	store   *catalog.Store
	tasks   *tasks.List
	started time.Time

	mu       sync.Mutex
	disk     web.DiskStatus
	measured time.Time // the disk
}

// Status implements web.StatusReporter.
func (s *liveStatus) Status(ctx context.Context) (*web.Status, error) {
	status, err := shopStatus(ctx, s.shop.dataDir, s.store, s.shop.library)
	if err != nil {
		return nil, err
	}
	if status.Disk, err = s.measureDisk(); err != nil {
		return nil, err
	}
	status.Server = &web.ServerStatus{Started: s.started.UTC().Truncate(time.Second), Uptime: time.Since(s.started), Generation: s.shop.Generation(), Tasks: []tasks.Task{}}
	for _, task := range s.tasks.All() {
		if !task.Over() {
			status.Server.Tasks = append(status.Server.Tasks, task)
		}
	}
	return status, nil
}

func (s *liveStatus) measureDisk() (web.DiskStatus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.measured) < diskEvery {
		return s.disk, nil
	}
	disk, err := measureDisk(s.shop.dataDir)
	if err == nil {
		s.disk, s.measured = disk, time.Now()
	}
	return disk, err
}
