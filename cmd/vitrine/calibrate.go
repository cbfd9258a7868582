package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"

	"vitrine/ranker/calibration"
	"vitrine/ranker/ctr"
)

type calibrateCmd struct {
	Fit   string `required:"" placeholder:"FILE" help:"Table of logits and clicks to learn the calibrations from, which the model was not trained on."`
	CSV   string `name:"csv" required:"" placeholder:"FILE" help:"Table of logits and clicks to judge them on."`
	Logit string `default:"logit" placeholder:"COLUMN" help:"Column of the model's log odds."`
	Label string `default:"click" placeholder:"COLUMN" help:"Column that is 1 where there was a click and 0 where there was none."`
	Bins  int    `default:"10" help:"Rows of a reliability table."`
	JSON  bool   `help:"Print JSON."`
}

// calibrated is how well chances hold.
type calibrated struct {
	Calibration string            `json:"calibration"`
	ECE         float64           `json:"ece"`
	LogLoss     float64           `json:"log_loss"`
	Reliability []calibration.Bin `json:"reliability"`
}

// Run compares the chances of a model as they are with those of two calibrations.
func (c *calibrateCmd) Run(t *terminal) error {
	fit, err := c.read(c.Fit)
	if err != nil {
		return err
	}
	test, err := c.read(c.CSV)
	if err != nil {
		return err
	}
	platt, err := calibration.FitPlatt(fit.Values, fit.Labels, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Fit, err)
	}
	isotonic, err := calibration.FitIsotonic(fit.Values, fit.Labels, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Fit, err)
	}
	var all []calibrated
	for _, k := range []struct {
		name   string
		chance func(logit float64) float64
	}{
		{"none", func(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }},
		{"platt", platt.Chance},
		{"isotonic", isotonic.Chance},
	} {
		one, err := c.judge(k.chance, test.Values, test.Labels)
		if err != nil {
			return err
		}
		one.Calibration = k.name
		all = append(all, one)
	}
	if c.JSON {
		return t.json(all)
	}
	fmt.Fprintf(t.out, "platt: slope %.4f, intercept %.4f\n", platt.Slope, platt.Intercept)
	for _, one := range all {
		fmt.Fprintf(t.out, "%s: ECE %.5f, log loss %.5f\n  rows      predicted  observed [95 %% interval]\n", one.Calibration, one.ECE, one.LogLoss)
		for _, b := range one.Reliability {
			fmt.Fprintf(t.out, "  %-8d  %9.4f  %8.4f [%.4f, %.4f]\n", b.Rows, b.Predicted, b.Observed, b.Low, b.High)
		}
	}
	return nil
}

func (c *calibrateCmd) read(path string) (*ctr.Dataset, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --fit and --csv take tables with a column of logits and one of clicks", path)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	rows, err := ctr.ReadCSV(in, ctr.Columns{Features: []string{c.Logit}, Label: c.Label})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}

func (c *calibrateCmd) judge(chance func(logit float64) float64, logits, labels []float64) (calibrated, error) {
	chances := make([]float64, len(logits))
	for i, logit := range logits {
		chances[i] = chance(logit)
	}
	table, err := calibration.Reliability(chances, labels, c.Bins)
	if err != nil {
		return calibrated{}, fmt.Errorf("--bins: %w", err)
	}
	loss, err := calibration.LogLoss(chances, labels)
	return calibrated{ECE: calibration.ECE(table), LogLoss: loss, Reliability: table}, err
}
