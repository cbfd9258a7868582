package indexer_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
)

func TestCheckFindsEachDamage(t *testing.T) {
	gen := func(s *shop, name string) string { return filepath.Join(s.dir, "index", "gen-000001", name) }
	flip := func(name string) func(*testing.T, *shop) {
		return func(t *testing.T, s *shop) { flipByte(t, gen(s, name)) }
	}
	remove := func(name string) func(*testing.T, *shop) {
		return func(t *testing.T, s *shop) {
			if err := os.RemoveAll(gen(s, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(path func(*shop) string, data string) func(*testing.T, *shop) {
		return func(t *testing.T, s *shop) {
			if err := os.WriteFile(path(s), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	current := func(s *shop) string { return filepath.Join(s.dir, "index", "CURRENT") }
	for _, c := range []struct {
		name   string
		damage func(*testing.T, *shop)
		want   string // part of a problem
	}{
		{"CURRENT missing", func(t *testing.T, s *shop) {
			if err := os.Remove(current(s)); err != nil {
				t.Fatal(err)
			}
		}, "nothing is indexed yet"},
		{"CURRENT without sense", write(current, "../../etc\n"), "names no generation"},
		{"CURRENT dangling", write(current, "gen-000077\n"), "gen-000077"},
		{"manifest missing", remove("manifest.json"), "manifest.json"},
		{"manifest unreadable", write(func(s *shop) string { return gen(s, "manifest.json") }, "{"), "manifest.json"},
		{"manifest of another format", write(func(s *shop) string { return gen(s, "manifest.json") }, `{"format":99}`), "version 99"},
		{"products damaged", flip("products"), "products: its SHA-256"},
		{"columns damaged", flip("columns"), "columns: its SHA-256"},
		{"rows damaged", flip("rows"), "rows: its SHA-256"},
		{"vectors damaged", flip("vectors-text"), "vectors-text: its SHA-256"},
		{"words damaged", flip("keyword/000000000002.zap"), ".zap: its SHA-256"},
		{"columns missing", remove("columns"), "columns: it is missing"},
		{"words missing", remove("keyword"), "root.bolt: it is missing"},
		{"products cut short", func(t *testing.T, s *shop) {
			if err := os.Truncate(gen(s, "products"), 100); err != nil {
				t.Fatal(err)
			}
		}, "it has 100 bytes"},
		{"stranger in the generation", write(func(s *shop) string { return gen(s, "stranger") }, "?"), "the manifest does not know it"},
		{"count of products changed", func(t *testing.T, s *shop) {
			editFile(t, gen(s, "manifest.json"), `"products": 20`, `"products": 19`)
		}, "manifest.json is not what was written"},
		{"count of rows changed", func(t *testing.T, s *shop) {
			editFile(t, gen(s, "manifest.json"), `"text": 20`, `"text": 21`)
		}, "manifest.json is not what was written"},
		{"catalogue missing", func(t *testing.T, s *shop) {
			if err := os.Remove(filepath.Join(s.dir, "catalog.db")); err != nil {
				t.Fatal(err)
			}
		}, "catalog.db: it cannot be read"},
		{"catalogue unreadable", write(func(s *shop) string { return filepath.Join(s.dir, "catalog.db") }, strings.Repeat("no database ", 1000)), "catalog.db"},
		{"catalogue behind", func(t *testing.T, s *shop) {
			if err := os.Remove(filepath.Join(s.dir, "catalog.db")); err != nil {
				t.Fatal(err)
			}
			apply(t, s.dir, catalog.Product{ID: "other", Title: "Other"})
		}, "replaced by an older copy"},
		{"indexed and not in the catalogue", func(t *testing.T, s *shop) {
			if err := os.Remove(filepath.Join(s.dir, "catalog.db")); err != nil {
				t.Fatal(err)
			}
			for range 3 { // the log gets ahead of the generation's sequence by other products
				for i := range 20 {
					apply(t, s.dir, catalog.Product{ID: "other", Title: strings.Repeat("Other ", i%7+1), PriceCents: int64(i)})
				}
			}
		}, `product "p000000" is indexed and not in the catalogue`},
		{"leftover of an interrupted build", func(t *testing.T, s *shop) {
			if err := os.Mkdir(filepath.Join(s.dir, "index", "gen-000002.tmp"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, "gen-000002.tmp: an interrupted build"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShop(t)
			s.mustIndex(numbered(20)...)
			s.sound()
			c.damage(t, s)
			report, err := indexer.Check(context.Background(), s.dir)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(report.Problems, func(p indexer.Problem) bool { return strings.Contains(p.String(), c.want) }) {
				t.Errorf("no problem says %q: %v", c.want, report.Problems)
			}
		})
	}
}

func TestCheckReportsEveryProblemNotTheFirstAlone(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(20)...)
	for _, name := range []string{"products", "columns", "vectors-text"} {
		flipByte(t, filepath.Join(s.dir, "index", "gen-000001", name))
	}
	report, err := indexer.Check(context.Background(), s.dir)
	if err != nil || len(report.Problems) < 3 {
		t.Errorf("%v, %v", report.Problems, err)
	}
}

func TestCheckAcceptsChangesAfterTheGeneration(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(20)...)
	apply(t, s.dir, catalog.Product{ID: "later", Title: "Later"})
	store, err := catalog.Open(context.Background(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Delete(context.Background(), "p000003"); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	s.sound()
}

func TestDamagedGenerationIsBuiltAgain(t *testing.T) {
	s := newShop(t)
	lines := numbered(20)
	s.mustIndex(lines...)
	if err := os.Remove(filepath.Join(s.dir, "index", "gen-000001", "columns")); err != nil {
		t.Fatal(err)
	}
	if summary := s.mustIndex(lines...); summary.UpToDate || summary.TextsEmbedded != 0 {
		t.Errorf("%+v", summary)
	}
	s.sound()
}

func apply(t *testing.T, dir string, products ...catalog.Product) {
	t.Helper()
	store, err := catalog.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Apply(context.Background(), products); err != nil {
		t.Fatal(err)
	}
}

func flipByte(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0x10
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func editFile(t *testing.T, path, from, to string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), from) {
		t.Fatalf("%s has no %s", path, from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}
