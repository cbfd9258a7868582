package ranker

import (
	"fmt"
	"io"
	"math"
	"slices"

	"vitrine/ranker/calibration"
	"vitrine/ranker/ctr"
	"vitrine/retrieval"
)

// Scorer is what training made, of whatever kind. It is safe for concurrent use.
type Scorer interface {
	// Scores writes the log odds of a click of each row into a slice of that length, and returns it.
	Scores(rows, into []float64) []float64
	// Contributions takes the log odds of one row apart: what every row has, and what each feature adds.
	Contributions(row []float64) (base float64, parts []float64)
	// Write writes the model as readers of its kind read it.
	Write(w io.Writer) error
}

// readers say how the file of each kind of model is read, and which features it wants.
var readers = map[string]func(io.Reader) (Scorer, []string, error){
	"logistic": readCTR, "mlp": readCTR, "deepfm": readCTR,
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

// Scores and contributions are multiples of the grain, about 1e-9, and bounded, so that sums of them are exact in any
// order: 53 bits hold multiples of 2^-30 up to 2^23.
const (
	grain           = 0x1p-30
	maxScore        = 0x1p10
	maxContribution = 0x1p15
)

func grained(value, most float64) float64 {
	return math.RoundToEven(min(max(finite(value), -most), most)/grain) * grain
}

// Score implements Model: the scorer's log odds, calibrated.
func (t *Trained) Score(m Matrix, into []float64) {
	t.scorer.Scores(m.Values, into)
	for i, logit := range into {
		into[i] = grained(t.manifest.Calibration.Logit(logit), maxScore)
	}
}

// Explain implements Model. The first entry is what every candidate has, and what rounding leaves.
func (t *Trained) Explain(row []float64) []retrieval.FeatureEntry {
	var score [1]float64
	t.Score(Matrix{Rows: 1, Columns: len(row), Values: row}, score[:])
	_, parts := t.scorer.Contributions(row)
	ledger := make([]retrieval.FeatureEntry, 1+len(row))
	ledger[0] = retrieval.FeatureEntry{Name: biasName, Value: 1, Contribution: score[0]}
	for j, value := range row {
		contribution := grained(t.manifest.Calibration.Slope*parts[j], maxContribution)
		ledger[1+j] = retrieval.FeatureEntry{Name: features[j].Name, Value: value, Contribution: contribution + 0}
		ledger[0].Contribution -= contribution
	}
	return ledger
}

// sameFeatures reports whether the features of a model file are those of this program, in their order.
func sameFeatures(names []string) bool {
	return slices.EqualFunc(names, features, func(name string, f Feature) bool { return name == f.Name })
}
