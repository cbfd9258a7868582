package catalog

import (
	"context"
	"database/sql"
	"slices"
	"sync"
)

// commits joins what several callers want stored at the same time into one transaction, so that the disk is waited for
// once (group commit). Whoever has the turn writes what waits, for all; those who come meanwhile are the next group.
type commits struct {
	turn chan struct{} // held by who writes

	mu      sync.Mutex
	waiting []*commit
}

// commit is what one caller wants stored, and what became of it once written is closed.
type commit struct {
	batch   EventBatch
	done    Recorded
	err     error
	written chan struct{}
}

func newCommits() *commits { return &commits{turn: make(chan struct{}, 1)} }

func (c *commits) add(batch EventBatch) *commit {
	one := &commit{batch: batch, written: make(chan struct{})}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, one)
	return one
}

// take returns what waits; it waits no longer.
func (c *commits) take() []*commit {
	c.mu.Lock()
	defer c.mu.Unlock()
	group := c.waiting
	c.waiting = nil
	return group
}

// withdraw reports whether one waited still, and waits no longer.
func (c *commits) withdraw(one *commit) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.waiting)
	c.waiting = slices.DeleteFunc(c.waiting, func(other *commit) bool { return other == one })
	return len(c.waiting) < before
}

// commit stores a batch together with those of others that wait. A caller who gives up while it is being written learns
// what became of it all the same.
func (s *Store) commit(ctx context.Context, batch EventBatch) (Recorded, error) {
	one := s.commits.add(batch)
	select {
	case <-one.written:
	case s.commits.turn <- struct{}{}:
		// Nobody's giving up may undo what is stored for others.
		s.write(context.WithoutCancel(ctx), s.commits.take())
		<-s.commits.turn
		<-one.written // by this turn, or by the one before
	case <-ctx.Done():
		if s.commits.withdraw(one) {
			return Recorded{}, ctx.Err()
		}
		<-one.written
	}
	return one.done, one.err
}

// write stores a group in one transaction. A batch that cannot be inserted fails alone, and the rest is tried again.
func (s *Store) write(ctx context.Context, group []*commit) {
	for len(group) > 0 {
		var failed *commit
		err := s.db.update(ctx, func(tx *sql.Tx) error {
			for _, one := range group {
				if err := one.insert(ctx, tx); err != nil {
					failed = one
					return err
				}
			}
			return nil
		})
		if failed == nil {
			for _, one := range group {
				one.finish(err)
			}
			return
		}
		failed.finish(err)
		group = slices.DeleteFunc(group, func(one *commit) bool { return one == failed })
	}
}

func (c *commit) finish(err error) {
	if err != nil {
		c.done, c.err = Recorded{}, err
	}
	close(c.written)
}
