package ctr

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// optimiser changes parameters in place by the gradient of one batch.
type optimiser interface {
	step(parameters, gradient []float64)
}

// newOptimiser returns the optimiser of the options for that many parameters, of which weights are penalised.
func newOptimiser(o Options, parameters int, weights span) optimiser {
	if o.Optimiser == SGD {
		return &sgd{o.Rate, o.Momentum, o.L2, weights, make([]float64, parameters)}
	}
	return &adamW{rate: o.Rate, decay: o.L2, weights: weights, first: make([]float64, parameters), second: make([]float64, parameters)}
}

// sgd is stochastic gradient descent with momentum (Sutskever et al. 2013, eq. 1, with the rate outside the
// velocity). The gradient of the penalty is part of the gradient.
type sgd struct {
	rate, momentum, l2 float64
	weights            span
	velocity           []float64
}

func (s *sgd) step(parameters, gradient []float64) {
	floats.Scale(s.momentum, s.velocity)
	floats.Add(s.velocity, gradient)
	w := s.weights
	floats.AddScaled(s.velocity[w.begin:w.end], s.l2, parameters[w.begin:w.end])
	floats.AddScaled(parameters, -s.rate, s.velocity)
}

// adamW is Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2; the decay is times
// the rate), with the constants of Kingma and Ba 2015.
type adamW struct {
	rate, decay   float64
	weights       span
	first, second []float64 // running means of the gradient and of its square
	steps         int
}

const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

func (a *adamW) step(parameters, gradient []float64) {
	a.steps++
	floats.Scale(1-a.rate*a.decay, parameters[a.weights.begin:a.weights.end])
	// The running means start at 0; this takes that bias out of them.
	rate := a.rate / (1 - math.Pow(adamBeta1, float64(a.steps)))
	scale := 1 / math.Sqrt(1-math.Pow(adamBeta2, float64(a.steps)))
	first, second, parameters := a.first[:len(gradient)], a.second[:len(gradient)], parameters[:len(gradient)]
	for i, g := range gradient {
		first[i] = adamBeta1*first[i] + (1-adamBeta1)*g
		second[i] = adamBeta2*second[i] + (1-adamBeta2)*g*g
		parameters[i] -= rate * first[i] / (math.Sqrt(second[i])*scale + adamEpsilon)
	}
}
