package main

import (
	"context"
	"errors"
	"iter"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
	"vitrine/web"
)

// What a correction is taught when it begins.
const (
	taughtAge      = 48 * time.Hour
	taughtSearches = 10_000      // at most, the newest: some 200,000 rows, read within seconds
	taughtShown    = 10_000      // events between two reports of progress
	taughtAgain    = time.Minute // before the teaching began, lest anything that was stored meanwhile be missed
)

// teachLately teaches a correction the last days, so that it need not begin from nothing when the server or its model does.
func teachLately(ctx context.Context, store *catalog.Store, c *ranker.Correction, progress func(done int)) error {
	since, err := store.NewestServed(ctx, taughtSearches)
	if err != nil {
		return err
	}
	if oldest := time.Now().Add(-taughtAge); since.Before(oldest) {
		since = oldest
	}
	return teach(ctx, store, c, since, progress)
}

// teach tells a correction what searches showed from a time on, and what came of it; some of it may be known to it. Its
// clock is that of the events.
func teach(ctx context.Context, store *catalog.Store, c *ranker.Correction, since time.Time, progress func(done int)) error {
	if err := teachSearches(ctx, store, c, since); err != nil {
		return err
	}
	done := 0
	for event, err := range store.Events(ctx, since) {
		if err != nil {
			return err
		}
		c.Advance(event.Time)
		c.Apply(event)
		if done++; done%taughtShown == 0 {
			progress(done)
		}
	}
	return nil
}

// teachSearches joins what was shown with what was asked for. Both are in order of time.
func teachSearches(ctx context.Context, store *catalog.Store, c *ranker.Correction, since time.Time) error {
	queries, stop := iter.Pull2(store.Queries(ctx, since))
	defer stop()
	query, queryErr, more := queries()
	for served, err := range store.Served(ctx, since) {
		for more && queryErr == nil && query.ID != served.QueryID && !query.Time.After(served.Time) {
			query, queryErr, more = queries()
		}
		if err := errors.Join(err, queryErr); err != nil {
			return err
		}
		if more && query.ID == served.QueryID {
			c.Observe(query, served)
		}
	}
	return nil
}

// correctModels lets the model in force, and each that comes after, be corrected by what shoppers do.
func (l *liveShop) correctModels(ctx context.Context, store *catalog.Store) {
	l.corrected = store
	l.useModel(ctx, l.shop.ranker.Model())
}

// useModel puts a model in force, with a correction of its own if models are corrected. It is called by whoever may change
// the shop, which is why it needs no lock.
func (l *liveShop) useModel(ctx context.Context, m ranker.Model) {
	if l.corrected == nil {
		l.shop.ranker.Use(m)
		return
	}
	c, begun := ranker.NewCorrection(m, l, l.state), time.Now()
	bar := l.terminal.progress()
	defer bar.close()
	err := teachLately(ctx, l.corrected, c, func(n int) { bar.report("learn from the last days", n, 0) })
	l.shop.ranker.UseCorrected(c) // from now on it hears of what happens, and the clock goes on
	err = errors.Join(err, teach(ctx, l.corrected, c, begun.Add(-taughtAgain), func(int) {}))
	if err != nil && ctx.Err() == nil {
		l.terminal.notef("vitrine: %v (the correction of %s begins with less)", err, m.Version())
	}
}

// correction is that of the model in force; nil = there is none.
func (l *liveShop) correction() *ranker.Correction {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.shop.ranker.Correction()
}

// Remembered implements web.ShopperHealth.
func (l *liveShop) Remembered() map[string]int {
	s := l.state.Stats()
	return map[string]int{
		"visitors": s.Visitors, "profiles": s.Profiles, "products": s.Products, "pairs": s.Pairs, "searches": s.Searches, "bots": s.Bots,
	}
}

// OnlineCorrection implements web.ShopperHealth.
func (l *liveShop) OnlineCorrection() (web.OnlineCorrection, bool) {
	c := l.correction()
	if c == nil {
		return web.OnlineCorrection{}, false
	}
	return web.OnlineCorrection(c.Figures()), true
}
