package indexer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// TestRandomDamageIsFoundAndNamedAndNeverAnswersWrongly damages a data directory in 300 ways, one after the other.
func TestRandomDamageIsFoundAndNamedAndNeverAnswersWrongly(t *testing.T) {
	s := newShop(t)
	s.photo("red.png", indexertest.Photo(red))
	s.photo("blue.png", indexertest.Photo(blue))
	lines := append(numbered(30), `{"id":"q","title":"photo","photos":["red.png"]}`, `{"id":"r","title":"another","photos":["blue.png"]}`)
	s.mustIndex(lines...)
	lines[3] = strings.Replace(lines[3], `"price_cents":103`, `"price_cents":203`, 1) // the files of the second have the sizes of the first's
	s.mustIndex(lines...)
	s.sound()
	want, catalogue := answers(t, s.dir), stored(t, s.dir)
	files := filesBelow(t, s.dir, "index/gen-000002", "index/CURRENT", "catalog.db", "embeddings.db")

	damages := 300
	if testing.Short() {
		damages = 60
	}
	random := rand.New(rand.NewPCG(1, 2))
	harmless := 0
	for i := range damages {
		name := files[i%len(files)]
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damage := inflict(t, random, s.dir, name)
		report, err := indexer.Check(context.Background(), s.dir)
		if err != nil {
			t.Fatalf("%s: %v", damage, err)
		}
		named := slices.ContainsFunc(report.Problems, func(p indexer.Problem) bool { return p.Path == path })
		// Nothing checks the parts of a database that nothing reads, such as free space and times of changes.
		if database := strings.HasSuffix(name, ".db"); !named && !database {
			t.Errorf("%s: nobody noticed: %v", damage, report.Problems)
		} else if !named {
			harmless++
		}
		if got := answers(t, s.dir); !strings.HasPrefix(got, "error: ") && got != want {
			t.Errorf("%s: the answer is\n%s\nand not\n%s", damage, got, want)
		}
		if !named {
			if got := stored(t, s.dir); got != catalogue {
				t.Errorf("%s: nobody noticed that the catalogue is\n%s", damage, got)
			}
		}
		for _, suffix := range []string{"-wal", "-shm"} {
			_ = os.Remove(path + suffix)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d damages in %d files, %d of them to what nobody reads of databases", damages, len(files), harmless)
	s.sound()
}

// filesBelow are the files that some paths of a data directory name or hold.
func filesBelow(t *testing.T, dir string, names ...string) (files []string) {
	t.Helper()
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(dir, name), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				path, err = filepath.Rel(dir, path)
				files = append(files, filepath.ToSlash(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// inflict damages a file so that it is not the same any more, and says how.
func inflict(t *testing.T, random *rand.Rand, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data := slices.Clone(whole)
	at := random.IntN(len(data))
	damage := fmt.Sprintf("bit of byte %d of %s flipped", at, name)
	switch random.IntN(6) {
	case 0:
		damage = fmt.Sprintf("%s cut to %d bytes", name, at)
		data = data[:at]
	case 1:
		end := min(len(data), at+1+random.IntN(512))
		clear(data[at:end])
		damage = fmt.Sprintf("bytes %d to %d of %s zeroed", at, end, name)
	case 2:
		if name != "catalog.db" { // its absence is another test's
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if name == "embeddings.db" {
				return "no damage" // a cache may be deleted
			}
			return name + " removed"
		}
	case 3:
		// The file of the generation before, or another one of this generation.
		other := strings.Replace(path, "gen-000002", "gen-000001", 1)
		if random.IntN(2) == 0 || other == path {
			others := filesBelow(t, dir, "index/gen-000002")
			other = filepath.Join(dir, filepath.FromSlash(others[random.IntN(len(others))]))
		}
		if data, err = os.ReadFile(other); err != nil {
			t.Fatal(err)
		}
		damage = name + " replaced by " + other
	}
	if bytes.Equal(data, whole) {
		data[at] ^= 1 << random.IntN(8)
		damage = fmt.Sprintf("bit of byte %d of %s flipped", at, name)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return damage
}

// answers are those of the index to all kinds of searches, or "error: ".
func answers(t *testing.T, dir string) string {
	t.Helper()
	ctx := context.Background()
	index, err := indexer.Open(ctx, dir)
	if err != nil {
		return "error: " + err.Error()
	}
	defer index.Close()
	s := index.Acquire()
	defer s.Release()
	var answer bytes.Buffer
	for _, terms := range []string{"red shoe", "number7", "photo", "p000003", "blue"} {
		hits, err := s.Keyword(ctx, indexer.KeywordQuery{Terms: terms, K: 10})
		if err != nil {
			return "error: " + err.Error()
		}
		fmt.Fprintln(&answer, terms, hits)
	}
	vector := make([]float32, indexertest.Dim)
	vector[0], vector[7] = 0.6, 0.8
	for _, space := range []indexer.Space{indexer.SpaceText, indexer.SpacePhoto} {
		hits, _, err := s.Nearest(ctx, space, vector, 5, nil)
		if err != nil {
			return "error: " + err.Error()
		}
		fmt.Fprintln(&answer, space, hits)
	}
	fmt.Fprintln(&answer, s.Columns().Count("colour", nil), s.Columns().Newest(nil, 0, 5), s.Columns().PriceRange(nil, nil).ToArray())
	docs := make([]uint32, s.Len())
	for doc := range docs {
		docs[doc] = uint32(doc)
	}
	products, err := s.Products(ctx, docs)
	if err != nil {
		return "error: " + err.Error()
	}
	if err := json.NewEncoder(&answer).Encode(products); err != nil {
		t.Fatal(err)
	}
	return answer.String()
}

// stored is what the catalogue has, or the error.
func stored(t *testing.T, dir string) string {
	t.Helper()
	store, err := catalog.Open(context.Background(), dir)
	if err != nil {
		return "error: " + err.Error()
	}
	defer store.Close()
	var all []string
	for p, err := range store.Products(context.Background()) {
		if err != nil {
			return "error: " + err.Error()
		}
		all = append(all, p.ID+" "+p.Title)
	}
	return strings.Join(all, "\n")
}
