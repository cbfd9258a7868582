package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
	"vitrine/retrieval/evaluation/page"
)

type evalCmd struct {
	Data       string           `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Qrels      string           `required:"" placeholder:"FILE" type:"existingfile" help:"Judgements, their form recognised by the first line: TREC (query id, 0, product id, grade), Quepid's CSV (query,docid,rating) or ESCI's labels (query_id, query, product_id, esci_label)."`
	Queries    string           `placeholder:"FILE" type:"existingfile" help:"Query id, text, and optionally a photo's path relative to the file, separated by tabs. Quepid's and ESCI's judgements have the queries in them: leave it out."`
	Mode       []retrieval.Mode `placeholder:"M" enum:"keyword,vector,hybrid,ranked" default:"keyword,vector,hybrid,ranked" help:"Modes to measure; all when none is named."`
	RunAgainst []string         `placeholder:"OLD.run" type:"existingfile" help:"Measure the results in this file too, in TREC's form: those of an earlier version (--run) or of another engine. May be repeated."`
	Baseline   string           `placeholder:"NAME" help:"The mode, or the name of a --run-against file, that the others are compared with; the first file or else the first mode when left out."`
	K          int              `short:"k" default:"10" help:"Depth of NDCG, precision and ERR."`
	PerQuery   bool             `help:"List the queries too, from what the last mode loses most against the baseline to what it wins most; with --json all figures of each."`
	HTML       string           `name:"html" placeholder:"OUT.html" type:"path" help:"Write a page with charts, and the first results of each mode for each query with pictures and grades."`
	RunFile    string           `name:"run" placeholder:"OUT.run" type:"path" help:"Write the results in TREC's form; with several modes one file each, OUT.MODE.run."`
	JSON       bool             `help:"Print JSON."`
}

// Help is printed below the flags' summary by vitrine eval --help.
func (c *evalCmd) Help() string {
	return `Each mode gets NDCG@k, MRR, recall@1/10/100, precision@k and ERR@k, with 95 % bootstrap intervals; and the modes are compared, on the same queries, by a paired randomisation test.

  vitrine eval --data shop --qrels quepid.csv
  vitrine eval --data shop --queries q.tsv --qrels q.qrels --run before.run --mode ranked
  vitrine eval --data shop --queries q.tsv --qrels q.qrels --run-against before.run --mode ranked --html report.html`
}

// Run measures each mode over all judged queries.
func (c *evalCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	set, err := c.read()
	if err != nil {
		return err
	}
	shop, err := openShop(ctx, c.Data, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.close()) }()

	bar := t.progress()
	defer bar.close()
	result, err := c.measure(ctx, set, shop, bar)
	if err != nil {
		return err
	}
	if result.Report.Comparisons, err = evaluation.Compare(result.Report.Modes, c.Baseline); err != nil {
		return err
	}
	if result.Report.PerQuery, err = evaluation.PerQuery(result.Report.Modes, c.Baseline); err != nil {
		return err
	}
	if c.HTML != "" {
		err := replaceFile(c.HTML, func(w io.Writer) error {
			return page.Write(ctx, w, result, shopWindow{shop}, func(done, total int) { bar.report("page", done, total) })
		})
		if err != nil {
			return err
		}
	}
	bar.close()
	set.warn(t, shop.index)
	if !c.PerQuery {
		result.Report.PerQuery = nil
	}
	if c.JSON {
		return t.json(result.Report)
	}
	return result.Report.WriteTables(t.out)
}

// measure evaluates the runs of --run-against and then each mode, whose results it writes where --run asks.
func (c *evalCmd) measure(ctx context.Context, set evalSet, shop *shop, bar *progress) (page.Evaluation, error) {
	result := page.Evaluation{
		Qrels:  set.qrels,
		Source: fmt.Sprintf("Judgements: %s. Index: %s.", filepath.Base(c.Qrels), shop.engine.Generation()),
	}
	depth := evaluation.Depth(c.K)
	add := func(name string, search func(context.Context, evaluation.Query) ([]string, error)) (evaluation.Run, error) {
		figures, run, err := evaluation.Evaluate(ctx, set.queries, set.qrels, c.K, search)
		figures.Mode = name
		result.Report.Modes = append(result.Report.Modes, figures)
		result.Runs = append(result.Runs, run)
		return run, err
	}
	for _, old := range set.runs {
		if _, err := add(old.name, old.search(depth)); err != nil {
			return result, err
		}
	}
	for _, mode := range c.Mode {
		done := 0
		run, err := add(string(mode), func(ctx context.Context, q evaluation.Query) ([]string, error) {
			done++
			defer func() { bar.report("mode "+string(mode), done, set.judged) }()
			ids, _, err := rankedIDs(ctx, shop.engine, q, mode, depth)
			return ids, err
		})
		if err != nil {
			return result, err
		}
		if err := c.writeRun(run, mode); err != nil {
			return result, err
		}
	}
	return result, nil
}

// rankedIDs returns the ids of the first depth results, and their scores.
func rankedIDs(ctx context.Context, engine *retrieval.Engine, q evaluation.Query, mode retrieval.Mode, depth int) (ids []string, scores []float64, err error) {
	if mode == retrieval.ModeKeyword && q.Text == "" {
		return nil, nil, nil // a photo alone has no words to look up
	}
	query, err := queryOf(q)
	if err != nil {
		return nil, nil, err
	}
	query.Mode, query.Limit = mode, depth
	response, err := engine.Search(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	for _, hit := range response.Hits {
		ids, scores = append(ids, hit.Product.ID), append(scores, hit.Score)
	}
	return ids, scores, nil
}

// queryOf is a judged query as the engine takes it.
func queryOf(q evaluation.Query) (query retrieval.Query, err error) {
	query.Text = q.Text
	if q.Photo != "" {
		photo, err := os.ReadFile(q.Photo)
		if err != nil {
			return query, fmt.Errorf("read photo: %w", err)
		}
		query.Photos = []retrieval.PhotoQuery{{Data: photo}}
	}
	return query, nil
}

// writeRun writes a mode's results where --run asks for them.
func (c *evalCmd) writeRun(run evaluation.Run, mode retrieval.Mode) error {
	if c.RunFile == "" {
		return nil
	}
	path := c.RunFile
	if len(c.Mode) > 1 {
		extension := filepath.Ext(path)
		path = strings.TrimSuffix(path, extension) + "." + string(mode) + extension
	}
	return replaceFile(path, func(w io.Writer) error { return evaluation.WriteRun(w, run, "vitrine-"+string(mode)) })
}

// replaceFile puts what write gives at path, whole or not at all.
func replaceFile(path string, write func(io.Writer) error) error {
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(part.Name()) // gone already when all went well
	err = errors.Join(write(part), part.Chmod(0o644), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
