package ctr

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// network is a perceptron: dense layers with ReLU between them and one logit at the end. Without hidden
// layers it is a logistic regression. Numbers of units, from the features to the logit, are sizes.
type network struct {
	sizes  []int
	values []float64 // the parameters: all weights, then all biases
	layers []layer   // views of values

	dropout        float64 // share of hidden units left out in training, in [0, 1)
	positiveWeight float64 // of a row with label 1 in the loss
}

// layer computes inputs · weightsᵀ + bias.
type layer struct {
	weights blas64.General // outputs × inputs
	bias    []float64      // one an output
}

// newNetwork returns a network whose parameters are 0.
func newNetwork(sizes []int) *network {
	weights, biases := parameterCounts(sizes)
	n := &network{sizes: sizes, values: make([]float64, weights+biases), positiveWeight: 1}
	n.layers = layersOf(n.values, sizes)
	return n
}

func parameterCounts(sizes []int) (weights, biases int) {
	for i, outputs := range sizes[1:] {
		weights += sizes[i] * outputs
		biases += outputs
	}
	return weights, biases
}

// layersOf views values, parameters or their gradient, as layers.
func layersOf(values []float64, sizes []int) []layer {
	count, _ := parameterCounts(sizes)
	weights, biases := values[:count], values[count:]
	layers := make([]layer, len(sizes)-1)
	for i, outputs := range sizes[1:] {
		size := sizes[i] * outputs
		layers[i] = layer{matrix(weights[:size], sizes[i]), biases[:outputs]}
		weights, biases = weights[size:], biases[outputs:]
	}
	return layers
}

// initialise draws the weights of the hidden layers (He et al. 2015, eq. 10). The output starts at the log
// odds of the training labels for every row, so that no epoch goes into unlearning chance weights or into
// learning the base rate, which is low where clicks are rare.
func (n *network) initialise(logOdds float64, random *rand.Rand) {
	last := len(n.layers) - 1
	for _, l := range n.layers[:last] {
		deviation := math.Sqrt(2 / float64(l.weights.Cols))
		for j := range l.weights.Data {
			l.weights.Data[j] = deviation * random.NormFloat64()
		}
	}
	n.layers[last].bias[0] = logOdds
}

func (n *network) parameters() (values []float64, weights int) {
	weights, _ = parameterCounts(n.sizes)
	return n.values, weights
}

// inferenceRows bounds the memory of one forward pass.
const inferenceRows = 512

func (n *network) logits(inputs []float64) []float64 {
	width := n.sizes[0]
	out := make([]float64, 0, len(inputs)/width)
	for len(inputs) > 0 {
		size := min(inferenceRows*width, len(inputs))
		outputs := n.forward(inputs[:size], nil)
		out = append(out, outputs[len(outputs)-1].Data...)
		inputs = inputs[size:]
	}
	return out
}

// forward returns the output of each layer, rows × units: hidden ones after ReLU and, where random is
// given, after dropout.
func (n *network) forward(inputs []float64, random *rand.Rand) []blas64.General {
	outputs := make([]blas64.General, len(n.layers))
	input := matrix(inputs, n.sizes[0])
	for i, l := range n.layers {
		units := n.sizes[i+1]
		out := matrix(make([]float64, input.Rows*units), units)
		for r := range out.Rows {
			copy(out.Data[r*units:], l.bias)
		}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, input, l.weights, 1, out)
		if i < len(n.layers)-1 {
			rectify(out.Data)
			if random != nil && n.dropout > 0 {
				dropOut(out.Data, n.dropout, random)
			}
		}
		outputs[i], input = out, out
	}
	return outputs
}

func rectify(values []float64) {
	for i, value := range values {
		values[i] = max(value, 0)
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

// gradient sets into, laid out as the parameters, to the gradient of the mean weighted cross-entropy of
// the rows. Units are dropped out where random is given.
func (n *network) gradient(inputs, labels []float64, random *rand.Rand, into []float64) {
	outputs := n.forward(inputs, random)
	last := len(n.layers) - 1
	delta := matrix(make([]float64, len(labels)), 1) // of the loss by the layer's output before ReLU
	for i, label := range labels {
		delta.Data[i] = rowWeight(label, n.positiveWeight) * (sigmoid(outputs[last].Data[i]) - label) / float64(len(labels))
	}
	gradients := layersOf(into, n.sizes)
	for i := last; i >= 0; i-- {
		input := matrix(inputs, n.sizes[0])
		if i > 0 {
			input = outputs[i-1]
		}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, delta, input, 0, gradients[i].weights)
		sumRows(delta, gradients[i].bias)
		if i > 0 {
			delta = n.passBack(delta, n.layers[i].weights, input, random != nil)
		}
	}
}

// passBack returns the gradient by the output before ReLU of the hidden layer below, whose output is given:
// where that is 0, the unit was cut off or dropped out.
func (n *network) passBack(delta, weights, output blas64.General, dropped bool) blas64.General {
	below := matrix(make([]float64, len(output.Data)), output.Cols)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, delta, weights, 0, below)
	scale := 1.0
	if dropped {
		scale = 1 / (1 - n.dropout)
	}
	for i, value := range output.Data {
		if value > 0 {
			below.Data[i] *= scale
		} else {
			below.Data[i] = 0
		}
	}
	return below
}

func sumRows(m blas64.General, into []float64) {
	clear(into)
	for i := range m.Rows {
		floats.Add(into, m.Data[i*m.Cols:(i+1)*m.Cols])
	}
}

// matrix views values as rows of a width.
func matrix(values []float64, width int) blas64.General {
	return blas64.General{Rows: len(values) / width, Cols: width, Stride: width, Data: values}
}
