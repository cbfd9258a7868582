package ctr

import (
	"math"
	"testing"
)

// TestOptimisersTakeTheStepsOfTheirPapers works three steps out by hand for a weight and a bias.
func TestOptimisersTakeTheStepsOfTheirPapers(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
		want    [][2]float64 // weight and bias after each step with the gradient (1, -2)
	}{
		{"sgd without penalty", Options{Optimiser: SGD, Rate: 0.1, Momentum: 0.5}, [][2]float64{{0.9, 1.2}, {0.75, 1.5}, {0.575, 1.85}}},
		// The velocity of the weight: 1 + 0.5·1 = 1.5, then 0.75 + 1 + 0.5·0.85 = 2.175.
		{"sgd penalises the weight alone", Options{Optimiser: SGD, Rate: 0.1, Momentum: 0.5, L2: 0.5}, [][2]float64{{0.85, 1.2}, {0.6325, 1.5}}},
		// A constant gradient makes every step of Adam the rate.
		{"adam", Options{Optimiser: AdamW, Rate: 0.1}, [][2]float64{{0.9, 1.1}, {0.8, 1.2}, {0.7, 1.3}}},
		{"adam decays the weight alone", Options{Optimiser: AdamW, Rate: 0.1, L2: 1}, [][2]float64{{0.8, 1.1}, {0.62, 1.2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			parameters := []float64{1, 1}
			optimiser := newOptimiser(c.options, 2, span{0, 1})
			for i, want := range c.want {
				optimiser.step(parameters, []float64{1, -2})
				if math.Abs(parameters[0]-want[0]) > 1e-7 || math.Abs(parameters[1]-want[1]) > 1e-7 {
					t.Fatalf("step %d: %v, want %v", i+1, parameters, want)
				}
			}
		})
	}
}
