package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"vitrine/ranker/ctr"
	"vitrine/ranker/trees"
)

type trainTreesCmd struct {
	Rows     clickRows `embed:""`
	Evaluate string    `placeholder:"FILE" help:"Train nothing: read the model from this file and print its figures on the rows."`
	Scores   string    `placeholder:"FILE" help:"Beside --evaluate, write the score of each row, one a line."`

	Objective  string  `default:"logistic" enum:"logistic,lambdarank" help:"What training lowers: ${enum}; the last compares the rows of a query."`
	Trees      int     `default:"100" help:"Trees at most."`
	Leaves     int     `default:"31" help:"Leaves of a tree at most."`
	Rate       float64 `default:"0.1" help:"Learning rate."`
	MinRows    int     `name:"min-rows" default:"20" help:"Rows of a leaf at least."`
	MinHessian float64 `name:"min-hessian" default:"0.001" help:"Hessian of a leaf at least."`
	L2         float64 `name:"l2" default:"0" help:"Penalty on the values of leaves."`
	Features   float64 `name:"feature-share" default:"1" help:"Share of the features that a tree may use."`
	RowShare   float64 `name:"row-share" default:"1" help:"Share of the rows that a tree learns from."`

	Validation float64 `default:"0.2" help:"Share of the rows, or of the queries, that choose how many trees are kept; 0 = none, and all are."`
	Patience   int     `default:"20" help:"End when the validation rows have seen no better tree for so many; 0 = never."`
	Threads    int     `default:"0" help:"0 = as many as there are processors; the model does not depend on it."`
	Seed       uint64  `default:"1" help:"Of the split and the training: with the same rows and flags it gives the same model."`

	Out string `default:"trees.json" help:"Where the model is written."`
}

// Run trains a model, or evaluates one.
func (c *trainTreesCmd) Run(ctx context.Context, t *terminal) error {
	if c.Evaluate != "" {
		return c.evaluate(t)
	}
	if c.Scores != "" {
		return errors.New("--scores goes with --evaluate")
	}
	return c.train(ctx, t)
}

func (c *trainTreesCmd) train(ctx context.Context, t *terminal) error {
	rows, err := c.Rows.read(rowsOf(trees.Objective(c.Objective)))
	if err != nil {
		return err
	}
	training, validation, err := rows.Split(c.Validation, c.Seed)
	if err != nil {
		return fmt.Errorf("--validation: %w", err)
	}
	fmt.Fprintf(t.out, "%d rows to train on, %s; %d to validate on, %s\n", training.Rows(), positives(training), validation.Rows(), positives(validation))
	progress := t.progress()
	model, trainErr := trees.Train(ctx, training, validation, c.options(), func(r trees.Round) { progress.report("trees", r.Tree, c.Trees) })
	progress.close()
	if model == nil {
		return trainErr
	}
	judge, judging := "validation", validation
	if validation.Rows() == 0 {
		judge, judging = "training", training
	}
	if err := c.print(t, judge, model, judging); err != nil {
		return err
	}
	if err := replaceFile(c.Out, model.Write); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "the model of %d trees is in %s\n", model.Trees(), c.Out)
	return trainErr
}

func (c *trainTreesCmd) options() trees.Options {
	threads := c.Threads
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	return trees.Options{
		Objective: trees.Objective(c.Objective), Trees: c.Trees, Leaves: c.Leaves, Rate: c.Rate, MinRows: c.MinRows, MinHessian: c.MinHessian,
		L2: c.L2, FeatureShare: c.Features, RowShare: c.RowShare, Patience: c.Patience, Threads: threads, Seed: c.Seed,
	}
}

func (c *trainTreesCmd) evaluate(t *terminal) error {
	model, err := readTrees(c.Evaluate)
	if err != nil {
		return err
	}
	rows, err := c.Rows.readColumns(ctr.Columns{
		Features: model.Features(), Label: model.Label(), Graded: model.Objective() == trees.LambdaRank, Group: c.Rows.Group, Weight: c.Rows.Weight,
	})
	if err != nil {
		return err
	}
	if c.Scores != "" {
		if err := replaceFile(c.Scores, func(w io.Writer) error { return writeScores(w, scoresOf(model, rows)) }); err != nil {
			return err
		}
	}
	return c.print(t, "rows", model, rows)
}

// print prints the figures that mean something under the objective of the model.
func (c *trainTreesCmd) print(t *terminal, name string, model *trees.Model, rows *ctr.Dataset) error {
	metrics, err := ctr.Measure(rows, scoresOf(model, rows))
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: AUC %s", name, printedAUC(metrics.AUC))
	if model.Objective() == trees.Logistic {
		fmt.Fprintf(t.out, "  log loss %.5f", metrics.LogLoss)
	}
	if metrics.Queries > 0 {
		fmt.Fprintf(t.out, "  NDCG@5 %.4f  NDCG@10 %.4f  of %d queries", metrics.NDCG5, metrics.NDCG10, metrics.Queries)
	}
	fmt.Fprintln(t.out)
	return nil
}

// rowsOf is the objective of package ctr that wants the same rows.
func rowsOf(objective trees.Objective) ctr.Objective {
	if objective == trees.LambdaRank {
		return ctr.LambdaRank
	}
	return ctr.LogLoss
}

func scoresOf(model *trees.Model, rows *ctr.Dataset) []float64 {
	scores := make([]float64, rows.Rows())
	model.Scores(rows.Values, scores)
	return scores
}

func writeScores(w io.Writer, scores []float64) error {
	out := bufio.NewWriter(w)
	for _, score := range scores {
		fmt.Fprintln(out, score)
	}
	return out.Flush()
}

func readTrees(path string) (*trees.Model, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --evaluate takes a model that vitrine train trees --out has written", path)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	model, err := trees.Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return model, nil
}
