package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
)

type evalCmd struct {
	Data    string           `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Queries string           `required:"" placeholder:"Q.tsv" type:"existingfile" help:"Query id, text, and optionally a photo's path relative to the file, separated by tabs."`
	Qrels   string           `required:"" placeholder:"Q.qrels" type:"existingfile" help:"Judgements in TREC's form: query id, 0, product id, grade."`
	Mode    []retrieval.Mode `placeholder:"M" enum:"keyword,vector,hybrid,ranked" default:"keyword,vector,hybrid,ranked" help:"Modes to measure; all when none is named."`
	K       int              `short:"k" default:"10" help:"Depth of NDCG and precision."`
	RunFile string           `name:"run" placeholder:"OUT.run" type:"path" help:"Write the results in TREC's form; with several modes one file each, OUT.MODE.run."`
	JSON    bool             `help:"Print JSON."`
}

// Run measures each mode over all judged queries.
func (c *evalCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	queries, err := evaluation.OpenQueries(c.Queries)
	if err != nil {
		return err
	}
	qrels, err := evaluation.OpenQrels(c.Qrels)
	if err != nil {
		return err
	}
	shop, err := openShop(ctx, c.Data, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.close()) }()

	var report evaluation.Report
	bar := t.progress()
	defer bar.close()
	for _, mode := range c.Mode {
		done := 0
		figures, run, err := evaluation.Evaluate(ctx, queries, qrels, c.K, func(ctx context.Context, q evaluation.Query) ([]string, error) {
			defer func() { done++; bar.report("mode "+string(mode), done, len(queries)) }()
			return shop.ranked(ctx, q, mode, evaluation.Depth(c.K))
		})
		if err != nil {
			return err
		}
		figures.Mode = string(mode)
		report.Modes = append(report.Modes, figures)
		if err := c.writeRun(run, mode); err != nil {
			return err
		}
	}
	bar.close()
	if c.JSON {
		return t.json(report)
	}
	return report.WriteTables(t.out)
}

// ranked returns the ids of the first depth results.
func (s *shop) ranked(ctx context.Context, q evaluation.Query, mode retrieval.Mode, depth int) ([]string, error) {
	if mode == retrieval.ModeKeyword && q.Text == "" {
		return nil, nil // a photo alone has no words to look up
	}
	query := retrieval.Query{Text: q.Text, Mode: mode, Limit: depth}
	if q.Photo != "" {
		var err error
		if query.Photo, err = os.ReadFile(q.Photo); err != nil {
			return nil, fmt.Errorf("read photo: %w", err)
		}
	}
	response, err := s.engine.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(response.Hits))
	for i, hit := range response.Hits {
		ids[i] = hit.Product.ID
	}
	return ids, nil
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
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write run: %w", err)
	}
	if err := evaluation.WriteRun(file, run, "vitrine-"+string(mode)); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}
