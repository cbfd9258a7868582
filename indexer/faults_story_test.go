//go:build linux && amd64

package indexer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
			run.build(ctx)
			run.put(ctx, catalog.Product{ID: "p000001", Title: "green armchair", PriceCents: 900})
			run.remove(ctx, "new")
			run.close()
		},
	},
}

// changing changes a data directory, in a process whose operations may fail, and says what it does. What fails is passed
// over, as a server does that goes on.
type changing struct {
	dir, files string
	opts       indexer.BuildOptions
	lock       *catalog.Lock
	closers    []func() error
}

// claim is what a process says of one change of the catalogue, before and after it, or of a generation.
type claim struct {
	Done    bool
	Put     *catalog.Product `json:",omitempty"`
	Deleted string           `json:",omitempty"`
	Live    string           `json:",omitempty"` // a generation
	Error   string           `json:",omitempty"`
}

func say(c claim) {
	line, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func (r *changing) open(ctx context.Context) {
	r.opts = indexer.BuildOptions{DataDir: r.dir, Encoder: &indexertest.Encoder{}, Model: indexertest.Model}
	var err error
	if r.lock, err = catalog.LockDir(r.dir); err == nil {
		r.closers = append(r.closers, r.lock.Unlock)
	}
	if r.opts.Store, err = catalog.Open(ctx, r.dir); err == nil {
		r.closers = append(r.closers, r.opts.Store.Close)
	}
	if r.opts.Cache, err = catalog.OpenEmbeddings(ctx, r.dir); err == nil {
		r.closers = append(r.closers, r.opts.Cache.Close)
	}
}

// usable is false where something could not be opened: nothing can be done then.
func (r *changing) usable() bool { return len(r.closers) == 3 }

func (r *changing) close() {
	for _, closing := range slices.Backward(r.closers) {
		_ = closing()
	}
}

func (r *changing) put(ctx context.Context, products ...catalog.Product) {
	if !r.usable() {
		return
	}
	for _, p := range products {
		say(claim{Put: &p})
	}
	if _, err := r.opts.Store.Apply(ctx, products); err != nil {
		return
	}
	for _, p := range products {
		say(claim{Put: &p, Done: true})
	}
}

func (r *changing) remove(ctx context.Context, id string) {
	if !r.usable() {
		return
	}
	say(claim{Deleted: id})
	if _, err := r.opts.Store.Delete(ctx, id); err == nil {
		say(claim{Deleted: id, Done: true})
	}
}

func (r *changing) build(ctx context.Context) {
	if !r.usable() {
		return
	}
	summary, err := indexer.Build(ctx, r.opts)
	if err != nil {
		say(claim{Error: err.Error()})
		return
	}
	say(claim{Live: summary.Generation, Done: true})
}

// gone stands for a product that is not in the catalogue.
const gone = ""

// survived checks a data directory after a story went wrong: that it opens, that no change that was said to be done is lost,
// that the generation that was live before serves, or the new one, and that the next build makes what a fresh one makes.
func (l *lab) survived(dir string, ops []durabletest.Op) error {
	ctx := context.Background()
	before, live, err := l.before()
	if err != nil {
		return err
	}
	allowed := make(map[string][]string) // by id: what the catalogue may have, as JSON
	for id, body := range before {
		allowed[id] = []string{body}
	}
	for _, op := range ops {
		if op.Kind != durabletest.Said || string(op.Data) == "done" {
			continue
		}
		var c claim
		if err := json.Unmarshal(op.Data, &c); err != nil {
			return fmt.Errorf("%q: %w", op.Data, err)
		}
		switch {
		case c.Put != nil:
			allow(allowed, c.Put.ID, asJSON(c.Put), c.Done)
		case c.Deleted != "":
			allow(allowed, c.Deleted, gone, c.Done)
		case c.Live != "":
			live = c.Live
		}
	}
	if err := l.serves(ctx, dir, live); err != nil {
		return err
	}
	has, err := contents(ctx, dir)
	if err != nil {
		return err
	}
	for id, bodies := range allowed {
		if !slices.Contains(bodies, has[id]) {
			return fmt.Errorf("product %s is %q and was said to be %q", id, has[id], bodies)
		}
		delete(allowed, id)
	}
	for id := range has {
		if _, known := allowed[id]; !known && before[id] == "" && !said(ops, id) {
			return fmt.Errorf("product %s came from nowhere", id)
		}
	}
	return l.buildsAgain(ctx, dir, has)
}

// allow says what may be stored of a product: what was acknowledged last, and what was tried since.
func allow(allowed map[string][]string, id, body string, done bool) {
	switch {
	case done:
		allowed[id] = []string{body}
	case len(allowed[id]) == 0:
		allowed[id] = []string{gone, body}
	default:
		allowed[id] = append(allowed[id], body)
	}
}

func said(ops []durabletest.Op, id string) bool {
	return slices.ContainsFunc(ops, func(op durabletest.Op) bool {
		return op.Kind == durabletest.Said && strings.Contains(string(op.Data), `"`+id+`"`)
	})
}

func asJSON(p *catalog.Product) string {
	body, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// before is what the story begins with.
func (l *lab) before() (products map[string]string, live string, err error) {
	if _, err := os.Stat(filepath.Join(l.begun, "catalog.db")); err != nil {
		return nil, "", nil
	}
	l.fresh.mu.Lock()
	defer l.fresh.mu.Unlock()
	if l.fresh.before == nil {
		if l.fresh.before, err = contents(context.Background(), l.begun); err != nil {
			return nil, "", err
		}
	}
	return l.fresh.before, "gen-000001", nil
}

// contents returns the products of the catalogue as JSON.
func contents(ctx context.Context, dir string) (map[string]string, error) {
	store, err := catalog.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	has := make(map[string]string)
	for p, err := range store.Products(ctx) {
		if err != nil {
			return nil, errors.Join(err, store.Close())
		}
		has[p.ID] = asJSON(&p)
	}
	return has, store.Close()
}

// serves checks that the data directory has the live generation or a later one, whole.
func (l *lab) serves(ctx context.Context, dir, live string) error {
	report, err := indexer.Check(ctx, dir)
	if err != nil {
		return err
	}
	if live == "" && report.Generation == "" {
		return nil
	}
	if report.Generation < live {
		return fmt.Errorf("%s is live, and %s was: %v", report.Generation, live, report.Problems)
	}
	for _, problem := range report.Problems {
		if !strings.Contains(problem.Path, ".tmp") {
			return fmt.Errorf("check: %v", problem)
		}
	}
	index, err := indexer.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer index.Close()
	snapshot := index.Acquire()
	defer snapshot.Release()
	hits, err := snapshot.Keyword(ctx, indexer.KeywordQuery{Terms: "red shoe", K: 1})
	if err != nil || len(hits) == 0 {
		return fmt.Errorf("a search finds %d products: %w", len(hits), err)
	}
	return nil
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
	files string

	mu     sync.Mutex
	before map[string]string
	known  []freshBuild
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
