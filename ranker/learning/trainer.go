package learning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vitrine/ranker"
	"vitrine/ranker/ctr"
)

// Trainer fits one kind of model.
type Trainer interface {
	// Kind names the kind, as ranker.Manifest does.
	Kind() string
	// Train returns the model after its best epoch by the validation rows. When ctx ends after an epoch, the best so far
	// comes together with the error.
	Train(ctx context.Context, training, validation *ctr.Dataset, report func(ctr.Epoch)) (ranker.Scorer, error)
}

// What measured best on the simulated shop (docs/decisions/0012-learning.md).
const (
	DefaultKind      = "logistic"
	DefaultObjective = string(ctr.Softmax)
)

// Kinds of models that NewTrainer knows.
func Kinds() []string { return slices.Clone(kinds) }

var kinds = []string{"logistic", "mlp", "deepfm"}

// Objectives that NewTrainer knows.
func Objectives() []string { return slices.Clone(objectives) }

var objectives = []string{string(ctr.LogLoss), string(ctr.Softmax), string(ctr.LambdaRank)}

// ErrTrainer is wrapped by every reason why there is no such trainer.
var ErrTrainer = errors.New("no such trainer")

// NewTrainer returns the trainer of a kind of model, with options that suit the log of a shop: many rows and few
// features.
func NewTrainer(kind, objective string, seed uint64) (Trainer, error) {
	if !slices.Contains(kinds, kind) {
		return nil, fmt.Errorf("%w: kind %q: choose %s", ErrTrainer, kind, strings.Join(kinds, ", "))
	}
	if !slices.Contains(objectives, objective) {
		return nil, fmt.Errorf("%w: objective %q: choose %s", ErrTrainer, objective, strings.Join(objectives, ", "))
	}
	o := ctr.Options{Objective: ctr.Objective(objective), Rate: 0.002, Epochs: 20, Batch: 256, Patience: 3, L2: 1e-4, Seed: seed}
	if kind != "logistic" {
		o.Hidden = []int{32, 16}
	}
	if kind == "deepfm" {
		o.Factors = 8
	}
	return ctrTrainer{kind, o}, nil
}

type ctrTrainer struct {
	kind    string
	options ctr.Options
}

func (t ctrTrainer) Kind() string { return t.kind }

func (t ctrTrainer) Train(ctx context.Context, training, validation *ctr.Dataset, report func(ctr.Epoch)) (ranker.Scorer, error) {
	if t.options.Objective != ctr.LogLoss || t.options.Factors > 0 { // which learn clicks alone
		training, validation = withoutFunnel(training), withoutFunnel(validation)
	}
	m, err := ctr.Train(ctx, training, validation, t.options, report)
	if m == nil {
		return nil, err
	}
	return m, err
}

func withoutFunnel(d *ctr.Dataset) *ctr.Dataset {
	bare := *d
	bare.Funnel = nil
	return &bare
}

// leastPurchases is how many purchases the rows to train on must have for their chances to be learnt.
const leastPurchases = 50

// dataset copies a part into the table that models are trained on: the label is the click, carts and purchases follow it
// where they are to be learnt, queries are groups, and how likely each row was looked at is known.
func (l *Log) dataset(p Part, e examination, funnel bool) *ctr.Dataset {
	begin, end := l.rows(p)
	d := &ctr.Dataset{
		Features: l.Features, Label: "click",
		Values: l.matrix(begin, end), Labels: l.labels(begin, end, clicked),
	}
	if funnel {
		d.Funnel = []ctr.Step{{Name: "add_to_cart", Labels: l.labels(begin, end, carted)}, {Name: "purchase", Labels: l.labels(begin, end, bought)}}
	}
	for i := p.Begin; i < p.End; i++ {
		s := &l.Searches[i]
		group, at := strconv.Itoa(i), s.Time.UnixMilli()
		for row := s.begin; row < s.end; row++ {
			d.Groups = append(d.Groups, group)
			d.Examined = append(d.Examined, 1/e.weight(s.Device, l.positions[row]))
			d.Times = append(d.Times, at)
		}
	}
	return d
}
