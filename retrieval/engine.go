package retrieval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
	"sync/atomic"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/catalog"
	"vitrine/indexer"
)

// Errors that a caller can act on. Each is wrapped by errors that say what to do.
var (
	// ErrBadQuery means that the query itself cannot be answered: too long, an unknown mode or field…
	ErrBadQuery = errors.New("bad query")
	// ErrAllLegsFailed means that no leg of the query came back; it wraps each leg's own error too.
	ErrAllLegsFailed = errors.New("every leg of the search failed")
	// ErrNotFound means that the index has no product of an id.
	ErrNotFound = catalog.ErrNotFound
)

// Index gives the state of the catalogue to search in. *indexer.Index implements it.
type Index interface {
	Acquire() *indexer.Snapshot // the caller releases it
}

// Encoder turns the shopper's words and photo into unit vectors of the space that the index was built
// in. It ends early when its context does. When the photo itself is at fault (broken, too large), the
// error of EmbedPhoto should wrap ErrBadQuery: the shopper is told instead of the leg being left out.
type Encoder interface {
	EmbedText(ctx context.Context, text string) ([]float32, error)
	EmbedPhoto(ctx context.Context, photo []byte, crop image.Rectangle) ([]float32, error)
}

// Adapter moves the vectors of queries to where a shop's own products for them are.
type Adapter interface {
	// Adapt returns the vector by which a leg searches in the place of vector, which stays as it is.
	Adapt(leg string, vector []float32) []float32
}

// Options tune an Engine; a zero field stands for its default.
type Options struct {
	// Fusion joins the legs; FusionConvex.
	Fusion Fusion
	// Weighting gives the legs their weights in FusionConvex; nil for DefaultWeighting.
	Weighting *Weighting
	// RankConstant is k of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009, who propose 60).
	RankConstant float64
	// Window is the largest number of candidates of one leg; 300.
	Window int
	// RankDepth is how many candidates, the best of the fusion, the ranker scores; 200. The others follow
	// in the order of the fusion: reading their products would take longer than all the rest.
	RankDepth int
	// RankDeadline is the time that the ranker has, 250 ms; when it is later or fails, the order is that of the fusion.
	RankDeadline time.Duration
	// NearShare cuts what a vector leg finds: it keeps the candidates whose cosine is at least this
	// share of the tenth one's, because the nearest products come back however far they are. In (0, 1];
	// negative for no cut. The default is 0.8: of 9,002 fashion products the vector legs kept 319 for
	// "handbag" (80 % have the word in their title), 266 for "sunglasses" (96 %), and 227 for the photo
	// of a product of their own.
	NearShare float64
	// Weights of the legs by name, by which those of the fusion are multiplied; a leg that is not named has 1.
	Weights map[string]float64
	// Deadline is the time that the legs of one query have, embedding included; 2 s. A leg that is
	// not back by then is left out. The later stages work on a bounded set and follow the caller's
	// context alone.
	Deadline time.Duration
	// Suggestions say what Suggest offers beside the catalogue's own words, and what it must not.
	Suggestions SuggestionOptions
}

// WithDefaults returns a copy of o in which every zero field has its default.
func (o Options) WithDefaults() Options {
	if o.Fusion == "" {
		o.Fusion = FusionConvex
	}
	if o.Weighting == nil {
		weighting := DefaultWeighting()
		o.Weighting = &weighting
	}
	if o.RankConstant == 0 {
		o.RankConstant = 60
	}
	if o.Window == 0 {
		o.Window = 300
	}
	if o.RankDepth == 0 {
		o.RankDepth = 200
	}
	if o.RankDeadline == 0 {
		o.RankDeadline = 250 * time.Millisecond
	}
	if o.NearShare == 0 {
		o.NearShare = 0.8
	}
	if o.Deadline == 0 {
		o.Deadline = 2 * time.Second
	}
	weights := map[string]float64{LegKeyword: 1, LegTextText: 1, LegTextImage: 1, LegPhotoImage: 1, LegLikeImage: 1, LegLikeText: 1, LegNamed: 1}
	maps.Copy(weights, o.Weights)
	o.Weights = weights
	return o
}

// Engine answers queries. It is safe for concurrent use.
type Engine struct {
	index     Index
	encoder   Encoder
	ranker    Ranker
	opts      Options
	suggester *suggester
	cursors   *cursors

	lexicon  atomic.Pointer[lexicon] // of the newest generation
	rules    atomic.Pointer[Rules]
	synonyms atomic.Pointer[indexer.Synonyms]
	adapter  atomic.Pointer[Adapter]
}

