package ctr

import (
	"fmt"
	"slices"
)

// Model estimates how likely a row is clicked and, where it was trained along a funnel, how likely each step
// follows the one before.
type Model struct {
	features []string
	label    string
	steps    []string // of the funnel
	standard standardisation
	network  *network
	tower    *tower // nil = training knew no positions
	trained  objectives

	slope, intercept float64 // of the calibration

	packed packed // the network's parameters, for products
}

// objectives say what a model was trained for.
type objectives struct {
	objective      Objective
	ndcgAt         int
	positiveWeight float64
}

func (o objectives) loss() loss {
	return Options{Objective: o.objective, NDCGAt: o.ndcgAt, PositiveWeight: o.positiveWeight}.loss()
}

// Features names what the model sees, in its order. The slice belongs to the caller.
func (m *Model) Features() []string { return slices.Clone(m.features) }

// Label names what the model estimates.
func (m *Model) Label() string { return m.label }

// Tasks names what the model estimates: the label, and the steps of the funnel that it was trained along.
// The slice belongs to the caller.
func (m *Model) Tasks() []string { return append([]string{m.label}, m.steps...) }

// Objective is what the model was trained for.
func (m *Model) Objective() Objective { return m.trained.objective }

// Sizes are the numbers of features, of the units of each hidden layer, and of the tasks. The slice belongs
// to the caller.
func (m *Model) Sizes() []int { return slices.Clone(m.network.sizes) }

// Factors is the size of a feature's latent vector; 0 = the model is no DeepFM.
func (m *Model) Factors() int { return m.network.factors }

// WithCalibration returns a copy whose logits of a click are slope · logit + intercept (Platt 1999); a model
// is trained with 1 and 0. It replaces the calibration that the model had. An error wraps ErrModel: the slope
// is above 0, so that the order stays, and both are finite.
func (m *Model) WithCalibration(slope, intercept float64) (*Model, error) {
	if err := checkCalibration(slope, intercept); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	calibrated := *m
	calibrated.slope, calibrated.intercept = slope, intercept
	return &calibrated, nil
}

func checkCalibration(slope, intercept float64) error {
	if !(slope > 0) || !finite(slope, intercept) {
		return fmt.Errorf("a calibration of slope %v and intercept %v: both must be finite, and the slope above 0", slope, intercept)
	}
	return nil
}

// Calibration returns the slope and the intercept.
func (m *Model) Calibration() (slope, intercept float64) { return m.slope, m.intercept }

// Logits returns the log odds of a click for each row: what Scores returns, bit for bit. An error wraps
// ErrData where the features of the rows are not those of the model.
func (m *Model) Logits(d *Dataset) ([]float64, error) {
	if err := m.checkFeatures(d); err != nil {
		return nil, err
	}
	return m.Scores(d.Values, nil), nil
}

func (m *Model) checkFeatures(d *Dataset) error {
	if !slices.Equal(d.Features, m.features) {
		return fmt.Errorf("%w: the model has the features %s, the rows %s", ErrData, listed(m.features), listed(d.Features))
	}
	return nil
}

// Evaluate returns the figures of the model on rows, as it is used: without their positions. Further steps of
// a funnel than the model knows do not count. Its errors wrap ErrData.
func (m *Model) Evaluate(d *Dataset) (Metrics, error) {
	if err := m.checkFeatures(d); err != nil {
		return Metrics{}, err
	}
	known := *d
	known.Funnel = d.Funnel[:min(len(d.Funnel), len(m.steps))]
	d = &known
	if err := checkUse(d, m.trained.objective, m.steps); err != nil {
		return Metrics{}, fmt.Errorf("%w: %w", ErrData, err)
	}
	figures := measure(examplesOf(d), m.TaskScores(d.Values, nil), m.trained.loss())
	m.nameSteps(figures)
	return figures, nil
}

func (m *Model) nameSteps(figures Metrics) {
	for t := range figures.Steps {
		figures.Steps[t].Name = m.steps[t]
	}
}
