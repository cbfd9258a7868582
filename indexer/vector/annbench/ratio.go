package annbench

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/interp"
)

// ratioRecalls are the values of recall@10 at which programs are compared.
var ratioRecalls = []float64{.99, .999}

// Ratio compares the queries a second of vitrine's graph and of a peer at the same recall@10.
type Ratio struct {
	Peer          string  `json:"peer"`
	Threads       int     `json:"threads"`
	Recall        float64 `json:"recall@10"`
	Ours          float64 `json:"ours,omitzero"` // queries a second; 0 = recall not reached
	OursAtLeast   bool    `json:"ours_at_least,omitzero"`
	Theirs        float64 `json:"theirs,omitzero"` // the same
	TheirsAtLeast bool    `json:"theirs_at_least,omitzero"`
}

// Times is how many times as fast ours is; 0 where one of them does not reach the recall. Where one rate is "at
// least" only, because even the fastest setting finds more than the recall asked for, so is the ratio, or "at most"; where
// both are, it bounds nothing.
func (r Ratio) Times() float64 {
	if r.Theirs == 0 {
		return 0
	}
	return r.Ours / r.Theirs
}

// Ratios compares with each peer on each number of threads, in the order of the measurements.
func (r *Results) Ratios() []Ratio {
	var ratios []Ratio
	type curve struct {
		peer    string
		threads int
	}
	seen := make(map[curve]bool)
	for _, m := range r.Peers {
		if c := (curve{m.Method, m.Threads}); !seen[c] {
			seen[c] = true
			for _, recall := range ratioRecalls {
				ratio := Ratio{Peer: c.peer, Threads: c.threads, Recall: recall}
				ratio.Ours, ratio.OursAtLeast = rateAt(recall, r.Measurements, Ours, c.threads)
				ratio.Theirs, ratio.TheirsAtLeast = rateAt(recall, r.Peers, c.peer, c.threads)
				ratios = append(ratios, ratio)
			}
		}
	}
	return ratios
}

// rateAt is the queries a second with which a method reaches a recall@10 at k = 10, or 0: between two
// settings the logarithm of the rate is taken as linear in the recall. Of the settings only those count that no other of
// the method beats in both. Where even the fastest of them finds more, its rate is the answer, and the true one at least that.
func rateAt(recall float64, all []Measurement, method string, threads int) (rate float64, atLeast bool) {
	points := slices.DeleteFunc(slices.Clone(all), func(m Measurement) bool {
		return m.Method != method || m.Threads != threads || m.K != 10
	})
	points = unbeaten(points)
	if len(points) == 0 || points[len(points)-1].Recall10 < recall {
		return 0, false
	}
	if fastest := points[0]; fastest.Recall10 >= recall {
		return fastest.Rate, fastest.Recall10 > recall
	}
	recalls, logs := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		recalls[i], logs[i] = p.Recall10, math.Log(p.Rate)
	}
	var line interp.PiecewiseLinear
	_ = line.Fit(recalls, logs) // always nil
	return math.Exp(line.Predict(recall)), false
}

// unbeaten are the points that no other exceeds in recall without being slower, by ascending recall and
// descending rate.
func unbeaten(points []Measurement) []Measurement {
	slices.SortFunc(points, func(a, b Measurement) int {
		return cmp.Or(cmp.Compare(b.Recall10, a.Recall10), cmp.Compare(b.Rate, a.Rate))
	})
	var kept []Measurement
	for _, p := range points {
		if len(kept) == 0 || p.Rate > kept[len(kept)-1].Rate {
			kept = append(kept, p)
		}
	}
	slices.Reverse(kept)
	return kept
}
