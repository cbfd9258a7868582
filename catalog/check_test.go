package catalog

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// damagedStore has products a and b; change damages the file behind the program's back.
func damagedStore(t *testing.T, change string) *Store {
	t.Helper()
	ctx := context.Background()
	store, err := Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if _, err := store.Apply(ctx, []Product{{ID: "a", Title: "Red", PriceCents: 100}, {ID: "b", Title: "Blue"}, {ID: "c", Title: "Gone"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Delete(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	if found, err := store.Check(ctx); err != nil || len(found) > 0 {
		t.Fatalf("a sound store: %v, %v", found, err)
	}
	if _, err := store.db.write.ExecContext(ctx, change); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestCheckNamesWhatIsDamaged(t *testing.T) {
	for name, c := range map[string]struct{ change, id, text string }{
		"a price":                {`UPDATE products SET json = replace(json, '100', '900') WHERE id = 'a'`, "a", "its checksum is wrong"},
		"a hash":                 {`UPDATE products SET hash = x'00' WHERE id = 'b'`, "b", "its checksum is wrong"},
		"an id":                  {`UPDATE products SET id = 'z' WHERE id = 'b'`, "z", `it says that it is "b"`},
		"a lost product":         {`DELETE FROM products WHERE id = 'a'`, "a", "disagree on whether there is a product"},
		"a deletion":             {`UPDATE changes SET deleted = 0 WHERE id = 'c'`, "c", "disagree on whether there is a product"},
		"the id of a change":     {`UPDATE changes SET id = 'x' WHERE id = 'a'`, "x", "disagree on whether there is a product"},
		"the number of a change": {`UPDATE changes SET seq = 999 WHERE seq = 4`, "", "a change 999, which was never numbered"},
	} {
		t.Run(name, func(t *testing.T) {
			store := damagedStore(t, c.change)
			found, err := store.Check(t.Context())
			if err != nil || len(found) == 0 {
				t.Fatalf("nothing is found: %v", err)
			}
			for _, damage := range found {
				if damage.ID == c.id && strings.Contains(damage.Text, c.text) {
					return
				}
			}
			t.Errorf("%v", found)
		})
	}
}

func TestDamagedProductIsAnErrorUntilItIsPutBackOrFedAgain(t *testing.T) {
	ctx := context.Background()
	const price = `UPDATE products SET json = replace(json, '100', '900') WHERE id = 'a'`
	whole := Product{ID: "a", Title: "Red", PriceCents: 100}
	for name, mend := range map[string]func(*Store) error{
		"put back": func(s *Store) error {
			restored, err := s.RestoreDamaged(ctx, []Product{{ID: "a", Title: "Another"}, whole, {ID: "never seen"}})
			if err == nil && (len(restored) != 1 || restored[0] != "a") {
				t.Errorf("restored %q", restored)
			}
			return err
		},
		"fed again": func(s *Store) error {
			_, err := s.Apply(ctx, []Product{whole})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := damagedStore(t, price)
			if _, err := store.Product(ctx, "a"); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "vitrine restore") {
				t.Errorf("reading it: %v", err)
			}
			if err := mend(store); err != nil {
				t.Fatal(err)
			}
			if p, err := store.Product(ctx, "a"); err != nil || p.PriceCents != 100 {
				t.Errorf("%+v, %v", p, err)
			}
			if found, err := store.Check(ctx); err != nil || len(found) > 0 {
				t.Errorf("afterwards: %v, %v", found, err)
			}
		})
	}
}

func TestDamagedVectorsAreFoundAndTakenOut(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	if found, err := CheckEmbeddings(ctx, dir); err != nil || len(found) > 0 {
		t.Errorf("no cache: %v, %v", found, err)
	}
	cache, err := OpenEmbeddings(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := cache.Put(ctx, "f", map[string][]float32{"whole": {1, 0}, "damaged": {0, 1}}); err != nil {
		t.Fatal(err)
	}
	if _, err := cache.db.write.ExecContext(ctx, "UPDATE vectors SET vector = x'0000803F0000000000000000' WHERE key = 'damaged'"); err != nil {
		t.Fatal(err)
	}
	if found, err := CheckEmbeddings(ctx, dir); err != nil || len(found) != 1 || !strings.Contains(found[0].Text, "checksums of 1 vectors") {
		t.Errorf("%v, %v", found, err)
	}
	if done, err := cache.Repair(ctx); err != nil || !strings.Contains(done, "1 damaged vectors were taken out") {
		t.Errorf("%q, %v", done, err)
	}
	if done, err := cache.Repair(ctx); err != nil || done != "" {
		t.Errorf("the second time: %q, %v", done, err)
	}
	if got, err := cache.Get(ctx, "f", []string{"whole", "damaged"}); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if err := cache.Close(); err != nil {
		t.Fatal(err)
	}
	if found, err := CheckEmbeddings(ctx, dir); err != nil || len(found) > 0 {
		t.Errorf("afterwards: %v, %v", found, err)
	}
}

func TestDamagedCacheIsMovedAwayByRepair(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	cache, err := OpenEmbeddings(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	many := make(map[string][]float32)
	for i := range 2000 {
		many[string(rune('a'+i%26))+strings.Repeat("k", i)] = []float32{1, 0, 0, 0}
	}
	if err := errors.Join(cache.Put(ctx, "f", many), cache.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "embeddings.db")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(data[8192:12288]) // its third page
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := CheckEmbeddings(ctx, dir); err != nil || len(found) == 0 {
		t.Errorf("nothing is found: %v", err)
	}
	if cache, err = OpenEmbeddings(ctx, dir); err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	if done, err := cache.Repair(ctx); err != nil || !strings.Contains(done, "was moved to") {
		t.Errorf("%q, %v", done, err)
	}
	if _, err := os.Stat(path + ".damaged"); err != nil {
		t.Error(err)
	}
	if err := cache.Put(ctx, "f", map[string][]float32{"k": {1, 0}}); err != nil {
		t.Error(err)
	}
}
