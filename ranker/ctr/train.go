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

// Epoch is what one pass over the training rows came to. The figures are those with the positions known,
// where training learns what they add.
type Epoch struct {
	Number     int // from 1
	Training   Metrics
	Validation Metrics // Rows 0 where there are no validation rows
	Best       bool    // the best so far: by the validation loss, or by NDCG of a listwise objective; without validation rows always
}

// Train fits a model to the training rows and returns it as it was after the best epoch. The validation
// rows choose that epoch and end the training early; without any, the last epoch is the best. Their
// features and labels must be those of the training rows. Each epoch is reported.
//
// Where the training rows have Positions, a tower of position biases is learned beside the model; where they
// have a Funnel, the model has an output for each step.
//
// When ctx ends or training diverges (ErrDiverged) after the first epoch, the best model so far is returned
// together with the error. Other errors wrap ErrOptions or ErrData.
func Train(ctx context.Context, training, validation *Dataset, o Options, report func(Epoch)) (*Model, error) {
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := checkTraining(training, validation, o); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	m, err := begin(training, o)
	if err != nil {
		return nil, err
	}
	r := newRun(m, training, validation, o, report)
	trained, err := r.fit(ctx)
	if !trained {
		return nil, err
	}
	m.network.pack(&m.packed)
	return m, err
}

// checkTraining says why rows cannot be learned from.
func checkTraining(training, validation *Dataset, o Options) error {
	for _, d := range []*Dataset{training, validation} {
		if err := d.check(); err != nil {
			return err
		}
	}
	if !slices.Equal(training.Features, validation.Features) {
		return fmt.Errorf("the training rows have the features %s, the validation rows %s", listed(training.Features), listed(validation.Features))
	}
	used := []*Dataset{training}
	if validation.Rows() > 0 {
		used = append(used, validation)
	}
	for _, d := range used {
		if err := checkUse(d, o.Objective, training.stepNames()); err != nil {
			return err
		}
		if o.Objective.listwise() && len(d.tellingSpans()) == 0 {
			return fmt.Errorf("no query of %d rows to train or to validate on has rows with different labels: bring more rows, or choose another share", d.Rows())
		}
	}
	if positives := training.Positives(); !o.Objective.listwise() && (positives == 0 || positives == training.Rows()) {
		return fmt.Errorf("of %d training rows %d have the label 1: rows of both labels are needed", training.Rows(), positives)
	}
	return nil
}

// checkUse says why an objective cannot be computed on rows.
func checkUse(d *Dataset, objective Objective, steps []string) error {
	if objective.listwise() {
		switch {
		case d.Groups == nil:
			return fmt.Errorf("%s compares the rows of a query, and which rows are of one is not known: name the query of each row", objective)
		case len(d.Funnel) > 0:
			return fmt.Errorf("%s learns one label: leave the steps of the funnel out, or choose %s", objective, LogLoss)
		}
		return nil
	}
	if !slices.Equal(d.stepNames(), steps) {
		return fmt.Errorf("the steps behind the label are %q, and %q are needed", d.stepNames(), steps)
	}
	for _, label := range d.Labels {
		if label != 0 && label != 1 {
			return fmt.Errorf("a row has the label %v: %s takes 0 and 1, and %s and %s take grades", label, LogLoss, Softmax, LambdaRank)
		}
	}
	return nil
}

func (d *Dataset) stepNames() []string {
	var names []string
	for _, step := range d.Funnel {
		names = append(names, step.Name)
	}
	return names
}

// tellingSpans are the queries from which an order can be learned: their rows have different labels.
func (d *Dataset) tellingSpans() []span {
	return slices.DeleteFunc(d.groupSpans(), func(g span) bool {
		labels := d.Labels[g.begin:g.end]
		return slices.Min(labels) == slices.Max(labels)
	})
}

// begin returns the model with which training begins.
func begin(training *Dataset, o Options) (*Model, error) {
	m := &Model{
		features: slices.Clone(training.Features),
		label:    training.Label,
		steps:    training.stepNames(),
		trained:  objectives{o.Objective, o.NDCGAt, o.PositiveWeight},
		slope:    1,
	}
	width := len(m.features)
	sizes := slices.Concat([]int{width}, o.Hidden, []int{1 + len(m.steps)})
	if weights, biases := parameterCounts(sizes, o.Factors); weights+biases > maxParameters {
		return nil, fmt.Errorf("%w: a model of %d parameters: choose fewer units, for at most %d", ErrOptions, weights+biases, maxParameters)
	}
	if o.Factors > 0 && len(m.steps) > 0 {
		return nil, fmt.Errorf("%w: a factorisation machine has one output: leave the steps of the funnel out, or the factors", ErrOptions)
	}
	m.network = newNetwork(sizes, o.Factors)
	m.network.dropout, m.network.frozen = o.Dropout, o.Freeze
	if training.Positions != nil {
		m.tower = newTower(training)
		if len(m.tower.layouts) > maxLayouts {
			return nil, fmt.Errorf("%w: %d layouts: join them to at most %d", ErrData, len(m.tower.layouts), maxLayouts)
		}
	}
	if o.From != nil {
		if err := m.goOn(o.From); err != nil {
			return nil, err
		}
		return m, nil
	}
	m.standard = standardise(training.Values, width)
	for j, name := range m.features {
		if !finite(m.standard.mean[j], m.standard.scale[j]) {
			return nil, fmt.Errorf("%w: the values of %q are too large or not finite: scale them down", ErrData, name)
		}
	}
	m.network.initialise(baseOdds(training, o), newRandom(o.Seed, streamWeights))
	return m, nil
}

