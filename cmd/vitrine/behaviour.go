package main

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
	"vitrine/ranker/behaviour"
)

const (
	behaviourAge   = 90 * 24 * time.Hour // three half-lives: older events would hardly count
	behaviourShown = 10_000              // events between two reports of progress
)

// behaviourLog is the catalogue of a server, with a state that follows what shoppers did: what this process stores at
// once, and what other processes stored by then. A correction follows the same events.
type behaviourLog struct {
	*catalog.Store
	state      *behaviour.State
	correction func() *ranker.Correction // the one in force; nil = none
	terminal   *terminal

	begun    atomic.Int64 // looks
	reading  sync.Mutex
	last     catalog.Arrivals // what the state has seen
	reported string           // the last error
}

// followBehaviour reads what shoppers did lately into the state.
func followBehaviour(ctx context.Context, store *catalog.Store, state *behaviour.State, t *terminal) (*behaviourLog, error) {
	last, err := store.ArrivedBefore(ctx, time.Now().Add(-behaviourAge))
	if err != nil {
		return nil, err
	}
	l := &behaviourLog{Store: store, state: state, correction: noCorrection, terminal: t, last: last}
	bar := t.progress()
	defer bar.close()
	return l, l.catchUp(ctx, func(n int) { bar.report("read what shoppers did", n, 0) })
}

func noCorrection() *ranker.Correction { return nil }

// RecordEvents stores a batch, which may be empty; the next search knows of it.
func (l *behaviourLog) RecordEvents(ctx context.Context, batch catalog.EventBatch) (catalog.Recorded, error) {
	done, err := l.Store.RecordEvents(ctx, batch)
	if err == nil {
		l.look(context.WithoutCancel(ctx))
	}
	return done, err
}

// ForgetClient deletes all that is kept of a visitor; the next search does not know them.
func (l *behaviourLog) ForgetClient(ctx context.Context, clientID string) (int, error) {
	n, err := l.Store.ForgetClient(ctx, clientID)
	if err == nil {
		l.look(context.WithoutCancel(ctx))
	}
	return n, err
}

// look catches up with what was stored before the call. Of many calls at once one looks for all that wait. What is stored is
// safe: an error is reported once, and the next look reads on from there.
func (l *behaviourLog) look(ctx context.Context) {
	next := l.begun.Load() + 1 // the look under way, if any, may have read before
	l.reading.Lock()
	defer l.reading.Unlock()
	if l.begun.Load() >= next {
		return
	}
	l.begun.Add(1)
	err := l.catchUp(ctx, func(int) {})
	switch {
	case err == nil:
		l.reported = ""
	case err.Error() != l.reported:
		l.reported = err.Error()
		l.terminal.notef("vitrine: %v (what shoppers do now changes no results until that is mended)", err)
	}
}

// catchUp tells state and correction what it has not seen; one at a time. Visitors are forgotten first: what is stored of them came later.
func (l *behaviourLog) catchUp(ctx context.Context, progress func(events int)) error {
	correction := l.correction()
	for erasure, err := range l.ErasuresAfter(ctx, l.last.Erasures) {
		if err != nil {
			return err
		}
		l.state.ForgetHash(erasure.Value)
		correction.ForgetHash(erasure.Value)
		l.last.Erasures = erasure.Seq
	}

	// Queries go between the events of their time, so that the state need not remember a season of them at once.
	queries, stop := iter.Pull2(l.QueriesAfter(ctx, l.last.Queries))
	defer stop()
	query, queryErr, more := queries()
	observe := func(until time.Time) error {
		for more && !query.Value.Time.After(until) {
			if queryErr != nil {
				return queryErr
			}
			l.state.Observe(query.Value)
			l.last.Queries = query.Seq
			query, queryErr, more = queries()
		}
		return queryErr
	}
	n := 0
	for event, err := range l.EventsAfter(ctx, l.last.Events) {
		if err := errors.Join(err, observe(event.Value.Time)); err != nil {
			return err
		}
		l.state.Apply(event.Value)
		correction.Apply(event.Value)
		l.last.Events = event.Seq
		if n++; n%behaviourShown == 0 {
			progress(n)
		}
	}
	return observe(farFuture)
}

// farFuture is after every query that can be stored.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
