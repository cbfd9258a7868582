package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"vitrine/ranker/ctr"
	"vitrine/ranker/learning"
)

type trainCTRCmd struct {
	Rows     clickRows `embed:""`
	Evaluate string    `placeholder:"FILE" help:"Train nothing: read the model from this file and print its figures on the rows."`

	Model   string `default:"" enum:",logistic,mlp,deepfm,trees" help:"Kind of model: logistic, mlp or deepfm, and with --data also trees; where none is named mlp, and with --data logistic."`
	Hidden  []int  `help:"Units of each hidden layer of an mlp or a deepfm, separated by commas; 64 where none are named."`
	Factors int    `default:"0" help:"Numbers in the latent vector of a deepfm's feature; 0 = 8."`
	From    string `placeholder:"FILE" help:"Go on from the model of this file, of the same features and kind."`
	Freeze  int    `default:"0" help:"Hidden layers that stay as they are, from the first."`

	Objective string `default:"" enum:",logloss,softmax,lambdarank" help:"What training lowers: logloss, softmax or lambdarank, of which the last two compare the rows of a query; where none is named logloss, and with --data softmax unless objective.txt reads carts or purchases."`
	NDCGAt    int    `name:"ndcg-at" default:"10" help:"Rank to which lambdarank looks, and at which softmax and lambdarank choose the best epoch."`

	Dropout    float64 `default:"0" help:"Share of the hidden units left out at a time."`
	Positive   float64 `name:"positive-weight" default:"1" help:"Weight of a clicked row in the loss."`
	L2         float64 `name:"l2" default:"0" help:"Penalty on the weights; under adam it is decoupled decay."`
	PositionL2 float64 `name:"position-l2" default:"0.0001" help:"Penalty on what the positions add."`

	Optimizer string  `default:"adam" enum:"adam,sgd" help:"Optimiser: ${enum}; adam is AdamW."`
	Momentum  float64 `default:"0.9" help:"Momentum of sgd."`
	Rate      float64 `default:"0" help:"Learning rate; 0 = 0.001 for adam, 0.01 for sgd."`
	Epochs    int     `default:"10" help:"Passes over the training rows at most."`
	Batch     int     `default:"32" help:"Rows a step; under softmax and lambdarank whole queries until they are as many."`

	Validation float64 `default:"0.2" help:"Share of the rows, or of the queries, that choose the best epoch; 0 = none, and the last epoch is the best."`
	Patience   int     `default:"5" help:"End when the validation rows have seen no better epoch for so many; 0 = never."`
	Seed       uint64  `default:"1" help:"Of the split and the training: with the same rows and flags it gives the same model."`

	learnFlags
	Out  string `default:"ctr.json" help:"Where the model is written."`
	JSON bool   `help:"Print JSON, at the end."`
}

// Run trains a model on a table or on a shop's log, or evaluates one.
func (c *trainCTRCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) error {
	if err := c.fillIn(); err != nil {
		return err
	}
	switch {
	case c.Data != "":
		return c.learn(ctx, t, library)
	case c.Evaluate != "":
		return c.evaluate(t)
	}
	return c.train(ctx, t)
}

// fillIn sets what was not named and depends on where the rows come from, and on what the shop's order pursues.
func (c *trainCTRCmd) fillIn() error {
	kind, objective := "mlp", string(ctr.LogLoss)
	if c.Data != "" {
		kind = learning.DefaultKind
		pursued, err := openObjective(c.Data)
		if err != nil {
			return err
		}
		if !pursued.value.ReadsOutcomes() && c.Model != "trees" {
			objective = learning.DefaultObjective
		}
	}
	c.Model, c.Objective = cmp.Or(c.Model, kind), cmp.Or(c.Objective, objective)
	return nil
}

func (c *trainCTRCmd) evaluate(t *terminal) error {
	model, err := readClickModel(c.Evaluate, "--evaluate")
	if err != nil {
		return err
	}
	rows, err := c.Rows.readFor(model)
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
	fmt.Fprintf(t.out, "%s on %d rows of %s, %s\n", c.Evaluate, rows.Rows(), c.Rows.path(), positives(rows))
	printClickFigures(t.out, "rows", metrics)
	return nil
}

func (c *trainCTRCmd) train(ctx context.Context, t *terminal) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	if folder, err := os.Stat(filepath.Dir(c.Out)); err != nil || !folder.IsDir() {
		return fmt.Errorf("--out %s: there is no folder %s: make it first, or choose another", c.Out, filepath.Dir(c.Out))
	}
	rows, err := c.Rows.read(options.Objective)
	if err != nil {
		return err
	}
	training, validation, err := rows.Split(c.Validation, c.Seed)
	if err != nil {
		return fmt.Errorf("--validation: %w", err)
	}

	report := clickReport{File: c.Out}
	if !c.JSON {
		fmt.Fprintf(t.out, "%s: %d rows to train on, %s; %d to validate on, %s\n",
			kindOf(options), training.Rows(), positives(training), validation.Rows(), positives(validation))
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
		Objective: ctr.Objective(c.Objective), NDCGAt: c.NDCGAt, Freeze: c.Freeze,
		Dropout: c.Dropout, PositiveWeight: c.Positive, L2: c.L2, PositionL2: c.PositionL2,
		Optimiser: ctr.Optimiser(c.Optimizer), Rate: c.Rate, Momentum: c.Momentum, Epochs: c.Epochs, Batch: c.Batch,
		Patience: c.Patience, Seed: c.Seed,
	}
	switch {
	case c.Model == "trees":
		return o, errors.New("trees of a table are trained by vitrine train trees")
	case c.From != "" && (c.Model != "mlp" || len(c.Hidden) > 0 || c.Factors != 0):
		return o, errors.New("leave --model, --hidden and --factors out beside --from: the model has its own")
	case c.Model == "logistic" && len(c.Hidden) > 0:
		return o, errors.New("a logistic regression has no --hidden layers: leave them out, or choose --model mlp")
	case c.Model != "deepfm" && c.Factors != 0:
		return o, errors.New("--factors are of a deepfm: choose --model deepfm, or leave them out")
	case c.Positive == 0:
		return o, errors.New("--positive-weight 0: choose a number above 0")
	case c.PositionL2 == 0:
		return o, errors.New("--position-l2 0: choose a number above 0")
	case c.Momentum == 0:
		return o, errors.New("--momentum 0: choose a number above 0")
	case c.NDCGAt == 0:
		return o, errors.New("--ndcg-at 0: choose 1 or more")
	case c.Epochs == 0:
		return o, errors.New("--epochs 0: choose 1 or more")
	case c.Batch == 0:
		return o, errors.New("--batch 0: choose 1 or more")
	}
	if c.Model != "logistic" {
		o.Hidden = c.Hidden
		if len(o.Hidden) == 0 {
			o.Hidden = []int{64}
		}
	}
	if c.Model == "deepfm" {
		o.Factors = cmp.Or(c.Factors, 8)
	}
	if c.From != "" {
		from, err := readClickModel(c.From, "--from")
		if err != nil {
			return o, err
		}
		o.From = from
	}
	o = o.WithDefaults()
	return o, o.Validate()
}

// kindOf names the kind of model.
func kindOf(o ctr.Options) string {
	switch {
	case o.Factors > 0:
		return "deepfm"
	case len(o.Hidden) > 0:
		return "mlp"
	}
	return "logistic"
}

// readClickModel reads the model that a flag names.
func readClickModel(path, flag string) (*ctr.Model, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: %s takes a model that vitrine train ctr --out has written", path, flag)
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
