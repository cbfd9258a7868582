package adapter

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// adamW is Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2; the decay is times the
// rate), with the constants of Kingma and Ba 2015.
type adamW struct {
	rate, decay   float64
	first, second []float64 // running means of the gradient and of its square
	steps         int
}

func newAdamW(rate, decay float64, parameters int) *adamW {
	return &adamW{rate: rate, decay: decay, first: make([]float64, parameters), second: make([]float64, parameters)}
}

const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

// step changes parameters in place.
func (a *adamW) step(parameters, gradient []float64) {
	a.steps++
	floats.Scale(1-a.rate*a.decay, parameters)
	// The running means start at 0; this takes that bias out of them.
	firstBias := 1 - math.Pow(adamBeta1, float64(a.steps))
	secondBias := 1 - math.Pow(adamBeta2, float64(a.steps))
	for i, g := range gradient {
		a.first[i] = adamBeta1*a.first[i] + (1-adamBeta1)*g
		a.second[i] = adamBeta2*a.second[i] + (1-adamBeta2)*g*g
		parameters[i] -= a.rate * (a.first[i] / firstBias) / (math.Sqrt(a.second[i]/secondBias) + adamEpsilon)
	}
}
