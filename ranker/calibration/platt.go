package calibration

import (
	"math"
)

// Platt maps a logit to the chance sigmoid(Slope · logit + Intercept) (Platt 1999).
type Platt struct {
	Slope, Intercept float64
}

// Logit returns the calibrated logit.
func (p Platt) Logit(logit float64) float64 { return p.Slope*logit + p.Intercept }

// Chance returns the calibrated chance of a click, in [0, 1].
func (p Platt) Chance(logit float64) float64 { return sigmoid(p.Logit(logit)) }

// The limits of Newton's method, from Lin, Lin and Weng 2007, algorithm 1.
const (
	plattSteps    = 100
	plattRidge    = 1e-12 // keeps the Hessian positive definite
	plattGradient = 1e-5  // at which the search ends, of the summed loss
	plattShortest = 1e-10 // step of the line search
)

// FitPlatt learns slope and intercept by maximum likelihood, with Newton's method as in Lin, Lin and Weng
// 2007. The targets are Platt's: (N₊+1)/(N₊+2) for a click and 1/(N₋+2) for none, which keeps the slope
// finite on rows that are separable. N counts rows, or sums their weights. An error wraps ErrRows.
func FitPlatt(logits, labels, weights []float64) (Platt, error) {
	if err := checkBothLabels(logits, labels, weights); err != nil {
		return Platt{}, err
	}
	var positives, negatives float64
	for i, label := range labels {
		positives += label * weightOf(weights, i)
		negatives += (1 - label) * weightOf(weights, i)
	}
	f := plattFit{logits, labels, weights, (positives + 1) / (positives + 2), 1 / (negatives + 2)}
	p := Platt{Intercept: math.Log((positives + 1) / (negatives + 1))}
	loss := f.loss(p)
	for range plattSteps {
		gradient, hessian := f.derivatives(p)
		if math.Abs(gradient[0]) < plattGradient && math.Abs(gradient[1]) < plattGradient {
			break
		}
		determinant := hessian[0]*hessian[2] - hessian[1]*hessian[1]
		step := Platt{
			-(hessian[2]*gradient[0] - hessian[1]*gradient[1]) / determinant,
			-(hessian[0]*gradient[1] - hessian[1]*gradient[0]) / determinant,
		}
		descent := gradient[0]*step.Slope + gradient[1]*step.Intercept
		length := 1.0
		for ; length >= plattShortest; length /= 2 {
			next := Platt{p.Slope + length*step.Slope, p.Intercept + length*step.Intercept}
			if nextLoss := f.loss(next); nextLoss < loss+1e-4*length*descent {
				p, loss = next, nextLoss
				break
			}
		}
		if length < plattShortest { // no step is better: rounding has the last word
			break
		}
	}
	return p, nil
}

// plattFit is the loss that FitPlatt lowers.
type plattFit struct {
	logits, labels, weights []float64
	clicked, unclicked      float64 // targets
}

func (f plattFit) target(row int) float64 {
	if f.labels[row] == 1 {
		return f.clicked
	}
	return f.unclicked
}

func (f plattFit) loss(p Platt) float64 {
	sum := 0.0
	for i, logit := range f.logits {
		z, t := p.Logit(logit), f.target(i)
		sum += weightOf(f.weights, i) * (max(z, 0) - t*z + math.Log1p(math.Exp(-math.Abs(z))))
	}
	return sum
}

// derivatives returns the gradient by slope and intercept, and the Hessian's entries 11, 12 and 22.
func (f plattFit) derivatives(p Platt) (gradient [2]float64, hessian [3]float64) {
	hessian[0], hessian[2] = plattRidge, plattRidge
	for i, logit := range f.logits {
		chance, weight := p.Chance(logit), weightOf(f.weights, i)
		slope, curve := weight*(chance-f.target(i)), weight*chance*(1-chance)
		gradient[0] += slope * logit
		gradient[1] += slope
		hessian[0] += curve * logit * logit
		hessian[1] += curve * logit
		hessian[2] += curve
	}
	return gradient, hessian
}

// sigmoid is the chance of a logit, written so that no exponential overflows.
func sigmoid(logit float64) float64 {
	if logit >= 0 {
		return 1 / (1 + math.Exp(-logit))
	}
	e := math.Exp(logit)
	return e / (1 + e)
}
