package retrieval

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"

	"vitrine/indexer"
)

// Names of the legs, in the order in which reports and ledgers list them.
const (
	LegKeyword    = "keyword"     // words against BM25
	LegTextText   = "text-text"   // the words' vector against the vectors of product texts
	LegTextImage  = "text-image"  // the words' vector against the vectors of product photos
	LegPhotoImage = "photo-image" // the photo's vector against the vectors of product photos
)

// leg is one search of a query, and what came of it.
type leg struct {
	name   string
	weight float64
	words  indexer.KeywordQuery // of the keyword leg, without K and Filter
	vector *queryVector         // nil for the keyword leg
	space  indexer.Space        // what vector is compared with

	hits []indexer.Hit // best first
	all  bool          // the leg found whatever it can find: the window cut nothing off
	plan string
	took time.Duration // without the embedding
	err  error
}

// queryVector is a part of the query that is embedded once, by the first leg that asks for it.
type queryVector struct {
	stage string
	get   func() ([]float32, error)
	took  time.Duration // to be read when all legs are done
}

func embedOnce(stage string, embed func() ([]float32, error)) *queryVector {
	v := &queryVector{stage: stage}
	v.get = sync.OnceValues(func() ([]float32, error) {
		start := time.Now()
		defer func() { v.took = time.Since(start) }()
		return embed()
	})
	return v
}

// planLegs lists the legs that q's mode uses and q has a part for. Embedding runs under ctx.
func (e *Engine) planLegs(ctx context.Context, q *Query) []*leg {
	var legs []*leg
	add := func(name string, vector *queryVector, space indexer.Space) {
		legs = append(legs, &leg{name: name, weight: e.opts.Weights[name], vector: vector, space: space})
	}
	if q.Text != "" && q.Mode != ModeVector {
		words := indexer.KeywordQuery{Terms: q.Text, Synonyms: e.opts.Synonyms}
		legs = append(legs, &leg{name: LegKeyword, weight: e.opts.Weights[LegKeyword], words: words})
	}
	if q.Text != "" && q.Mode != ModeKeyword {
		text := embedOnce("embed text", func() ([]float32, error) { return e.encoder.EmbedText(ctx, q.Text) })
		add(LegTextText, text, indexer.SpaceText)
		add(LegTextImage, text, indexer.SpacePhoto)
	}
	if len(q.Photo) > 0 && q.Mode != ModeKeyword {
		photo := embedOnce("embed photo", func() ([]float32, error) { return e.encoder.EmbedPhoto(ctx, q.Photo, q.Crop) })
		add(LegPhotoImage, photo, indexer.SpacePhoto)
	}
	return legs
}

// runLegs runs the legs of q side by side and waits for all of them. A leg that fails or is late only
// carries its error; a fault of the query, or no leg at all coming back, is an error of the search.
func (e *Engine) runLegs(ctx context.Context, q *Query, snapshot *indexer.Snapshot, allowed *roaring.Bitmap) ([]*leg, error) {
	limited, cancel := context.WithTimeout(ctx, e.opts.Deadline)
	defer cancel()
	group, limited := errgroup.WithContext(limited)
	legs := e.planLegs(limited, q)
	for _, l := range legs {
		group.Go(func() error {
			l.run(limited, snapshot, allowed, &e.opts)
			if errors.Is(l.err, ErrBadQuery) {
				return l.err
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err // the caller's own deadline or cancellation, not a failure of the legs
	}
	if len(succeeded(legs)) > 0 {
		return legs, nil
	}
	err := ErrAllLegsFailed
	for _, l := range legs {
		err = fmt.Errorf("%w; %s: %w", err, l.name, l.err)
	}
	return nil, err
}

// run searches and fills hits, plan, took and err.
func (l *leg) run(ctx context.Context, snapshot *indexer.Snapshot, allowed *roaring.Bitmap, opts *Options) {
	if l.vector == nil {
		start := time.Now()
		l.plan = "bm25"
		words := l.words
		words.K, words.Filter = opts.Window, allowed
		l.hits, l.err = snapshot.Keyword(ctx, words)
		l.all = len(l.hits) < opts.Window
		l.took = time.Since(start)
		return
	}
	vector, err := l.vector.get()
	if err != nil {
		l.err = fmt.Errorf("%s: %w", l.vector.stage, err)
		return
	}
	start := time.Now()
	l.hits, l.plan, l.err = snapshot.Nearest(ctx, l.space, vector, opts.Window, allowed)
	l.hits = near(l.hits, opts.NearShare)
	l.took = time.Since(start)
}

// nearReference is the rank of the hit that near compares with. It is not the first: the photo of a
// product of the catalogue finds itself with cosine 1, and nothing else is nearly so close.
const nearReference = 10

// near keeps the leading hits whose cosine is at least share of the reference's (Options.NearShare).
func near(hits []indexer.Hit, share float64) []indexer.Hit {
	if share < 0 || len(hits) == 0 {
		return hits
	}
	floor := share * hits[min(nearReference, len(hits))-1].Score
	for i, hit := range hits {
		if hit.Score < floor || hit.Score <= 0 {
			return hits[:i]
		}
	}
	return hits
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
