package catalog

import (
	"fmt"
	"testing"
	"time"
)

func TestRunsOfTheIndexerAreKeptTheNewestFirst(t *testing.T) {
	store := openStore(t, t.TempDir())
	began := time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)
	for i := range keptIndexRuns + 3 {
		run := IndexRun{Started: began, Elapsed: time.Second, Generation: fmt.Sprintf("gen-%06d", i), Products: i, Rejected: 2}
		if seq, err := store.RecordIndexRun(t.Context(), run); err != nil || seq != int64(i+1) {
			t.Fatal(seq, err)
		}
	}
	runs, err := store.IndexRuns(t.Context(), 2*keptIndexRuns)
	if err != nil || len(runs) != keptIndexRuns {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	want := IndexRun{Seq: keptIndexRuns + 3, Started: began, Elapsed: time.Second, Generation: "gen-001002", Products: keptIndexRuns + 2, Rejected: 2}
	if runs[0] != want {
		t.Errorf("the newest is %+v, want %+v", runs[0], want)
	}
	if last := runs[len(runs)-1]; last.Generation != "gen-000003" {
		t.Errorf("the oldest is %+v", last)
	}
}

func TestProductsChangedSinceASequenceAreCountedOnce(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("a", "b", "c"), Applied{Added: 3})
	sequence, err := store.Sequence(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustApply(t, store, []Product{{ID: "a", Title: "first"}}, Applied{Changed: 1})
	mustApply(t, store, []Product{{ID: "a", Title: "second"}}, Applied{Changed: 1})
	if _, err := store.Delete(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[int64]int{0: 3, sequence: 2, sequence + 3: 0} {
		if n, err := store.ChangedSince(t.Context(), since); n != want || err != nil {
			t.Errorf("since %d: %d products, %v; want %d", since, n, err, want)
		}
	}
}
