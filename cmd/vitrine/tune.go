package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
	"vitrine/retrieval/tuning"
)

type tuneCmd struct {
	Data    string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Queries string `placeholder:"Q.tsv" type:"existingfile" help:"Query id, text, and optionally a photo's path relative to the file, separated by tabs; left out where the judgements have the queries' words."`
	Qrels   string `required:"" placeholder:"FILE" type:"existingfile" help:"Judgements, in a form that vitrine eval reads."`
	Folds   int    `default:"5" help:"Parts of the queries, on each of which weights fitted on the others are tried."`
	DryRun  bool   `help:"Fit and report, and change nothing."`
	JSON    bool   `help:"Print JSON."`
}

const (
	// fusionFile holds the tuned weights in the data directory.
	fusionFile = "fusion.json"
	// leastTuned is how many judged queries a tuning needs.
	leastTuned = 30
	// tunedChance is how likely a gain on unseen queries may be mere chance for the weights still to be taken.
	tunedChance = 0.1
)

// tuned is what fusion.json holds.
type tuned struct {
	Made       time.Time             `json:"made"`
	Queries    int                   `json:"queries"`
	Comparison evaluation.Comparison `json:"comparison"` // with the defaults, on queries that the weights were not fitted on
	Weighting  retrieval.Weighting   `json:"weighting"`
}

// tuneReport is what the command prints as JSON.
type tuneReport struct {
	tuned
	Taken bool `json:"taken"`
}

// Run fits the weights of the fusion to judgements and takes them when they are better on queries that they
// were not fitted on.
func (c *tuneCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	if c.Folds < 2 || c.Folds > 20 {
		return fmt.Errorf("--folds %d: choose 2 to 20", c.Folds)
	}
	set, err := (&evalCmd{Queries: c.Queries, Qrels: c.Qrels, Mode: []retrieval.Mode{retrieval.ModeHybrid}}).read()
	if err != nil {
		return err
	}
	if set.judged < leastTuned {
		return fmt.Errorf("%d queries are judged and %d are needed to tune by: the default weights stay", set.judged, leastTuned)
	}
	shop, err := openShop(ctx, c.Data, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.close()) }()
	bar := t.progress()
	defer bar.close()
	options := shop.options
	options.Weighting, options.Fusion = nil, retrieval.FusionConvex // what tuning begins with and is compared with
	engine := shop.engineWith(options)
	group, err := observe(ctx, engine, set.queries, set.qrels, func(done, total int) { bar.report("queries", done, total) })
	if err != nil {
		return err
	}
	start := retrieval.DefaultWeighting()
	unseen, err := tuning.CrossValidate(ctx, group, start, c.Folds, func(done, total int) { bar.report("validate", done, total) })
	if err != nil {
		return err
	}
	fitted, err := tuning.Fit(ctx, []tuning.Group{group}, start, func(done, total int) { bar.report("fit", done, total) })
	if err != nil {
		return err
	}
	bar.close()

	comparison, err := compareValues(unseen, tuning.Evaluate(group, &start))
	if err != nil {
		return err
	}
	report := tuneReport{tuned{time.Now().UTC(), len(group), comparison, fitted}, comparison.Difference > 0 && comparison.P <= tunedChance}
	if report.Taken && !c.DryRun {
		if err := writeFusion(filepath.Join(c.Data, fusionFile), report.tuned); err != nil {
			return err
		}
	}
	if c.JSON {
		return t.json(report)
	}
	c.print(t.out, report)
	return nil
}

func (c *tuneCmd) print(w io.Writer, r tuneReport) {
	fmt.Fprintf(w, "%d queries; on queries not fitted on, NDCG@%d changes by %+.3f [%+.3f, %+.3f], p = %s: %d better, %d worse\n",
		r.Queries, tuning.Depth, r.Comparison.Difference, r.Comparison.Interval.Low, r.Comparison.Interval.High, r.Comparison.P, r.Comparison.Better, r.Comparison.Worse)
	switch {
	case !r.Taken:
		fmt.Fprintln(w, "that is no gain to rely on: the weights stay as they are")
	case c.DryRun:
		fmt.Fprintln(w, "without --dry-run these weights would be taken")
	default:
		fmt.Fprintf(w, "the weights are in %s, which a server reads when it starts; remove the file for the defaults\n", filepath.Join(c.Data, fusionFile))
	}
}

// observe searches the judged queries.
func observe(ctx context.Context, engine *retrieval.Engine, queries []evaluation.Query, qrels evaluation.Qrels, progress func(done, total int)) (tuning.Group, error) {
	var group tuning.Group
	for i, q := range queries {
		if len(qrels[q.ID]) == 0 {
			continue
		}
		query, err := queryOf(q)
		if err != nil {
			return nil, err
		}
		o, err := tuning.Observe(ctx, engine, q.ID, query, qrels[q.ID])
		if err != nil {
			return nil, err
		}
		group = append(group, o)
		progress(i+1, len(queries))
	}
	return group, nil
}

// compareValues compares what two weightings reach on the same queries.
func compareValues(values, base tuning.Values) (evaluation.Comparison, error) {
	column := func(name string, values tuning.Values) evaluation.ModeReport {
		report := evaluation.ModeReport{Mode: name, Metrics: []evaluation.Metric{{Name: fmt.Sprintf("ndcg@%d", tuning.Depth)}}}
		for _, id := range values.Sorted() {
			report.PerQuery = append(report.PerQuery, evaluation.QueryFigures{Query: evaluation.Query{ID: id}, Figures: []float64{values[id]}})
		}
		return report
	}
	comparisons, err := evaluation.Compare([]evaluation.ModeReport{column("tuned", values), column("default", base)}, "default")
	if err != nil {
		return evaluation.Comparison{}, err
	}
	return comparisons[0], nil
}

func writeFusion(path string, t tuned) error {
	return replaceFile(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(t)
	})
}

// readFusion returns the tuned weights of a data directory; nil where there are none.
func readFusion(dataDir string) (*retrieval.Weighting, error) {
	path := filepath.Join(dataDir, fusionFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var t tuned
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, fmt.Errorf("%s: %w: remove it for the default weights, or run vitrine tune again", path, err)
	}
	if err := t.Weighting.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w: remove it for the default weights, or run vitrine tune again", path, err)
	}
	return &t.Weighting, nil
}
