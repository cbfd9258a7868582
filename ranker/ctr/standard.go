package ctr

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// standardisation brings features to mean 0 and standard deviation 1 on the training rows, so that one
// learning rate and one penalty suit them all.
type standardisation struct {
	mean  []float64 // of each feature
	scale []float64 // its standard deviation; 1 where the feature is constant
}

// standardise measures the rows of values, each as wide as there are features, by the corrected two-pass
// algorithm (Chan et al. 1983, eq. 1.7).
func standardise(values []float64, width int) standardisation {
	s := standardisation{make([]float64, width), make([]float64, width)}
	rows := float64(len(values) / width)
	for begin := 0; begin < len(values); begin += width {
		floats.Add(s.mean, values[begin:begin+width])
	}
	for j := range s.mean {
		s.mean[j] /= rows
	}
	left := make([]float64, width) // what rounding left of the sum of differences from the mean
	for begin := 0; begin < len(values); begin += width {
		for j, value := range values[begin : begin+width] {
			difference := value - s.mean[j]
			left[j] += difference
			s.scale[j] += difference * difference
		}
	}
	for j, mean := range s.mean {
		s.scale[j] = math.Sqrt(max(s.scale[j]-left[j]*left[j]/rows, 0) / rows)
		if s.scale[j] <= 1e-12*math.Abs(mean) { // constant, but for rounding
			s.scale[j] = 1
		}
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
