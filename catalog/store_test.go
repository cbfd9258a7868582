package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	store, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func titled(ids ...string) []Product {
	var products []Product
	for _, id := range ids {
		products = append(products, Product{ID: id, Title: "title of " + id, InStock: true})
	}
	return products
}

func mustApply(t *testing.T, store *Store, products []Product, want Applied) {
	t.Helper()
	got, err := store.Apply(t.Context(), products)
	if err != nil || got != want {
		t.Fatalf("applied %+v, %v; want %+v", got, err, want)
	}
}

func changesAfter(t *testing.T, store *Store, after int64) []Change {
	t.Helper()
	var changes []Change
	for c, err := range store.Changes(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, c)
	}
	return changes
}

func storedIDs(t *testing.T, store *Store) []string {
	t.Helper()
	var ids []string
	for p, err := range store.Products(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	return ids
}

func TestStoreReturnsWhatWasApplied(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	products := randomProducts(rand.New(rand.NewPCG(1, 1)), 50)
	mustApply(t, store, products, Applied{Added: 50})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = openStore(t, dir)
	for _, want := range products {
		got, err := store.Product(t.Context(), want.ID)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %s, %v\nwant %s", asJSON(t, got), err, asJSON(t, want))
		}
	}
	if n, err := store.Count(t.Context()); n != 50 || err != nil {
		t.Errorf("count %d, %v", n, err)
	}
	if _, err := store.Product(t.Context(), "absent"); !errors.Is(err, ErrNotFound) {
		t.Errorf("absent product: %v", err)
	}
}

