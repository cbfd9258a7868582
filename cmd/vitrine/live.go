package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

// refreshInterval is how often a server looks whether a new generation is live, and at the files that it follows.
const refreshInterval = 2 * time.Second

// liveShop answers from whatever generation is live, also when that was built with another model. It is
// what web searches, and safe for concurrent use.
type liveShop struct {
	dataDir  string
	library  runtimeLibrary
	terminal *terminal
	state    *behaviour.State // of what shoppers did; it outlives generations and models

	stale, unranked atomic.Bool // the newest generation, or the live ranker model, cannot be used

	rankerTried, rankerFault string                 // of followRanker
	behind                   atomic.Bool            // more has changed than is searched beside a generation
	lag                      atomic.Pointer[string] // why the catalogue's changes were not taken up last; "" = they were
	corrected                *catalog.Store         // what shoppers did, which corrects models; nil = nothing does

	mu   sync.RWMutex // read-held by every search, so that a shop is closed after its last
	shop *shop
}

func openLiveShop(ctx context.Context, dataDir string, library runtimeLibrary, t *terminal) (*liveShop, error) {
	files, err := openShopFiles(dataDir)
	if err != nil {
		return nil, err
	}
	l := &liveShop{dataDir: dataDir, library: library, terminal: t}
	l.state = behaviour.New(l, behaviour.Options{})
	if l.shop, err = openShopWith(ctx, dataDir, files, l.state, library, t); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *liveShop) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shop.close()
}

// follow takes up new rules, synonyms and ranker models, opens each new generation and makes its suggestions before a shopper asks for them, until ctx
// ends. What cannot be used is reported, and the old one goes on.
func (l *liveShop) follow(ctx context.Context) error {
	l.refreshSuggestions(ctx)
	ticker := time.NewTicker(refreshInterval)
	defer ticker.Stop()
	var reported string
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		l.followRules(ctx)
		l.followSynonyms()
		l.followRanker(ctx)
		l.followObjective()
		l.followAdapter()
		// Read without the lock: nobody but this goroutine puts another shop in its place.
		changed, err := l.shop.index.Refresh(ctx)
		if errors.Is(err, indexer.ErrModelChanged) {
			changed, err = true, l.reopen(ctx)
		}
		l.stale.Store(err != nil && ctx.Err() == nil)
		switch {
		case err != nil && ctx.Err() == nil && err.Error() != reported:
			reported = err.Error()
			l.terminal.notef("vitrine: %v (%s goes on)", err, l.Generation())
		case err == nil && changed:
			reported = ""
			l.state.Renew()
			l.refreshSuggestions(ctx)
			l.terminal.notef("serving %s", l.Generation())
		}
	}
}

// refreshSuggestions is called by follow alone, which is why it needs no lock.
func (l *liveShop) refreshSuggestions(ctx context.Context) {
	if err := l.shop.engine.RefreshSuggestions(ctx); err != nil && ctx.Err() == nil {
		l.terminal.notef("vitrine: %v (nothing is suggested until that is mended)", err)
	}
}

// reopen puts a shop with the new generation and its model in the place of the old one.
func (l *liveShop) reopen(ctx context.Context) error {
	fresh, err := openShopWith(ctx, l.dataDir, l.shop.files, l.state, l.library, l.terminal)
	if err != nil {
		return err
	}
	l.mu.Lock()
	old := l.shop
	l.shop = fresh
	l.mu.Unlock()
	l.useModel(ctx, fresh.ranker.Model())
	return old.close()
}

// catchUp has the index take up what has changed in the catalogue, so that a search sees every change that was
// acknowledged before it. What prevents that is told once, and the search sees the state before. The caller holds l.mu.
func (l *liveShop) catchUp(ctx context.Context) {
	err := l.advance(ctx)
	if ctx.Err() != nil {
		return
	}
	var lag string
	if err != nil {
		lag = err.Error()
	}
	if before := l.lag.Swap(&lag); err != nil && (before == nil || *before != lag) {
		l.terminal.notef("vitrine: %v (searches go on without)", err)
	}
}

// advance has the index take up what has changed in the catalogue. The caller holds l.mu.
func (l *liveShop) advance(ctx context.Context) error {
	err := l.shop.index.CatchUp(ctx)
	l.behind.Store(errors.Is(err, indexer.ErrBehind))
	return err
}

// Search answers as retrieval.Engine does.
func (l *liveShop) Search(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.catchUp(ctx)
	return l.shop.engine.Search(ctx, q)
}

// Explain answers as retrieval.Engine does.
func (l *liveShop) Explain(ctx context.Context, q retrieval.Query, id string) (*retrieval.Account, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.catchUp(ctx)
	return l.shop.engine.Explain(ctx, q, id)
}

// Similar answers as retrieval.Engine does.
func (l *liveShop) Similar(ctx context.Context, id string, by retrieval.Aspect, limit int) ([]retrieval.Hit, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.catchUp(ctx)
	return l.shop.engine.Similar(ctx, id, by, limit)
}

// Suggest answers as retrieval.Engine does.
func (l *liveShop) Suggest(ctx context.Context, text string, limit int) (*retrieval.Suggestions, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.shop.engine.Suggest(ctx, text, limit)
}

// Product answers as retrieval.Engine does.
func (l *liveShop) Product(ctx context.Context, id string) (catalog.Product, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.catchUp(ctx)
	return l.shop.engine.Product(ctx, id)
}

// Generation answers as retrieval.Engine does.
func (l *liveShop) Generation() string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.shop.engine.Generation()
}
