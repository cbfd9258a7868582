package ranker

import (
	"math"

	"vitrine/retrieval"
)

// Scores and contributions of models that are not added up from weights are multiples of the grain, about 1e-9, and
// bounded, so that sums of them are exact in any order: 53 bits hold multiples of 2^-30 up to 2^23.
const (
	grain           = 0x1p-30
	maxScore        = 0x1p10
	maxContribution = 0x1p15
)

func grained(value, most float64) float64 {
	return math.RoundToEven(min(max(finite(value), -most), most)/grain) * grain
}

// ledgerOf lists what each feature of a row adds to a score, which is grained. The first entry is what every candidate
// has, and what rounding leaves.
func ledgerOf(row, parts []float64, score float64) []retrieval.FeatureEntry {
	ledger := make([]retrieval.FeatureEntry, 1+len(row))
	ledger[0] = retrieval.FeatureEntry{Name: biasName, Value: 1, Contribution: score}
	for j, value := range row {
		contribution := grained(parts[j], maxContribution)
		ledger[1+j] = retrieval.FeatureEntry{Name: features[j].Name, Value: value, Contribution: contribution + 0}
		ledger[0].Contribution -= contribution
	}
	return ledger
}
