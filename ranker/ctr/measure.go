package ctr

import "fmt"

// Measure returns the figures of logits from any source: one a label, all rows alike. An error wraps
// ErrData where there are none, or not one a label.
func Measure(labels, logits []float64) (Metrics, error) {
	if len(labels) == 0 || len(labels) != len(logits) {
		return Metrics{}, fmt.Errorf("%w: %d labels and %d logits: bring one of each a row", ErrData, len(labels), len(logits))
	}
	return measure(&examples{labels: [][]float64{labels}}, logits, logLoss{1}), nil
}
