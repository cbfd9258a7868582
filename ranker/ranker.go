package ranker

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

// Model scores rows of features. It is safe for concurrent use.
type Model interface {
	// Version names the model.
	Version() string
	// Score writes the score of each row of m, the log odds of a click, into a slice of that length.
	Score(ctx context.Context, m Matrix, into []float64) error
	// Explain returns the contributions to the score of one row: added up in order they are the score, bit for bit.
	Explain(row []float64) []retrieval.FeatureEntry
}

// Behaviour says what shoppers did, as of a query; a *behaviour.State does. It is safe for concurrent use.
type Behaviour interface {
	For(q *retrieval.Query) behaviour.View
}

// Ranker scores the candidates of queries with the model that is in force. It is safe for concurrent use.
type Ranker struct {
	inForce   atomic.Pointer[inForce]
	behaviour Behaviour
	objective atomic.Pointer[Objective]
	now       func() time.Time
}

// inForce is a model and what corrects it; a nil correction corrects nothing.
type inForce struct {
	model      Model
	correction *Correction
}

var schemaHash = Features().Hash()

// New returns a ranker with a model, which pursues an objective and reads what shoppers did; nil = nothing is known.
func New(m Model, o Objective, b Behaviour) *Ranker {
	if b == nil {
		b = (*behaviour.State)(nil)
	}
	r := &Ranker{behaviour: b, now: time.Now}
	r.Use(m)
	r.Pursue(o)
	return r
}

// Use puts another model in force, from the next query on. Nothing corrects it.
func (r *Ranker) Use(m Model) { r.inForce.Store(&inForce{model: m}) }

// UseCorrected puts the model of a correction in force, from the next query on, and the correction with it.
func (r *Ranker) UseCorrected(c *Correction) { r.inForce.Store(&inForce{c.base, c}) }

// Pursue sets what the order is to bring, from the next query on.
func (r *Ranker) Pursue(o Objective) { r.objective.Store(&o) }

// Model is the model in force.
func (r *Ranker) Model() Model { return r.inForce.Load().model }

// Correction is that of the model in force; nil = none.
func (r *Ranker) Correction() *Correction { return r.inForce.Load().correction }

// Objective is what is pursued with the model in force: clicks where the model does not estimate what the objective
// reads.
func (r *Ranker) Objective() Objective {
	if o := *r.objective.Load(); o.within(r.Model()) {
		return o
	}
	return Objective{}
}

// Rank implements retrieval.Ranker.
func (r *Ranker) Rank(ctx context.Context, q *retrieval.Query, candidates []retrieval.Candidate) (*retrieval.Ranked, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	asked := *q
	if asked.Shopper.At.IsZero() {
		asked.Shopper.At = r.now()
	}
	force, matrix := r.inForce.Load(), Extract(&asked, candidates, asked.Shopper.At, r.behaviour.For(&asked))
	model := force.model
	scores := make([]float64, matrix.Rows)
	if err := model.Score(ctx, matrix, scores); err != nil {
		return nil, fmt.Errorf("model %s: %w", model.Version(), err)
	}
	corrections := force.correction.correct(&asked, candidates)
	corrections.add(scores)
	explain := func(i int) []retrieval.FeatureEntry { return corrections.extend(model.Explain(matrix.Row(i)), i) }
	ranked := &retrieval.Ranked{Model: model.Version(), Objective: Clicks, Schema: schemaHash, Scores: scores, Values: matrix.Values, Explain: explain}
	if corrections != nil {
		ranked.Model += correctionVersion
	}
	objective := *r.objective.Load()
	if lifts := objective.pursue(model, matrix, candidates, scores, corrections); lifts != nil {
		for i, lift := range lifts {
			scores[i] += lift.Contribution
		}
		ranked.Objective = objective.String()
		ranked.Explain = func(i int) []retrieval.FeatureEntry { return append(explain(i), lifts[i]) }
	}
	return ranked, nil
}
