package retrieval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// Names of the legs, in the order in which reports and ledgers list them.
const (
	LegKeyword    = "keyword"     // words against BM25
	LegTextText   = "text-text"   // the words' vector against the vectors of product texts
	LegTextImage  = "text-image"  // the words' vector against the vectors of product photos
	LegPhotoImage = "photo-image" // the photo's vector against the vectors of product photos
	LegLikeImage  = "like-image"  // the liked products' photo vectors against the vectors of product photos
	LegLikeText   = "like-text"   // the liked products' text vectors against the vectors of product texts
	LegNamed      = "named"       // values of the catalogue that the words name against the columns
)

// leg is one search of a query, and what came of it.
type leg struct {
	name   string
	finder finder
	vector *queryVector // what the finder embeds; nil = nothing

	hits  []indexer.Hit // best first
	hold  []bool        // by hit: whether it is found without filters too; nil = all are
	plan  string
	began time.Time     // after the embedding; zero while it is not back
	took  time.Duration // since then
	err   error
}

// finder is what legs differ in. After find, which one goroutine calls, score and within may be called side by side.
type finder interface {
	// find returns at most so many products, best first, and how they were searched.
	find(ctx context.Context, limit int) (hits []indexer.Hit, plan string, err error)
	// score returns what find gives, or would have given had its limit been higher, to each of docs; false
	// where a product has nothing to score. It is called after find.
	score(ctx context.Context, docs []uint32) (scores []float64, has []bool, err error)
	// within returns a finder of the same among other products (nil = all).
	within(allowed *roaring.Bitmap) finder
}

// planLegs lists the legs that q's mode uses and q has a part for. Embedding runs under ctx.
func (e *Engine) planLegs(ctx context.Context, q *Query, in *scope) []*leg {
	var legs []*leg
	adapter := e.adapter.Load()
	addVector := func(name string, vector *queryVector, space indexer.Space) {
		legs = append(legs, &leg{name: name, vector: vector, finder: &vectorFinder{
			leg: name, adapter: adapter, snapshot: in.snapshot, space: space, vector: vector, examples: in.shown, allowed: in.allowed, nearShare: e.opts.NearShare,
		}})
	}
	if q.Text != "" && q.Mode != ModeVector {
		legs = append(legs, &leg{name: LegKeyword, finder: &keywordFinder{
			snapshot: in.snapshot, words: indexer.KeywordQuery{Terms: q.Text, Synonyms: in.synonyms}, allowed: in.allowed,
		}})
	}
	if q.Text != "" && q.Mode != ModeKeyword {
		text := embedOnce("embed text", func() ([]float32, error) { return e.embedWords(ctx, q.Text, in.said.denied) })
		addVector(LegTextText, text, indexer.SpaceText)
		addVector(LegTextImage, text, indexer.SpacePhoto)
	}
	if len(q.Photos) > 0 && q.Mode != ModeKeyword {
		photo := embedOnce("embed photo", func() ([]float32, error) { return e.embedPhotos(ctx, q.Photos) })
		addVector(LegPhotoImage, photo, indexer.SpacePhoto)
	}
	if liked := in.shown.liked(indexer.SpacePhoto); liked != nil && q.Mode != ModeKeyword {
		addVector(LegLikeImage, knownVector(liked), indexer.SpacePhoto)
	}
	if liked := in.shown.liked(indexer.SpaceText); liked != nil && q.Mode != ModeKeyword {
		addVector(LegLikeText, knownVector(liked), indexer.SpaceText)
	}
	if len(in.said.named) > 0 && (q.Mode == ModeHybrid || q.Mode == ModeRanked) {
		legs = append(legs, &leg{name: LegNamed, finder: &namedFinder{named: in.said.named, allowed: in.allowed}})
	}
	return legs
}

