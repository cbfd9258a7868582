package catalog

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// madeEvents are n clicks of ten visitors, one a second from eventNow on.
func madeEvents(prefix string, n int) []Event {
	events := make([]Event, n)
	for i := range events {
		events[i] = Event{
			ID: fmt.Sprintf("%s-%06d-4455-6677-8899-aabbccddeeff", prefix, i), Action: ActionClick, Time: eventNow.Add(time.Duration(i) * time.Second),
			ClientID: fmt.Sprint("5e3b2a1c-8b7d-4f2e-a3d4-", i%10), QueryID: fmt.Sprint("00112233-4455-6677-8899-", i/10),
			Attributes: EventAttributes{Object: &EventObject{ID: ObjectID(fmt.Sprint("p", i%97))}, Position: &EventPosition{Ordinal: 1 + i%24}},
		}
	}
	return events
}

func mustRecord(t *testing.T, store *Store, batch EventBatch, want Recorded) {
	t.Helper()
	got, err := store.RecordEvents(t.Context(), batch)
	if err != nil || got != want {
		t.Fatalf("recorded %+v, %v; want %+v", got, err, want)
	}
}

func storedBehaviour(t *testing.T, store *Store, since time.Time) EventBatch {
	t.Helper()
	var batch EventBatch
	for q, err := range store.Queries(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		batch.Queries = append(batch.Queries, q)
	}
	for e, err := range store.Events(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		batch.Events = append(batch.Events, e)
	}
	return batch
}

func mustParse(t *testing.T, text string) EventBatch {
	t.Helper()
	batch, rejected, err := ParseEvents([]byte(text), monthOld)
	if err != nil || len(rejected) > 0 {
		t.Fatal(rejected, err)
	}
	return batch
}

func TestEventsComeBackInOrderOfTimeAfterReopening(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	// The click is sent before the impression that it follows.
	mustRecord(t, store, mustParse(t, aClick), Recorded{Events: 1})
	mustRecord(t, store, mustParse(t, anImpression+"\n"+aQuery), Recorded{Events: 1, Queries: 1})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = openStore(t, dir)
	got := storedBehaviour(t, store, time.Time{})
	if len(got.Events) != 2 || len(got.Queries) != 1 || got.Events[0].ID != "e1" || got.Events[1].Action != ActionClick {
		t.Fatalf("got %+v", got)
	}
	if want := eventNow.Add(-time.Minute + 123*time.Millisecond); !got.Events[0].Time.Equal(want) || got.Events[0].Time.Location() != time.UTC {
		t.Errorf("the time is %v, want %v", got.Events[0].Time, want)
	}
	if got := storedBehaviour(t, store, eventNow.Add(-45*time.Second)); len(got.Events) != 1 || len(got.Queries) != 0 {
		t.Errorf("since 45 s before it is %+v", got)
	}
}

func TestEventsSentAgainAreKnown(t *testing.T) {
	store := openStore(t, t.TempDir())
	batch := mustParse(t, aQuery+"\n"+aClick+"\n"+anImpression)
	mustRecord(t, store, batch, Recorded{Events: 2, Queries: 1})
	mustRecord(t, store, batch, Recorded{Known: 3})
	// The same click in other words, twice in one batch; and under an id that another event has.
	other := `{"event_attributes":{"object":{"object_id":"1163"}},"client_id":"c1","timestamp":"2026-11-28T11:59:30Z","action_name":"click"}`
	mustRecord(t, store, mustParse(t, other+"\n"+other+"\n"+strings.Replace(anImpression, "p1", "p2", 1)), Recorded{Known: 3})
	if got := storedBehaviour(t, store, time.Time{}); len(got.Events) != 2 || got.Events[0].Attributes.Object.ID != "p1" {
		t.Errorf("got %+v", got.Events)
	}
	mustRecord(t, store, mustParse(t, strings.Replace(aClick, "1163", "1164", 1)), Recorded{Events: 1})
}

