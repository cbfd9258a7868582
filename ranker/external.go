package ranker

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"vitrine/retrieval"
)

// Network is a model made elsewhere: rows of features in, one number a row out. encoders.Table is one. It must be safe for
// concurrent use.
type Network interface {
	// Run writes the output of each row into a slice of that length.
	Run(ctx context.Context, rows []float32, into []float32) error
	// Logit says whether the output is a logit; else it is a probability.
	Logit() bool
}

// External is a model whose inside is not known. It implements Model.
type External struct {
	version  string
	network  Network
	baseline []float64 // the row that contributions are told against
}

// NewExternal returns a model of a network whose columns are the features of the schema. The baseline is the row that
// explanations start from, such as the means of the served features; nil = all 0.
func NewExternal(version string, n Network, baseline []float64) (*External, error) {
	if !versionPattern.MatchString(version) {
		return nil, fmt.Errorf("%w: the version %q must be of lower-case letters, digits, dots and dashes", ErrModel, version)
	}
	if baseline == nil {
		baseline = make([]float64, len(features))
	}
	if len(baseline) != len(features) {
		return nil, fmt.Errorf("%w: its baseline has %d values for %d features", ErrModel, len(baseline), len(features))
	}
	return &External{version: version, network: n, baseline: baseline}, nil
}

// Version names the model.
func (e *External) Version() string { return e.version }

// Score implements Model.
func (e *External) Score(ctx context.Context, m Matrix, into []float64) error {
	rows := make([]float32, len(m.Values))
	for i, value := range m.Values {
		rows[i] = float32(value)
	}
	return e.run(ctx, rows, into)
}

func (e *External) run(ctx context.Context, rows []float32, into []float64) error {
	outputs := make([]float32, len(into))
	if err := e.network.Run(ctx, rows, outputs); err != nil {
		return err
	}
	for i, output := range outputs {
		score := float64(output)
		if finite(score) != score {
			return fmt.Errorf("%w: %s gives %v", ErrModel, e.version, output)
		}
		if !e.network.Logit() {
			score = logit(score)
		}
		into[i] = grained(score, maxScore)
	}
	return nil
}

// logit is the log odds of a probability, which is kept off 0 and 1, where a float32 loses them.
func logit(p float64) float64 {
	const least = 1e-7
	p = min(max(p, least), 1-least)
	return math.Log(p / (1 - p))
}

// explainingOrders is how many orders of the features an explanation averages over, and as many reversed ones.
const explainingOrders = 8

// Explain implements Model by Shapley values (Lundberg and Lee 2017), estimated over some orders of the features and
// their reverses (Castro, Gómez and Tejada 2009): along one order, features go from the baseline to the row one by one,
// and what each changes is its share. The shares of an order add up to the score less that of the baseline. The same row
// has the same explanation.
func (e *External) Explain(row []float64) []retrieval.FeatureEntry {
	orders := explainingPermutations(row)
	width := len(row)
	steps := width + 1
	rows := make([]float32, 0, len(orders)*steps*width)
	for _, order := range orders {
		point := make([]float32, width)
		for j, value := range e.baseline {
			point[j] = float32(value)
		}
		rows = append(rows, point...)
		for _, j := range order {
			point[j] = float32(row[j])
			rows = append(rows, point...)
		}
	}
	scores := make([]float64, len(orders)*steps)
	if err := e.run(context.Background(), rows, scores); err != nil {
		return ledgerOf(row, make([]float64, width), 0) // it failed after it had scored
	}
	shares := make([]float64, width)
	for i, order := range orders {
		for k, j := range order {
			shares[j] += (scores[i*steps+k+1] - scores[i*steps+k]) / float64(len(orders))
		}
	}
	return ledgerOf(row, shares, scores[width])
}

// explainingPermutations are orders of chance, seeded by the row.
func explainingPermutations(row []float64) [][]int {
	hash := fnv.New64a()
	for _, value := range row {
		_, _ = fmt.Fprintf(hash, "%x ", math.Float64bits(value))
	}
	random := rand.New(rand.NewPCG(hash.Sum64(), 1))
	var orders [][]int
	for range explainingOrders {
		order := random.Perm(len(row))
		reverse := make([]int, len(order))
		for i, j := range order {
			reverse[len(order)-1-i] = j
		}
		orders = append(orders, order, reverse)
	}
	return orders
}
