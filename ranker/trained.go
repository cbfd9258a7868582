package ranker

import (
	"context"
	"fmt"
	"io"
	"slices"

	"vitrine/ranker/calibration"
	"vitrine/ranker/ctr"
	"vitrine/ranker/trees"
	"vitrine/retrieval"
)

// Scorer is what training made, of whatever kind. It is safe for concurrent use.
type Scorer interface {
	// Scores writes the log odds of a click of each row into a slice of that length, and returns it.
	Scores(rows, into []float64) []float64
	// Contributions takes the log odds of one row apart: what every row has, and what each feature adds. They are valid
	// also with an error, which says that the base has much that no feature accounts for.
	Contributions(row []float64) (base float64, parts []float64, err error)
	// Write writes the model as readers of its kind read it.
	Write(w io.Writer) error
}

// readers say how the file of each kind of model is read, and which features it wants.
var readers = map[string]func(io.Reader) (Scorer, []string, error){
	"logistic": readCTR, "mlp": readCTR, "deepfm": readCTR, "trees": readTrees,
}

func readTrees(r io.Reader) (Scorer, []string, error) {
	m, err := trees.Read(r)
	if err != nil {
		return nil, nil, err
	}
	return TreesScorer{m}, m.Features(), nil
}

// TreesScorer scores by boosted trees. It implements Scorer.
type TreesScorer struct{ *trees.Model }

// Scores implements Scorer.
func (s TreesScorer) Scores(rows, into []float64) []float64 {
	s.Model.Scores(rows, into)
	return into
}

// Contributions implements Scorer by TreeSHAP, which accounts for everything.
func (s TreesScorer) Contributions(row []float64) (base float64, parts []float64, err error) {
	base, parts = s.Model.Contributions(row)
	return base, parts, nil
}

func readCTR(r io.Reader) (Scorer, []string, error) {
	m, err := ctr.Read(r)
	if err != nil {
		return nil, nil, err
	}
	return m, m.Features(), nil
}

// Trained is a model that was trained on what shoppers did. It is immutable.
type Trained struct {
	manifest Manifest
	scorer   Scorer
}

// NewTrained returns the model of a scorer whose features are those of this program.
func NewTrained(m Manifest, s Scorer) (*Trained, error) {
	if m.Schema != schemaHash {
		return nil, fmt.Errorf("%w: version %s was trained on features that meant something else: train again", ErrModel, m.Version)
	}
	if m.Calibration == (calibration.Platt{}) {
		m.Calibration.Slope = 1
	}
	return &Trained{manifest: m, scorer: s}, nil
}

// Version names the model.
func (t *Trained) Version() string { return t.manifest.Version }

// Manifest says how the model came about. The caller must not change what it points to.
func (t *Trained) Manifest() Manifest { return t.manifest }

// Score implements Model: the scorer's log odds, calibrated.
func (t *Trained) Score(_ context.Context, m Matrix, into []float64) error {
	return t.score(m.Values, into)
}

func (t *Trained) score(rows, into []float64) error {
	t.scorer.Scores(rows, into)
	for i, logit := range into {
		if finite(logit) != logit {
			return fmt.Errorf("%w: it gives the score %v", ErrModel, logit)
		}
		into[i] = grained(t.manifest.Calibration.Logit(logit), maxScore)
	}
	return nil
}

// Explain implements Model.
func (t *Trained) Explain(row []float64) []retrieval.FeatureEntry {
	var score [1]float64
	if t.score(row, score[:]) != nil {
		return ledgerOf(row, make([]float64, len(row)), 0) // it failed after it had scored
	}
	_, parts, _ := t.scorer.Contributions(row) // what is not accounted for is in the first entry
	for j := range parts {
		parts[j] *= t.manifest.Calibration.Slope
	}
	return ledgerOf(row, parts, score[0])
}

// funnelScorer is a Scorer that may also know carts and purchases, such as ctr.Model.
type funnelScorer interface {
	Tasks() []string
	// TaskScores writes the log odds of each task, given the one before, of each row.
	TaskScores(rows, into []float64) []float64
}

// funnelTasks are those of a model that knows carts and purchases: the click, and what follows it.
const funnelTasks = 3

// Forecasts implements Forecaster.
func (t *Trained) Forecasts() bool {
	f, ok := t.scorer.(funnelScorer)
	return ok && len(f.Tasks()) == funnelTasks
}

// Forecast implements Forecaster.
func (t *Trained) Forecast(m Matrix, into []Outlook) {
	scores := t.scorer.(funnelScorer).TaskScores(m.Values, make([]float64, funnelTasks*m.Rows))
	for i := range into {
		logits := scores[funnelTasks*i:]
		o := &into[i]
		o.Click = Probability(t.manifest.Calibration.Logit(logits[0]))
		o.Cart = o.Click * Probability(logits[1])
		o.Purchase = o.Cart * Probability(logits[2])
	}
}

// sameFeatures reports whether the features of a model file are those of this program, in their order.
func sameFeatures(names []string) bool {
	return slices.EqualFunc(names, features, func(name string, f Feature) bool { return name == f.Name })
}
