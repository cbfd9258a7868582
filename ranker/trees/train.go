package trees

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"vitrine/ranker/ctr"
)

// ErrData is wrapped by every reason why rows cannot be trained on.
var ErrData = errors.New("unusable training rows for trees")

// Round is what training knows after a tree.
type Round struct {
	Tree   int     // from 1
	Figure float64 // on the validation rows: NDCG@At, or the mean log likelihood; NaN without such rows
	Best   bool    // no round before was as good
}

// Train boosts trees on the training rows. The validation rows choose how many are kept and, with
// Patience, end the training early; without any, which nil says too, all are kept. Under LambdaRank rows have Groups
// and labels 0 to 4, under Logistic labels 0 and 1, of both kinds. Each round is reported.
//
// When ctx ends after the first tree, the best model so far is returned together with the error. Other
// errors wrap ErrOptions or ErrData.
func Train(ctx context.Context, training, validation *ctr.Dataset, o Options, report func(Round)) (*Model, error) {
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if validation == nil {
		validation = &ctr.Dataset{Features: training.Features}
	}
	if err := checkRows(training, validation, o.Objective); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	width := len(training.Features)
	fitted, judged := newTarget(training, o), newTarget(validation, o)
	m := &Model{features: slices.Clone(training.Features), label: training.Label, objective: o.Objective, base: fitted.base()}
	g := newGrower(binRows(training.Values, width, o.Bins, o.Threads), o)
	random := rand.New(rand.NewPCG(o.Seed, 1))
	scores, seen := repeat(m.base, training.Rows()), repeat(m.base, validation.Rows())

	best, kept := math.Inf(-1), 0
	for number := 1; number <= o.Trees; number++ {
		if err := ctx.Err(); err != nil {
			return m.kept(kept), err
		}
		fitted.slopes(scores, g.gradients, g.hessians)
		g.rows = draw(g.rows[:0], training.Rows(), o.RowShare, random)
		t := g.grow(draw[int](nil, width, o.FeatureShare, random))
		m.trees = append(m.trees, t)
		inParallel(o.Threads, len(scores), func(begin, end int) {
			t.add(training.Values[begin*width:end*width], width, scores[begin:end])
		})
		round := Round{Tree: number, Figure: math.NaN(), Best: true}
		if len(seen) > 0 {
			t.add(validation.Values, width, seen)
			round.Figure = judged.figure(seen)
			round.Best = round.Figure > best
		}
		if round.Best {
			best, kept = round.Figure, number
		}
		report(round)
		if o.Patience > 0 && number-kept >= o.Patience {
			break
		}
	}
	return m.kept(kept), nil
}

// kept returns the model with so many trees; without any there is none.
func (m *Model) kept(count int) *Model {
	if count == 0 {
		return nil
	}
	m.trees = slices.Clone(m.trees[:count])
	return m
}

func repeat(value float64, count int) []float64 {
	return slices.Repeat([]float64{value}, count)
}

// draw appends a share of the numbers below n, at least one, in rising order.
func draw[T int | int32](into []T, n int, share float64, random *rand.Rand) []T {
	left := max(1, int(math.Round(share*float64(n))))
	for i := range n {
		if left == n-i || random.IntN(n-i) < left { // each subset is as likely (Knuth, algorithm S)
			into = append(into, T(i))
			left--
		}
		if left == 0 {
			break
		}
	}
	return into
}

// checkRows says what does not fit.
func checkRows(training, validation *ctr.Dataset, objective Objective) error {
	if !slices.Equal(training.Features, validation.Features) {
		return errors.New("training and validation rows have other features: read both with the same columns")
	}
	if err := checkFeatures(training.Features); err != nil {
		return err
	}
	if training.Rows() == 0 || len(training.Values) > math.MaxInt32 {
		return fmt.Errorf("%d rows of %d features: bring 1 row or more, and at most %d values", training.Rows(), len(training.Features), math.MaxInt32)
	}
	for _, d := range []*ctr.Dataset{training, validation} {
		if err := checkTable(d, objective); err != nil {
			return err
		}
	}
	low, high := slices.Min(training.Labels), slices.Max(training.Labels)
	if low == high {
		return fmt.Errorf("all %d labels are %v: rows of different labels are needed", training.Rows(), low)
	}
	return nil
}

func checkTable(d *ctr.Dataset, objective Objective) error {
	rows := d.Rows()
	if len(d.Values) != rows*len(d.Features) || (d.Weights != nil && len(d.Weights) != rows) || (d.Groups != nil && len(d.Groups) != rows) {
		return fmt.Errorf("%d values, %d weights and %d groups for %d rows of %d features", len(d.Values), len(d.Weights), len(d.Groups), rows, len(d.Features))
	}
	if i := slices.IndexFunc(d.Values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); i >= 0 {
		return fmt.Errorf("row %d has a value that is not finite: fill it in, or leave the row out", i/len(d.Features)+1)
	}
	highest := 1.0
	if objective == LambdaRank {
		highest = 4
		if d.Groups == nil && rows > 0 {
			return errors.New("lambdarank needs the query of each row")
		}
	}
	for i, label := range d.Labels {
		if !(label >= 0 && label <= highest) || label != math.Trunc(label) {
			return fmt.Errorf("row %d has the label %v: under %s labels are whole numbers from 0 to %v", i+1, label, objective, highest)
		}
		if d.Weights != nil && !(d.Weights[i] > 0 && d.Weights[i] <= math.MaxFloat32) {
			return fmt.Errorf("row %d has the weight %v: choose a number above 0", i+1, d.Weights[i])
		}
	}
	seen := map[string]bool{}
	for i, group := range d.Groups {
		if i > 0 && group == d.Groups[i-1] {
			continue
		}
		if seen[group] {
			return fmt.Errorf("row %d: the query %q was there before: rows of one query stand together", i+1, group)
		}
		seen[group] = true
	}
	return nil
}