// New returns an engine over index. Without a ranker (nil) ModeRanked orders like ModeHybrid.
func New(index Index, encoder Encoder, ranker Ranker, opts Options) *Engine {
	return &Engine{index: index, encoder: encoder, ranker: ranker, opts: opts.WithDefaults(), suggester: newSuggester(), cursors: newCursors()}
}

// SetSynonyms puts what the words of a query may be replaced by in the keyword leg in the place of those before, from
// the next search on; nil for none.
func (e *Engine) SetSynonyms(synonyms *indexer.Synonyms) { e.synonyms.Store(synonyms) }

// SetAdapter puts what moves the vectors of queries in the place of what did before, from the next search on; nil for
// nothing. It must be one for the encoder's vectors.
func (e *Engine) SetAdapter(adapter Adapter) {
	if adapter == nil {
		e.adapter.Store(nil)
		return
	}
	e.adapter.Store(&adapter)
}

// Search answers q: the way of a query from request to ranked page. It keeps nothing of q, which the caller may
// change as soon as it returns.
func (e *Engine) Search(ctx context.Context, q Query) (*Response, error) {
	clock := startStopwatch()
	asked := q.Text
	q, err := normalise(q)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if q.Cursor != "" && q.Cursor != CursorStart {
		return e.resume(ctx, &q)
	}

	// One snapshot for the whole query: a new generation may go live while this one is read.
	snapshot := e.index.Acquire()
	defer snapshot.Release()

	// The candidates.
	typed, page := q, q.Limit
	if q.Cursor == CursorStart {
		q.Limit = MaxDepth // all pages are cut from one list
	}
	found, err := e.gather(ctx, &q, snapshot, clock)
	if err != nil {
		return nil, err
	}

	// Facets count the set that the hits are a page of, and a filtered field what its filter takes away. They do not
	// depend on the order, so that it is made meanwhile.
	counted := e.count(ctx, &q, found)

	// The order, and the page that was asked for.
	if err := e.arrange(ctx, &q, found, clock); err != nil {
		return nil, err
	}
	facets, err := counted()
	if err != nil {
		return nil, err
	}
	clock.lap("facets")

	response := &Response{
		Query: asked, Mode: q.Mode, Understood: found.said.report, Suggestion: found.said.suggestion,
		Total: found.total, Closest: found.closest, Offset: q.Offset,
		Facets: facets, Legs: found.reports, Fusion: found.fusion, Ranker: found.ranker,
		Rules: found.rules.fired, Redirect: found.rules.redirect,
		Generation: snapshot.Generation(),
	}
	if err := namePhotos(found, found.page); err != nil {
		return nil, err
	}
	if q.Cursor == CursorStart {
		if err := e.freeze(ctx, response, &typed, snapshot, found, page); err != nil {
			return nil, err
		}
	}
	if err := load(ctx, snapshot, found.page); err != nil {
		return nil, err
	}
	response.Hits = makeHits(&q, found.page)
	clock.lap("page")
	response.Timings = clock.stop()
	return response, nil
}

// results are what a query found, by whichever way.
type results struct {
	scope
	set        *roaring.Bitmap // every candidate
	closest    bool            // nothing that fits passes the filters
	planned    []*leg          // the legs, also those that were left out; none for a list
	legs       []*leg          // that came back
	reports    []LegReport
	candidates []*candidate // what the legs found

	total  int          // hits on all pages
	page   []*candidate // those of the page, best first
	fusion *FusionReport
	ranker *RankerReport
}

// scope is what is settled of a query before its legs run.
type scope struct {
	snapshot *indexer.Snapshot
	synonyms *indexer.Synonyms
	shown    *examples
	said     *understood
	rules    *merchandise
	allowed  *roaring.Bitmap // what filters and rules let through; nil = all
}

// find answers q, which is normalised, up to the products themselves. It adds to q what its words are taken for.
func (e *Engine) find(ctx context.Context, q *Query, snapshot *indexer.Snapshot, clock *stopwatch) (*results, error) {
	found, err := e.gather(ctx, q, snapshot, clock)
	if err != nil {
		return nil, err
	}
	return found, e.arrange(ctx, q, found, clock)
}

// gather says what q is about and finds its candidates: what the legs bring back, or all that the filters let through.
func (e *Engine) gather(ctx context.Context, q *Query, snapshot *indexer.Snapshot, clock *stopwatch) (*results, error) {
	in, err := e.settle(ctx, q, snapshot, clock)
	if err != nil {
		return nil, err
	}
	found := &results{scope: *in, reports: []LegReport{}}
	if q.browses() {
		found.set = cmp.Or(in.allowed, snapshot.All())
		return found, nil
	}

	// Every leg works on its own part of the query, side by side with the others.
	if found.planned, err = e.runLegs(ctx, q, in); err != nil {
		return nil, err
	}
	clock.legs(found.planned)
	found.reports = reportLegs(found.planned, e.opts.Deadline)

	// Only what came back counts from here on.
	found.legs = succeeded(found.planned)
	set, closest := foundSet(found.legs)
	found.candidates, found.closest = in.rules.bringIn(found.legs, among(set, collect(found.legs))), closest
	found.set = docSet(found.candidates)
	clock.lap("collect")
	return found, nil
}

