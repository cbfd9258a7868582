package main

import (
	"fmt"
	"io"
	"math"

	"vitrine/ranker/ctr"
)

// clickReport is what a training prints as JSON.
type clickReport struct {
	File   string       `json:"file"`
	Best   int          `json:"best"` // epoch whose model is in the file
	Epochs []clickEpoch `json:"epochs"`
}

type clickEpoch struct {
	Epoch      int           `json:"epoch"`
	Training   clickFigures  `json:"training"`
	Validation *clickFigures `json:"validation,omitempty"`
}

type clickFigures struct {
	Rows     int      `json:"rows"`
	Loss     float64  `json:"loss"`
	LogLoss  float64  `json:"log_loss"`
	Accuracy float64  `json:"accuracy"`
	AUC      *float64 `json:"auc,omitempty"` // where rows of both labels are there
}

func (r *clickReport) add(e ctr.Epoch) {
	epoch := clickEpoch{Epoch: e.Number, Training: clickFiguresOf(e.Training)}
	if e.Validation.Rows > 0 {
		validation := clickFiguresOf(e.Validation)
		epoch.Validation = &validation
	}
	r.Epochs = append(r.Epochs, epoch)
	if e.Best {
		r.Best = e.Number
	}
}

func clickFiguresOf(m ctr.Metrics) clickFigures {
	f := clickFigures{Rows: m.Rows, Loss: m.Loss, LogLoss: m.LogLoss, Accuracy: m.Accuracy}
	if !math.IsNaN(m.AUC) {
		f.AUC = &m.AUC
	}
	return f
}

func printClickEpoch(w io.Writer, e ctr.Epoch) {
	fmt.Fprintf(w, "epoch %d\n", e.Number)
	printClickFigures(w, "training", e.Training)
	if e.Validation.Rows > 0 {
		printClickFigures(w, "validation", e.Validation)
	}
}

func printClickFigures(w io.Writer, rows string, m ctr.Metrics) {
	auc := "none, as all labels are alike"
	if !math.IsNaN(m.AUC) {
		auc = fmt.Sprintf("%.4f", m.AUC)
	}
	fmt.Fprintf(w, "  %-10s  loss %.5f  accuracy %.4f  log loss %.5f  AUC %s\n", rows, m.Loss, m.Accuracy, m.LogLoss, auc)
}
