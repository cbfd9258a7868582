package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/backup"
	"vitrine/indexer/indexertest"
)

func products(n int) []catalog.Product {
	all := make([]catalog.Product, n)
	for i := range all {
		all[i] = catalog.Product{ID: fmt.Sprintf("p%03d", i), Title: fmt.Sprintf("red shoe number%d", i), PriceCents: int64(100 + i)}
	}
	return all
}

// shop is a data directory with an index and some files of the shop's own.
func shop(t *testing.T) string {
	t.Helper()
	dir := indexertest.Build(t, products(30))
	for name, text := range map[string]string{
		"rules.json": "{}", "impressions.key": "secret", "ranker/CURRENT": "v1\n", "ranker/v1/model.json": "a model", "models/own/config.json": "an encoder",
		"ranker/.part-1/model.json": "unfinished", "LOCK": "{}", "index/gen-000009.tmp/products": "unfinished",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRestoredDirectoryIsWhatWasBackedUp(t *testing.T) {
	for _, name := range []string{"shop.tar", "shop.tar.gz"} {
		t.Run(name, func(t *testing.T) {
			dir, to := shop(t), filepath.Join(t.TempDir(), name)
			var told int64
			written, err := backup.Write(t.Context(), dir, to, backup.Options{Progress: func(done, total int64) { told = total - done }})
			if err != nil || told != 0 || written.Products != 30 || written.Generation != "gen-000001" {
				t.Fatalf("%+v, %d bytes not told of, %v", written, told, err)
			}
			if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			again := filepath.Join(t.TempDir(), "below", "again")
			if _, err := backup.Restore(t.Context(), to, again, nil); err != nil {
				t.Fatal(err)
			}
			sound(t, again)
			for _, name := range []string{"rules.json", "impressions.key", "ranker/CURRENT", "ranker/v1/model.json", "models/own/config.json"} {
				want, _ := os.ReadFile(filepath.Join(dir, name))
				if got, err := os.ReadFile(filepath.Join(again, name)); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: %q, %v", name, got, err)
				}
			}
			for _, name := range []string{"LOCK", "embeddings.db", "ranker/.part-1", "index/gen-000009.tmp"} {
				if _, err := os.Stat(filepath.Join(again, name)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s was restored", name)
				}
			}
			if difference := cmp.Diff(contents(t, dir), contents(t, again)); difference != "" {
				t.Error(difference)
			}
			if difference := cmp.Diff(answers(t, dir), answers(t, again)); difference != "" {
				t.Error(difference)
			}
			if summary := indexertest.Rebuild(t, again, products(31)); summary.Products != 31 {
				t.Errorf("the next build of what was restored: %+v", summary)
			}
		})
	}
}

func TestEmbeddingsAreInABackupThatIsToHaveThem(t *testing.T) {
	dir, to, again := shop(t), filepath.Join(t.TempDir(), "shop.tar"), filepath.Join(t.TempDir(), "again")
	if _, err := backup.Write(t.Context(), dir, to, backup.Options{Embeddings: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), to, again, nil); err != nil {
		t.Fatal(err)
	}
	sound(t, again)
	if summary := indexertest.Rebuild(t, again, products(31)); summary.TextsEmbedded != 1 {
		t.Errorf("%d texts were embedded again", summary.TextsEmbedded)
	}
}

// TestBackupWhileOthersWriteIsOneMoment backs up while one goroutine changes the catalogue and another indexes.
func TestBackupWhileOthersWriteIsOneMoment(t *testing.T) {
	dir, ctx := shop(t), t.Context()
	history := &history{at: make(map[int64]map[string]catalog.Product)}
	history.note(sequence(t, dir), contents(t, dir))

	stop := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() { history.write(ctx, t, dir, stop) })
	work.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			indexertest.Rebuild(t, dir, nil)
		}
	})
	folder := t.TempDir()
	backups := 12
	if testing.Short() {
		backups = 3
	}
	for i := range backups {
		if _, err := backup.Write(ctx, dir, filepath.Join(folder, fmt.Sprint(i, ".tar")), backup.Options{}); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	work.Wait()

	for i := range backups {
		again := filepath.Join(folder, fmt.Sprint("again", i))
		m, err := backup.Restore(ctx, filepath.Join(folder, fmt.Sprint(i, ".tar")), again, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		sound(t, again)
		if at := sequence(t, again); at != m.Sequence {
			t.Errorf("backup %d says that its last change is %d, and it is %d", i, m.Sequence, at)
		}
		if difference := cmp.Diff(history.at[m.Sequence], contents(t, again)); difference != "" {
			t.Errorf("backup %d is not what the catalogue had after change %d: %s", i, m.Sequence, difference)
		}
		fresh := indexertest.Build(t, slices.Collect(maps.Values(history.at[m.Sequence])))
		if difference := cmp.Diff(words(t, fresh), words(t, again)); difference != "" {
			t.Errorf("backup %d of %s finds other products than a fresh index of the same catalogue: %s", i, m.Generation, difference)
		}
	}
	t.Logf("%d changes", len(history.at))
}

// history is what there was at each moment.
type history struct {
	mu sync.Mutex
	at map[int64]map[string]catalog.Product // by sequence
}

func (h *history) note(sequence int64, has map[string]catalog.Product) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[sequence] = has
}

