package evaluation

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Comparison says how a mode fares against the baseline on the same queries, by one metric.
type Comparison struct {
	Mode       string   `json:"mode"`
	Baseline   string   `json:"baseline"`
	Metric     string   `json:"metric"`
	Difference float64  `json:"difference"` // mean over queries of mode − baseline, in [-1, 1]
	Interval   Interval `json:"interval"`   // of the difference, 95 %, paired bootstrap
	P          PValue   `json:"p"`          // of a two-sided paired randomisation test, in (0, 1]
	Holm       PValue   `json:"p_holm"`     // P corrected for the number of comparisons in the report
	Better     int      `json:"better"`     // queries on which the mode is the better one
	Worse      int      `json:"worse"`
	Equal      int      `json:"equal"`
}

// PValue is a probability in (0, 1].
type PValue float64

// String gives four decimals, and does not call small values nothing.
func (p PValue) String() string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return fmt.Sprintf("%.4f", float64(p))
}

// Compare holds every other mode against the one called baseline, in their order, by NDCG@k. All modes must be
// measured on the same queries. Its figures rest on fixed seeds: the same modes give the same comparisons.
func Compare(modes []ModeReport, baseline string) ([]Comparison, error) {
	return compareAt(modes, baseline, func(ModeReport) int { return 0 })
}

// CompareBy is Compare by the metric of a name, as in ModeReport.Metrics.
func CompareBy(modes []ModeReport, baseline, metric string) ([]Comparison, error) {
	at := func(m ModeReport) int {
		return slices.IndexFunc(m.Metrics, func(of Metric) bool { return of.Name == metric })
	}
	if i := slices.IndexFunc(modes, func(m ModeReport) bool { return at(m) < 0 }); i >= 0 {
		return nil, fmt.Errorf("%s has no metric %q", modes[i].Mode, metric)
	}
	return compareAt(modes, baseline, at)
}

// compareAt compares by the metric at which at says.
func compareAt(modes []ModeReport, baseline string, at func(ModeReport) int) ([]Comparison, error) {
	base, err := find(modes, baseline)
	if err != nil {
		return nil, err
	}
	var comparisons []Comparison
	for _, mode := range modes {
		if mode.Mode == baseline {
			continue
		}
		differences := slices.Clone(mode.column(at(mode)))
		floats.Sub(differences, base.column(at(base)))
		c := Comparison{Mode: mode.Mode, Baseline: baseline, Metric: mode.Metrics[at(mode)].Name}
		c.Difference = stat.Mean(differences, nil)
		c.Interval = bootstrap([][]float64{differences})[0]
		c.P = randomisation(differences)
		for _, d := range differences {
			switch {
			case d > 0:
				c.Better++
			case d < 0:
				c.Worse++
			default:
				c.Equal++
			}
		}
		comparisons = append(comparisons, c)
	}
	holm(comparisons)
	return comparisons, nil
}

func find(modes []ModeReport, name string) (ModeReport, error) {
	i := slices.IndexFunc(modes, func(m ModeReport) bool { return m.Mode == name })
	if i < 0 {
		return ModeReport{}, fmt.Errorf("the baseline %q is not among what was measured", name)
	}
	return modes[i], nil
}

// The randomisation test counts all assignments of signs up to 2^maxExact and draws shuffles of them beyond.
// With 100,000, as in the paper, a p of 0.05 has a standard error of 0.0007.
const (
	maxExact          = 16
	shuffles          = 100_000
	randomisationSeed = 2
)

// randomisation is the p value of a two-sided paired randomisation test (Smucker, Allan and Carterette 2007,
// "A comparison of statistical significance tests for information retrieval evaluation", section 3.1): were
// it chance which of two systems got which figure of a query, how often would the means lie at least as
// far apart? Drawn shuffles count the observed assignment too, so that p is never 0 (Phipson and Smyth 2010).
func randomisation(differences []float64) PValue {
	// A query on which both systems are equal changes no sum.
	moved := slices.DeleteFunc(slices.Clone(differences), func(d float64) bool { return d == 0 })
	observed := math.Abs(floats.Sum(moved)) - 1e-9 // sums in another order may differ in the last digits
	// signs gives 64 of them at once, as the bits that turn a number's sign: branches on chance are slow.
	asFar := func(signs func() uint64) bool {
		sum := 0.0
		for some := range slices.Chunk(moved, 64) {
			bits := signs()
			for i, d := range some {
				sum += math.Float64frombits(math.Float64bits(d) ^ bits>>i<<63)
			}
		}
		return math.Abs(sum) >= observed
	}

	count := 0
	if len(moved) <= maxExact {
		all := uint64(1) << len(moved)
		for assignment := range all {
			if asFar(func() uint64 { return assignment }) {
				count++
			}
		}
		return PValue(count) / PValue(all)
	}
	random := rand.New(rand.NewPCG(randomisationSeed, uint64(len(moved))))
	for range shuffles {
		if asFar(random.Uint64) {
			count++
		}
	}
	return PValue(count+1) / PValue(shuffles+1)
}

// holm corrects the p values for their number (Holm 1979, "A simple sequentially rejective multiple test
// procedure"): the smallest of m counts m times, the next m − 1 times, and none falls below one before it.
func holm(comparisons []Comparison) {
	order := make([]int, len(comparisons))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(comparisons[a].P, comparisons[b].P) })
	var least PValue
	for rank, i := range order {
		least = max(least, min(1, PValue(len(order)-rank)*comparisons[i].P))
		comparisons[i].Holm = least
	}
}
