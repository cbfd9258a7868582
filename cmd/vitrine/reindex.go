package main

import (
	"context"
	"encoding/json"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
)

// takeUpTimeout is how long a build waits for its generation to be searched before it counts as done.
const takeUpTimeout = 5 * refreshInterval

// reindex is a task of the server: it builds the index anew in a process of its own, and is done when the new generation is
// searched. Its summary is the record of the run.
func (c *liveCatalogue) reindex(ctx context.Context, report func(stage string, done, total int)) (json.RawMessage, error) {
	if err := c.build(ctx, report); err != nil {
		return nil, err
	}
	return c.lastRun(ctx)
}

// lastRun is the record of the last build, once its generation is searched.
func (c *liveCatalogue) lastRun(ctx context.Context) (json.RawMessage, error) {
	runs, err := c.store.IndexRuns(ctx, 1)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	c.awaitGeneration(ctx, runs[0].Generation)
	return json.Marshal(runs[0])
}

// build runs vitrine index, which ends when its standard input does.
func (c *liveCatalogue) build(ctx context.Context, report func(stage string, done, total int), flags ...string) error {
	args := append([]string{"index", "--data", c.shop.dataDir, "--progress-json"}, flags...)
	if c.shop.library != "" {
		args = append(args, "--onnxruntime", string(c.shop.library))
	}
	command, told, err := beside(ctx, args...)
	if err != nil {
		return err
	}
	leash, err := command.StdinPipe()
	if err != nil {
		return err
	}
	command.Cancel = leash.Close
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	readErr := readProgress(out, report)
	if err := command.Wait(); err != nil {
		return childFailure(err, told)
	}
	return readErr
}

// awaitGeneration waits until a generation is searched. That it cannot be opened is for follow to tell.
func (c *liveCatalogue) awaitGeneration(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, takeUpTimeout)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil && c.shop.Generation() != name {
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// indexRun is the record of a build.
func indexRun(started time.Time, s *indexer.Summary, err error) catalog.IndexRun {
	run := catalog.IndexRun{
		Started: started.UTC().Truncate(time.Millisecond), Elapsed: s.Elapsed, Generation: s.Generation, UpToDate: s.UpToDate, Products: s.Products,
		Added: s.Added, Changed: s.Changed, Unchanged: s.Unchanged, Deleted: s.Deleted, Rejected: len(s.Rejected),
		TextsEmbedded: s.TextsEmbedded, PhotosEmbedded: s.PhotosEmbedded, FromCache: s.FromCache, PhotoProblems: len(s.PhotoProblems),
	}
	if err != nil {
		run.Generation, run.Error = "", err.Error()
	}
	return run
}
