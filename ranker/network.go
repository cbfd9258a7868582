package ranker

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
)

// KindNetwork is the kind of models that were made elsewhere.
const KindNetwork = "onnx"

// Network is a model made elsewhere: rows of features in, one number a row out. encoders.Table is one. It must be safe for
// concurrent use.
type Network interface {
	// Run writes the output of each row into a slice of that length.
	Run(ctx context.Context, rows []float32, into []float32) error
	// Logit says whether the output is a logit; else it is a probability.
	Logit() bool
}

// NetworkScorer scores by a network whose inside is not known. It implements Scorer.
type NetworkScorer struct {
	network Network
	file    []byte
}

// NewNetworkScorer returns the scorer of a network whose columns are the features of the schema, read from a file.
func NewNetworkScorer(n Network, file []byte) *NetworkScorer { return &NetworkScorer{n, file} }

// Write writes the file that the network was read from.
func (n *NetworkScorer) Write(w io.Writer) error {
	_, err := w.Write(n.file)
	return err
}

// Scores implements Scorer. Where the network fails, scores are not a number.
func (n *NetworkScorer) Scores(rows, into []float64) []float64 {
	narrow, outputs := make([]float32, len(rows)), make([]float32, len(into))
	for i, value := range rows {
		narrow[i] = float32(value)
	}
	if err := n.network.Run(context.Background(), narrow, outputs); err != nil {
		for i := range into {
			into[i] = math.NaN()
		}
		return into
	}
	for i, output := range outputs {
		into[i] = float64(output)
		if !n.network.Logit() {
			into[i] = logit(into[i])
		}
	}
	return into
}

// logit is the log odds of a probability, which is kept off 0 and 1, where a float32 loses them.
func logit(p float64) float64 {
	const least = 1e-7
	p = min(max(p, least), 1-least)
	return math.Log(p / (1 - p))
}

// explainingOrders is how many orders of the features an explanation averages over, and as many reversed ones.
const explainingOrders = 8

// Contributions implements Scorer by Shapley values (Lundberg and Lee 2017), estimated over some orders of the features and
// their reverses (Castro, Gómez and Tejada 2009): along one order, features go from 0, which stands for what is not known,
// to the row one by one, and what each changes is its share. The shares of an order add up to the score less that of a
// row of zeros. The same row has the same shares.
func (n *NetworkScorer) Contributions(row []float64) (base float64, parts []float64, err error) {
	orders := explainingPermutations(row)
	width := len(row)
	steps := width + 1
	rows := make([]float64, 0, len(orders)*steps*width)
	for _, order := range orders {
		point := make([]float64, width)
		rows = append(rows, point...)
		for _, j := range order {
			point[j] = row[j]
			rows = append(rows, point...)
		}
	}
	scores := n.Scores(rows, make([]float64, len(orders)*steps))
	parts = make([]float64, width)
	for i, order := range orders {
		for k, j := range order {
			parts[j] += (scores[i*steps+k+1] - scores[i*steps+k]) / float64(len(orders))
		}
	}
	return scores[0], parts, nil
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
