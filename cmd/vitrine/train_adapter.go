package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"vitrine/catalog"
	"vitrine/encoders"
	"vitrine/encoders/adapter"
	"vitrine/indexer"
	"vitrine/ranker/learning"
	"vitrine/retrieval/evaluation"
)

type trainAdapterCmd struct {
	Data     string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory: learn from what its shoppers chose after a search, or from its catalogue, and use the adapter if it wins."`
	Since    age    `default:"365d" placeholder:"AGE" help:"Leave out events that are older (${default})."`
	MinPairs int    `default:"500" help:"With fewer pairs of words and a chosen product, learn from the catalogue itself (${default})."`
	MaxPairs int    `default:"20000" help:"Products of the catalogue to learn from, at most (${default})."`
	NoAdopt  bool   `xor:"adopt" help:"Judge the adapter and keep it, but do not use it."`
	Force    bool   `xor:"adopt" help:"Use the adapter even where it does not win."`

	Rank        int     `default:"64" help:"Rank of the learnt matrices (${default})."`
	Temperature float64 `default:"0.05" help:"Divides cosines before the softmax (${default})."`
	Rate        float64 `default:"0.001" help:"Learning rate (${default})."`
	Decay       float64 `default:"0.01" help:"Weight decay (${default}); below 0 = none."`
	Dropout     float64 `default:"0.1" help:"Share of the hidden units left out at a time (${default}); below 0 = none."`
	Hold        float64 `default:"10" help:"How strongly words of the catalogue are held where they are, while shoppers' words are learnt (${default}); below 0 = not at all."`
	Epochs      int     `default:"40" help:"Passes over the pairs at most (${default})."`
	Batch       int     `default:"128" help:"Pairs a step (${default})."`
	Hard        int     `default:"2" help:"Nearest wrong products that each pair adds to a step (${default}); below 0 = none."`
	Seed        uint64  `default:"1" help:"Of the parting of the pairs and of the training: with the same data and flags it gives the same adapter."`

	JSON bool `help:"Print JSON, at the end."`
}

const (
	// leastTrained is how many pairs of a leg are worth training on.
	leastTrained = 100
	// leastJudged is how many queries a gain needs to be believed.
	leastJudged = 30
)

// adapterReport is what a training came to: the report of the manifest, and what is printed as JSON.
type adapterReport struct {
	Version string       `json:"version,omitempty"` // empty = nothing was kept
	Source  string       `json:"source"`            // of the pairs: behaviour or catalogue
	Note    string       `json:"note,omitempty"`    // why it is that source
	Legs    []adaptedFor `json:"legs"`
	Adopted bool         `json:"adopted"`
	Reason  string       `json:"reason"`
}

// adaptedFor is what came of one leg.
type adaptedFor struct {
	Leg        string                 `json:"leg"`
	Training   int                    `json:"training_pairs"`
	Validation int                    `json:"validation_pairs"`
	HeldOut    int                    `json:"held_out_pairs"`
	Epoch      int                    `json:"epoch"` // the best one; 0 = none was better than no adapter
	Before     *evaluation.ModeReport `json:"before,omitempty"`
	After      *evaluation.ModeReport `json:"after,omitempty"`
	Gain       *evaluation.Comparison `json:"gain,omitempty"` // of the MRR on the held-out queries
	Wins       bool                   `json:"wins"`
	Reason     string                 `json:"reason"`

	projection *adapter.Projection
	heldOut    []meantPair
}