// goOn takes the parameters over from a model of the same features, tasks and shape, with the standardisation
// that they belong to, and what positions add in the layouts that both know. Its calibration is that of its
// own logits and is not taken over.
func (m *Model) goOn(from *Model) error {
	if !slices.Equal(from.features, m.features) || !slices.Equal(from.Tasks(), m.Tasks()) {
		return fmt.Errorf("%w: the model to go on from has the features %s and learned %s, the training rows have %s and %s",
			ErrData, listed(from.features), listed(from.Tasks()), listed(m.features), listed(m.Tasks()))
	}
	m.standard = from.standard
	copy(m.network.values, from.network.values)
	if m.tower == nil || from.tower == nil {
		return nil
	}
	for i, layout := range m.tower.layouts {
		if at, known := slices.BinarySearch(from.tower.layouts, layout); known {
			copy(m.tower.values[i*bands:(i+1)*bands], from.tower.values[at*bands:])
		}
	}
	return nil
}

// baseOdds are the log odds of each task over all training rows; 0 for scores of which only the order counts.
func baseOdds(training *Dataset, o Options) []float64 {
	odds := make([]float64, 1+len(training.Funnel))
	if o.Objective.listwise() {
		return odds
	}
	before, positives := training.Rows(), training.Positives()
	odds[0] = math.Log(o.PositiveWeight * float64(positives) / float64(before-positives))
	for t, step := range training.Funnel {
		before, positives = positives, 0
		for _, label := range step.Labels {
			positives += int(label)
		}
		odds[1+t] = math.Log((float64(positives) + 0.5) / (float64(before-positives) + 0.5)) // few come so far, or all
	}
	return odds
}

// fit leaves the model as it was after the best epoch. It says whether there was one.
func (r *run) fit(ctx context.Context) (trained bool, err error) {
	weights, _ := parameterCounts(r.network.sizes, r.network.factors)
	optimiser := newOptimiser(r.options, len(r.values), span{r.network.frozenWeights(), weights})
	random := newRandom(r.options.Seed, streamTraining)
	validated := r.validation.rows() > 0
	best := struct {
		epoch  int
		loss   float64
		values []float64
	}{loss: math.Inf(1), values: make([]float64, len(r.values))}

	for number := 1; number <= r.options.Epochs; number++ {
		if err = r.pass(ctx, optimiser, random); err != nil {
			break
		}
		epoch, loss := r.evaluate(number)
		if !finite(loss) || !finite(r.values...) {
			err = fmt.Errorf("%w: in epoch %d numbers became too large: choose a lower learning rate", ErrDiverged, number)
			break
		}
		if epoch.Best = !validated || loss < best.loss; epoch.Best {
			best.epoch, best.loss = number, loss
			copy(best.values, r.values)
		}
		r.report(epoch)
		if r.options.Patience > 0 && number-best.epoch >= r.options.Patience {
			break
		}
	}
	copy(r.values, best.values)
	if r.tower != nil {
		r.tower.settle(r.training.places)
	}
	return best.epoch > 0, err
}

// pass takes one step for each batch of the units, in an order of chance.
func (r *run) pass(ctx context.Context, optimiser optimiser, random *rand.Rand) error {
	order := random.Perm(len(r.units))
	for len(order) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		size := r.batch(order)
		optimiser.step(r.values, r.gradient(order[:size], random))
		order = order[size:]
	}
	return nil
}

// evaluate returns the figures after an epoch, and that by which the best epoch is the one with the least.
func (r *run) evaluate(number int) (Epoch, float64) {
	r.network.pack(&r.packed)
	e := Epoch{Number: number}
	var scores []float64
	e.Training, scores = r.measure(&r.training)
	judged, judge := e.Training, &r.training
	if r.validation.rows() > 0 {
		e.Validation, scores = r.measure(&r.validation)
		judged, judge = e.Validation, &r.validation
	}
	if !r.options.Objective.listwise() {
		return e, judged.Loss
	}
	at, _ := ndcg(&judge.examples, scores, r.options.NDCGAt)
	return e, 1 - at
}
