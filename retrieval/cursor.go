package retrieval

import (
	"container/list"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"vitrine/indexer"
)

// CursorStart as the cursor of a query asks for its first page and, in the response, the cursor of the next.
//
// The order of all hits (MaxDepth of them at most) is then kept, by product ids, so that the pages that
// follow have none twice and none left out, however the index changes. A page by cursor holds the products
// as they are now. Those that have gone since, or that rules hide by now, are passed over and the page is
// filled with the next: every other keeps its place, which is its rank. Such a page has no facets, legs,
// ledgers and timings of stages, which the first has told; of its query the limit alone counts.
const CursorStart = "*"

// ErrCursorGone means that the list of a cursor is kept no longer, or never was.
var ErrCursorGone = errors.New("this cursor is no longer kept: search again from the first page")

const (
	cursorLife     = 10 * time.Minute // since the last page
	maxCursorBytes = 64 << 20         // of all lists; the ones unused for longest go first
	placeBytes     = 56               // of a place beside the product's id
)

// cursors keep the lists of searches that are paged through. They are safe for concurrent use.
type cursors struct {
	mu     sync.Mutex
	byKey  map[string]*list.Element // of frozen
	recent *list.List               // used last in front
	held   int                      // bytes
}

// frozen is the list of one search. It is not changed.
type frozen struct {
	key    string
	query  Query // as typed, for the rules, without its photo
	mode   Mode
	asked  string
	total  int
	places []place
	bytes  int

	used time.Time // guarded by cursors.mu
}

type place struct {
	id     string
	score  float64
	others int
	photo  int
}

func newCursors() *cursors {
	return &cursors{byKey: make(map[string]*list.Element), recent: list.New()}
}

// keep takes a list, which no one changes from then on, and forgets those that are too old or too much.
func (c *cursors) keep(f *frozen, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.used = now
	c.byKey[f.key] = c.recent.PushFront(f)
	c.held += f.bytes
	for last := c.recent.Back(); last != nil; last = c.recent.Back() {
		oldest := last.Value.(*frozen)
		if c.held <= maxCursorBytes && now.Sub(oldest.used) < cursorLife {
			return
		}
		c.recent.Remove(last)
		delete(c.byKey, oldest.key)
		c.held -= oldest.bytes
	}
}

// get returns the list of a key, whose life begins anew, or ErrCursorGone.
func (c *cursors) get(key string, now time.Time) (*frozen, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byKey[key]
	if !ok || now.Sub(element.Value.(*frozen).used) >= cursorLife {
		return nil, ErrCursorGone
	}
	f := element.Value.(*frozen)
	f.used = now
	c.recent.MoveToFront(element)
	return f, nil
}

// freeze keeps found.page, the whole list, for the pages to come, and cuts it to the first one, of limit hits.
func (e *Engine) freeze(ctx context.Context, r *Response, typed *Query, snapshot *indexer.Snapshot, found *results, limit int) error {
	all := found.page
	found.page = all[:min(limit, len(all))]
	if len(all) <= limit {
		return nil
	}
	if err := load(ctx, snapshot, all); err != nil {
		return err
	}
	f := &frozen{key: rand.Text(), query: *typed, mode: r.Mode, asked: r.Query, total: r.Total}
	f.query.Photos = nil
	f.bytes = placeBytes * len(all)
	for _, filter := range f.query.Filters {
		for _, value := range filter.Values {
			f.bytes += len(value)
		}
	}
	for _, c := range all {
		f.places = append(f.places, place{c.product.ID, c.score, c.others, c.photo})
		f.bytes += len(c.product.ID)
	}
	e.cursors.keep(f, time.Now())
	r.Cursor = f.cursor(limit)
	return nil
}

// cursor names the page that begins after so many places, or "" when there is none.
func (f *frozen) cursor(after int) string {
	if after >= len(f.places) {
		return ""
	}
	return f.key + "." + strconv.Itoa(after)
}

// resume answers a query that has the cursor of a page.
func (e *Engine) resume(ctx context.Context, q *Query) (*Response, error) {
	clock := startStopwatch()
	key, text, _ := strings.Cut(q.Cursor, ".")
	at, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%w: the cursor is not one that a page came with", ErrBadQuery)
	}
	f, err := e.cursors.get(key, time.Now())
	if err != nil {
		return nil, err
	}
	snapshot := e.index.Acquire()
	defer snapshot.Release()
	hidden, err := hiddenBy(ctx, e.rulesFor(&f.query), snapshot)
	if err != nil {
		return nil, err
	}
	var page []*candidate
	var shown []int // places
	next := min(int(at), len(f.places))
	for ; next < len(f.places) && len(page) < q.Limit; next++ {
		p := f.places[next]
		doc, ok := snapshot.Doc(p.id)
		if !ok || hidden != nil && hidden.Contains(doc) {
			continue
		}
		page = append(page, &candidate{doc: doc, score: p.score, others: p.others})
		shown = append(shown, next)
	}
	if err := load(ctx, snapshot, page); err != nil {
		return nil, err
	}
	nameByVector(snapshot, nil, page)
	for i, at := range shown {
		page[i].photo = f.places[at].photo // as the first page chose it
	}
	q.Explain = false
	hits := makeHits(q, page)
	for i, at := range shown {
		hits[i].Rank = at + 1
	}
	return &Response{
		Query: f.asked, Mode: f.mode, Understood: []Understood{}, Total: f.total, Offset: int(at),
		Hits: hits, Cursor: f.cursor(next), Facets: []Facet{}, Legs: []LegReport{},
		Timings: clock.stop(), Generation: snapshot.Generation(),
	}, nil
}
