package trees

import (
	"errors"
	"fmt"
	"math"
)

// ErrOptions is wrapped by every reason why options cannot be used.
var ErrOptions = errors.New("unusable options of trees")

// Objective names what training lowers.
type Objective string

const (
	Logistic   Objective = "logistic"   // log loss of labels 0 and 1; scores are log odds
	LambdaRank Objective = "lambdarank" // pairs of a query's rows, weighed by what swapping them does to NDCG
)

// Limits of a model and of its training.
const (
	maxTrees  = 10_000
	maxLeaves = 1024
	maxBins   = 256
)

// Options say what is trained and how. The zero value is LightGBM's defaults under the log loss.
type Options struct {
	Objective    Objective // "" = Logistic
	Trees        int       // at most; 0 = 100
	Leaves       int       // of a tree at most; 0 = 31
	Rate         float64   // what a tree's step is multiplied with; 0 = 0.1
	MinRows      int       // of a leaf; 0 = 20
	MinHessian   float64   // sum of a leaf; 0 = 0.001
	L2           float64   // penalty on the values of leaves
	FeatureShare float64   // of the features that a tree may use, drawn for each tree; 0 = 1
	RowShare     float64   // of the rows that a tree learns from, drawn for each tree; 0 = 1
	Bins         int       // of a feature at most; 0 = 255
	Truncation   int       // LambdaRank: a pair counts when its better placed row is among so many; 0 = 30
	At           int       // LambdaRank: the validation figure is NDCG@At; 0 = 5
	Patience     int       // trees without a better validation figure after which training ends; 0 = never
	Threads      int       // 0 = 1
	Seed         uint64
}

// WithDefaults returns a copy with the defaults filled in.
func (o Options) WithDefaults() Options {
	for _, number := range []struct {
		of       *int
		standard int
	}{{&o.Trees, 100}, {&o.Leaves, 31}, {&o.MinRows, 20}, {&o.Bins, 255}, {&o.Truncation, 30}, {&o.At, 5}, {&o.Threads, 1}} {
		if *number.of == 0 {
			*number.of = number.standard
		}
	}
	for _, number := range []struct {
		of       *float64
		standard float64
	}{{&o.Rate, 0.1}, {&o.MinHessian, 0.001}, {&o.FeatureShare, 1}, {&o.RowShare, 1}} {
		if *number.of == 0 {
			*number.of = number.standard
		}
	}
	if o.Objective == "" {
		o.Objective = Logistic
	}
	return o
}

// Validate returns an error that wraps ErrOptions where training could not go by the options, defaults
// filled in.
func (o Options) Validate() error {
	share := func(value float64) bool { return value > 0 && value <= 1 }
	var wrong error
	switch {
	case o.Objective != Logistic && o.Objective != LambdaRank:
		wrong = fmt.Errorf("objective %q: choose %s or %s", o.Objective, Logistic, LambdaRank)
	case o.Trees < 1 || o.Trees > maxTrees:
		wrong = fmt.Errorf("%d trees: choose 1 to %d", o.Trees, maxTrees)
	case o.Leaves < 2 || o.Leaves > maxLeaves:
		wrong = fmt.Errorf("%d leaves: choose 2 to %d", o.Leaves, maxLeaves)
	case !(o.Rate > 0) || math.IsInf(o.Rate, 0):
		wrong = fmt.Errorf("rate %v: choose a number above 0", o.Rate)
	case o.MinRows < 1 || !(o.MinHessian >= 0) || !(o.L2 >= 0) || math.IsInf(o.L2, 0):
		wrong = fmt.Errorf("leaves of %d rows and a Hessian of %v, l2 %v: choose 1 row or more, and numbers that are 0 or more", o.MinRows, o.MinHessian, o.L2)
	case !share(o.FeatureShare) || !share(o.RowShare):
		wrong = fmt.Errorf("shares %v of the features and %v of the rows: choose above 0 and at most 1", o.FeatureShare, o.RowShare)
	case o.Bins < 2 || o.Bins > maxBins:
		wrong = fmt.Errorf("%d bins: choose 2 to %d", o.Bins, maxBins)
	case o.Truncation < 1 || o.At < 1 || o.Patience < 0 || o.Threads < 1:
		wrong = fmt.Errorf("truncation %d, NDCG at %d, patience %d, %d threads: none is below 0, and but for the patience none is 0", o.Truncation, o.At, o.Patience, o.Threads)
	}
	if wrong != nil {
		return fmt.Errorf("%w: %w", ErrOptions, wrong)
	}
	return nil
}
