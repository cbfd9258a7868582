package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"vitrine/ranker/ctr"
)

type trainCTRCmd struct {
	CSV      string `name:"csv" required:"" xor:"rows" placeholder:"FILE" help:"Comma-separated table whose first line names the columns."`
	Evaluate string `placeholder:"FILE" help:"Train nothing: read the model from this file and print its figures on --csv."`

	Features []string `placeholder:"COLUMN" help:"Columns that the model sees, separated by commas."`
	Label    string   `placeholder:"COLUMN" help:"Column that is 1 where there was a click and 0 where there was none."`

	Model    string  `default:"mlp" enum:"logistic,mlp" help:"Kind of model: ${enum}."`
	Hidden   []int   `default:"64" help:"Units of each hidden layer of an mlp, separated by commas."`
	Dropout  float64 `default:"0" help:"Share of an mlp's hidden units left out at a time."`
	Positive float64 `name:"positive-weight" default:"1" help:"Weight of a clicked row in the loss."`
	L2       float64 `name:"l2" default:"0" help:"Penalty on the weights; under adam it is decoupled decay."`

	Optimizer string  `default:"adam" enum:"adam,sgd" help:"Optimiser: ${enum}; adam is AdamW, sgd has momentum 0.9."`
	Rate      float64 `default:"0" help:"Learning rate; 0 = 0.001 for adam, 0.01 for sgd."`
	Epochs    int     `default:"10" help:"Passes over the training rows at most."`
	Batch     int     `default:"32" help:"Rows a step."`

	Validation float64 `default:"0.2" help:"Share of the rows that choose the best epoch; 0 = none, and the last epoch is the best."`
	Patience   int     `default:"5" help:"End when the validation loss has not fallen for so many epochs; 0 = never."`
	Seed       uint64  `default:"1" help:"Of the split and the training: with the same rows and flags it gives the same model."`

	learnFlags
	Out  string `default:"ctr.json" help:"Where the model is written."`
	JSON bool   `help:"Print JSON, at the end."`
}

// Run trains a model on a table or on a shop's log, or evaluates one.
func (c *trainCTRCmd) Run(ctx context.Context, t *terminal) error {
	switch {
	case c.Data != "":
		return c.learn(ctx, t)
	case c.Evaluate != "":
		return c.evaluate(t)
	}
	return c.train(ctx, t)
}

func (c *trainCTRCmd) evaluate(t *terminal) error {
	if len(c.Features) > 0 || c.Label != "" {
		return errors.New("leave --features and --label out beside --evaluate: the model names its columns")
	}
	model, err := readClickModel(c.Evaluate)
	if err != nil {
		return err
	}
	rows, err := readClickTable(c.CSV, model.Features(), model.Label())
	if err != nil {
		return err
	}
	metrics, err := model.Evaluate(rows)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(clickFiguresOf(metrics))
	}
	fmt.Fprintf(t.out, "%s on %d rows of %s, %d with %s = 1\n", c.Evaluate, rows.Rows(), c.CSV, rows.Positives(), rows.Label)
	printClickFigures(t.out, "rows", metrics)
	return nil
}

func (c *trainCTRCmd) train(ctx context.Context, t *terminal) error {
	if len(c.Features) == 0 || c.Label == "" {
		return errors.New("name the columns to learn from with --features a,b,c and the column to learn with --label")
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	if folder, err := os.Stat(filepath.Dir(c.Out)); err != nil || !folder.IsDir() {
		return fmt.Errorf("--out %s: there is no folder %s: make it first, or choose another", c.Out, filepath.Dir(c.Out))
	}
	rows, err := readClickTable(c.CSV, c.Features, c.Label)
	if err != nil {
		return err
	}
	training, validation, err := rows.Split(c.Validation, c.Seed)
	if err != nil {
		return fmt.Errorf("--validation: %w", err)
	}

	report := clickReport{File: c.Out}
	if !c.JSON {
		fmt.Fprintf(t.out, "%s: %d rows to train on, %d with %s = 1; %d to validate on, %d with %s = 1\n",
			c.Model, training.Rows(), training.Positives(), c.Label, validation.Rows(), validation.Positives(), c.Label)
	}
	model, trainErr := ctr.Train(ctx, training, validation, options, func(e ctr.Epoch) {
		report.add(e)
		if !c.JSON {
			printClickEpoch(t.out, e)
		}
	})
	if model == nil {
		if errors.Is(trainErr, context.Canceled) {
			t.notef("no epoch was finished: no model was written")
		}
		return trainErr
	}
	if err := replaceFile(c.Out, model.Write); err != nil {
		return err
	}
	if c.JSON {
		return errors.Join(t.json(report), trainErr)
	}
	if trainErr != nil {
		fmt.Fprintf(t.out, "stopped after epoch %d: ", len(report.Epochs))
	}
	fmt.Fprintf(t.out, "the model of epoch %d, the best so far, is in %s\n", report.Best, c.Out)
	return trainErr
}

// options returns the options that the flags say.
func (c *trainCTRCmd) options() (ctr.Options, error) {
	o := ctr.Options{
		Hidden: c.Hidden, Dropout: c.Dropout, PositiveWeight: c.Positive, L2: c.L2,
		Optimiser: ctr.Optimiser(c.Optimizer), Rate: c.Rate, Epochs: c.Epochs, Batch: c.Batch,
		Patience: c.Patience, Seed: c.Seed,
	}
	if c.Model == "logistic" {
		o.Hidden = nil
	}
	switch {
	case c.Model == "mlp" && len(c.Hidden) == 0:
		return o, errors.New("an mlp needs units with --hidden: without hidden layers choose --model logistic")
	case c.Positive == 0:
		return o, errors.New("--positive-weight 0: choose a number above 0")
	case c.Epochs == 0:
		return o, errors.New("--epochs 0: choose 1 or more")
	case c.Batch == 0:
		return o, errors.New("--batch 0: choose 1 or more")
	}
	return o, o.WithDefaults().Validate()
}

// readClickTable reads the chosen columns of a table.
func readClickTable(path string, features []string, label string) (*ctr.Dataset, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --csv takes a table whose first line names the columns", path)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	rows, err := ctr.ReadCSV(in, ctr.Columns{Features: features, Label: label})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}

func readClickModel(path string) (*ctr.Model, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --evaluate takes a model that vitrine train ctr --out has written", path)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	model, err := ctr.Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return model, nil
}
