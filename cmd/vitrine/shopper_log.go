package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
	"vitrine/ranker/behaviour"
)

const (
	searchesWaiting = 4096 // answers that may wait to be written: some seconds of searches, tens of MB
	searchesEvery   = time.Second
	searchesTimeout = 30 * time.Second // longest time to write a batch
)

// shopperLog keeps in the catalogue what shoppers did and what their searches were answered with. The answers are
// written in batches, so that no search waits for the disk. It is safe for concurrent use.
type shopperLog struct {
	*behaviourLog
	tokenKey []byte

	mu      sync.Mutex
	waiting catalog.EventBatch

	writing sync.Mutex // one batch at a time, and none while a visitor is forgotten
	stop    chan struct{}
	written sync.WaitGroup
	failing atomic.Bool // the last batch could not be written
}

// openShopperLog also tells the state what shoppers did, and does so from then on; the correction in force, if any, is told from then on.
func openShopperLog(ctx context.Context, dataDir string, state *behaviour.State, correction func() *ranker.Correction, t *terminal) (*shopperLog, error) {
	key, err := readTokenKey(dataDir)
	if err != nil {
		return nil, err
	}
	store, err := catalog.Open(ctx, dataDir)
	if err != nil {
		return nil, err
	}
	followed, err := followBehaviour(ctx, store, state, t)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	followed.correction = correction
	l := &shopperLog{behaviourLog: followed, tokenKey: key, stop: make(chan struct{})}
	l.written.Go(l.write)
	return l, nil
}

// close writes what waits and closes the catalogue.
func (l *shopperLog) close() error {
	close(l.stop)
	l.written.Wait()
	return l.Store.Close()
}

// RecordSearch implements web.SearchLog. What the ranker saw is left out where it cannot be stored.
func (l *shopperLog) RecordSearch(q catalog.ShopperQuery, served catalog.Served) bool {
	storable := served.Validate() == nil
	if storable {
		l.correction().Observe(q, served)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting.Queries) >= searchesWaiting {
		return false
	}
	l.waiting.Queries = append(l.waiting.Queries, q)
	if storable {
		l.waiting.Served = append(l.waiting.Served, served)
	}
	return true
}

// write writes what waits every second until the log is closed, and then the rest. So the state follows other processes, too.
func (l *shopperLog) write() {
	ticker := time.NewTicker(searchesEvery)
	defer ticker.Stop()
	for open := true; open; {
		select {
		case <-ticker.C:
		case <-l.stop:
			open = false
		}
		l.correction().Advance(time.Now())
		l.writing.Lock()
		err := l.flush()
		l.failing.Store(err != nil)
		if err != nil {
			l.terminal.notef("vitrine: %v (these searches are not learnt from)", err)
		}
		l.writing.Unlock()
	}
}

// flush writes what waits. What cannot be written is lost: it is worth less than the memory it would take.
func (l *shopperLog) flush() error {
	l.mu.Lock()
	batch := l.waiting
	l.waiting = catalog.EventBatch{}
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), searchesTimeout)
	defer cancel()
	_, err := l.RecordEvents(ctx, batch)
	return err
}

// ForgetClient writes what waits first, so that nothing of the visitor comes after the deletion.
func (l *shopperLog) ForgetClient(ctx context.Context, clientID string) (int, error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	err := l.flush()
	n, forgetErr := l.behaviourLog.ForgetClient(ctx, clientID)
	return n, errors.Join(err, forgetErr)
}