// arrange puts what was found in order and cuts the page out of it.
func (e *Engine) arrange(ctx context.Context, q *Query, found *results, clock *stopwatch) (err error) {
	if q.browses() {
		found.page, found.total, err = browse(ctx, q, found)
		return err
	}
	return e.score(ctx, q, found, clock)
}

// settle says what q is about and in which products it searches.
func (e *Engine) settle(ctx context.Context, q *Query, snapshot *indexer.Snapshot, clock *stopwatch) (in *scope, err error) {
	in = &scope{snapshot: snapshot, synonyms: e.synonyms.Load()}
	// The products that are shown as examples.
	if in.shown, err = findExamples(q, snapshot); err != nil {
		return nil, err
	}

	// What the words say of price, of what is not wanted and of the catalogue's own values.
	typed := *q // rules go by what the shopper wrote
	if in.said, err = e.understand(ctx, q, in); err != nil {
		return nil, err
	}
	clock.lap("understand")

	// Filters come first, as one set of products, so that every leg and every facet sees the same.
	allowed, err := matching(ctx, snapshot, q.Filters)
	if err != nil {
		return nil, err
	}
	// So does what the shop's rules hide. What they move is moved once the order is known.
	if in.rules, in.allowed, err = e.merchandise(ctx, &typed, snapshot, in.shown.leaveOut(allowed)); err != nil {
		return nil, err
	}
	clock.lap("filter")
	return in, nil
}

// score scores and orders the candidates of a query that has words, photos or examples.
func (e *Engine) score(ctx context.Context, q *Query, found *results, clock *stopwatch) error {
	legs, candidates, in := found.legs, found.candidates, &found.scope

	// What would a leg that missed a candidate have scored it?
	if err := backfill(ctx, legs, candidates); err != nil {
		return err
	}
	clock.lap("back-fill")

	weights, fusion := e.weigh(q, in.said, legs, candidates)
	fuse(legs, candidates, e.opts.normaliser(), weights)
	clock.lap("fuse")

	if q.Mode == ModeRanked && e.ranker != nil {
		best := candidates[:min(len(candidates), e.opts.RankDepth)]
		if err := load(ctx, in.snapshot, best); err != nil {
			return err
		}
		clock.lap("products")
		report, err := e.rank(ctx, q, best)
		if err != nil {
			return err
		}
		if found.ranker = report; report.Error == "" {
			follow(best, candidates[len(best):])
		}
		clock.lap("rank")
	}
	in.rules.weigh(candidates)
	if err := liftIdentified(ctx, q, in.snapshot, candidates); err != nil {
		return err
	}
	order(candidates)
	list, err := present(ctx, q, candidates, in.rules)
	if err != nil {
		return err
	}
	clock.lap("order")

	found.fusion, found.total, found.page = fusion, len(list), pageOf(q, list)
	return nil
}

// weigh returns the weight of each leg in the fusion, and how they came about.
func (e *Engine) weigh(q *Query, said *understood, legs []*leg, candidates []*candidate) (map[string]float64, *FusionReport) {
	weights, report := partWeights(q, e.opts.Weights), &FusionReport{Method: e.opts.Fusion}
	if e.opts.Fusion != FusionConvex {
		return weights, report
	}
	signals := observe(q, said, legs, candidates)
	report.Signals, report.Certain = &signals, e.opts.Weighting.certain(signals)
	names := make([]string, len(legs))
	for i, l := range legs {
		names[i] = l.name
	}
	for i, weight := range e.opts.Weighting.Weights(names, signals) {
		weights[names[i]] *= weight
	}
	return weights, report
}

// Product returns the product of id as it was when indexed, or an error that wraps ErrNotFound.
func (e *Engine) Product(ctx context.Context, id string) (catalog.Product, error) {
	snapshot := e.index.Acquire()
	defer snapshot.Release()
	doc, ok := snapshot.Doc(id)
	if !ok {
		return catalog.Product{}, fmt.Errorf("%w: %q", ErrNotFound, id)
	}
	products, err := snapshot.Products(ctx, []uint32{doc})
	if err != nil {
		return catalog.Product{}, fmt.Errorf("read product %q: %w", id, err)
	}
	return products[0].Clone(), nil
}

// Generation names the state of the index that a search would see now.
func (e *Engine) Generation() string {
	snapshot := e.index.Acquire()
	defer snapshot.Release()
	return snapshot.Generation()
}
