package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the frozen files of testdata anew")

// aServed is a search that showed n products.
func aServed(id string, n int) Served {
	s := Served{QueryID: id, Time: eventNow.Add(-time.Minute), ClientID: "c1", Schema: "sha256:00", Model: "prior-2"}
	for i := range n {
		s.Rows = append(s.Rows, ServedRow{
			Product: fmt.Sprint("p", i), Position: i + 1, Fused: 1 / float64(i+3), Score: -float64(i) / 7,
			Features: []float32{float32(i) / 3, -1, 0},
		})
	}
	return s
}

func servedOf(t *testing.T, store *Store, since time.Time) []Served {
	t.Helper()
	var all []Served
	for s, err := range store.Served(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func TestServedSearchesComeBackInOrderOfTime(t *testing.T) {
	store := openStore(t, t.TempDir())
	late, early := aServed("q1", 24), aServed("q2", 1)
	early.Time = late.Time.Add(-time.Hour)
	early.ClientID, early.Model = "", ""
	if err := store.RecordServed(t.Context(), []Served{late, early}); err != nil {
		t.Fatal(err)
	}
	again := aServed("q1", 3) // known: the first stays
	if err := store.RecordServed(t.Context(), []Served{again}); err != nil {
		t.Fatal(err)
	}
	if got, want := servedOf(t, store, time.Time{}), []Served{early, late}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := servedOf(t, store, late.Time); len(got) != 1 || got[0].QueryID != "q1" {
		t.Errorf("since the second it is %+v", got)
	}
	if stats, err := store.EventStats(t.Context()); err != nil || stats.Served != 2 {
		t.Errorf("stats %+v, %v", stats, err)
	}
}

func TestServedSearchesAreStoredTogetherOrNotAtAll(t *testing.T) {
	store := openStore(t, t.TempDir())
	for name, spoil := range map[string]func(*Served){
		"query_id is missing":      func(s *Served) { s.QueryID = "" },
		"is before 2000":           func(s *Served) { s.Time = time.Time{} },
		"it has 0 rows":            func(s *Served) { s.Rows = nil },
		"it has 1001 rows":         func(s *Served) { s.Rows = aServed("", 1001).Rows },
		"it has 2 features":        func(s *Served) { s.Rows[1].Features = s.Rows[1].Features[:2] },
		"product is missing":       func(s *Served) { s.Rows[0].Product = "" },
		"position 0":               func(s *Served) { s.Rows[0].Position = 0 },
		"a score is not a finite":  func(s *Served) { s.Rows[0].Score = math.NaN() },
		"a feature is not a fini":  func(s *Served) { s.Rows[0].Features[1] = float32(math.Inf(1)) },
		"client_id has 101 charac": func(s *Served) { s.ClientID = strings.Repeat("c", 101) },
	} {
		bad := aServed("q2", 3)
		spoil(&bad)
		if err := store.RecordServed(t.Context(), []Served{aServed("q1", 3), bad}); !errors.Is(err, ErrServed) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := servedOf(t, store, time.Time{}); len(got) != 0 {
		t.Errorf("stored %+v", got)
	}
}

func TestForgettingAndPruningDeleteServedSearches(t *testing.T) {
	store := openStore(t, t.TempDir())
	old, other := aServed("q1", 2), aServed("q2", 2)
	old.Time = old.Time.Add(-48 * time.Hour)
	other.ClientID = "c2"
	if err := store.RecordServed(t.Context(), []Served{old, other, aServed("q3", 2)}); err != nil {
		t.Fatal(err)
	}
	if n, err := store.PruneEvents(t.Context(), eventNow.Add(-24*time.Hour)); n != 1 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
	if n, err := store.ForgetClient(t.Context(), "c1"); n != 1 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	if got := servedOf(t, store, time.Time{}); len(got) != 1 || got[0].ClientID != "c2" {
		t.Errorf("left is %+v", got)
	}
}

func TestServedSearchesMoveAsLines(t *testing.T) {
	want := aServed("q1", 24)
	line, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	text := aQuery + "\n" + string(line) + "\n" + strings.Replace(string(line), `"position":3`, `"position":0`, 1) + "\n" + aClick + "\n"
	reader, err := NewEventReader(strings.NewReader(text), EventLimits{Now: eventNow})
	if err != nil {
		t.Fatal(err)
	}
	var batch EventBatch
	var refused []error
	for {
		_, err := reader.Next(&batch)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			refused = append(refused, err)
		}
	}
	if len(refused) != 1 || !errors.Is(refused[0], ErrInvalidEvent) || !strings.Contains(refused[0].Error(), "position 0") {
		t.Errorf("refused %v", refused)
	}
	store := openStore(t, t.TempDir())
	mustRecord(t, store, batch, Recorded{Events: 1, Queries: 1, Served: 1})
	mustRecord(t, store, batch, Recorded{Known: 3})
	if got := servedOf(t, store, time.Time{}); !reflect.DeepEqual(got, []Served{want}) {
		t.Errorf("got %+v", got)
	}
	// Over HTTP nobody says what a search showed.
	if _, rejected, err := ParseEvents(line, monthOld); err != nil || len(rejected) != 1 {
		t.Errorf("a request's served search: %v, %v", rejected, err)
	}
}

func TestTrainingRunsComeNewestFirst(t *testing.T) {
	store := openStore(t, t.TempDir())
	for i := range 3 {
		r := Run{Time: eventNow, Kind: "logistic", Version: fmt.Sprint("v", i), Details: json.RawMessage(`{"rows":7}`)}
		if seq, err := store.RecordRun(t.Context(), r); seq != int64(i+1) || err != nil {
			t.Fatal(seq, err)
		}
	}
	runs, err := store.Runs(t.Context(), 2)
	if err != nil || len(runs) != 2 || runs[0].Version != "v2" || runs[1].Seq != 2 || string(runs[0].Details) != `{"rows":7}` || !runs[0].Time.Equal(eventNow) {
		t.Errorf("got %+v, %v", runs, err)
	}
}

// The bytes of format 1 stay readable: they are in the catalogues of shops.
func TestStoredRowsOfFormatOneAreRead(t *testing.T) {
	path := filepath.Join("testdata", "served-rows-v1.bin")
	want := aServed("q1", 3).Rows
	if *update {
		if err := os.WriteFile(path, encodeServedRows(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	frozen, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeServedRows(frozen)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// A catalogue of version 2, as the program before wrote it, is brought to this one with what it holds.
func TestACatalogueOfVersionTwoIsMigrated(t *testing.T) {
	path, dir := filepath.Join("testdata", "catalog-v2.db"), t.TempDir()
	if *update {
		writeVersionTwo(t, path)
	}
	frozen, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "catalog.db"), frozen, 0o644); err != nil {
		t.Fatal(err)
	}
	store := openStore(t, dir)
	if got := storedBehaviour(t, store, time.Time{}); len(got.Events) != 2 || len(got.Queries) != 1 {
		t.Errorf("it holds %+v", got)
	}
	if n, err := store.Count(t.Context()); n != 2 || err != nil {
		t.Errorf("it holds %d products, %v", n, err)
	}
	if err := store.RecordServed(t.Context(), []Served{aServed("q9", 2)}); err != nil {
		t.Error(err)
	}
	if _, err := store.RecordRun(t.Context(), Run{Time: eventNow, Kind: "mlp", Details: json.RawMessage("{}")}); err != nil {
		t.Error(err)
	}
}

func writeVersionTwo(t *testing.T, path string) {
	dir, old := t.TempDir(), storeSchema
	old.migrations = storeSchema.migrations[:2]
	db, err := openDatabase(t.Context(), filepath.Join(dir, "catalog.db"), old)
	if err != nil {
		t.Fatal(err)
	}
	store := newStore(db)
	mustApply(t, store, titled("a", "b"), Applied{Added: 2})
	mustRecord(t, store, mustParse(t, aQuery+"\n"+aClick+"\n"+anImpression), Recorded{Events: 2, Queries: 1})
	if err := db.close(); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(dir, "catalog.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, written, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedRowsAreRefused(t *testing.T) {
	good := encodeServedRows(aServed("q1", 3).Rows)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x40
		if _, err := decodeServedRows(bad); !errors.Is(err, ErrServed) {
			t.Fatalf("byte %d: %v", i, err)
		}
		if _, err := decodeServedRows(good[:i]); !errors.Is(err, ErrServed) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

func FuzzServedRows(f *testing.F) {
	good := encodeServedRows(aServed("q1", 2).Rows)
	f.Add(good[:len(good)-4])
	f.Add([]byte{servedFormat, 0, 0})
	f.Add([]byte{servedFormat, 0xe8, 0x07, 0xe8, 0x07})
	f.Fuzz(func(t *testing.T, body []byte) {
		// With the right checksum, so that what is behind it is tried too.
		rows, err := decodeServedRows(withChecksum(body))
		if err != nil {
			if !errors.Is(err, ErrServed) {
				t.Errorf("%v", err)
			}
			return
		}
		if len(rows) == 0 {
			return
		}
		again, err := decodeServedRows(encodeServedRows(rows))
		if err != nil || len(again) != len(rows) || again[0].Product != rows[0].Product {
			t.Errorf("read back: %v, %v", again, err)
		}
	})
}

func TestTheNewestServedSearchesAreFoundByTheirNumber(t *testing.T) {
	store := openStore(t, t.TempDir())
	for i := range 3 {
		one := aServed(fmt.Sprint("q", i), 1)
		one.Time = eventNow.Add(time.Duration(i) * time.Minute)
		if err := store.RecordServed(t.Context(), []Served{one}); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range map[int]time.Time{1: eventNow.Add(2 * time.Minute), 3: eventNow, 4: {}} {
		if at, err := store.NewestServed(t.Context(), n); err != nil || !at.Equal(want) {
			t.Errorf("%d: %v, %v; want %v", n, at, err, want)
		}
	}
}
