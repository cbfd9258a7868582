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

// Index follows the live generation of one data directory and the changes of its catalogue since. It is safe for
// concurrent use.
type Index struct {
	dataDir string
	source  *changeSource

	advancing sync.Mutex // one Refresh or CatchUp at a time

	mu      sync.Mutex // guards current; held for a few instructions only
	current *Snapshot  // nil after Close; the index has a hold on its generation
}

// Open opens the live generation and takes up what has changed since. An error wraps ErrNoIndex when nothing was
// built yet.
func Open(ctx context.Context, dataDir string) (*Index, error) {
	x := &Index{dataDir: dataDir, source: &changeSource{dataDir: dataDir}}
	var err error
	if x.current, err = x.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open index: %w", err), x.source.close())
	}
	return x, nil
}

// open opens the live generation with the changes since.
func (x *Index) open(ctx context.Context) (*Snapshot, error) {
	g, err := openCurrent(ctx, x.dataDir)
	if err != nil {
		return nil, err
	}
	d, err := x.source.follow(ctx, g, newDelta(g))
	if errors.Is(err, ErrBehind) { // a build will follow that has it all
		d, err = newDelta(g), nil
	}
	if err != nil {
		g.release()
		return nil, err
	}
	return newSnapshot(g, d), nil
}

// openCurrent opens what CURRENT names. Another process may replace and remove that generation in
// between, so that it is tried again when CURRENT has moved on.
func openCurrent(ctx context.Context, dataDir string) (*generation, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name, err := currentGeneration(dataDir)
		if err != nil {
			return nil, err
		}
		g, err := openGeneration(indexPath(dataDir, name))
		if err == nil {
			return g, nil
		}
		if now, currentErr := currentGeneration(dataDir); errors.Is(err, fs.ErrNotExist) && currentErr == nil && now != name {
			continue
		}
		return nil, fmt.Errorf("%s: %w: index the feed again, or run vitrine check", name, err)
	}
}

// CatchUp takes up what has changed in the catalogue: when it returns, snapshots have every change that was committed
// before the call. It takes some microseconds when nothing has changed. An error that wraps ErrBehind says that so
// much has changed that it waits for the next generation; on any error the state before stays in use.
func (x *Index) CatchUp(ctx context.Context) error {
	sequence, err := x.source.sequence(ctx)
	if err != nil {
		return fmt.Errorf("catch up: %w", err)
	}
	if now, open := x.sequence(); !open || now >= sequence {
		return nil
	}
	x.advancing.Lock()
	defer x.advancing.Unlock()
	x.mu.Lock()
	current := x.current
	x.mu.Unlock()
	if current == nil || current.Sequence() >= sequence { // another call was faster
		return nil
	}
	d, err := x.source.follow(ctx, current.generation, current.delta)
	if err != nil {
		return fmt.Errorf("catch up: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.current != nil {
		x.current = newSnapshot(current.generation, d)
	}
	return nil
}

// sequence is the number of the last change that snapshots have; false after Close.
func (x *Index) sequence() (sequence int64, open bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.current == nil {
		return 0, false
	}
	return x.current.Sequence(), true
}

// Refresh opens the generation that CURRENT names now, if it is another one. Searches go on: whoever
// holds the old snapshot keeps it until Release. On an error, ErrModelChanged among them, the old one
// stays in use.
func (x *Index) Refresh(ctx context.Context) (changed bool, err error) {
	x.advancing.Lock()
	defer x.advancing.Unlock()

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
	fresh, err := x.open(ctx)
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
	if now, was := fresh.Manifest().Model, x.current.Manifest().Model; now.Fingerprint != was.Fingerprint {
		return fresh, fmt.Errorf("refresh index: %w: %s instead of %s", ErrModelChanged, now.Name, was.Name)
	}
	unused, x.current = x.current, fresh
	return unused, nil
}

// Acquire returns the live snapshot, which the caller must Release. It must not be called after Close.
func (x *Index) Acquire() *Snapshot {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.current.Retain()
	return x.current
}

// Close gives the index's own hold on its snapshot up; snapshots that were acquired stay usable until
// they are released. Closing twice does nothing.
func (x *Index) Close() error {
	x.advancing.Lock()
	defer x.advancing.Unlock()
	x.mu.Lock()
	last := x.current
	x.current = nil
	x.mu.Unlock()
	if last == nil {
		return nil
	}
	last.Release()
	return x.source.close()
}
