package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"vitrine/ranker/ctr"
)

// clickRows are the flags that say which rows a click model is trained or evaluated on.
type clickRows struct {
	CSV    string `name:"csv" required:"" xor:"rows" placeholder:"FILE" help:"Comma-separated table whose first line names the columns."`
	LibSVM string `name:"libsvm" required:"" xor:"rows" placeholder:"FILE" help:"Rows as LibSVM and LETOR have them, with qid: or, beside the file, how many rows each query has in FILE.query."`

	Features []string `placeholder:"COLUMN" help:"Columns that the model sees, separated by commas."`
	Label    string   `placeholder:"COLUMN" help:"Column that is 1 where there was a click and 0 where there was none; under softmax and lambdarank a grade from 0 to 4."`
	Funnel   []string `placeholder:"COLUMN" help:"Columns of what may follow the label, in order: 1 only where the one before is 1. Each becomes a task of the model."`

	Group    string `placeholder:"COLUMN" help:"Column of the query's id; rows of one query stand together."`
	Position string `placeholder:"COLUMN" help:"Column of the place in the list, from 1: what it adds to clicks is learned beside the model and left out of scores."`
	Layout   string `placeholder:"COLUMN" help:"Column on which the effect of --position depends, such as the device."`
	Time     string `placeholder:"COLUMN" help:"Column of Unix milliseconds: the latest rows are the validation rows."`
	Weight   string `placeholder:"COLUMN" help:"Column that says how often a row counts."`
}

// path is the file of the rows.
func (r *clickRows) path() string { return cmp.Or(r.CSV, r.LibSVM) }

// read returns the rows to train on.
func (r *clickRows) read(objective ctr.Objective) (*ctr.Dataset, error) {
	if r.LibSVM != "" {
		return r.readLibSVM(0)
	}
	if len(r.Features) == 0 || r.Label == "" {
		return nil, errors.New("name the columns to learn from with --features a,b,c and the column to learn with --label")
	}
	return r.readCSV(ctr.Columns{
		Features: r.Features, Label: r.Label, Funnel: r.Funnel, Graded: objective != ctr.LogLoss,
		Group: r.Group, Position: r.Position, Layout: r.Layout, Time: r.Time, Weight: r.Weight,
	})
}

// readFor returns the rows to evaluate a model on.
func (r *clickRows) readFor(model *ctr.Model) (*ctr.Dataset, error) {
	if len(r.Features) > 0 || r.Label != "" || len(r.Funnel) > 0 {
		return nil, errors.New("leave --features, --label and --funnel out beside --evaluate: the model names its columns")
	}
	return r.readColumns(ctr.Columns{
		Features: model.Features(), Label: model.Label(), Funnel: model.Tasks()[1:], Graded: model.Objective() != ctr.LogLoss,
		Group: r.Group, Weight: r.Weight,
	})
}

// readColumns returns rows of features that a model names.
func (r *clickRows) readColumns(columns ctr.Columns) (*ctr.Dataset, error) {
	if r.LibSVM != "" {
		return r.readLibSVM(len(columns.Features))
	}
	return r.readCSV(columns)
}

func (r *clickRows) readCSV(columns ctr.Columns) (*ctr.Dataset, error) {
	in, err := os.Open(r.CSV)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --csv takes a table whose first line names the columns", r.CSV)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	rows, err := ctr.ReadCSV(in, columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.CSV, err)
	}
	return rows, nil
}

// readLibSVM reads rows of so many features; 0 = as many as they have.
func (r *clickRows) readLibSVM(width int) (*ctr.Dataset, error) {
	if len(r.Features)+len(r.Funnel) > 0 || r.Label+r.Group+r.Position+r.Layout+r.Time+r.Weight != "" {
		return nil, errors.New("leave the flags that name columns out beside --libsvm: its rows have no names")
	}
	in, err := os.Open(r.LibSVM)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: --libsvm takes rows like \"1 qid:7 1:0.5 3:2\"", r.LibSVM)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var queries io.Reader // stays nil where there is no such file
	sizes, err := os.Open(r.LibSVM + ".query")
	switch {
	case err == nil:
		defer sizes.Close()
		queries = sizes
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	rows, err := ctr.ReadLibSVM(in, queries, width)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.LibSVM, err)
	}
	return rows, nil
}

// positives says how many rows count as clicked.
func positives(rows *ctr.Dataset) string {
	for _, label := range rows.Labels {
		if label > 1 {
			return fmt.Sprintf("%d with %s > 0", rows.Positives(), rows.Label)
		}
	}
	return fmt.Sprintf("%d with %s = 1", rows.Positives(), rows.Label)
}