func TestExportedEventsAreTheSameInAnotherStore(t *testing.T) {
	from, to := openStore(t, t.TempDir()), openStore(t, t.TempDir())
	batch := mustParse(t, aQuery+"\n"+aClick+"\n"+anImpression)
	batch.Events = append(batch.Events, madeEvents("m", 500)...)
	mustRecord(t, from, batch, Recorded{Events: 502, Queries: 1})
	exported := storedBehaviour(t, from, time.Time{})
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, q := range exported.Queries {
		_ = encoder.Encode(q)
	}
	for _, e := range exported.Events {
		_ = encoder.Encode(e)
	}
	mustRecord(t, to, mustParse(t, lines.String()), Recorded{Events: 502, Queries: 1})
	if again := storedBehaviour(t, to, time.Time{}); !reflect.DeepEqual(again, exported) {
		t.Errorf("got %+v, want %+v", again, exported)
	}
	mustRecord(t, from, mustParse(t, lines.String()), Recorded{Known: 503})
}

func TestABatchIsStoredWholeOrNotAtAll(t *testing.T) {
	store := openStore(t, t.TempDir())
	// Somebody else writes all the time, so that batches wait for their turn and can be given up.
	var others sync.WaitGroup
	over := make(chan struct{})
	others.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-over:
				return
			default:
			}
			if _, err := store.RecordEvents(context.Background(), EventBatch{Events: madeEvents(fmt.Sprint("other", n), 500)}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	whole, cut := 0, 0
	for i := range 60 {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Duration(i)*300*time.Microsecond, cancel)
		const n = 500
		done, err := store.RecordEvents(ctx, EventBatch{Events: madeEvents(fmt.Sprint("b", i), n)})
		timer.Stop()
		cancel()
		found := 0
		if err := store.db.read.QueryRow("SELECT count(*) FROM events WHERE id LIKE ?", fmt.Sprintf("b%d-%%", i)).Scan(&found); err != nil {
			t.Fatal(err)
		}
		switch {
		case err == nil && done.Events == n && found == n:
			whole++
		case err != nil && done == Recorded{} && (found == 0 || found == n): // the commit may have been under way
			cut++
		default:
			t.Fatalf("%d of %d are stored, and it says %+v, %v", found, n, done, err)
		}
	}
	close(over)
	others.Wait()
	if cut == 0 {
		t.Error("no batch was cut short: the test tries nothing")
	}
	t.Logf("%d batches whole, %d cut", whole, cut)
	mustRecord(t, store, EventBatch{Events: madeEvents("after", 1)}, Recorded{Events: 1})
}

