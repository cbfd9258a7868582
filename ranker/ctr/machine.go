package ctr

import "gonum.org/v1/gonum/floats"

// The factorisation machine of a DeepFM (Guo et al. 2017, section 2.1; Rendle 2010): a row x of standardised
// features adds to its logit
//
//	Σ w[i] x[i] + Σ over i < j of <v[i], v[j]> x[i] x[j]
//
// in which the second sum is ½ Σ over k of ((Σ v[i][k] x[i])² − Σ v[i][k]² x[i]²) (Rendle 2010, lemma 3.1).

// packMachine sets the machine's part of p.
func (p *packed) packMachine(inputs, factors int, machine []float64) {
	p.machine.reshape(inputs, 1+factors)
	p.machine.setRows(machine)
	p.squares = resized(p.squares, inputs)
	for i := range p.squares {
		p.squares[i] = 0
		for _, v := range p.machine.row(i)[1:] {
			p.squares[i] += v * v
		}
	}
}

// addMachine adds to s.logits what the machine makes of s.inputs, and keeps the sums for the gradient.
func addMachine(p *packed, s *scratch) {
	s.sums.reshape(s.inputs.rows, p.machine.cols)
	clear(s.sums.data)
	addProduct(&s.inputs, &p.machine, &s.sums)
	for r := range s.inputs.rows {
		sums := s.sums.row(r)
		pairs := 0.0
		for _, sum := range sums[1:] {
			pairs += sum * sum
		}
		for i, x := range s.inputs.row(r) {
			pairs -= p.squares[i] * x * x
		}
		s.logits[r] += sums[0] + pairs/2
	}
}

// machineGradient sets into to the gradient by the machine's parameters, given s after forward and s.slopes.
// It changes s.sums.
func machineGradient(p *packed, s *scratch, into []float64) {
	squares := make([]float64, s.inputs.cols) // Σ slope · x[i]²
	for r, slope := range s.slopes {
		for i, x := range s.inputs.row(r) {
			squares[i] += slope * x * x
		}
		sums := s.sums.row(r)
		sums[0] = slope
		for k := range sums[1:] {
			sums[1+k] *= slope
		}
	}
	s.product.reshape(p.machine.rows, p.machine.cols)
	clear(s.product.data)
	addTransposedProduct(&s.inputs, &s.sums, &s.product)
	clear(into)
	s.product.addTo(into)
	for i := range p.machine.rows {
		own := into[i*p.machine.cols:][:p.machine.cols]
		for k, v := range p.machine.row(i)[1:] {
			own[1+k] -= v * squares[i]
		}
	}
}

// addMachineSlopes adds to s.product the slopes of the machine's share of the logit by the inputs, given s
// after forward: of row x and feature i these are w[i] + Σ over k of v[i][k] sums[k] − |v[i]|² x[i].
func addMachineSlopes(p *packed, s *scratch) {
	for r := range s.inputs.rows {
		x, sums, slopes := s.inputs.row(r), s.sums.row(r), s.product.row(r)
		for i := range slopes {
			own := p.machine.row(i)
			slopes[i] += own[0] + floats.Dot(own[1:], sums[1:]) - p.squares[i]*x[i]
		}
	}
}
