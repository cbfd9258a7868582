package ctr

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAMachineIsTheSumOverItsPairs holds the linear-time form against the definition.
func TestAMachineIsTheSumOverItsPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	const width, factors = 5, 3
	n := newNetwork([]int{width, 1}, factors)
	for i := range n.values {
		n.values[i] = random.NormFloat64()
	}
	inputs := randomRows(1, 9, width)
	for r, got := range logitsOf(n, inputs) {
		x := inputs[r*width:]
		want := n.layers[0].bias[0]
		for i := range width {
			own := n.machine[i*(1+factors):]
			want += x[i] * (n.layers[0].weights[i] + own[0])
			for j := i + 1; j < width; j++ {
				other := n.machine[j*(1+factors):]
				for k := 1; k <= factors; k++ {
					want += own[k] * other[k] * x[i] * x[j]
				}
			}
		}
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("row %d: %v, want %v", r, got, want)
		}
	}
}

func TestADeepFMLearnsWhatTwoFeaturesDoTogether(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		learns  bool
	}{
		"logistic":              {Options{}, false},
		"factorisation machine": {Options{Factors: 4}, true},
		"deepfm":                {Options{Factors: 4, Hidden: []int{8}}, true},
	} {
		c.options.Rate, c.options.Epochs, c.options.Seed = 0.02, 30, 1
		m, _ := train(t, xor(400), none(xor(1)), c.options)
		got := evaluate(t, m, xor(400))
		if learned := got.Accuracy > 0.99 && got.AUC > 0.999; learned != c.learns {
			t.Errorf("%s: accuracy %v, AUC %v", name, got.Accuracy, got.AUC)
		}
		if m.Factors() != c.options.Factors {
			t.Errorf("%s: %d factors", name, m.Factors())
		}
	}
}