func TestTwoWritersAtOnceLoseNothing(t *testing.T) {
	dir := t.TempDir()
	// Two stores on one file are as two processes.
	stores := []*Store{openStore(t, dir), openStore(t, dir)}
	var writers sync.WaitGroup
	var mu sync.Mutex
	var sum Recorded
	for w, store := range stores {
		writers.Go(func() {
			own := madeEvents(fmt.Sprint("w", w), 600)
			shared := madeEvents("shared", 600)
			for i := 0; i < 600; i += 50 {
				done, err := store.RecordEvents(context.Background(), EventBatch{Events: slices.Concat(own[i:i+50], shared[i:i+50])})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				sum.Events, sum.Known = sum.Events+done.Events, sum.Known+done.Known
				mu.Unlock()
			}
		})
		writers.Go(func() { // and somebody reads
			for range 5 {
				for _, err := range store.Events(context.Background(), time.Time{}) {
					if err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	stats, err := stores[0].EventStats(t.Context())
	if err != nil || stats.Events != 1800 || sum != (Recorded{Events: 1800, Known: 600}) {
		t.Errorf("%+v is stored, %v; the writers count %+v", stats, err, sum)
	}
}

func TestForgettingAVisitorLeavesTheOthersAndNoTrace(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	batch := EventBatch{Events: madeEvents("e", 200)}
	for _, client := range []string{"visitor-to-forget", "visitor-to-keep"} {
		batch.Queries = append(batch.Queries, ShopperQuery{ID: "q-" + client, Time: eventNow, ClientID: client, UserQuery: "words of " + client})
		batch.Events = append(batch.Events, Event{ID: "e-" + client, Action: "hover", Time: eventNow, ClientID: client})
	}
	mustRecord(t, store, batch, Recorded{Events: 202, Queries: 2})
	for _, want := range []int{2, 0} {
		if n, err := store.ForgetClient(t.Context(), "visitor-to-forget"); n != want || err != nil {
			t.Errorf("deleted %d, %v; want %d", n, err, want)
		}
	}
	stats, err := store.EventStats(t.Context())
	if err != nil || stats.Events != 201 || stats.Queries != 1 || stats.Visitors != 11 {
		t.Errorf("left are %+v, %v", stats, err)
	}
	var onDisk []byte
	for _, name := range []string{"catalog.db", "catalog.db-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		onDisk = append(onDisk, data...)
	}
	if bytes.Contains(onDisk, []byte("visitor-to-forget")) || !bytes.Contains(onDisk, []byte("visitor-to-keep")) {
		t.Error("the files still hold what was deleted, or no longer what was not")
	}
}

func TestAWriterThatIsKeptOutTooLongSaysSo(t *testing.T) {
	dir := t.TempDir()
	holder, store := openStore(t, dir), openStore(t, dir)
	if _, err := store.db.write.Exec("PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	err := holder.db.update(t.Context(), func(*sql.Tx) error {
		_, err := store.RecordEvents(t.Context(), EventBatch{Events: madeEvents("e", 1)})
		return err
	})
	if !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	mustRecord(t, store, EventBatch{Events: madeEvents("e", 1)}, Recorded{Events: 1})
}

func TestPruningDeletesWhatIsOlderAndNoMore(t *testing.T) {
	const old, young = deletedAtOnce + 28, 72 // so that it takes two transactions
	store := openStore(t, t.TempDir())
	batch := EventBatch{Events: madeEvents("e", old+young), Queries: []ShopperQuery{{ID: "old", Time: eventNow, ClientID: "c"}, {ID: "new", Time: eventNow.Add(old * time.Second), ClientID: "c"}}}
	mustRecord(t, store, batch, Recorded{Events: old + young, Queries: 2})
	before := eventNow.Add(old * time.Second)
	if n, err := store.PruneEvents(t.Context(), before); n != old+1 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	left := storedBehaviour(t, store, time.Time{})
	if len(left.Events) != young || !left.Events[0].Time.Equal(before) || len(left.Queries) != 1 || left.Queries[0].ID != "new" {
		t.Errorf("left are %d events from %v, and queries %+v", len(left.Events), left.Events[0].Time, left.Queries)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.PruneEvents(gone, before.Add(time.Hour)); !errors.Is(err, context.Canceled) {
		t.Errorf("given up, it says %v", err)
	}
}

func TestEventStatsCountActionsVisitorsAndTimes(t *testing.T) {
	store := openStore(t, t.TempDir())
	stats, err := store.EventStats(t.Context())
	if err != nil || !reflect.DeepEqual(stats, EventStats{Actions: map[string]int{}, Doubted: map[string]int{}}) {
		t.Errorf("of nothing: %+v, %v", stats, err)
	}
	batch := mustParse(t, aQuery+"\n"+aClick+"\n"+anImpression)
	batch.Events = append(batch.Events, madeEvents("m", 20)...)
	batch.Events[5].Doubt, batch.Events[6].Doubt, batch.Events[7].Doubt = "forged token", "forged token", "expired token"
	mustRecord(t, store, batch, Recorded{Events: 22, Queries: 1})
	stats, err = store.EventStats(t.Context())
	want := EventStats{
		Queries: 1, Events: 22, Actions: map[string]int{ActionClick: 21, ActionImpression: 1}, Doubted: map[string]int{"forged token": 2, "expired token": 1}, Visitors: 11,
		First: eventNow.Add(-61 * time.Second), Last: eventNow.Add(19 * time.Second),
	}
	if err != nil || !reflect.DeepEqual(stats, want) {
		t.Errorf("got %+v, %v; want %+v", stats, err, want)
	}
}

// An event that is sent again when its token has expired is still the same event.
func TestADoubtDoesNotMakeAnotherEvent(t *testing.T) {
	store := openStore(t, t.TempDir())
	batch := mustParse(t, aClick)
	mustRecord(t, store, batch, Recorded{Events: 1})
	batch.Events[0].Doubt = "expired token"
	mustRecord(t, store, batch, Recorded{Known: 1})
	if stored := storedBehaviour(t, store, time.Time{}).Events; len(stored) != 1 || stored[0].Doubt != "" {
		t.Errorf("stored %+v", stored)
	}
}

// A catalogue from before there were events is brought to the new version with all that it holds.
func TestACatalogueOfVersionOneIsMigrated(t *testing.T) {
	dir := t.TempDir()
	old := storeSchema
	old.migrations = storeSchema.migrations[:1]
	db, err := openDatabase(t.Context(), filepath.Join(dir, "catalog.db"), old)
	if err != nil {
		t.Fatal(err)
	}
	mustApply(t, newStore(db), titled("a", "b"), Applied{Added: 2})
	if err := db.close(); err != nil {
		t.Fatal(err)
	}
	var opening sync.WaitGroup
	for range 4 { // all at once
		opening.Go(func() {
			store, err := Open(context.Background(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer store.Close()
			if n, err := store.Count(context.Background()); n != 2 || err != nil {
				t.Errorf("it holds %d products, %v", n, err)
			}
		})
	}
	opening.Wait()
	store := openStore(t, dir)
	mustRecord(t, store, mustParse(t, aClick), Recorded{Events: 1})
	if seq, err := store.Sequence(t.Context()); seq != 2 || err != nil {
		t.Errorf("the log of changes ends at %d, %v", seq, err)
	}
	if _, err := openDatabase(t.Context(), filepath.Join(dir, "catalog.db"), old); !errors.Is(err, ErrNewerFormat) {
		t.Errorf("the version before opens it with %v", err)
	}
}

// Each batch is on the disk before the next begins.
func BenchmarkRecordEvents(b *testing.B) {
	for _, size := range []int{1, 100, 1000, 5000} {
		b.Run(fmt.Sprint("batch=", size), func(b *testing.B) {
			store, err := Open(b.Context(), b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			stored := 0
			for i := 0; b.Loop(); i++ {
				done, err := store.RecordEvents(b.Context(), EventBatch{Events: madeEvents(fmt.Sprintf("%08x", i), size)})
				if err != nil || done.Events != size {
					b.Fatal(done, err)
				}
				stored += done.Events
			}
			b.ReportMetric(float64(stored)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// Many senders of one event each, as browsers are.
func BenchmarkRecordEventsConcurrently(b *testing.B) {
	for _, senders := range []int{1, 8, 32} {
		b.Run(fmt.Sprint("senders=", senders), func(b *testing.B) {
			store, err := Open(b.Context(), b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			var next atomic.Int64
			b.ResetTimer()
			var sending sync.WaitGroup
			for range senders {
				sending.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						done, err := store.RecordEvents(b.Context(), EventBatch{Events: madeEvents(fmt.Sprintf("%08x", i), 1)})
						if err != nil || done.Events != 1 {
							b.Error(done, err)
							return
						}
					}
				})
			}
			sending.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// From the bytes of a request to the disk.
func BenchmarkParseAndRecordEvents(b *testing.B) {
	store, err := Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	stored := 0
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		body, err := json.Marshal(madeEvents(fmt.Sprintf("%08x", i), MaxEventBatch))
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		batch, rejected, err := ParseEvents(body, monthOld)
		if err != nil || len(rejected) > 0 {
			b.Fatal(rejected, err)
		}
		done, err := store.RecordEvents(b.Context(), batch)
		if err != nil {
			b.Fatal(err)
		}
		stored += done.Events
	}
	b.ReportMetric(float64(stored)/b.Elapsed().Seconds(), "events/s")
}
