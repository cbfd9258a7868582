package vector

import "fmt"

// method is a way to find the nearest rows.
type method int

const (
	byGraph  method = iota // greedy search of the graph over the codes
	byCodes                // scan of the codes, the best scored again by their floats
	byFloats               // scan of the floats
)

// plan is how a search is answered.
type plan struct {
	method method
	ef     int // byGraph: size of the candidate list
	kept   int // byCodes: rows whose floats are looked at
}

// String is the plan's name in explanations.
func (p plan) String() string {
	switch p.method {
	case byGraph:
		return fmt.Sprintf("graph ef=%d", p.ef)
	case byCodes:
		return "exact int8"
	default:
		return "exact float"
	}
}

// The cost model counts in comparisons of two codes in a scan, about 70 ns at 256 dimensions.
const (
	// hopCost: what one entry of the candidate list costs. Of its some 30 neighbours about half are new to
	// the search and get compared, at random addresses, where a comparison takes about twice its time.
	hopCost = 28
	// floatRows: below this a scan of floats takes under a fifth of a millisecond, and there is nothing to
	// be gained from codes.
	floatRows = 2048
	// wideEnough: a filtered graph search must find this many allowed rows for each one wanted, because the
	// far end of its list has gaps.
	wideEnough = 2
)

// planExact is the plan that needs no graph.
func planExact(k, matching int) plan {
	if kept := 4*k + 32; matching > max(floatRows, 2*kept) {
		return plan{method: byCodes, kept: kept}
	}
	return plan{method: byFloats}
}

// planSearch chooses between the graph and a scan of the matching rows, of which there are as many as
// the filter allows, at least one. A graph search cannot follow a filter; it widens its list until enough of the
// nearest rows of all are allowed ones. So it costs ef·(rows/matching) hops, the scan costs matching.
func (x *Index) planSearch(k, ef, matching int) plan {
	if ef <= 0 {
		ef = max(64, wideEnough*k)
	}
	ef = min(max(ef, k), x.Len())
	ef = int(int64(ef) * int64(x.Len()) / int64(matching))
	if p := (plan{method: byGraph, ef: min(ef, x.Len())}); x.worthwhile(p, matching) {
		return p
	}
	return planExact(k, matching)
}

// worthwhile says whether the graph search p costs less than the scan of the matching rows.
func (x *Index) worthwhile(p plan, matching int) bool {
	return x.graph != nil && int64(p.ef)*hopCost < int64(matching)
}
