package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"vitrine/ranker/ctr"
	"vitrine/ranker/online"
)

type trainFTRLCmd struct {
	CSV      string `name:"csv" required:"" placeholder:"FILE" help:"Comma-separated table whose first line names the columns; learnt in the order of its lines."`
	Evaluate string `placeholder:"FILE" help:"Learn nothing: read the model from this file and print its figures on --csv."`
	Logits   string `placeholder:"FILE" help:"Beside --evaluate, write a table of each row's logit and click, as vitrine calibrate takes it."`

	Numbers  []string `placeholder:"COLUMN" help:"Columns of numbers, separated by commas."`
	Fields   []string `placeholder:"COLUMN" help:"Columns of words, for --crosses."`
	Crosses  []string `placeholder:"A×B" help:"Fields whose values count together, joined by ×; one field alone counts by itself."`
	Label    string   `placeholder:"COLUMN" help:"Column that is 1 where there was a click and 0 where there was none."`
	Position string   `placeholder:"COLUMN" help:"Column of the position, from 1, whose effect is learnt and left out of scores."`

	Prior   float64 `default:"0" help:"Share of clicks from which learning starts; 0 = that of the table."`
	Alpha   float64 `default:"0.1" help:"Step of a weight."`
	Beta    float64 `default:"1" help:"Slows the first steps."`
	L1      float64 `name:"l1" default:"0" help:"At which a weight stays exactly 0."`
	L2      float64 `name:"l2" default:"0" help:"Penalty on the weights."`
	Buckets int     `default:"262144" help:"Weights that the values of the crosses share, a power of two."`
	Passes  int     `default:"1" help:"Times that the table is learnt."`

	Out string `default:"ctr.ftrl" help:"Where the model is written."`
}

// Run learns a model, or evaluates one.
func (c *trainFTRLCmd) Run(t *terminal) error {
	if c.Evaluate != "" {
		return c.evaluate(t)
	}
	return c.train(t)
}

// train learns the rows in their order. What it prints of the first pass is of rows that the model had not
// learnt yet when it scored them.
func (c *trainFTRLCmd) train(t *terminal) error {
	switch {
	case c.Label == "" || len(c.Numbers)+len(c.Crosses) == 0:
		return errors.New("name the column to learn with --label, and with --numbers or with --fields and --crosses what to learn from")
	case c.Passes < 1:
		return fmt.Errorf("--passes %d: choose 1 or more", c.Passes)
	case c.Logits != "":
		return errors.New("--logits goes with --evaluate")
	}
	examples, err := readExamples(c.CSV, online.Columns{Dense: c.Numbers, Fields: c.Fields, Clicked: c.Label, Position: c.Position})
	if err != nil {
		return err
	}
	labels, logits := labelsOf(examples), make([]float64, len(examples))
	model, err := online.New(online.Options{
		Prior: c.prior(labels),
		Dense: online.Standard(c.Numbers, examples), Fields: c.Fields, Crosses: c.Crosses,
		Buckets: c.Buckets, Alpha: c.Alpha, Beta: c.Beta, L1: c.L1, L2: c.L2,
	})
	if err != nil {
		return err
	}
	for pass := range c.Passes {
		for i, e := range examples {
			if pass == 0 {
				logits[i] = model.Score(e) + model.Band(e.Position)
			}
			if err := model.Learn(e); err != nil {
				return err
			}
		}
	}
	if err := printLogits(t, "each row before it is learnt", labels, logits); err != nil {
		return err
	}
	if err := replaceFile(c.Out, model.Write); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "the model is in %s\n", c.Out)
	return nil
}

// prior is that of the table, smoothed so that it is neither 0 nor 1, unless another is named.
func (c *trainFTRLCmd) prior(labels []float64) float64 {
	if c.Prior != 0 {
		return c.Prior
	}
	clicks := 0.0
	for _, label := range labels {
		clicks += label
	}
	return (clicks + 1) / (float64(len(labels)) + 2)
}

func (c *trainFTRLCmd) evaluate(t *terminal) error {
	if c.Label == "" {
		return errors.New("name the column of clicks with --label")
	}
	model, err := readOnlineModel(c.Evaluate)
	if err != nil {
		return err
	}
	options := model.Options()
	columns := online.Columns{Fields: options.Fields, Clicked: c.Label, Position: c.Position}
	for _, f := range options.Dense {
		columns.Dense = append(columns.Dense, f.Name)
	}
	examples, err := readExamples(c.CSV, columns)
	if err != nil {
		return err
	}
	labels, logits := labelsOf(examples), make([]float64, len(examples))
	for i, e := range examples {
		logits[i] = model.Score(e) + model.Band(e.Position)
	}
	if c.Logits != "" {
		if err := replaceFile(c.Logits, func(w io.Writer) error { return writeLogits(w, labels, logits) }); err != nil {
			return err
		}
	}
	return printLogits(t, "rows", labels, logits)
}

func labelsOf(examples []online.Example) []float64 {
	labels := make([]float64, len(examples))
	for i, e := range examples {
		if e.Clicked {
			labels[i] = 1
		}
	}
	return labels
}

func printLogits(t *terminal, rows string, labels, logits []float64) error {
	metrics, err := ctr.Measure(&ctr.Dataset{Labels: labels}, logits)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d rows\n", len(labels))
	printClickFigures(t.out, rows, metrics)
	return nil
}

func writeLogits(w io.Writer, labels, logits []float64) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "logit,click")
	for i, logit := range logits {
		fmt.Fprintf(out, "%s,%v\n", strconv.FormatFloat(logit, 'g', -1, 64), labels[i])
	}
	return out.Flush()
}

func readExamples(path string, columns online.Columns) ([]online.Example, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --csv takes a table whose first line names the columns", path)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	examples, err := online.ReadCSV(in, columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return examples, nil
}

func readOnlineModel(path string) (*online.Model, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --evaluate takes a model that vitrine train ftrl --out has written", path)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	model, err := online.Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return model, nil
}
