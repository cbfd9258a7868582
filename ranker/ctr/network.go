package ctr

import (
	"math"
	"math/rand/v2"
)

// network is a perceptron: dense layers with ReLU between them and one logit a task at the end. Without
// hidden layers it is a logistic regression. With factors it is a DeepFM: pairs of features add to the logit
// as well. Numbers of units, from the features to the logits, are sizes.
type network struct {
	sizes   []int
	factors int       // numbers in the latent vector of a feature; 0 = no factorisation machine
	values  []float64 // the parameters, laid out as parts
	parts

	dropout float64 // share of hidden units left out in training, in [0, 1)
	frozen  int     // hidden layers that training leaves as they are, from the first
}

// parts are views of a network's parameters or of their gradient, in this order: the weights of all layers,
// those of the factorisation machine, all biases.
type parts struct {
	layers  []layer
	machine []float64 // inputs × (1 + factors): of each feature its weight, then its latent vector
}

// layer computes inputs · weightsᵀ + bias.
type layer struct {
	inputs  int
	weights []float64 // outputs × inputs
	bias    []float64 // one an output
}

// newNetwork returns a network whose parameters are 0.
func newNetwork(sizes []int, factors int) *network {
	weights, biases := parameterCounts(sizes, factors)
	n := &network{sizes: sizes, factors: factors, values: make([]float64, weights+biases)}
	n.parts = n.split(n.values)
	return n
}

func parameterCounts(sizes []int, factors int) (weights, biases int) {
	for i, outputs := range sizes[1:] {
		weights += sizes[i] * outputs
		biases += outputs
	}
	return weights + machineSize(sizes[0], factors), biases
}

func machineSize(inputs, factors int) int {
	if factors == 0 {
		return 0
	}
	return inputs * (1 + factors)
}

// split views values, parameters or their gradient, as parts.
func (n *network) split(values []float64) parts {
	count, _ := parameterCounts(n.sizes, n.factors)
	weights, biases := values[:count], values[count:]
	p := parts{layers: make([]layer, len(n.sizes)-1)}
	for i, outputs := range n.sizes[1:] {
		size := n.sizes[i] * outputs
		p.layers[i] = layer{n.sizes[i], weights[:size:size], biases[:outputs:outputs]}
		weights, biases = weights[size:], biases[outputs:]
	}
	p.machine = weights
	return p
}

// tasks is how many logits a row has.
func (n *network) tasks() int { return n.sizes[len(n.sizes)-1] }

// initialise draws the weights of the hidden layers (He et al. 2015, eq. 10) and the latent vectors. The
// outputs start at the log odds of the training labels for every row, so that no epoch goes into unlearning
// chance weights or into learning the base rate, which is low where clicks are rare.
func (n *network) initialise(logOdds []float64, random *rand.Rand) {
	last := len(n.layers) - 1
	for _, l := range n.layers[:last] {
		deviation := math.Sqrt(2 / float64(l.inputs))
		for j := range l.weights {
			l.weights[j] = deviation * random.NormFloat64()
		}
	}
	copy(n.layers[last].bias, logOdds)
	for i := range n.machine {
		if i%(1+n.factors) > 0 { // a latent vector of zeros has no gradient
			n.machine[i] = latentDeviation * random.NormFloat64()
		}
	}
}

const latentDeviation = 0.01

// packed are the parameters as the products take them. It belongs to the parameters that it was made of.
type packed struct {
	down    []matrix // of each layer inputs × outputs
	up      []matrix // of each layer outputs × inputs
	bias    [][]float64
	machine matrix    // inputs × (1 + factors)
	squares []float64 // of each feature the squared length of its latent vector
}

// pack sets p to the parameters; it keeps the memory of p.
func (n *network) pack(p *packed) {
	if p.down == nil {
		p.down, p.up, p.bias = make([]matrix, len(n.layers)), make([]matrix, len(n.layers)), make([][]float64, len(n.layers))
	}
	for i, l := range n.layers {
		p.down[i].reshape(l.inputs, len(l.bias))
		p.down[i].setColumns(l.weights)
		p.up[i].reshape(len(l.bias), l.inputs)
		p.up[i].setRows(l.weights)
		p.bias[i] = l.bias
	}
	if n.factors > 0 {
		p.packMachine(n.sizes[0], n.factors, n.machine)
	}
}

