package ctr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestGradientIsTheSlopeOfTheLoss holds the analytic gradient against central differences.
func TestGradientIsTheSlopeOfTheLoss(t *testing.T) {
	for _, c := range []struct {
		sizes          []int
		dropout        float64
		positiveWeight float64
	}{
		{[]int{3, 1}, 0, 1},
		{[]int{3, 1}, 0, 5},
		{[]int{3, 4, 1}, 0, 1},
		{[]int{3, 5, 4, 1}, 0, 2.5},
		{[]int{3, 8, 6, 1}, 0.4, 2.5},
	} {
		t.Run(fmt.Sprintf("%v dropout=%v weight=%v", c.sizes, c.dropout, c.positiveWeight), func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			n := newNetwork(c.sizes)
			n.dropout, n.positiveWeight = c.dropout, c.positiveWeight
			for i := range n.values {
				n.values[i] = random.NormFloat64()
			}
			inputs, labels := make([]float64, 7*3), make([]float64, 7)
			for i := range inputs {
				inputs[i] = random.NormFloat64()
			}
			for i := range labels {
				labels[i] = float64(i % 2)
			}
			dropped := func() *rand.Rand { return rand.New(rand.NewPCG(3, 4)) } // the same units each time
			loss := func() float64 {
				outputs := n.forward(inputs, dropped())
				return measure(labels, outputs[len(outputs)-1].Data, c.positiveWeight).Loss
			}
			gradient := make([]float64, len(n.values))
			n.gradient(inputs, labels, dropped(), gradient)
			const h = 1e-6
			for i, value := range n.values {
				n.values[i] = value + h
				up := loss()
				n.values[i] = value - h
				down := loss()
				n.values[i] = value
				if want := (up - down) / (2 * h); math.Abs(gradient[i]-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("parameter %d: gradient %v, slope %v", i, gradient[i], want)
				}
			}
		})
	}
}

func TestLogitsDoNotDependOnTheRowsBeside(t *testing.T) {
	n := newNetwork([]int{2, 3, 1})
	random := rand.New(rand.NewPCG(5, 6))
	for i := range n.values {
		n.values[i] = random.NormFloat64()
	}
	inputs := make([]float64, 2*(inferenceRows+3)) // more than one pass
	for i := range inputs {
		inputs[i] = random.NormFloat64()
	}
	together := n.logits(inputs)
	for _, i := range []int{0, 1, inferenceRows - 1, inferenceRows, inferenceRows + 2} {
		if alone := n.logits(inputs[2*i : 2*i+2]); math.Abs(alone[0]-together[i]) > 1e-12 {
			t.Errorf("row %d: %v alone, %v among others", i, alone[0], together[i])
		}
	}
}

func TestDropOutKeepsTheExpectation(t *testing.T) {
	values := make([]float64, 100_000)
	for i := range values {
		values[i] = 1
	}
	dropOut(values, 0.3, rand.New(rand.NewPCG(1, 2)))
	var sum, zeros float64
	for _, value := range values {
		sum += value
		if value == 0 {
			zeros++
		}
	}
	if n := float64(len(values)); math.Abs(sum/n-1) > 0.01 || math.Abs(zeros/n-0.3) > 0.01 {
		t.Errorf("mean %v, share of zeros %v", sum/n, zeros/n)
	}
}

func TestAnUntrainedNetworkGivesTheBaseRate(t *testing.T) {
	for _, sizes := range [][]int{{2, 1}, {2, 5, 3, 1}} {
		n := newNetwork(sizes)
		n.initialise(-1.5, rand.New(rand.NewPCG(1, 2)))
		if got := n.logits([]float64{3, -4, 0, 1}); got[0] != -1.5 || got[1] != -1.5 {
			t.Errorf("sizes %v: logits %v", sizes, got)
		}
	}
}
