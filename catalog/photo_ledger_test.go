package catalog

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func ledger(t *testing.T, store *Store) []PhotoFailure {
	t.Helper()
	var all []PhotoFailure
	for f, err := range store.PhotoFailures(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

func TestLedgerOfPhotosKeepsWhenAFailureWasFirstSeen(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("a", "b"), Applied{Added: 2})
	monday := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	busy := PhotoFailure{
		PhotoKey: PhotoKey{"b", "https://x.test/b.jpg"}, Kind: "busy", Reason: "the server answered 429", Status: 429,
		Attempts: 1, FirstSeen: monday, LastTried: monday, NextTry: monday.Add(time.Hour),
	}
	missing := PhotoFailure{PhotoKey: PhotoKey{"a", "a.jpg"}, Kind: "file", Reason: "it is not there", Attempts: 1, FirstSeen: monday, LastTried: monday}
	gone := PhotoFailure{PhotoKey: PhotoKey{"gone", "g.jpg"}, Kind: "file", FirstSeen: monday, LastTried: monday}
	if err := store.RecordPhotoFailures(t.Context(), []PhotoFailure{busy, missing, gone}); err != nil {
		t.Fatal(err)
	}
	if got := ledger(t, store); !reflect.DeepEqual(got, []PhotoFailure{missing, busy}) {
		t.Errorf("ledger: %+v", got)
	}

	again := busy
	again.Attempts, again.Reason, again.FirstSeen, again.LastTried = 2, "still busy", monday.Add(2*time.Hour), monday.Add(2*time.Hour)
	if err := store.RecordPhotoFailures(t.Context(), []PhotoFailure{again}); err != nil {
		t.Fatal(err)
	}
	again.FirstSeen = monday
	if got := ledger(t, store); len(got) != 2 || !reflect.DeepEqual(got[1], again) {
		t.Errorf("after a second failure: %+v", got)
	}
	if pending, permanent, err := store.PhotoFailureCount(t.Context()); pending != 1 || permanent != 1 || err != nil {
		t.Errorf("%d pending, %d permanent, %v", pending, permanent, err)
	}

	if err := store.ForgetPhotoFailures(t.Context(), []PhotoKey{busy.PhotoKey, {"a", "another.jpg"}}); err != nil {
		t.Fatal(err)
	}
	if got := ledger(t, store); !reflect.DeepEqual(got, []PhotoFailure{missing}) {
		t.Errorf("after one was forgotten: %+v", got)
	}
}

func TestPhotoFailuresGoWithTheirProductAndStayWhenItChanges(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("a", "b"), Applied{Added: 2})
	now := time.Now()
	for _, id := range []string{"a", "b"} {
		failure := PhotoFailure{PhotoKey: PhotoKey{id, "x.jpg"}, Kind: "file", FirstSeen: now, LastTried: now}
		if err := store.RecordPhotoFailures(t.Context(), []PhotoFailure{failure}); err != nil {
			t.Fatal(err)
		}
	}
	mustApply(t, store, []Product{{ID: "a", Title: "another title"}}, Applied{Changed: 1})
	if _, err := store.Delete(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if got := ledger(t, store); len(got) != 1 || got[0].ProductID != "a" {
		t.Errorf("ledger: %+v", got)
	}
}

func TestTouchLogsAChangeAndLeavesTheProductAsItIs(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("a", "b"), Applied{Added: 2})
	if err := store.Touch(t.Context(), "b", "nobody"); err != nil {
		t.Fatal(err)
	}
	changes := changesAfter(t, store, 2)
	if len(changes) != 1 || changes[0].ID != "b" || changes[0].Deleted || changes[0].Seq != 3 {
		t.Errorf("changes: %+v", changes)
	}
	if got := storedIDs(t, store); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("products: %v", got)
	}
	mustApply(t, store, titled("b"), Applied{Unchanged: 1})
}
