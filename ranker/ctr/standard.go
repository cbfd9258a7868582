package ctr

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// standardisation brings features to mean 0 and standard deviation 1 on the training rows, so that one
// learning rate and one penalty suit them all.
type standardisation struct {
	mean  []float64 // of each feature
	scale []float64 // its standard deviation; 1 where the feature is constant
}

// standardise measures the rows of values, each as wide as there are features.
func standardise(values []float64, width int) standardisation {
	s := standardisation{make([]float64, width), make([]float64, width)}
	column := make([]float64, len(values)/width)
	for j := range width {
		for i := range column {
			column[i] = values[i*width+j]
		}
		mean, deviation := stat.PopMeanStdDev(column, nil)
		if deviation <= 1e-12*math.Abs(mean) { // constant, but for rounding
			deviation = 1
		}
		s.mean[j], s.scale[j] = mean, deviation
	}
	return s
}

// apply returns the standardised values. A value far beyond what training saw stays finite.
func (s standardisation) apply(values []float64) []float64 {
	width := len(s.mean)
	out := make([]float64, len(values))
	for i, value := range values {
		j := i % width
		out[i] = min(max((value-s.mean[j])/s.scale[j], -maxStandardised), maxStandardised)
	}
	return out
}

// maxStandardised is far beyond any sensible value and far from where sums of products overflow.
const maxStandardised = 1e6