// write changes one product at a time; the moments are those after each.
func (h *history) write(ctx context.Context, t *testing.T, dir string, stop chan struct{}) {
	store, err := catalog.Open(ctx, dir)
	if err != nil {
		t.Error(err)
		return
	}
	defer store.Close()
	has := contents(t, dir)
	at := sequence(t, dir)
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		p := catalog.Product{ID: fmt.Sprintf("p%03d", i*7%60), Title: fmt.Sprintf("blue lamp number%d", i)}
		next := make(map[string]catalog.Product)
		for id, product := range has {
			next[id] = product
		}
		next[p.ID] = p
		at++
		h.note(at, next) // before a backup may see it
		if _, err := store.Apply(ctx, []catalog.Product{p}); err != nil {
			t.Error(err)
			return
		}
		has = next
	}
}

func TestDamagedBackupIsRefusedAndLeavesNothing(t *testing.T) {
	dir, to := shop(t), filepath.Join(t.TempDir(), "shop.tar")
	if _, err := backup.Write(t.Context(), dir, to, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(flipped, []byte("number7"))] ^= 4
	for name, data := range map[string][]byte{
		"a flipped bit":       flipped,
		"cut":                 whole[:len(whole)*2/3],
		"cut at the manifest": whole[:bytes.Index(whole, []byte("vitrine-backup.json"))/512*512],
		"empty":               {},
		"something else":      []byte("no backup"),
		"a way out":           archive(t, &tar.Header{Typeflag: tar.TypeReg, Name: "../out", Size: 1}),
		"a link":              archive(t, &tar.Header{Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc/passwd"}),
		"no manifest":         archive(t, &tar.Header{Typeflag: tar.TypeReg, Name: "catalog.db", Size: 1}),
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			from, again := filepath.Join(folder, "damaged.tar"), filepath.Join(folder, "again")
			if err := os.WriteFile(from, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Restore(t.Context(), from, again, nil); !errors.Is(err, backup.ErrDamaged) {
				t.Errorf("error %v", err)
			}
			if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
}

func TestBackupAndRestoreOverwriteNothing(t *testing.T) {
	dir, folder := shop(t), t.TempDir()
	to := filepath.Join(folder, "shop.tar")
	if _, err := backup.Write(t.Context(), dir, to, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ to, want string }{
		"there already":             {to, "is there already"},
		"another name":              {filepath.Join(folder, "shop.zip"), "ends with .tar or .tar.gz"},
		"within the data directory": {filepath.Join(dir, "ranker", "shop.tar"), "lies in the data directory"},
	} {
		if _, err := backup.Write(t.Context(), dir, c.to, backup.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := backup.Write(t.Context(), folder, filepath.Join(folder, "none.tar"), backup.Options{}); err == nil || !strings.Contains(err.Error(), "there is no catalogue") {
		t.Errorf("no catalogue: %v", err)
	}
	if _, err := backup.Restore(t.Context(), to, dir, nil); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("restore over a shop: %v", err)
	}
	again := filepath.Join(folder, "again")
	if err := errors.Join(os.Mkdir(again, 0o755), os.Mkdir(again+".tmp", 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), to, again, nil); err == nil || !strings.Contains(err.Error(), "another restore is at work") {
		t.Errorf("restore beside another: %v", err)
	}
	if err := os.Remove(again + ".tmp"); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), to, again, nil); err != nil {
		t.Errorf("restore into an empty folder: %v", err)
	}
}

func TestCancelledBackupAndRestoreLeaveNothing(t *testing.T) {
	dir, folder := shop(t), t.TempDir()
	cancelled := func() (context.Context, func(done, total int64)) {
		ctx, cancel := context.WithCancel(t.Context())
		return ctx, func(done, total int64) {
			if done > total/2 {
				cancel()
			}
		}
	}
	to := filepath.Join(folder, "shop.tar")
	ctx, half := cancelled()
	if _, err := backup.Write(ctx, dir, to, backup.Options{Progress: half}); !errors.Is(err, context.Canceled) {
		t.Errorf("backup: %v", err)
	}
	if _, err := backup.Write(t.Context(), dir, to, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, half = cancelled()
	if _, err := backup.Restore(ctx, to, filepath.Join(folder, "again"), half); !errors.Is(err, context.Canceled) {
		t.Errorf("restore: %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// testdata/backup-v1.tar.gz was written by the first program that writes backups, and is never written again.
func TestBackupOfVersion1IsRestored(t *testing.T) {
	again := filepath.Join(t.TempDir(), "again")
	m, err := backup.Restore(t.Context(), "testdata/backup-v1.tar.gz", again, nil)
	if err != nil || m.Format != 1 || m.Products != 2 {
		t.Fatalf("%+v, %v", m, err)
	}
	if has := contents(t, again); has["lamp"].Title != "Desk lamp" || has["dress"].Titles["zh"] != "红色连衣裙" {
		t.Errorf("%v", has)
	}
}

func FuzzRestore(f *testing.F) {
	frozen, err := os.ReadFile("testdata/backup-v1.tar.gz")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(frozen)
	f.Add(archive(f, &tar.Header{Typeflag: tar.TypeReg, Name: "a/b", Size: 3}))
	f.Add(archive(f, &tar.Header{Typeflag: tar.TypeReg, Name: "vitrine-backup.json", Size: 3}))
	f.Fuzz(func(t *testing.T, data []byte) {
		folder := t.TempDir()
		from, again := filepath.Join(folder, "backup"), filepath.Join(folder, "again")
		if err := os.WriteFile(from, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := backup.Restore(t.Context(), from, again, nil)
		if _, missing := os.Stat(again); (err == nil) != (missing == nil) {
			t.Errorf("restore: %v, and the folder: %v", err, missing)
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) > 2 {
			t.Errorf("left behind: %v, %v", entries, err)
		}
	})
}

func archive(t testing.TB, header *tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := w.WriteHeader(header); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, strings.Repeat("x", int(header.Size))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sound(t *testing.T, dir string) {
	t.Helper()
	report, err := indexer.Check(context.Background(), dir)
	if err != nil || len(report.Problems) > 0 || report.Generation == "" {
		t.Errorf("check of what was restored: %+v, %v", report, err)
	}
}

func contents(t *testing.T, dir string) map[string]catalog.Product {
	t.Helper()
	store, err := catalog.Open(context.Background(), dir)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer store.Close()
	has := make(map[string]catalog.Product)
	for p, err := range store.Products(context.Background()) {
		if err != nil {
			t.Error(err)
		}
		has[p.ID] = p
	}
	return has
}

func sequence(t *testing.T, dir string) int64 {
	t.Helper()
	store, err := catalog.Open(context.Background(), dir)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer store.Close()
	at, err := store.Sequence(context.Background())
	if err != nil {
		t.Error(err)
	}
	return at
}

// answers are the results of some searches.
func answers(t *testing.T, dir string) string {
	t.Helper()
	ctx := context.Background()
	index, err := indexer.Open(ctx, dir)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer index.Close()
	s := index.Acquire()
	defer s.Release()
	var answer strings.Builder
	for _, terms := range []string{"red shoe", "blue lamp", "number7", "p003"} {
		hits, err := s.Keyword(ctx, indexer.KeywordQuery{Terms: terms, K: 10})
		fmt.Fprintln(&answer, terms, hits, err)
	}
	vectors, _ := (&indexertest.Encoder{}).EmbedTexts(ctx, []string{"red lamp"})
	hits, _, err := s.Nearest(ctx, indexer.SpaceText, vectors[0], 10, nil)
	fmt.Fprintln(&answer, hits, err)
	return answer.String()
}

// words are the products that some words find.
func words(t *testing.T, dir string) map[string][]string {
	t.Helper()
	ctx := context.Background()
	index, err := indexer.Open(ctx, dir)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer index.Close()
	s := index.Acquire()
	defer s.Release()
	found := make(map[string][]string)
	for _, terms := range []string{"red shoe", "blue lamp", "number7", "p003"} {
		hits, err := s.Keyword(ctx, indexer.KeywordQuery{Terms: terms, K: 100})
		if err != nil {
			t.Error(err)
		}
		docs := make([]uint32, len(hits))
		for i, hit := range hits {
			docs[i] = hit.Doc
		}
		products, err := s.Products(ctx, docs)
		if err != nil {
			t.Error(err)
		}
		for _, p := range products {
			found[terms] = append(found[terms], p.ID)
		}
		slices.Sort(found[terms])
	}
	return found
}
