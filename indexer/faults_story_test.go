//go:build linux && amd64

package indexer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"vitrine/catalog"
	"vitrine/catalog/durable/durabletest"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// story is something that happens to a data directory.
type story struct {
	begin func(s *shop) // what was there before
	tell  func(ctx context.Context, run *changing)
}

// stories are told by TestFaultyProcess, by their names.
var stories = map[string]story{
	"changes beside the generation": {
		begin: func(s *shop) { s.mustIndex(numbered(6)...) },
		tell: func(ctx context.Context, run *changing) {
			run.open(ctx)
			run.opts.Live = true
			run.search(ctx)
			run.put(ctx, catalog.Product{ID: "p000001", Title: "green chair", PriceCents: 700})
			run.put(ctx, catalog.Product{ID: "new", Title: "yellow scarf"})
			run.build(ctx) // embeds what has changed
			run.remove(ctx, "p000002")
			run.opts.Live = false
			run.build(ctx) // folds
			run.put(ctx, catalog.Product{ID: "p000003", Title: "red lamp"})
			run.close()
		},
	},
	"first index": {
		begin: func(s *shop) { s.photo("red.png", indexertest.Photo(red)) },
		tell: func(ctx context.Context, run *changing) {
			run.open(ctx)
			run.put(ctx, catalog.Product{ID: "a", Title: "red shoe"}, catalog.Product{ID: "b", Title: "blue lamp"})
			run.build(ctx)
			run.close()
		},
	},
	"changes and a new generation": {
		begin: func(s *shop) {
			s.photo("red.png", indexertest.Photo(red))
			s.mustIndex(append(numbered(6), `{"id":"q","title":"with a photo","photos":["red.png"]}`)...)
		},
		tell: func(ctx context.Context, run *changing) {
			run.open(ctx)
			run.put(ctx, catalog.Product{ID: "p000001", Title: "green chair", PriceCents: 700})
			run.put(ctx, catalog.Product{ID: "new", Title: "yellow scarf", Photos: []catalog.Photo{{Root: run.files, Ref: "red.png"}}})
			run.remove(ctx, "p000002")
			run.record(ctx, "e1")
			run.build(ctx)
			run.record(ctx, "e2")
			run.put(ctx, catalog.Product{ID: "p000001", Title: "green armchair", PriceCents: 900})
			run.remove(ctx, "new")
			run.close()
		},
	},
}

// survived checks a data directory after a story went wrong: what it must have then, and that the next build makes what a
// fresh one makes.
func (l *lab) survived(dir string, ops []durabletest.Op) error {
	ctx := context.Background()
	expected := l.before.clone()
	for _, op := range ops {
		if op.Kind != durabletest.Said || string(op.Data) == "done" {
			continue
		}
		if err := expected.hear(op.Data); err != nil {
			return err
		}
	}
	has, err := expected.met(ctx, dir)
	if err != nil {
		return err
	}
	maps.DeleteFunc(has, func(key, _ string) bool { return strings.HasPrefix(key, eventPrefix) })
	return l.buildsAgain(ctx, dir, has)
}

// buildsAgain builds and compares with what a build from nothing makes of the same catalogue.
func (l *lab) buildsAgain(ctx context.Context, dir string, has map[string]string) error {
	if len(has) == 0 {
		return nil
	}
	next, err := build(ctx, dir)
	if err != nil {
		return fmt.Errorf("the next build: %w", err)
	}
	fresh, err := l.fresh.of(ctx, has)
	if err != nil {
		return err
	}
	if difference := cmp.Diff(fresh, next); difference != "" {
		return fmt.Errorf("the next build differs from a fresh one: %s", difference)
	}
	report, err := indexer.Check(ctx, dir)
	if err != nil || len(report.Problems) > 0 {
		return fmt.Errorf("check after the next build: %v, %w", report, err)
	}
	return nil
}

// built is what of a generation does not differ from build to build.
type built struct {
	Products int
	Rows     map[indexer.Space]int
	Lengths  map[string]int64
	Photos   string
	Files    map[string]indexer.FileInfo // but Bleve's, which numbers terms as they come
	Hits     map[string][]indexer.Hit    // by word
}

// build indexes the catalogue of a data directory.
func build(ctx context.Context, dir string) (*built, error) {
	run := &changing{dir: dir}
	run.open(ctx)
	defer run.close()
	if !run.usable() {
		return nil, errors.New("it cannot be opened")
	}
	if _, err := indexer.Build(ctx, run.opts); err != nil {
		return nil, err
	}
	index, err := indexer.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer index.Close()
	snapshot := index.Acquire()
	defer snapshot.Release()
	m := snapshot.Manifest()
	b := &built{m.Products, m.Rows, m.Lengths, m.Photos, maps.Clone(m.Files), make(map[string][]indexer.Hit)}
	maps.DeleteFunc(b.Files, func(name string, _ indexer.FileInfo) bool { return strings.HasPrefix(name, "keyword/") })
	for _, word := range []string{"red", "blue", "green", "yellow", "shoe", "lamp", "chair", "armchair", "scarf", "number3", "photo"} {
		if b.Hits[word], err = snapshot.Keyword(ctx, indexer.KeywordQuery{Terms: word, K: 20}); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// freshBuilds are builds from nothing, by what the catalogue has.
type freshBuilds struct {
	mu    sync.Mutex
	known []freshBuild
}

type freshBuild struct {
	has  map[string]string
	made *built
}

func (f *freshBuilds) of(ctx context.Context, has map[string]string) (*built, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, known := range f.known {
		if cmp.Equal(known.has, has) {
			return known.made, nil
		}
	}
	dir, err := os.MkdirTemp(memoryFolder(), "vitrine-fresh-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	store, err := catalog.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	var products []catalog.Product
	for _, body := range has {
		var p catalog.Product
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			return nil, err
		}
		products = append(products, p)
	}
	_, err = store.Apply(ctx, products)
	if err := errors.Join(err, store.Close()); err != nil {
		return nil, err
	}
	made, err := build(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("a fresh build: %w", err)
	}
	f.known = append(f.known, freshBuild{has, made})
	return made, nil
}
