package catalog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// held keeps the store from writing until release, when n callers wait.
func held(t *testing.T, store *Store) (release func(n int)) {
	t.Helper()
	store.commits.turn <- struct{}{}
	return func(n int) {
		t.Helper()
		for range 1000 {
			store.commits.mu.Lock()
			waiting := len(store.commits.waiting)
			store.commits.mu.Unlock()
			if waiting == n {
				<-store.commits.turn
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Fatalf("%d callers never waited", n)
	}
}

func TestCallersWhoWaitTogetherAreStoredTogetherAndCountedApart(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustRecord(t, store, EventBatch{Events: madeEvents("caller-0", 2)}, Recorded{Events: 2})
	release := held(t, store)
	const callers = 20
	var sending sync.WaitGroup
	for i := range callers {
		sending.Go(func() {
			events := madeEvents(fmt.Sprintf("caller-%d", i), 3)
			want := Recorded{Events: 3}
			if i == 0 {
				want = Recorded{Events: 1, Known: 2}
			}
			if done, err := store.RecordEvents(t.Context(), EventBatch{Events: events}); done != want || err != nil {
				t.Errorf("caller %d: %+v, %v", i, done, err)
			}
		})
	}
	release(callers)
	sending.Wait()
	if stats, err := store.EventStats(t.Context()); err != nil || stats.Events != 3*callers {
		t.Errorf("stored %+v, %v", stats, err)
	}
}

func TestABatchThatCannotBeStoredFailsAlone(t *testing.T) {
	store := openStore(t, t.TempDir())
	release := held(t, store)
	bad := EventBatch{Events: madeEvents("bad", 1), Served: []Served{{}}}
	var sending sync.WaitGroup
	for i := range 3 {
		sending.Go(func() {
			if _, err := store.RecordEvents(t.Context(), EventBatch{Events: madeEvents(fmt.Sprint("good-", i), 1)}); err != nil {
				t.Error(err)
			}
		})
		sending.Go(func() {
			if done, err := store.RecordEvents(t.Context(), bad); !errors.Is(err, ErrServed) || done != (Recorded{}) {
				t.Errorf("%+v, %v", done, err)
			}
		})
	}
	release(6)
	sending.Wait()
	if stats, err := store.EventStats(t.Context()); err != nil || stats.Events != 3 {
		t.Errorf("stored %+v, %v", stats, err)
	}
}

func TestACallerWhoGivesUpWhileWaitingStoresNothing(t *testing.T) {
	store := openStore(t, t.TempDir())
	release := held(t, store)
	ctx, giveUp := context.WithCancel(t.Context())
	var patient, impatient sync.WaitGroup
	impatient.Go(func() {
		if _, err := store.RecordEvents(ctx, EventBatch{Events: madeEvents("impatient", 1)}); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
	})
	patient.Go(func() {
		if _, err := store.RecordEvents(t.Context(), EventBatch{Events: madeEvents("patient", 1)}); err != nil {
			t.Error(err)
		}
	})
	giveUp()
	impatient.Wait()
	release(1)
	patient.Wait()
	if stats, err := store.EventStats(t.Context()); err != nil || stats.Events != 1 {
		t.Errorf("stored %+v, %v", stats, err)
	}
}
