package ctr

import (
	"fmt"
	"slices"
)

// Model estimates how likely a row is clicked.
type Model struct {
	features []string
	label    string
	standard standardisation
	network  *network
}

// Features names what the model sees, in its order. The slice belongs to the caller.
func (m *Model) Features() []string { return slices.Clone(m.features) }

// Label names what the model estimates.
func (m *Model) Label() string { return m.label }

// Sizes are the numbers of features, of the units of each hidden layer, and 1. The slice belongs to the
// caller.
func (m *Model) Sizes() []int { return slices.Clone(m.network.sizes) }

// Logits returns the log odds of a click for each row. An error wraps ErrData where the features of the
// rows are not those of the model.
func (m *Model) Logits(d *Dataset) ([]float64, error) {
	if !slices.Equal(d.Features, m.features) {
		return nil, fmt.Errorf("%w: the model has the features %s, the rows %s", ErrData, listed(m.features), listed(d.Features))
	}
	return m.network.logits(m.standard.apply(d.Values)), nil
}

// Evaluate returns the figures of the model on rows. Its errors are those of Logits.
func (m *Model) Evaluate(d *Dataset) (Metrics, error) {
	logits, err := m.Logits(d)
	if err != nil {
		return Metrics{}, err
	}
	return measure(d.Labels, logits, m.network.positiveWeight), nil
}
