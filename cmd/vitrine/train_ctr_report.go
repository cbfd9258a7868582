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

	Queries int     `json:"queries,omitempty"` // with a clicked row
	NDCG5   float64 `json:"ndcg_5,omitempty"`
	NDCG10  float64 `json:"ndcg_10,omitempty"`

	Steps []clickStep `json:"steps,omitempty"` // of the funnel
}

// clickStep is how well the chance of coming so far is foretold, over all rows.
type clickStep struct {
	Name      string   `json:"name"`
	Positives int      `json:"positives"`
	LogLoss   float64  `json:"log_loss"`
	AUC       *float64 `json:"auc,omitempty"`
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
	f := clickFigures{
		Rows: m.Rows, Loss: m.Loss, LogLoss: m.LogLoss, Accuracy: m.Accuracy, AUC: number(m.AUC),
		Queries: m.Queries, NDCG5: m.NDCG5, NDCG10: m.NDCG10,
	}
	for _, s := range m.Steps {
		f.Steps = append(f.Steps, clickStep{s.Name, s.Positives, s.LogLoss, number(s.AUC)})
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
	fmt.Fprintf(w, "  %-10s  loss %.5f  accuracy %.4f  log loss %.5f  AUC %s\n", rows, m.Loss, m.Accuracy, m.LogLoss, printedAUC(m.AUC))
	if m.Queries > 0 {
		fmt.Fprintf(w, "  %-10s  NDCG@5 %.4f  NDCG@10 %.4f  of %d queries\n", "", m.NDCG5, m.NDCG10, m.Queries)
	}
	for _, s := range m.Steps {
		fmt.Fprintf(w, "  %-10s  %s: %d rows  log loss %.5f  AUC %s\n", "", s.Name, s.Positives, s.LogLoss, printedAUC(s.AUC))
	}
}

func printedAUC(auc float64) string {
	if math.IsNaN(auc) {
		return "none, as all labels are alike"
	}
	return fmt.Sprintf("%.4f", auc)
}

// number returns nil for what is no number, which JSON does not have.
func number(value float64) *float64 {
	if math.IsNaN(value) {
		return nil
	}
	return &value
}