func TestProductsComeInByteOrderOfTheirIDs(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("é", "a", "B", "10", "2", "Z", "aa"), Applied{Added: 7})
	if got, want := storedIDs(t, store), []string{"10", "2", "B", "Z", "a", "aa", "é"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnlyWhatChangedIsLogged(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("a", "b"), Applied{Added: 2})
	again := titled("a", "b", "c")
	again[1].PriceCents = 5
	again[0].Released = time.Time{}.In(time.FixedZone("", 3600))
	mustApply(t, store, again, Applied{Added: 1, Changed: 1, Unchanged: 1})
	before := time.Now().Add(-time.Hour)
	var got []string
	for _, c := range changesAfter(t, store, 2) {
		got = append(got, fmt.Sprintf("%d %s %v", c.Seq, c.ID, c.Deleted))
		if c.At.Before(before) || c.At.Location() != time.UTC {
			t.Errorf("change at %v", c.At)
		}
	}
	if want := []string{"3 b false", "4 c false"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSequenceNumbersAscendAndAreNeverReused(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(2, 2))
	want := make(map[string]string)
	var last int64
	for round := range 30 {
		store := openStore(t, dir) // a new process each time
		switch id := fmt.Sprint(rng.IntN(5)); rng.IntN(3) {
		case 0:
			if _, err := store.Delete(t.Context(), id, "absent"); err != nil {
				t.Fatal(err)
			}
			delete(want, id)
		default:
			if _, err := store.Apply(t.Context(), []Product{{ID: id, Title: fmt.Sprint(round)}}); err != nil {
				t.Fatal(err)
			}
			want[id] = fmt.Sprint(round)
		}
		for _, c := range changesAfter(t, store, last) {
			if c.Seq != last+1 {
				t.Fatalf("change %d follows %d", c.Seq, last)
			}
			last = c.Seq
		}
		if seq, err := store.Sequence(t.Context()); seq != last || err != nil {
			t.Fatalf("sequence %d, %v; the last change is %d", seq, err, last)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	got := make(map[string]string) // replayed from the log
	store := openStore(t, dir)
	for _, c := range changesAfter(t, store, 0) {
		if p, err := store.Product(t.Context(), c.ID); c.Deleted || err != nil {
			delete(got, c.ID)
		} else {
			got[c.ID] = p.Title
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the log replays to %v, want %v", got, want)
	}
}

func TestApplyStoresAllOrNothing(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("a"), Applied{Added: 1})
	if _, err := store.Apply(t.Context(), append(titled("b", "c"), Product{ID: "d"})); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), `"d"`) {
		t.Errorf("got %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Apply(cancelled, titled("e")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := storedIDs(t, store); !slices.Equal(got, []string{"a"}) {
		t.Errorf("got %q", got)
	}
	if seq, _ := store.Sequence(t.Context()); seq != 1 {
		t.Errorf("sequence %d", seq)
	}
}

func TestDeleteAndDeleteMissing(t *testing.T) {
	store := openStore(t, t.TempDir())
	mustApply(t, store, titled("a", "b", "c", "d"), Applied{Added: 4})
	if n, err := store.Delete(t.Context(), "a", "a", "absent"); n != 1 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	if n, err := store.DeleteMissing(t.Context(), func(id string) bool { return id == "c" }); n != 2 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	if got := storedIDs(t, store); !slices.Equal(got, []string{"c"}) {
		t.Errorf("got %q", got)
	}
	var log []string
	for _, c := range changesAfter(t, store, 4) {
		log = append(log, fmt.Sprintf("%s %v", c.ID, c.Deleted))
	}
	if want := []string{"a true", "b true", "d true"}; !slices.Equal(log, want) {
		t.Errorf("got %q, want %q", log, want)
	}
}

func TestReaderSeesOneStateWhileAWriterWrites(t *testing.T) {
	store := openStore(t, t.TempDir())
	const n = 200
	version := func(v int) []Product {
		products := make([]Product, n)
		for i := range products {
			products[i] = Product{ID: fmt.Sprintf("%04d", i), Title: fmt.Sprint("version ", v)}
		}
		return products
	}
	mustApply(t, store, version(0), Applied{Added: n})
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for v := 1; ; v++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := store.Apply(context.Background(), version(v)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer writer.Wait()
	defer close(stop)
	for range 20 {
		titles := make(map[string]int)
		for p, err := range store.Products(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			titles[p.Title]++
			if len(titles) == 1 && titles[p.Title] == n/2 {
				mustChange(t, store) // between the reader's rows
			}
		}
		if len(titles) != 1 {
			t.Fatalf("one iteration saw %v", titles)
		}
	}
}

// mustChange waits until the log has a further change.
func mustChange(t *testing.T, store *Store) {
	t.Helper()
	before, err := store.Sequence(t.Context())
	for now := before; err == nil && now == before; {
		now, err = store.Sequence(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestKillWithinATransactionLosesNothingAcknowledged(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(os.Getpid()), 0))
	dir := t.TempDir()
	writer := startChild(t, "write", dir)
	acknowledged := -1
	for stop := 3 + rng.IntN(5); acknowledged < stop; {
		if _, err := fmt.Sscanf(writer.line(), "stored %d", &acknowledged); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Duration(rng.IntN(8)) * time.Millisecond) // somewhere within the next transaction
	writer.kill()

	store := openStore(t, dir)
	counts := make(map[string]int)
	for _, id := range storedIDs(t, store) {
		counts[id[:6]]++
	}
	for batch, n := range counts {
		if n != batchSize {
			t.Errorf("transaction %s was stored in part: %d products", batch, n)
		}
	}
	if len(counts) <= acknowledged {
		t.Errorf("%d transactions are there, %d were acknowledged", len(counts), acknowledged+1)
	}
	if got := len(changesAfter(t, store, 0)); got != len(counts)*batchSize {
		t.Errorf("%d changes for %d products", got, len(counts)*batchSize)
	}
	mustApply(t, store, titled("a"), Applied{Added: 1})
}

func TestNewerFormatIsRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	mustApply(t, store, titled("a"), Applied{Added: 1})
	if _, err := store.db.write.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := Open(t.Context(), dir); !errors.Is(err, ErrNewerFormat) || !strings.Contains(err.Error(), "install a newer vitrine") {
			t.Errorf("got %v", err)
		}
	}
}

func TestStoreThatIsNoDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "catalog.db")
	contents := []byte(strings.Repeat("these are my notes\n", 500))
	if err := os.WriteFile(path, contents, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "restore a copy") {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(contents) {
		t.Errorf("the file was changed: %v", err)
	}
}

func TestStoreOpensWhileAnotherConnectionWrites(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	err := store.db.update(t.Context(), func(*sql.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // less than SQLite would wait for the lock
		defer cancel()
		other, err := Open(ctx, dir)
		if err != nil {
			return err
		}
		_, err = other.Count(ctx)
		return errors.Join(err, other.Close())
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDataDirectoryMayHaveAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "what? 100% #1 & 色")
	mustApply(t, openStore(t, dir), titled("a"), Applied{Added: 1})
	if _, err := os.Stat(filepath.Join(dir, "catalog.db")); err != nil {
		t.Error(err)
	}
}
