package ctr

import (
	"errors"
	"fmt"
	"math"
)

// ErrOptions is wrapped by every reason why options cannot be used.
var ErrOptions = errors.New("unusable training options")

// Optimiser names the rule by which a gradient changes the parameters.
type Optimiser string

const (
	AdamW Optimiser = "adam" // Adam with decoupled weight decay
	SGD   Optimiser = "sgd"  // stochastic gradient descent with momentum
)

// Limits of a model and of its training.
const (
	maxLayers     = 8
	maxUnits      = 4096 // of one hidden layer
	maxFactors    = 256
	maxParameters = 8 << 20 // which maxFile has room for
	maxBatch      = 1 << 16
)

// Options say what is trained and how. The zero value is a logistic regression under AdamW.
type Options struct {
	Hidden    []int     // units of each hidden layer; none = logistic regression
	Factors   int       // numbers in the latent vector of a feature: above 0 = DeepFM
	Objective Objective // "" = LogLoss; the listwise ones need Groups
	NDCGAt    int       // rank to which LambdaRank looks, and at which a listwise objective's best epoch is chosen; 0 = 10
	From      *Model    // training goes on from its parameters; the features, labels, Hidden and Factors are its own
	Freeze    int       // hidden layers that stay as they are, from the first

	Dropout        float64 // share of hidden units left out at a time, in [0, 1)
	PositiveWeight float64 // weight of a clicked row in LogLoss; 0 = 1
	L2             float64 // penalty on the weights, not on biases: l2/2 · |w|² under SGD, decay under AdamW
	PositionL2     float64 // the same penalty on what positions add, part of the gradient under both; 0 = 0.0001

	Optimiser Optimiser // "" = AdamW
	Rate      float64   // learning rate; 0 = 0.001 for AdamW, 0.01 for SGD
	Momentum  float64   // of SGD, in [0, 1); 0 = 0.9
	Epochs    int       // passes over the training rows at most; 0 = 10
	Batch     int       // rows a step, and of a listwise objective whole queries until they are as many; 0 = 32
	Patience  int       // epochs without a better one on the validation rows after which training ends; 0 = never
	Seed      uint64
}

// WithDefaults returns a copy with the defaults filled in.
func (o Options) WithDefaults() Options {
	if o.Objective == "" {
		o.Objective = LogLoss
	}
	if o.NDCGAt == 0 {
		o.NDCGAt = 10
	}
	if o.From != nil {
		sizes := o.From.network.sizes
		o.Hidden, o.Factors = sizes[1:len(sizes)-1], o.From.network.factors
	}
	if o.PositionL2 == 0 {
		o.PositionL2 = 1e-4
	}
	if o.PositiveWeight == 0 {
		o.PositiveWeight = 1
	}
	if o.Optimiser == "" {
		o.Optimiser = AdamW
	}
	if o.Rate == 0 {
		o.Rate = 0.001
		if o.Optimiser == SGD {
			o.Rate = 0.01
		}
	}
	if o.Momentum == 0 {
		o.Momentum = 0.9
	}
	if o.Epochs == 0 {
		o.Epochs = 10
	}
	if o.Batch == 0 {
		o.Batch = 32
	}
	return o
}

// Validate returns an error that wraps ErrOptions where training could not go by the options, defaults
// filled in.
func (o Options) Validate() error {
	positive := func(value float64) bool { return value > 0 && !math.IsInf(value, 0) }
	var wrong error
	switch {
	case checkHidden(o.Hidden) != nil:
		wrong = checkHidden(o.Hidden)
	case o.Factors < 0 || o.Factors > maxFactors:
		wrong = fmt.Errorf("%d factors: choose 1 to %d, or 0 for none", o.Factors, maxFactors)
	case o.Objective != LogLoss && !o.Objective.listwise():
		wrong = fmt.Errorf("objective %q: choose %s, %s or %s", o.Objective, LogLoss, Softmax, LambdaRank)
	case o.NDCGAt < 1 || o.NDCGAt > maxGroup:
		wrong = fmt.Errorf("NDCG at %d: choose 1 to %d", o.NDCGAt, maxGroup)
	case o.Freeze < 0 || o.Freeze > len(o.Hidden):
		wrong = fmt.Errorf("%d of %d hidden layers frozen: choose 0 to %d", o.Freeze, len(o.Hidden), len(o.Hidden))
	case o.Objective.listwise() && o.PositiveWeight != 1:
		wrong = fmt.Errorf("weight %v of clicked rows under %s, which compares the rows of a query: leave it out", o.PositiveWeight, o.Objective)
	case !(o.PositionL2 >= 0) || math.IsInf(o.PositionL2, 0):
		wrong = fmt.Errorf("l2 %v of positions: choose 0 or more", o.PositionL2)
	case !(o.Dropout >= 0 && o.Dropout < 1):
		wrong = fmt.Errorf("dropout %v: choose 0 or more and less than 1", o.Dropout)
	case !positive(o.PositiveWeight):
		wrong = fmt.Errorf("weight %v of clicked rows: choose a number above 0", o.PositiveWeight)
	case !(o.L2 >= 0) || math.IsInf(o.L2, 0):
		wrong = fmt.Errorf("l2 %v: choose 0 or more", o.L2)
	case o.Optimiser != AdamW && o.Optimiser != SGD:
		wrong = fmt.Errorf("optimizer %q: choose %s or %s", o.Optimiser, AdamW, SGD)
	case !positive(o.Rate):
		wrong = fmt.Errorf("rate %v: choose a number above 0", o.Rate)
	case !(o.Momentum >= 0 && o.Momentum < 1):
		wrong = fmt.Errorf("momentum %v: choose 0 or more and less than 1", o.Momentum)
	case o.Epochs < 1:
		wrong = fmt.Errorf("%d epochs: choose 1 or more", o.Epochs)
	case o.Batch < 1 || o.Batch > maxBatch:
		wrong = fmt.Errorf("a batch of %d rows: choose 1 to %d", o.Batch, maxBatch)
	case o.Patience < 0:
		wrong = fmt.Errorf("patience %d: choose 0 or more", o.Patience)
	}
	if wrong != nil {
		return fmt.Errorf("%w: %w", ErrOptions, wrong)
	}
	return nil
}

// checkHidden checks the units of hidden layers.
func checkHidden(hidden []int) error {
	if len(hidden) > maxLayers {
		return fmt.Errorf("%d hidden layers: choose at most %d", len(hidden), maxLayers)
	}
	for _, units := range hidden {
		if units < 1 || units > maxUnits {
			return fmt.Errorf("a hidden layer of %d units: choose 1 to %d", units, maxUnits)
		}
	}
	return nil
}
