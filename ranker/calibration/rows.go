package calibration

import (
	"errors"
	"fmt"
	"math"
)

// ErrRows is wrapped by every reason why rows cannot be used.
var ErrRows = errors.New("unusable rows for a calibration")

// checkRows checks what a calibration is learnt from or measured on: weights are one a row, or nil.
func checkRows(scores, labels, weights []float64) error {
	if len(scores) == 0 || len(scores) != len(labels) || (weights != nil && len(weights) != len(scores)) {
		return fmt.Errorf("%w: %d scores, %d labels and %d weights: bring one of each a row, or no weights", ErrRows, len(scores), len(labels), len(weights))
	}
	for i, score := range scores {
		switch {
		case math.IsNaN(score) || math.IsInf(score, 0):
			return fmt.Errorf("%w: the score of row %d is %v: leave it out", ErrRows, i, score)
		case labels[i] != 0 && labels[i] != 1:
			return fmt.Errorf("%w: the label of row %d is %v: a label is 0 or 1", ErrRows, i, labels[i])
		case weights != nil && !(weights[i] > 0 && !math.IsInf(weights[i], 1)):
			return fmt.Errorf("%w: the weight of row %d is %v: choose a number above 0", ErrRows, i, weights[i])
		}
	}
	return nil
}

// checkBothLabels is checkRows for learning, which needs rows of both labels.
func checkBothLabels(scores, labels, weights []float64) error {
	if err := checkRows(scores, labels, weights); err != nil {
		return err
	}
	for _, label := range labels {
		if label != labels[0] {
			return nil
		}
	}
	return fmt.Errorf("%w: all %d labels are %v: bring rows of both", ErrRows, len(labels), labels[0])
}

func weightOf(weights []float64, row int) float64 {
	if weights == nil {
		return 1
	}
	return weights[row]
}
