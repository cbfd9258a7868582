package ctr

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// ErrDiverged is wrapped where the loss or the parameters are no longer finite.
var ErrDiverged = errors.New("training diverged")

// Epoch is what one pass over the training rows came to.
type Epoch struct {
	Number     int // from 1
	Training   Metrics
	Validation Metrics // Rows 0 where there are no validation rows
	Best       bool    // the validation loss is the lowest so far; without validation rows always
}

// learner is what training asks of a kind of model.
type learner interface {
	// parameters are changed in place by training; the first weights of them are penalised.
	parameters() (values []float64, weights int)
	// gradient sets into to the gradient of the mean loss of some rows by the parameters.
	gradient(inputs, labels []float64, random *rand.Rand, into []float64)
	logits(inputs []float64) []float64
}

// Train fits a model to the training rows and returns it as it was after the best epoch. The validation
// rows choose that epoch and end the training early; without any, the last epoch is the best. Their
// features must be those of the training rows. Each epoch is reported.
//
// When ctx ends or training diverges (ErrDiverged) after the first epoch, the best model so far is returned
// together with the error. Other errors wrap ErrOptions or ErrData.
func Train(ctx context.Context, training, validation *Dataset, o Options, report func(Epoch)) (*Model, error) {
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	positives, negatives := training.Positives(), training.Rows()-training.Positives()
	if positives == 0 || negatives == 0 {
		return nil, fmt.Errorf("%w: of %d training rows %d have the label 1: rows of both labels are needed", ErrData, training.Rows(), positives)
	}
	if !slices.Equal(training.Features, validation.Features) {
		return nil, fmt.Errorf("%w: the training rows have the features %s, the validation rows %s", ErrData, listed(training.Features), listed(validation.Features))
	}

	width := len(training.Features)
	sizes := slices.Concat([]int{width}, o.Hidden, []int{1})
	if weights, biases := parameterCounts(sizes); weights+biases > maxParameters {
		return nil, fmt.Errorf("%w: a model of %d parameters: choose fewer units, for at most %d", ErrOptions, weights+biases, maxParameters)
	}
	m := &Model{
		features: slices.Clone(training.Features),
		label:    training.Label,
		standard: standardise(training.Values, width),
		network:  newNetwork(sizes),
	}
	for j, name := range m.features {
		if !finite(m.standard.mean[j], m.standard.scale[j]) {
			return nil, fmt.Errorf("%w: the values of %q are too large or not finite: scale them down", ErrData, name)
		}
	}
	m.network.dropout, m.network.positiveWeight = o.Dropout, o.PositiveWeight
	m.network.initialise(math.Log(o.PositiveWeight*float64(positives)/float64(negatives)), newRandom(o.Seed, streamWeights))

	r := run{
		learner:    m.network,
		training:   rows{m.standard.apply(training.Values), training.Labels},
		validation: rows{m.standard.apply(validation.Values), validation.Labels},
		options:    o,
		report:     report,
	}
	trained, err := r.fit(ctx)
	if !trained {
		return nil, err
	}
	return m, err
}

// rows are standardised features and their labels.
type rows struct{ inputs, labels []float64 }

// run is one training.
type run struct {
	learner              learner
	training, validation rows
	options              Options
	report               func(Epoch)
}

// fit leaves the learner as it was after the best epoch. It says whether there was one.
func (r run) fit(ctx context.Context) (trained bool, err error) {
	values, weights := r.learner.parameters()
	optimiser := newOptimiser(r.options, len(values), weights)
	random := newRandom(r.options.Seed, streamTraining)
	validated := len(r.validation.labels) > 0
	best := struct {
		epoch  int
		loss   float64
		values []float64
	}{loss: math.Inf(1), values: make([]float64, len(values))}

	for number := 1; number <= r.options.Epochs; number++ {
		if err = r.pass(ctx, optimiser, random); err != nil {
			break
		}
		epoch := r.evaluate(number)
		loss := epoch.Training.Loss
		if validated {
			loss = epoch.Validation.Loss
		}
		if !finite(loss) || !finite(values...) {
			err = fmt.Errorf("%w: in epoch %d numbers became too large: choose a lower learning rate", ErrDiverged, number)
			break
		}
		if epoch.Best = !validated || loss < best.loss; epoch.Best {
			best.epoch, best.loss = number, loss
			copy(best.values, values)
		}
		r.report(epoch)
		if r.options.Patience > 0 && number-best.epoch >= r.options.Patience {
			break
		}
	}
	copy(values, best.values)
	return best.epoch > 0, err
}

// pass takes one step for each batch of the training rows, in an order of chance.
func (r run) pass(ctx context.Context, optimiser optimiser, random *rand.Rand) error {
	values, _ := r.learner.parameters()
	gradient := make([]float64, len(values))
	width := len(r.training.inputs) / len(r.training.labels)
	var batch rows
	for order := range slices.Chunk(random.Perm(len(r.training.labels)), r.options.Batch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch.inputs, batch.labels = batch.inputs[:0], batch.labels[:0]
		for _, i := range order {
			batch.inputs = append(batch.inputs, r.training.inputs[i*width:(i+1)*width]...)
			batch.labels = append(batch.labels, r.training.labels[i])
		}
		r.learner.gradient(batch.inputs, batch.labels, random, gradient)
		optimiser.step(values, gradient)
	}
	return nil
}

// evaluate returns the figures after an epoch.
func (r run) evaluate(number int) Epoch {
	figures := func(of rows) Metrics {
		return measure(of.labels, r.learner.logits(of.inputs), r.options.PositiveWeight)
	}
	e := Epoch{Number: number, Training: figures(r.training)}
	if len(r.validation.labels) > 0 {
		e.Validation = figures(r.validation)
	}
	return e
}