// Run learns a projection for each leg that has pairs, judges each on queries held out, keeps those that win and has
// them used.
func (c *trainAdapterCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	adapters := openAdapters(c.Data)
	lock, err := catalog.LockDir(adapters.Folder())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	w, err := openAdapterWork(ctx, c.Data, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()

	from, err := c.gather(ctx, w)
	if err != nil {
		return err
	}
	report := &adapterReport{Source: from.source, Note: from.note}
	if from.note != "" {
		t.notef("%s", from.note)
	}

	// After an interruption what was learnt so far is judged and kept.
	trainErr := c.learn(ctx, t, w, from, report)
	if trainErr != nil && !errors.Is(trainErr, context.Canceled) {
		return trainErr
	}
	manifest := adapterManifest{Created: time.Now().UTC(), From: from.first, To: from.last, Seed: c.Seed, Program: learning.Program()}
	if err := c.keep(adapters, manifest, w.model, report); err != nil {
		return errors.Join(trainErr, err)
	}
	if c.JSON {
		return errors.Join(t.json(report), trainErr)
	}
	report.print(t.out)
	return trainErr
}

// The sources of pairs.
const (
	fromBehaviour = "behaviour"
	fromCatalogue = "catalogue"
)

// lessons are what all legs learn from.
type lessons struct {
	source      string
	note        string      // why it is that source
	pairs       []meantPair // of behaviour
	first, last time.Time   // of the events behind them
	anchors     []float32
}

// gather reads what shoppers meant by which words or, where that is too little, says that the catalogue is to teach.
func (c *trainAdapterCmd) gather(ctx context.Context, w *adapterWork) (from lessons, err error) {
	since := time.Now().Add(-time.Duration(c.Since))
	if from.pairs, from.first, from.last, err = behaviourPairs(ctx, w.store, w.snapshot, since); err != nil {
		return from, err
	}
	if len(from.pairs) < c.MinPairs {
		return lessons{source: fromCatalogue, note: fmt.Sprintf("shoppers' choices give %d pairs of words and a product, and %d are needed: learning from the catalogue's own titles, descriptions and photos", len(from.pairs), c.MinPairs)}, nil
	}
	from.source = fromBehaviour
	from.anchors, err = w.anchors(ctx, c.Seed)
	return from, err
}

// learn adds what comes of each leg to the report, until an error ends it.
func (c *trainAdapterCmd) learn(ctx context.Context, t *terminal, w *adapterWork, from lessons, report *adapterReport) error {
	for _, leg := range adaptedLegs {
		pairs := from.pairs
		if from.source == fromCatalogue {
			var err error
			if pairs, err = cataloguePairs(ctx, w.snapshot, leg.words, c.MaxPairs, c.Seed); err != nil {
				return err
			}
		}
		made := adaptedFor{Leg: leg.name}
		trainErr := c.train(ctx, t, w, leg, pairs, from.anchors, &made)
		if made.projection != nil {
			if err := w.judge(context.WithoutCancel(ctx), leg, &made); err != nil {
				return fmt.Errorf("%s: %w", leg.name, err)
			}
			made.decide(leg.madeUp && from.source == fromCatalogue)
		}
		report.Legs = append(report.Legs, made)
		if trainErr != nil {
			return fmt.Errorf("%s: %w", leg.name, trainErr)
		}
	}
	return nil
}

func (c *trainAdapterCmd) check() error {
	for _, f := range []struct {
		flag string
		zero bool
	}{
		{"rank", c.Rank == 0}, {"temperature", c.Temperature == 0}, {"rate", c.Rate == 0}, {"epochs", c.Epochs == 0}, {"batch", c.Batch == 0},
		{"decay", c.Decay == 0}, {"dropout", c.Dropout == 0}, {"hold", c.Hold == 0}, {"hard", c.Hard == 0},
	} {
		if f.zero {
			return fmt.Errorf("--%s 0: choose a number above 0, or -1 where the help says that below 0 is none", f.flag)
		}
	}
	return c.options().WithDefaults().Validate()
}

func (c *trainAdapterCmd) options() adapter.Options {
	return adapter.Options{
		Rank: c.Rank, Temperature: c.Temperature, Rate: c.Rate, Decay: c.Decay, Dropout: c.Dropout, Hold: c.Hold,
		Epochs: c.Epochs, Batch: c.Batch, Hard: c.Hard, Seed: c.Seed,
	}
}

// train learns the projection of a leg, where there is enough to learn from.
func (c *trainAdapterCmd) train(ctx context.Context, t *terminal, w *adapterWork, leg adaptedLeg, pairs []meantPair, anchors []float32, made *adaptedFor) error {
	products := spaceProducts{w.snapshot, leg.space}
	training, validation, heldOut := split(within(pairs, products), c.Seed)
	made.Training, made.Validation, made.HeldOut, made.heldOut = len(training), len(validation), len(heldOut), heldOut
	if len(training) < leastTrained || len(validation) == 0 {
		made.Reason = fmt.Sprintf("%d pairs to train on, and %d are needed", len(training), leastTrained)
		return nil
	}
	data := adapter.Data{Dim: w.model.Info().Dim, Products: products, Anchors: anchors}
	queries := map[string]int{}
	var words []string
	number := func(pairs []meantPair) []adapter.Pair {
		numbered := make([]adapter.Pair, len(pairs))
		for i, p := range pairs {
			if _, ok := queries[p.words]; !ok {
				queries[p.words] = len(words)
				words = append(words, p.words)
			}
			numbered[i] = adapter.Pair{Query: queries[p.words], Product: p.doc, Weight: p.weight}
		}
		return numbered
	}
	data.Training, data.Validation = number(training), number(validation)
	var err error
	if data.Queries, err = w.embed(ctx, words); err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintf(t.out, "%s: %d pairs to train on, %d to validate on, %d held out\n", leg.name, len(training), len(validation), len(heldOut))
	}
	made.projection, err = adapter.Train(ctx, data, c.options(), func(e adapter.Epoch) {
		if e.Best {
			made.Epoch = e.Number
		}
		if !c.JSON {
			fmt.Fprintf(t.out, "  epoch %2d  loss %.4f  validation MRR %.4f\n", e.Number, e.Loss, e.MRR)
		}
	})
	if made.projection == nil {
		made.Reason = "it was interrupted before anything was learnt"
	}
	return err
}

