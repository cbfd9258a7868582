package ctr

import "fmt"

// Measure returns the figures of logits from any source on rows, all rows alike. Of the dataset it takes
// Labels and, for NDCG, Groups. An error wraps ErrData where there are no rows, or not one logit a row.
func Measure(d *Dataset, logits []float64) (Metrics, error) {
	if d.Rows() == 0 || d.Rows() != len(logits) {
		return Metrics{}, fmt.Errorf("%w: %d labels and %d logits: bring one of each a row", ErrData, d.Rows(), len(logits))
	}
	return measure(&examples{labels: [][]float64{d.Labels}, groups: d.groupSpans()}, logits, logLoss{1}), nil
}
