package indexer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// changing changes a data directory, in a process whose operations may fail, and says what it does. What fails is passed
// over, as a server does that goes on.
type changing struct {
	dir, files string
	opts       indexer.BuildOptions
	lock       *catalog.Lock
	closers    []func() error
	index      *indexer.Index // nil = none is open
}

// claim is what a process says of one change of the catalogue, before and after it, or of a generation.
type claim struct {
	Done    bool
	Put     *catalog.Product `json:",omitempty"`
	Deleted string           `json:",omitempty"`
	Event   string           `json:",omitempty"` // of a shopper
	Live    string           `json:",omitempty"` // a generation
	Error   string           `json:",omitempty"`
	Unseen  string           `json:",omitempty"` // a change that a search should have known of
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
	if r.index != nil {
		_ = r.index.Close()
	}
	for _, closing := range slices.Backward(r.closers) {
		_ = closing()
	}
}

// search opens the index, in which what is put is looked for from now on.
func (r *changing) search(ctx context.Context) {
	r.index, _ = indexer.Open(ctx, r.dir)
}

// see says what is wrong if a search that has caught up does not know of a change that was acknowledged.
func (r *changing) see(ctx context.Context, id, body string) {
	if r.index == nil || r.index.CatchUp(ctx) != nil {
		return
	}
	snapshot := r.index.Acquire()
	defer snapshot.Release()
	if seen, err := searched(ctx, snapshot, id); err == nil && seen != body {
		say(claim{Unseen: fmt.Sprintf("%s is searched as %q and not as %q", id, seen, body)})
	}
}

// searched returns a product of a snapshot as JSON.
func searched(ctx context.Context, snapshot *indexer.Snapshot, id string) (string, error) {
	doc, ok := snapshot.Doc(id)
	if !ok {
		return gone, nil
	}
	products, err := snapshot.Products(ctx, []uint32{doc})
	if err != nil {
		return "", err
	}
	return asJSON(products[0]), nil
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
		r.see(ctx, p.ID, asJSON(&p))
	}
}

func (r *changing) remove(ctx context.Context, id string) {
	if !r.usable() {
		return
	}
	say(claim{Deleted: id})
	if _, err := r.opts.Store.Delete(ctx, id); err == nil {
		say(claim{Deleted: id, Done: true})
		r.see(ctx, id, gone)
	}
}

// record stores an event of a shopper.
func (r *changing) record(ctx context.Context, id string) {
	if !r.usable() {
		return
	}
	say(claim{Event: id})
	event := catalog.Event{ID: id, Action: catalog.ActionClick, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), ClientID: "client"}
	if _, err := r.opts.Store.RecordEvents(ctx, catalog.EventBatch{Events: []catalog.Event{event}}); err == nil {
		say(claim{Event: id, Done: true})
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

// expectation is what a data directory must have after a process said what it did and then came to an end, or to a fault.
type expectation struct {
	stored map[string][]string // by product, as JSON, and by event: what may be stored; gone = nothing
	live   string              // at least this generation; empty = none
}

// eventKey is the key of an event among the products.
func eventKey(id string) string { return eventPrefix + id }

const eventPrefix = "event "

// gone stands for a product that is not in the catalogue.
const gone = ""

// expectNow expects what is there.
func expectNow(ctx context.Context, dir string) (*expectation, error) {
	e := &expectation{stored: make(map[string][]string)}
	if _, err := os.Stat(filepath.Join(dir, "catalog.db")); errors.Is(err, fs.ErrNotExist) {
		return e, nil // opening would make it
	}
	has, err := contents(ctx, dir)
	if err != nil {
		return nil, err
	}
	for id, body := range has {
		e.stored[id] = []string{body}
	}
	report, err := indexer.Check(ctx, dir)
	e.live = report.Generation
	return e, err
}

func (e *expectation) clone() *expectation {
	stored := make(map[string][]string)
	for id, bodies := range e.stored {
		stored[id] = slices.Clone(bodies)
	}
	return &expectation{stored, e.live}
}

// hear takes in a claim.
func (e *expectation) hear(line []byte) error {
	var c claim
	if err := json.Unmarshal(line, &c); err != nil {
		return fmt.Errorf("%q: %w", line, err)
	}
	switch {
	case c.Unseen != "":
		return errors.New(c.Unseen)
	case c.Put != nil:
		e.allow(c.Put.ID, asJSON(c.Put), c.Done)
	case c.Deleted != "":
		e.allow(c.Deleted, gone, c.Done)
	case c.Event != "":
		e.allow(eventKey(c.Event), "stored", c.Done)
	case c.Live != "":
		e.live = c.Live
	case strings.Contains(c.Error, "no space left"), strings.Contains(c.Error, "disk is full"):
		if !strings.Contains(c.Error, "a build needs about") {
			return fmt.Errorf("the error of a full disk does not say how much is needed: %s", c.Error)
		}
	}
	return nil
}

// allow says what may be stored of a product: what was acknowledged last, and what was tried since.
func (e *expectation) allow(id, body string, done bool) {
	switch {
	case done:
		e.stored[id] = []string{body}
	case len(e.stored[id]) == 0:
		e.stored[id] = []string{gone, body}
	default:
		e.stored[id] = append(e.stored[id], body)
	}
}

// met checks that the data directory opens, that no change that was said to be done is lost, and that the live generation or a
// later one serves, whole. It returns what the catalogue has.
func (e *expectation) met(ctx context.Context, dir string) (map[string]string, error) {
	has, err := contents(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := serves(ctx, dir, e.live, has); err != nil {
		return nil, err
	}
	for id, bodies := range e.stored {
		if !slices.Contains(bodies, has[id]) {
			return nil, fmt.Errorf("%s is %q and was said to be %q", id, has[id], bodies)
		}
	}
	for id := range has {
		if e.stored[id] == nil {
			return nil, fmt.Errorf("%s came from nowhere", id)
		}
	}
	return has, nil
}

func asJSON(p *catalog.Product) string {
	body, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// contents returns the products of the catalogue as JSON, and its events.
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
	for event, err := range store.Events(ctx, time.Time{}) {
		if err != nil {
			return nil, errors.Join(err, store.Close())
		}
		has[eventKey(event.ID)] = "stored"
	}
	return has, store.Close()
}

// serves checks that a generation not before the given one is live and whole, or that there is none if none is given, and that
// a search knows what the catalogue has.
func serves(ctx context.Context, dir, live string, has map[string]string) error {
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
		if problem.Part != indexer.PartLeftover {
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
	for id, body := range has {
		if strings.HasPrefix(id, eventPrefix) {
			continue
		}
		if seen, err := searched(ctx, snapshot, id); err != nil || seen != body {
			return fmt.Errorf("product %s is searched as %q and stored as %q: %w", id, seen, body, err)
		}
	}
	return nil
}
