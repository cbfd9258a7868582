package ranker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"vitrine/catalog/versions"
	"vitrine/retrieval"
)

// biasName is the ledger's name of the part of a score that every candidate has.
const biasName = "bias"

// Weight is the effect of one feature in a model.
type Weight struct {
	Feature string  `json:"feature"`
	Value   float64 `json:"weight"`           // logits per unit of the feature
	Reason  string  `json:"reason,omitempty"` // of a weight that was set by hand
}

// Logistic is a logistic regression of clicks on the features of the schema. It is immutable.
type Logistic struct {
	version string
	bias    float64
	weights []Weight // in the order of the schema
}

// Prior returns the model with which a shop starts.
func Prior() *Logistic {
	l, err := NewLogistic(priorVersion, priorBias, prior)
	if err != nil {
		panic(err) // prior.go and features.go disagree
	}
	return l
}

// ErrModel is wrapped by every reason why a model cannot be used.
var ErrModel = errors.New("unusable ranker model")

// NewLogistic returns a model of its own weights: one for each feature of the schema, in that order, all
// finite. The version names the model's folder: lower-case letters, digits, dots and dashes.
func NewLogistic(version string, bias float64, weights []Weight) (*Logistic, error) {
	switch {
	case !versions.IsName(version):
		return nil, fmt.Errorf("%w: the version %q must be of lower-case letters, digits, dots and dashes", ErrModel, version)
	case len(weights) != len(features):
		return nil, fmt.Errorf("%w: it has %d weights for %d features", ErrModel, len(weights), len(features))
	case finite(bias) != bias:
		return nil, fmt.Errorf("%w: its bias is not a finite number", ErrModel)
	}
	for i, w := range weights {
		if w.Feature != features[i].Name {
			return nil, fmt.Errorf("%w: weight %d is of %q, the feature there is %q", ErrModel, i+1, w.Feature, features[i].Name)
		}
		if finite(w.Value) != w.Value {
			return nil, fmt.Errorf("%w: the weight of %s is not a finite number", ErrModel, w.Feature)
		}
	}
	return &Logistic{version: version, bias: bias, weights: slices.Clone(weights)}, nil
}

// Version names the model.
func (l *Logistic) Version() string { return l.version }

// Score implements Model. It adds up the bias and then the contribution of every feature, in the order of the schema.
func (l *Logistic) Score(_ context.Context, m Matrix, into []float64) error {
	for i := range into {
		score := l.bias
		for j, value := range m.Row(i) {
			score += float64(l.weights[j].Value * value) // rounded before it is added, as in Explain
		}
		into[i] = score
	}
	return nil
}

// Explain implements Model.
func (l *Logistic) Explain(row []float64) []retrieval.FeatureEntry {
	ledger := make([]retrieval.FeatureEntry, 1+len(row))
	ledger[0] = retrieval.FeatureEntry{Name: biasName, Value: 1, Weight: l.bias, Contribution: l.bias}
	for j, value := range row {
		w := l.weights[j]
		// The sum with 0 turns the -0 of a negative weight into a plain 0.
		ledger[j+1] = retrieval.FeatureEntry{Name: w.Feature, Value: value, Weight: w.Value, Contribution: float64(w.Value*value) + 0}
	}
	return ledger
}

// Probability is the estimated click-through rate of a score, in (0, 1): the logistic function.
func Probability(score float64) float64 { return 1 / (1 + math.Exp(-score)) }
