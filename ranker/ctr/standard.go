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

// apply returns the standardised values.
func (s standardisation) apply(values []float64) []float64 {
	width := len(s.mean)
	out := make([]float64, len(values))
	for begin := 0; begin < len(values); begin += width {
		s.applyTo(values[begin:begin+width], out[begin:])
	}
	return out
}

// applyTo standardises one row. A value far beyond what training saw stays finite.
func (s standardisation) applyTo(row, into []float64) {
	into = into[:len(row)]
	for j, value := range row {
		value = (value - s.mean[j]) / s.scale[j]
		if value > maxStandardised {
			value = maxStandardised
		} else if value < -maxStandardised {
			value = -maxStandardised
		}
		into[j] = value
	}
}

// maxStandardised is far beyond any sensible value and far from where sums of products overflow.
const maxStandardised = 1e6