// runLegs runs the legs side by side until all are back or their time is up. A leg that fails or is late only
// carries its error; a fault of the query, or no leg at all coming back, is an error of the search.
func (e *Engine) runLegs(ctx context.Context, q *Query, in *scope) ([]*leg, error) {
	limited, cancel := context.WithTimeout(ctx, e.opts.Deadline)
	defer cancel()
	legs := e.planLegs(limited, q, in)
	back := make(chan *leg, len(legs)) // with room for all, so that a late one need not be waited for
	for _, l := range legs {
		running := *l
		in.snapshot.Retain() // what does not heed its context goes on searching after this query
		go func() {
			defer in.snapshot.Release()
			running.run(limited, e.opts.Window)
			back <- &running
		}()
	}
	for _, l := range legs {
		l.err = context.DeadlineExceeded // until it is back
	}
	for range legs {
		done := await(limited, back)
		if done == nil {
			break
		}
		if errors.Is(done.err, ErrBadQuery) {
			return nil, done.err
		}
		at := slices.IndexFunc(legs, func(l *leg) bool { return l.name == done.name })
		legs[at] = done
	}
	if err := ctx.Err(); err != nil {
		return nil, err // the caller's own deadline or cancellation, not a failure of the legs
	}
	if len(succeeded(legs)) > 0 || len(legs) == 0 { // none: liked products without any vector
		return legs, nil
	}
	err := ErrAllLegsFailed
	for _, l := range legs {
		err = fmt.Errorf("%w; %s: %w", err, l.name, l.err)
	}
	return nil, err
}

// await returns the next leg that is back, or nil when the time is up and none is.
func await(ctx context.Context, back <-chan *leg) *leg {
	select {
	case l := <-back:
		return l
	case <-ctx.Done():
	}
	select {
	case l := <-back: // in time
		return l
	default:
		return nil
	}
}

// run searches and fills hits, plan, took and err.
func (l *leg) run(ctx context.Context, window int) {
	if l.vector != nil {
		if _, err := l.vector.get(); err != nil {
			l.err = fmt.Errorf("%s: %w", l.vector.stage, err)
			return
		}
	}
	l.began = time.Now()
	l.hits, l.plan, l.err = l.finder.find(ctx, window)
	if f, ok := l.finder.(relativeFinder); ok && l.err == nil {
		l.hold, l.err = f.hold(ctx, l.hits)
	}
	l.took = time.Since(l.began)
}

func succeeded(legs []*leg) []*leg {
	var done []*leg
	for _, l := range legs {
		if l.err == nil {
			done = append(done, l)
		}
	}
	return done
}

func reportLegs(legs []*leg, deadline time.Duration) []LegReport {
	reports := make([]LegReport, len(legs))
	for i, l := range legs {
		reports[i] = LegReport{Leg: l.name, Plan: l.plan, Found: len(l.hits)}
		switch {
		case errors.Is(l.err, context.DeadlineExceeded):
			reports[i].Error = fmt.Sprintf("not done within %v", deadline)
		case l.err != nil:
			reports[i].Error = l.err.Error()
		}
	}
	return reports
}

// queryVector is a part of the query that is embedded once, by the first leg that asks for it.
type queryVector struct {
	stage string // empty = it is known already
	get   func() ([]float32, error)
	took  atomic.Int64 // nanoseconds; 0 while it is not done
}

func embedOnce(stage string, embed func() ([]float32, error)) *queryVector {
	v := &queryVector{stage: stage}
	v.get = sync.OnceValues(func() ([]float32, error) {
		start := time.Now()
		defer func() { v.took.Store(int64(time.Since(start))) }()
		return embed()
	})
	return v
}

// knownVector needs no embedding.
func knownVector(vector []float32) *queryVector {
	return &queryVector{get: func() ([]float32, error) { return vector, nil }}
}

// turnAway is how far the vector of the words turns from that of each denied phrase.
const turnAway = 0.3

// embedWords is the vector of text, turned away from what is denied.
func (e *Engine) embedWords(ctx context.Context, text string, denied []string) ([]float32, error) {
	vector, err := e.encoder.EmbedText(ctx, text)
	if err != nil || len(denied) == 0 {
		return vector, err
	}
	vector = slices.Clone(vector)
	for _, phrase := range denied {
		away, err := e.encoder.EmbedText(ctx, phrase)
		if err != nil {
			return nil, err
		}
		for i := range vector {
			vector[i] -= turnAway * away[i]
		}
	}
	return vector, nil
}
