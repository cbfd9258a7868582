package indexer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
)

// ErrModelChanged is wrapped by Refresh when the new generation holds another model's vectors: who
// embeds the queries must open it anew together with that model.
var ErrModelChanged = errors.New("the new generation was built with another model")

// Index follows the live generation of one data directory. It is safe for concurrent use.
type Index struct {
	dataDir string

	refreshing sync.Mutex // one Refresh at a time

	mu      sync.Mutex // guards current; held for a few instructions only
	current *Snapshot  // nil after Close
}

// Open opens the live generation. An error wraps ErrNoIndex when nothing was built yet.
func Open(ctx context.Context, dataDir string) (*Index, error) {
	snapshot, err := openCurrent(ctx, dataDir)
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	return &Index{dataDir: dataDir, current: snapshot}, nil
}

// openCurrent opens what CURRENT names. Another process may replace and remove that generation in
// between, so that it is tried again when CURRENT has moved on.
func openCurrent(ctx context.Context, dataDir string) (*Snapshot, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name, err := currentGeneration(dataDir)
		if err != nil {
			return nil, err
		}
		snapshot, err := openSnapshot(indexPath(dataDir, name))
		if err == nil {
			return snapshot, nil
		}
		if now, currentErr := currentGeneration(dataDir); errors.Is(err, fs.ErrNotExist) && currentErr == nil && now != name {
			continue
		}
		return nil, fmt.Errorf("%s: %w: index the feed again, or run vitrine check", name, err)
	}
}

// Refresh opens the generation that CURRENT names now, if it is another one. Searches go on: whoever
// holds the old snapshot keeps it until Release. On an error, ErrModelChanged among them, the old one
// stays in use.
func (x *Index) Refresh(ctx context.Context) (changed bool, err error) {
	x.refreshing.Lock()
	defer x.refreshing.Unlock()

	name, err := currentGeneration(x.dataDir)
	if err != nil {
		return false, fmt.Errorf("refresh index: %w", err)
	}
	x.mu.Lock()
	closed, same := x.current == nil, x.current != nil && x.current.Generation() == name
	x.mu.Unlock()
	if closed || same {
		return false, nil
	}
	fresh, err := openCurrent(ctx, x.dataDir)
	if err != nil {
		return false, fmt.Errorf("refresh index: %w", err)
	}
	unused, err := x.replace(fresh)
	unused.Release()
	return err == nil && unused != fresh, err
}

// replace makes fresh the live snapshot and returns the one that is not needed: the old one or, when the
// index was closed meanwhile or fresh does not fit it, fresh itself.
func (x *Index) replace(fresh *Snapshot) (unused *Snapshot, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.current == nil {
		return fresh, nil
	}
	if now, was := fresh.manifest.Model, x.current.manifest.Model; now.Fingerprint != was.Fingerprint {
		return fresh, fmt.Errorf("refresh index: %w: %s instead of %s", ErrModelChanged, now.Name, was.Name)
	}
	unused, x.current = x.current, fresh
	return unused, nil
}

// Acquire returns the live snapshot, which the caller must Release. It must not be called after Close.
func (x *Index) Acquire() *Snapshot {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.current.references.Add(1)
	return x.current
}

// Close gives the index's own hold on its snapshot up; snapshots that were acquired stay usable until
// they are released. Closing twice does nothing.
func (x *Index) Close() error {
	x.mu.Lock()
	last := x.current
	x.current = nil
	x.mu.Unlock()
	if last != nil {
		last.Release()
	}
	return nil
}
