package learning

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"vitrine/ranker"
	"vitrine/ranker/ctr"
	"vitrine/ranker/trees"
)

// Trainer fits one kind of model.
type Trainer interface {
	// Kind names the kind, as ranker.Manifest does.
	Kind() string
	// Train returns the model after its best epoch by the validation rows. When ctx ends after an epoch, the best so far
	// comes together with the error.
	Train(ctx context.Context, training, validation *ctr.Dataset, report func(ctr.Epoch)) (ranker.Scorer, error)
}

// What measured best on the simulated shop (docs/decisions/0011-learning.md).
const (
	DefaultKind      = "logistic"
	DefaultObjective = string(ctr.Softmax)
)

// Kinds of models that NewTrainer knows.
func Kinds() []string { return slices.Clone(kinds) }

var kinds = []string{"logistic", "mlp", "deepfm", kindTrees}

// kindTrees learns clicks alone, by log loss.
const kindTrees = "trees"

// objectives that NewTrainer knows.
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
	if kind == kindTrees {
		if objective != string(ctr.LogLoss) {
			return nil, fmt.Errorf("%w: trees of a shop's log learn by %s: choose that objective", ErrTrainer, ctr.LogLoss)
		}
		return treesTrainer{trees.Options{
			Trees: 400, Leaves: 15, Rate: 0.05, MinRows: 100, L2: 10, FeatureShare: 0.8, RowShare: 0.8, Patience: 20,
			Threads: runtime.GOMAXPROCS(0), Seed: seed,
		}}, nil
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

// networkTrainer trains nothing: it brings a network that was made elsewhere to be judged.
type networkTrainer struct{ scorer *ranker.NetworkScorer }

// NewNetworkTrainer returns the trainer of a network, read from a file, that was made elsewhere.
func NewNetworkTrainer(n ranker.Network, file []byte) Trainer {
	return networkTrainer{ranker.NewNetworkScorer(n, file)}
}

func (t networkTrainer) Kind() string { return ranker.KindNetwork }

func (t networkTrainer) Train(ctx context.Context, _, _ *ctr.Dataset, _ func(ctr.Epoch)) (ranker.Scorer, error) {
	return t.scorer, ctx.Err()
}

type treesTrainer struct{ options trees.Options }

func (t treesTrainer) Kind() string { return kindTrees }

func (t treesTrainer) Train(ctx context.Context, training, validation *ctr.Dataset, report func(ctr.Epoch)) (ranker.Scorer, error) {
	m, err := trees.Train(ctx, training, validation, t.options, func(r trees.Round) {
		report(ctr.Epoch{Number: r.Tree, Validation: ctr.Metrics{Loss: -r.Figure}, Best: r.Best})
	})
	if m == nil {
		return nil, err
	}
	return ranker.TreesScorer{Model: m}, err
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