// scratch is the memory of passes over rows. It grows to what it is asked for and is used again.
type scratch struct {
	inputs  matrix   // rows × features, standardised
	outputs []matrix // of each layer, rows × units: hidden ones after ReLU and dropout
	deltas  []matrix // gradients by the outputs before ReLU
	sums    matrix   // rows × (1 + factors) of the factorisation machine
	product matrix   // a gradient before it is laid out
	logits  []float64
	slopes  []float64 // of the loss by the logits
}

// forward sets s.logits to the logits of s.inputs, rows × tasks. Where random is given, hidden units are
// dropped out.
func (n *network) forward(p *packed, s *scratch, random *rand.Rand) {
	if len(s.outputs) != len(n.layers) {
		s.outputs, s.deltas = make([]matrix, len(n.layers)), make([]matrix, len(n.layers))
	}
	input := &s.inputs
	for i := range n.layers {
		out := &s.outputs[i]
		out.reshape(input.rows, n.sizes[i+1])
		for at := 0; at < len(out.data); at += out.stride {
			copy(out.data[at:], p.bias[i])
		}
		addProduct(input, &p.down[i], out)
		if i < len(n.layers)-1 {
			rectify(out.data)
			if random != nil && n.dropout > 0 {
				for r := range out.rows {
					dropOut(out.row(r), n.dropout, random)
				}
			}
		}
		input = out
	}
	tasks := n.tasks()
	s.logits = resized(s.logits, input.rows*tasks)
	for r := range input.rows {
		copy(s.logits[r*tasks:], input.row(r))
	}
	if n.factors > 0 {
		addMachine(p, s)
	}
}

func resized(values []float64, size int) []float64 {
	if cap(values) < size {
		return make([]float64, size)
	}
	return values[:size]
}

// rectify sets what is negative to 0, without a branch that would be guessed wrong half the time.
func rectify(values []float64) {
	for i, value := range values {
		bits := math.Float64bits(value)
		values[i] = math.Float64frombits(bits &^ uint64(int64(bits)>>63))
	}
}

// dropOut sets a share of the values to 0 and scales the others up, so that the expectation stays and
// nothing is to be done when the network is used (Srivastava et al. 2014, section 10).
func dropOut(values []float64, share float64, random *rand.Rand) {
	for i := range values {
		if random.Float64() < share {
			values[i] = 0
		} else {
			values[i] /= 1 - share
		}
	}
}

// backward sets into to the gradient by the parameters, given s after forward and s.slopes, the gradient by
// the logits. dropped says whether units were dropped out.
func (n *network) backward(p *packed, s *scratch, dropped bool, into parts) {
	last := len(n.layers) - 1
	n.setSlopes(s)
	for i := last; i >= n.frozen; i-- {
		input := &s.inputs
		if i > 0 {
			input = &s.outputs[i-1]
		}
		gradient, delta := into.layers[i], &s.deltas[i]
		s.product.reshape(len(gradient.bias), gradient.inputs)
		clear(s.product.data)
		addTransposedProduct(delta, input, &s.product)
		clear(gradient.weights)
		s.product.addTo(gradient.weights)
		sumRows(delta, gradient.bias)
		if i > n.frozen {
			n.passBack(p, s, i, dropped)
		}
	}
	if n.factors > 0 {
		machineGradient(p, s, into.machine)
	}
}

// setSlopes lays s.slopes out as the deltas of the last layer.
func (n *network) setSlopes(s *scratch) {
	delta := &s.deltas[len(n.layers)-1]
	delta.reshape(s.inputs.rows, n.tasks())
	delta.setRows(s.slopes)
}

// passBack sets the deltas of the hidden layer below layer i: where the output there is 0, the unit was cut
// off or dropped out.
func (n *network) passBack(p *packed, s *scratch, i int, dropped bool) {
	below, output := &s.deltas[i-1], &s.outputs[i-1]
	below.reshape(output.rows, output.cols)
	clear(below.data)
	addProduct(&s.deltas[i], &p.up[i], below)
	scale := 1.0
	if dropped {
		scale = 1 / (1 - n.dropout)
	}
	for k, value := range output.data[:len(below.data)] {
		on := uint64(-int64(math.Float64bits(value)) >> 63) // all ones where the output, never negative, is above 0
		below.data[k] = scale * math.Float64frombits(math.Float64bits(below.data[k])&on)
	}
}

func sumRows(m *matrix, into []float64) {
	clear(into)
	for i := range m.rows {
		for j, value := range m.row(i) {
			into[j] += value
		}
	}
}