// keep writes the projections that win, or that --force asks for, and makes them live; when none wins all are kept for
// a look, and not used.
func (c *trainAdapterCmd) keep(adapters *adapterStore, m adapterManifest, model *encoders.Model, report *adapterReport) error {
	trained, won := map[string]*adapter.Projection{}, map[string]*adapter.Projection{}
	for _, made := range report.Legs {
		if made.projection == nil || made.projection.IsIdentity() {
			continue
		}
		trained[made.Leg] = made.projection
		if made.Wins || c.Force {
			won[made.Leg] = made.projection
		}
	}
	switch {
	case len(trained) == 0:
		report.Reason = "nothing was learnt that could be kept"
		return nil
	case len(won) == 0:
		report.Reason = "no leg wins: the adapter is kept and not used"
		won = trained
	case c.NoAdopt:
		report.Reason = "kept and not used, as --no-adopt says"
	case c.Force:
		report.Adopted, report.Reason = true, "used, as --force says"
	default:
		report.Adopted, report.Reason = true, "used for the legs that win"
	}
	a, err := adapter.New(model.Info().Fingerprint, won)
	if err != nil {
		return err
	}
	m.Version = adapters.NewVersion(m.Created)
	report.Version = m.Version
	if m.Report, err = json.Marshal(report); err != nil {
		return err
	}
	if err := adapters.Save(m, a); err != nil || !report.Adopted {
		return err
	}
	return adapters.Adopt(m.Version)
}

// adapterWork is what training and judging an adapter need.
type adapterWork struct {
	store    *catalog.Store
	index    *indexer.Index
	snapshot *indexer.Snapshot
	model    *encoders.Model
}

