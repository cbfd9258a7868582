package indexer

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"vitrine/catalog"
	"vitrine/indexer/fetch"
)

// Kinds of failures beside those of package fetch. Neither passes by itself.
const (
	kindFile   = "file"   // a photo in a folder that cannot be read
	kindBroken = "broken" // the encoder cannot use it
)

const (
	firstRetry = 15 * time.Minute // after the first failure of a photo; doubled with each further run in which it fails
	lastRetry  = 24 * time.Hour   // the longest time between two tries, whatever its server asks for

	ledgerBatch = 100 // what a crash may forget of failures
)

// photoLedger is the catalogue's ledger of photos without a vector while a build works on it.
type photoLedger struct {
	store *catalog.Store
	now   func() time.Time

	mu       sync.Mutex
	known    map[catalog.PhotoKey]catalog.PhotoFailure
	unsaved  []catalog.PhotoFailure
	obsolete []catalog.PhotoKey
}

func openLedger(ctx context.Context, store *catalog.Store, now func() time.Time) (*photoLedger, error) {
	l := &photoLedger{store: store, now: now, known: make(map[catalog.PhotoKey]catalog.PhotoFailure)}
	for f, err := range store.PhotoFailures(ctx) {
		if err != nil {
			return nil, err
		}
		l.known[f.PhotoKey] = f
	}
	return l, nil
}

func (r *photoRow) key() catalog.PhotoKey { return catalog.PhotoKey{ProductID: r.id, Ref: r.photo.Ref} }

// due returns what is to be tried again: all, or what the ledger has for now or earlier. It is sorted by product and ref.
func (l *photoLedger) due(all bool) []catalog.PhotoFailure {
	l.mu.Lock()
	defer l.mu.Unlock()
	var due []catalog.PhotoFailure
	for _, f := range l.sorted() {
		if all || f.Pending() && !f.NextTry.After(l.now()) {
			due = append(due, f)
		}
	}
	return due
}

// waits reports whether a photo has failed and its time to be tried again has not come.
func (l *photoLedger) waits(row *photoRow) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, failed := l.known[row.key()]
	return failed && (!f.Pending() || f.NextTry.After(l.now()))
}

// failed enters a photo that has no vector.
func (l *photoLedger) failed(ctx context.Context, row *photoRow, reason error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now().UTC().Truncate(time.Millisecond)
	f := catalog.PhotoFailure{PhotoKey: row.key(), Kind: kindFile, Reason: excerpt(reason.Error()), FirstSeen: now, LastTried: now}
	before, again := l.known[f.PhotoKey]
	if again {
		f.Attempts, f.FirstSeen = before.Attempts, before.FirstSeen
	}
	var remote *fetch.Failure
	switch asked := !errors.As(reason, &remote) || remote.Asked; {
	case asked:
		f.Attempts++
	case again:
		f.LastTried = before.LastTried
	}
	switch {
	case remote != nil:
		f.Kind, f.Status = string(remote.Kind), remote.Status
		if remote.Temporary() {
			f.NextTry = now.Add(min(lastRetry, max(remote.After, retryPause(f.Attempts))))
		}
	case !errors.Is(reason, catalog.ErrNoPhoto):
		f.Kind = kindBroken
	}
	l.known[f.PhotoKey] = f
	if l.unsaved = append(l.unsaved, f); len(l.unsaved) < ledgerBatch {
		return nil
	}
	return l.save(ctx)
}

// retryPause is how long a photo waits that has failed in so many runs.
func retryPause(attempts int) time.Duration {
	return min(lastRetry, firstRetry<<min(max(0, attempts-1), 10))
}

// forget takes out what has a vector by now, or is not named any more.
func (l *photoLedger) forget(key catalog.PhotoKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.known[key]; known {
		delete(l.known, key)
		l.obsolete = append(l.obsolete, key)
	}
}

// forgetOthers takes out what rows, those of all products, do not name.
func (l *photoLedger) forgetOthers(rows []photoRow) {
	named := make(map[catalog.PhotoKey]bool, len(l.known))
	for i := range rows {
		if key := rows[i].key(); l.has(key) {
			named[key] = true
		}
	}
	for _, key := range l.keys() {
		if !named[key] {
			l.forget(key)
		}
	}
}

func (l *photoLedger) has(key catalog.PhotoKey) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, known := l.known[key]
	return known
}

func (l *photoLedger) keys() []catalog.PhotoKey {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.known))
}

// flush brings what is new to the disk.
func (l *photoLedger) flush(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.save(ctx)
}

func (l *photoLedger) save(ctx context.Context) error {
	if err := l.store.RecordPhotoFailures(ctx, l.unsaved); err != nil {
		return err
	}
	if err := l.store.ForgetPhotoFailures(ctx, l.obsolete); err != nil {
		return err
	}
	l.unsaved, l.obsolete = nil, nil
	return nil
}

// problems lists the ledger for the summary, by product and ref.
func (l *photoLedger) problems() []PhotoProblem {
	l.mu.Lock()
	defer l.mu.Unlock()
	problems := make([]PhotoProblem, 0, len(l.known))
	for _, f := range l.sorted() {
		problems = append(problems, PhotoProblem{ID: f.ProductID, Ref: excerpt(f.Ref), Reason: f.Reason, NextTry: f.NextTry})
	}
	return problems
}

func (l *photoLedger) sorted() []catalog.PhotoFailure {
	return slices.SortedFunc(maps.Values(l.known), func(a, b catalog.PhotoFailure) int {
		if order := strings.Compare(a.ProductID, b.ProductID); order != 0 {
			return order
		}
		return strings.Compare(a.Ref, b.Ref)
	})
}
