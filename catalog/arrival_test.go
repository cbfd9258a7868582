package catalog

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func arrived(t *testing.T, store *Store, after Arrivals) (events, queries []string, erasures []Erasure, last Arrivals) {
	t.Helper()
	last = after
	for e, err := range store.EventsAfter(t.Context(), after.Events) {
		if err != nil {
			t.Fatal(err)
		}
		events, last.Events = append(events, e.Value.ID), e.Seq
	}
	for q, err := range store.QueriesAfter(t.Context(), after.Queries) {
		if err != nil {
			t.Fatal(err)
		}
		queries, last.Queries = append(queries, q.Value.ID), q.Seq
	}
	for e, err := range store.ErasuresAfter(t.Context(), after.Erasures) {
		if err != nil {
			t.Fatal(err)
		}
		erasures, last.Erasures = append(erasures, e.Value), e.Seq
	}
	return events, queries, erasures, last
}

// numbered are events and a query of one client.
func numbered(client string, n int, at time.Time) EventBatch {
	batch := EventBatch{Queries: []ShopperQuery{{ID: client + "-query", ClientID: client, UserQuery: "shoes", Time: at}}}
	for i := range n {
		e := Event{ID: fmt.Sprint(client, "-", i), Action: ActionClick, ClientID: client, Time: at}
		e.Attributes.Object = &EventObject{ID: "1"}
		batch.Events = append(batch.Events, e)
	}
	return batch
}

func TestWhoFollowsWhatArrivesMissesNothing(t *testing.T) {
	store := openStore(t, t.TempDir())
	from, err := store.ArrivedBefore(t.Context(), eventNow)
	if err != nil || from != (Arrivals{}) {
		t.Fatalf("an empty store begins at %+v, %v", from, err)
	}
	mustRecord(t, store, numbered("a", 2, eventNow), Recorded{Events: 2, Queries: 1})
	events, queries, erasures, last := arrived(t, store, from)
	if !reflect.DeepEqual(events, []string{"a-0", "a-1"}) || !reflect.DeepEqual(queries, []string{"a-query"}) || erasures != nil {
		t.Fatalf("first came %v, %v, %v", events, queries, erasures)
	}

	// The numbers of what is deleted are not given to what comes next.
	if _, err := store.ForgetClient(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, store, numbered("b", 1, eventNow), Recorded{Events: 1, Queries: 1})
	events, queries, erasures, last = arrived(t, store, last)
	if !reflect.DeepEqual(events, []string{"b-0"}) || !reflect.DeepEqual(queries, []string{"b-query"}) || !reflect.DeepEqual(erasures, []Erasure{sha256.Sum256([]byte("a"))}) {
		t.Fatalf("then came %v, %v, %v", events, queries, erasures)
	}
	if events, queries, erasures, _ = arrived(t, store, last); events != nil || queries != nil || erasures != nil {
		t.Errorf("and then %v, %v, %v", events, queries, erasures)
	}
}

func TestReadingBeginsAtATime(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustRecord(t, store, numbered("old", 3, eventNow.Add(-time.Hour)), Recorded{Events: 3, Queries: 1})
	from, err := store.ArrivedBefore(t.Context(), eventNow)
	if err != nil {
		t.Fatal(err)
	}
	if events, queries, _, _ := arrived(t, store, from); events != nil || queries != nil {
		t.Errorf("of a store with older ones alone came %v, %v", events, queries)
	}
	mustRecord(t, store, numbered("new", 1, eventNow), Recorded{Events: 1, Queries: 1})
	if again, err := store.ArrivedBefore(t.Context(), eventNow); again != from || err != nil {
		t.Errorf("begins at %+v, before at %+v, %v", again, from, err)
	}
	if events, queries, _, _ := arrived(t, store, from); !reflect.DeepEqual(events, []string{"new-0"}) || !reflect.DeepEqual(queries, []string{"new-query"}) {
		t.Errorf("from then on came %v, %v", events, queries)
	}
}

func TestPruningForgetsOldErasures(t *testing.T) {
	store := openStore(t, t.TempDir())
	if _, err := store.ForgetClient(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.PruneEvents(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, _, erasures, _ := arrived(t, store, Arrivals{}); erasures != nil {
		t.Errorf("kept %v", erasures)
	}
}

func TestEventsOfACatalogueOfVersionThreeAreKept(t *testing.T) {
	dir := t.TempDir()
	old := storeSchema
	old.migrations = storeSchema.migrations[:3]
	db, err := openDatabase(t.Context(), filepath.Join(dir, "catalog.db"), old)
	if err != nil {
		t.Fatal(err)
	}
	mustRecord(t, newStore(db), numbered("a", 3, eventNow), Recorded{Events: 3, Queries: 1})
	if err := db.close(); err != nil {
		t.Fatal(err)
	}
	store := openStore(t, dir)
	mustRecord(t, store, numbered("a", 4, eventNow), Recorded{Events: 1, Known: 4})
	events, queries, _, _ := arrived(t, store, Arrivals{})
	if !reflect.DeepEqual(events, []string{"a-0", "a-1", "a-2", "a-3"}) || len(queries) != 1 {
		t.Errorf("it holds %v and %v", events, queries)
	}
}