func openAdapterWork(ctx context.Context, dataDir string, library runtimeLibrary, t *terminal) (_ *adapterWork, err error) {
	w := &adapterWork{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.index, err = indexer.Open(ctx, dataDir); err != nil {
		return nil, err
	}
	w.snapshot = w.index.Acquire()
	if w.model, err = openModelOf(ctx, dataDir, w.index, library, t); err != nil {
		return nil, err
	}
	w.store, err = catalog.Open(ctx, dataDir)
	return w, err
}

func (w *adapterWork) close() error {
	var errs []error
	if w.snapshot != nil {
		w.snapshot.Release()
	}
	if w.index != nil {
		errs = append(errs, w.index.Close())
	}
	if w.model != nil {
		errs = append(errs, w.model.Close())
	}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	return errors.Join(errs...)
}

// maxAnchors is how many products give an anchor.
const maxAnchors = 5000

// anchors are the vectors of short queries that the catalogue's own words make, which the encoder knows already.
func (w *adapterWork) anchors(ctx context.Context, seed uint64) ([]float32, error) {
	pieces, err := cataloguePairs(ctx, w.snapshot, piecesOfTitles, maxAnchors, seed)
	if err != nil {
		return nil, err
	}
	words := make([]string, len(pieces))
	for i, p := range pieces {
		words[i] = p.words
	}
	return w.embed(ctx, words)
}

// embed returns the vectors of words, as those of queries, one after the other.
func (w *adapterWork) embed(ctx context.Context, words []string) ([]float32, error) {
	vectors, err := w.model.EmbedQueries(ctx, words)
	return slices.Concat(vectors...), err
}

// judge measures a leg's search of the held-out queries with and without its projection.
func (w *adapterWork) judge(ctx context.Context, leg adaptedLeg, made *adaptedFor) error {
	products := spaceProducts{w.snapshot, leg.space}
	var queries []evaluation.Query
	qrels := evaluation.Qrels{}
	for _, p := range made.heldOut {
		if qrels[p.words] == nil {
			qrels[p.words] = map[string]int{}
			queries = append(queries, evaluation.Query{ID: p.words, Text: p.words})
		}
		qrels[p.words][docName(p.doc)] = 1
	}
	var modes []evaluation.ModeReport
	for _, way := range []struct {
		name  string
		adapt func([]float32) []float32
	}{
		{"without", func(v []float32) []float32 { return v }},
		{"with", made.projection.Apply},
	} {
		mode, _, err := evaluation.Evaluate(ctx, queries, qrels, judgedK, func(ctx context.Context, q evaluation.Query) ([]string, error) {
			vector, err := w.model.EmbedText(ctx, q.Text)
			if err != nil {
				return nil, err
			}
			docs, err := products.Nearest(ctx, way.adapt(vector), evaluation.Depth(judgedK))
			names := make([]string, len(docs))
			for i, doc := range docs {
				names[i] = docName(doc)
			}
			return names, err
		})
		if err != nil {
			return err
		}
		mode.Mode = way.name
		modes = append(modes, mode)
	}
	gains, err := evaluation.CompareBy(modes, "without", "mrr")
	if err != nil {
		return err
	}
	made.Before, made.After, made.Gain = &modes[0], &modes[1], &gains[0]
	return nil
}

// judgedK is the depth of the metrics that have one; recall@10 has its own.
const judgedK = 10

func docName(doc uint32) string { return strconv.FormatUint(uint64(doc), 10) }

// decide says whether the leg's projection is used; madeUp that its queries are not like those of shoppers.
func (a *adaptedFor) decide(madeUp bool) {
	queries := a.Before.Queries
	switch {
	case a.projection.IsIdentity():
		a.Reason = "no epoch was better than no adapter"
	case queries < leastJudged:
		a.Reason = fmt.Sprintf("%d queries are held out, and %d are needed to believe a gain", queries, leastJudged)
	case a.Gain.Interval.Low <= 0:
		a.Reason = "the gain may be chance"
	case madeUp:
		a.Reason = "a gain on words made from the catalogue, which says little of what shoppers type"
	default:
		a.Wins, a.Reason = true, "it wins"
	}
}
